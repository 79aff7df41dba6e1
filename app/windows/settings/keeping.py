"""Where AICO keeps its things, who keeps the key, and what opens them when all else is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices

from app.widgets.buttons import Button
from app.widgets.labels import Line, say
from app.widgets.setting import Panel, Setting
from app.windows.first_run.pages import key_kept_by
from app.wording import tr

if TYPE_CHECKING:
    from mesh.wishes import StatusShown


class Place(Setting):
    """A folder or file, and a button to see it."""

    def __init__(self, icon: str, title: str, meaning: str, button: str) -> None:
        self.show_it = Button(button, on_click=self._open)
        super().__init__(icon, title, meaning, self.show_it, is_wide=True)
        self.path = Line(kind="small", in_middle=True)
        self.foot.addWidget(self.path)
        self._path: str | None = None

    def show_path(self, path: str | None) -> None:
        """Where it is; None: nowhere yet."""
        self._path = path
        say(self.path, path or "")
        self.path.setVisible(bool(path))
        self.show_it.setEnabled(bool(path))

    def _open(self) -> None:
        if self._path is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(self._path))


class Keeping(Panel):
    """What there is to know of it; ``recovery_wanted`` opens the recovery words."""

    recovery_wanted = Signal()

    def __init__(self) -> None:
        super().__init__(tr("What is kept here"))
        self.folder = Place(
            "disk", tr("Folder"), tr("All that AICO knows here, encrypted."),
            tr("Show the folder"),
        )  # fmt: skip
        self.log = Place(
            "clock", tr("Log"), tr("What AICO mesh did; no text and no name is in it."),
            tr("Show the log"),
        )  # fmt: skip
        self.key = Setting("lock", tr("Key"), "", None)
        self.write = Button(tr("Write them down…"), on_click=self.recovery_wanted.emit)
        self.words = Setting("key", tr("Recovery words"), "", self.write, is_wide=True)
        for one in (self.folder, self.log, self.key, self.words):
            self.add(one)

    def show_status(self, status: StatusShown) -> None:
        """Show it for the profile that is open."""
        self.folder.show_path(status.profile)
        self.log.show_path(status.log)
        self.key.show_meaning(key_kept_by(status.keystore))
        is_written = status.recovery_confirmed
        self.words.show_meaning(
            tr("Whoever began the family has them on paper. They are not on this device.")
            if is_written
            else tr(
                "They are not written down yet. They stand above every device of the family."
            )
        )
        self.words.tile.show_state("key", "ok" if is_written else "warn")
        self.write.setVisible(not is_written)
