"""What is remembered of windows: in ``window.ini`` in the profile, and nothing personal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSettings

if TYPE_CHECKING:
    from pathlib import Path

TOLD_OF_TRAY = "told/tray"
"""It was said that the application goes on beside the clock."""
STAYS = "close/stays"
"""Where there is no icon: closing the window asks nothing any more."""
LANGUAGE = "language"
"""The language that was chosen; nothing: the one of the system."""


def kept_in(home: Path) -> QSettings:
    """What is remembered for the profile in that folder."""
    return QSettings(str(home / "window.ini"), QSettings.Format.IniFormat)
