"""Whether there is a screen to show windows on; asked before anything of Qt is loaded."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAMED_BY = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")


def has_screen(environ: Mapping[str, str]) -> bool:
    """On Linux the environment names it."""
    if sys.platform in {"darwin", "win32"}:
        return True
    return any(environ.get(name) for name in _NAMED_BY)
