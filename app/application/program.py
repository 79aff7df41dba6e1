"""Qt's application object: who wishes the program to end or a link to be opened."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QFileOpenEvent, QSessionManager
from PySide6.QtWidgets import QApplication
from typing_extensions import override

from app import __version__, theme
from app.tray import icon_of

if TYPE_CHECKING:
    from typing import Self


class Program(QApplication):
    """Turns every wish to end into ``ending``; Qt alone ends nothing."""

    ending = Signal()
    link_opened = Signal(str)

    is_live = False
    """Whether somebody takes care of ``ending``."""

    @classmethod
    def start(cls) -> Self:
        """The one of this process, with the names that desktops know it by."""
        program = cls(sys.argv[:1])
        program.setApplicationName("aico-mesh")
        program.setApplicationDisplayName("AICO mesh")
        program.setApplicationVersion(__version__)
        program.setDesktopFileName("aico-mesh")
        program.setQuitOnLastWindowClosed(False)
        program.setWindowIcon(icon_of("aico-mesh"))
        theme.apply(program)
        # The session starts us by its own entry, if the owner wants that.
        program.saveStateRequest.connect(_never_restored)
        return program

    @override
    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Quit and self.is_live:
            event.ignore()
            self.ending.emit()
            return True
        if isinstance(event, QFileOpenEvent) and event.url().isValid():
            self.link_opened.emit(event.url().toString())
            return True
        return super().event(event)


def _never_restored(session: QSessionManager) -> None:
    session.setRestartHint(QSessionManager.RestartHint.RestartNever)
