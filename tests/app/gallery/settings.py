"""The page of settings."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSettings, QTemporaryDir
from PySide6.QtWidgets import QWidget

from app.desktop.autostart import File
from app.windows.kept import TOLD_OF_TRAY
from app.windows.main import MainWindow
from app.windows.settings.backup import Closing, OpeningBackup
from app.wording import language
from tests.app.gallery.everyday import narrow
from tests.app.gallery.pairing import StoppedClock
from tests.app.gallery.player import Player
from tests.app.qt import scenes

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.viewstate import ViewState


def _window(scene: Callable[[], ViewState]) -> MainWindow:
    """On a computer of its own."""
    folder = QTemporaryDir()
    kept = QSettings(folder.filePath("kept.ini"), QSettings.Format.IniFormat)
    kept.setValue(TOLD_OF_TRAY, True)
    start = File(Path(folder.filePath("start")), b"")
    start.turn_on()
    window = MainWindow(Player(), state=scene(), clock=StoppedClock(), kept=kept, start=start)
    window.destroyed.connect(folder.remove)
    window.open_page("settings")
    return window


def _another_language() -> QWidget:
    window = _window(scenes.alone)
    select = window.settings.machine.speaking.select
    select.setCurrentIndex(select.findData("de" if language() == "en" else "en"))
    select.activated.emit(select.currentIndex())
    return window


def _alone(kind: type[Closing | OpeningBackup]) -> QWidget:
    parent = QWidget()
    dialog = kind(parent)
    dialog.setParent(None, dialog.windowFlags())
    return dialog


def _end() -> QWidget:
    """What stands at the end of the page."""
    window = _window(scenes.two)
    window.resize(window.width(), TALL)
    return window


TALL = 1340
WINDOWS: dict[str, tuple[str, Callable[[], QWidget]]] = {
    "two": ("what concerns this computer", _end),
    "backup": ("before a backup is made", partial(_alone, Closing)),
    "restore": ("before a backup is brought back", partial(_alone, OpeningBackup)),
    "language": ("another language is chosen", _another_language),
    "narrow": ("the smallest window", partial(narrow, "settings")),
}
