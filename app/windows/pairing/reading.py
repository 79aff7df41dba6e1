"""The page on which who joins gives the invitation: by link, by picture, or by code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QStandardPaths, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from app.widgets.sheet import Sheet
from app.windows.pairing.looking import Looker, Miss
from app.windows.pairing.steps import Reading
from app.wording import tr

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent

TEXT_MAX = 400
PICTURES = "*.png *.jpg *.jpeg *.webp *.bmp *.gif *.tif *.tiff"


class ReadingPage(Sheet):
    """Reads an invitation; nothing happens before the person says so."""

    ready = Signal(object)
    """The Reading to go on with."""
    inviting_wanted = Signal()
    given_up = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.entitle(
            tr("Read an invitation"),
            tr(
                "On the other device, choose “Pair a device…”. It then shows a picture, a link "
                "and a code."
            ),
        )
        self.setAcceptDrops(True)
        self.looker = Looker(self)
        self.looker.found.connect(self._take)
        self.looker.missed.connect(self._tell_miss)
        self.text = QLineEdit()
        self.text.setMaxLength(TEXT_MAX)
        self.text.setPlaceholderText("AICO-MESH:…   123 456 789")
        self.text.textChanged.connect(self._typed)
        self.place = QLineEdit()
        self.place.setMaxLength(80)
        self.place.setPlaceholderText("192.168.1.20:21550")
        self.place.textChanged.connect(self._typed)
        self.told = QLabel()
        self.told.setWordWrap(True)
        self.told.setProperty("kind", "mute")
        self._lay_out_ways()
        self.add_button(tr("Cancel"), self.given_up.emit)
        self.push_right()
        self.to_invite = self.add_button(
            tr("Show an invitation instead"), self.inviting_wanted.emit
        )
        self.go = self.add_button(
            tr("Join"), lambda: self.ready.emit(self.step), is_primary=True
        )

    def show_step(self, step: Reading) -> None:
        """Show what was typed or opened before."""
        self.text.setText(step.text)
        self.place.setText(step.at)
        self.told.setText("")
        self._typed()

    @property
    def step(self) -> Reading:
        """What is typed now."""
        return Reading(self.text.text(), self.place.text())

    # ---- ways to an invitation ---------------------------------------------------------------

    def look_at_screen(self) -> None:
        """Look for the picture on the screens of this computer."""
        self._say(tr("Looking…"))
        self.looker.look_at_screens(self.window())

    def paste(self) -> None:
        """Take what lies on the clipboard."""
        self._say(tr("Looking…"))
        self.looker.look_at(QGuiApplication.clipboard().mimeData())

    def choose_file(self) -> None:
        """Let the person choose a picture."""
        places = QStandardPaths.standardLocations(
            QStandardPaths.StandardLocation.PicturesLocation
        )
        dialog = QFileDialog(self, tr("Choose a picture"), next(iter(places), ""))
        dialog.setNameFilter(f"{tr('Pictures')} ({PICTURES})")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.look_at_file)
        dialog.open()

    def look_at_file(self, path: str) -> None:
        """Look for the picture in a file."""
        self._say(tr("Looking…"))
        self.looker.look_at_file(path)

    @override
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        event.acceptProposedAction()

    @override
    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self._say(tr("Looking…"))
        self.looker.look_at(event.mimeData())

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Paste):
            self.paste()
        else:
            super().keyPressEvent(event)

    # ---- what became of it -------------------------------------------------------------------

    def _take(self, text: str) -> None:
        self.text.setText(text[:TEXT_MAX])
        if self.step.is_link:
            self._say(tr("This is an invitation. “Join” asks the other device."))
            self.go.setFocus()
        elif self.step.needs_place:
            self.place.setFocus()
        else:
            self._say(tr("That is neither an invitation nor a code of nine digits."))

    def _tell_miss(self, miss: Miss) -> None:
        self._say(missed(miss))

    def _typed(self) -> None:
        step = self.step
        self._say("")
        self.place.setEnabled(not step.is_link)
        self.go.setEnabled(step.is_ready)

    def _say(self, text: str) -> None:
        self.told.setText(text)

    def _lay_out_ways(self) -> None:
        self.body.addWidget(self._pictures())
        form = QGridLayout()
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(8)
        form.setVerticalSpacing(4)
        form.setColumnStretch(0, 3)
        form.setColumnStretch(1, 2)
        for column, (title, field) in enumerate(
            ((tr("&Link or code"), self.text), (tr("&Address, with a code"), self.place))
        ):
            label = QLabel(title)
            label.setProperty("kind", "name")
            label.setBuddy(field)
            field.setAccessibleName(title.replace("&", ""))
            form.addWidget(label, 0, column)
            form.addWidget(field, 1, column)
        self.body.addLayout(form)
        self.body.addWidget(self.told)
        self.body.addStretch(1)

    def _pictures(self) -> QFrame:
        frame = QFrame()
        frame.setProperty("card", "drop")
        column = QVBoxLayout(frame)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(12)
        hint = QLabel(tr("Drop a picture of the invitation here, or"))
        hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        hint.setWordWrap(True)
        hint.setProperty("kind", "mute")
        column.addWidget(hint)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        for text, act in (
            (tr("Look at my screen"), self.look_at_screen),
            (tr("Choose a picture…"), self.choose_file),
            (tr("Paste"), self.paste),
        ):
            row.addWidget(_button(text, act))
        row.addStretch(1)
        column.addLayout(row)
        return frame


def missed(miss: Miss) -> str:
    """Why no invitation was found, and what else to try."""
    match miss:
        case Miss.NO_CODE:
            return tr(
                "There is no invitation in that picture. Make it larger, or type the code."
            )
        case Miss.OTHER_CODE:
            return tr("There is a code in that picture, but it is no invitation of AICO mesh.")
        case Miss.NO_PICTURE:
            return tr("That is no picture. Drop or paste a picture, a link or a code.")
        case Miss.NOT_ALLOWED:
            return tr(
                "Your desktop lets no application look at the screen. Make a screenshot of the "
                "invitation and paste it here."
            )


def _button(text: str, act: Callable[[], None]) -> QPushButton:
    button = QPushButton(text)
    button.setAutoDefault(False)
    button.clicked.connect(lambda _checked=False: act())
    return button
