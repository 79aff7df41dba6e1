"""Which versions these are, and the end of the application."""

from __future__ import annotations

import platform

from PySide6.QtCore import Signal, qVersion
from PySide6.QtGui import QGuiApplication

from app import __version__
from app.widgets.buttons import Button
from app.widgets.setting import Panel, Setting
from app.wording import tr


def versions() -> str:
    """What somebody who helps would ask for."""
    python = platform.python_version()
    return f"AICO mesh {__version__} · Qt {qVersion()} · Python {python} · {platform.system()}"


class About(Panel):
    """``quit_wanted``: the person wants the application to end."""

    quit_wanted = Signal()

    def __init__(self) -> None:
        super().__init__("AICO mesh")
        self.copy = Button(
            look="flat", icon="copy", name=tr("Copy the versions"), on_click=self._copy
        )
        self.version = Setting("companion", tr("Version"), versions(), self.copy)
        self.quit = Button(tr("Quit AICO mesh"), on_click=self.quit_wanted.emit)
        meaning = tr("Until it is started again this device shares nothing and gets nothing.")
        self.add(self.version)
        self.add(Setting("leave", tr("Quit"), meaning, self.quit, is_wide=True))

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(versions())
