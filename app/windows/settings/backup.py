"""Backups: into one closed file and back, with when the last one was made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, QStandardPaths, Qt
from PySide6.QtWidgets import QDialog, QFileDialog, QLineEdit, QVBoxLayout, QWidget
from typing_extensions import override

from app.theme.tokens import NEAR
from app.widgets.buttons import Button
from app.widgets.setting import Panel, Setting
from app.windows.lists.dialogs import Asking
from app.windows.lists.transfer import Transfer
from app.windows.passphrase import PassphrasePage, secret
from app.wording import tr, when
from mesh.wishes import Backup, Restore

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.viewstate import Wisher

TRANSFER_EDGES = (20, NEAR, 20, NEAR)
ENDING = "aico-backup"
SIZE = QSize(600, 540)


class Backups(Panel):
    """When the last one was made, and the two buttons."""

    def __init__(self, wisher: Wisher) -> None:
        super().__init__(tr("Backup"))
        self.transfer = Transfer(wisher, TRANSFER_EDGES)
        self.make = Button(tr("Back up…"), icon="export", on_click=self._ask_where)
        self.bring = Button(tr("Restore…"), icon="import", on_click=self._ask_which)
        self.last = Setting("disk", tr("Keep a copy"), "", self.make, is_wide=True)
        meaning = tr(
            "Brings back what is in a backup; what is here stays, nothing comes twice."
        )
        self.add(self.last)
        self.add(Setting("clock", tr("Bring it back"), meaning, self.bring, is_wide=True))
        self.add(self.transfer, has_line=False)

    def show_last(self, made_at: float | None, now: float) -> None:
        """When the last backup of this device was made (Unix seconds); None: never."""
        self.last.show_meaning(
            tr("There is no backup of this device yet. It is one encrypted file.")
            if made_at is None
            else tr("The last one was made: {moment}.", moment=when(made_at, now))
        )
        self.last.tile.show_state("disk", "off" if made_at is None else "ok")

    # ---- which file, which passphrase --------------------------------------------------------

    def _ask_where(self) -> None:
        if self.transfer.is_under_way:
            return
        dialog = self._dialog(tr("Back up"), self.choose_passphrase)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(ENDING)
        dialog.selectFile(f"AICO.{ENDING}")
        dialog.open()

    def _ask_which(self) -> None:
        if self.transfer.is_under_way:
            return
        dialog = self._dialog(tr("Restore a backup"), self.ask_passphrase)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.open()

    def _dialog(self, title: str, then: Callable[[str], object]) -> QFileDialog:
        places = QStandardPaths.StandardLocation.DocumentsLocation
        dialog = QFileDialog(self.window(), title, QStandardPaths.writableLocation(places))
        dialog.setNameFilters(
            [tr("Backups of AICO (*.{ending})", ending=ENDING), tr("All files (*)")]
        )
        dialog.fileSelected.connect(then)
        dialog.finished.connect(dialog.deleteLater)
        return dialog

    def choose_passphrase(self, path: str) -> Closing:
        """What shall close the backup."""
        dialog = Closing(self.window())
        dialog.page.chosen.connect(lambda passphrase: self._back_up(path, passphrase))
        dialog.open()
        return dialog

    def ask_passphrase(self, path: str) -> OpeningBackup:
        """What opens the backup."""
        dialog = OpeningBackup(self.window())
        dialog.saved.connect(lambda passphrase: self._restore(path, passphrase))
        dialog.open()
        return dialog

    def _back_up(self, path: str, passphrase: str) -> None:
        self.transfer.begin(
            Backup(path=path, passphrase=passphrase), "export", tr("Backing up…")
        )

    def _restore(self, path: str, passphrase: str) -> None:
        self.transfer.begin(
            Restore(path=path, passphrase=passphrase), "import", tr("Restoring…")
        )


class Closing(QDialog):
    """A passphrase for a new backup."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Back up"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.resize(SIZE)
        self.page = PassphrasePage(
            why=tr("It closes the backup. You type it when you bring the backup back.")
        )
        self.page.given_up.connect(self.reject)
        self.page.chosen.connect(self.accept)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.page)


class OpeningBackup(Asking):
    """The passphrase of a backup that is there."""

    def __init__(self, parent: QWidget) -> None:
        self.field: QLineEdit = secret(tr("Passphrase"))
        super().__init__(
            tr("Restore a backup"),
            tr(
                "Type the passphrase the backup was closed with. A device without others in "
                "its family goes on for the one the backup was made on, as a new device with "
                "new recovery words."
            ),
            self.field,
            tr("Restore"),
            parent,
        )
        self.yes.setEnabled(False)
        self.field.textChanged.connect(lambda text: self.yes.setEnabled(bool(text)))
        self.field.returnPressed.connect(self.save)
        self.saved.connect(self.accept)

    @override
    def value(self) -> object:
        return self.field.text()
