"""What differs between operating systems.

autostart   whether the application starts with the session
instance    one window for a profile: a second start calls the first
signals     SIGTERM and Ctrl+C reach a loop that sleeps in Qt
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_SCREENS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")


def has_screen(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether there is a screen to show windows on."""
    if sys.platform in {"darwin", "win32"}:
        return True
    return any(environ.get(name) for name in _SCREENS)


def open_folder(folder: Path) -> bool:
    """Show a folder in the system's file manager; False if there is none."""
    return QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
