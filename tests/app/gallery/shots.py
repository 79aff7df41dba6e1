"""Every window in every state that is worth a look: for the gallery and for screen readers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from PySide6.QtWidgets import QWidget

from tests.app.gallery import (
    everyday,
    first_run,
    opening,
    pairing,
    settings,
    settling_matters,
    sharing,
    tray,
)

Build: TypeAlias = Callable[[], QWidget]
Scheme: TypeAlias = Literal["light", "dark"]

SCHEMES: tuple[Scheme, ...] = ("light", "dark")
LANGUAGES = ("en", "de")
PERCENTS = (100, 200)


@dataclass(frozen=True, slots=True)
class Look:
    """How a window is drawn; ``percent``: of the size on a plain screen."""

    scheme: Scheme
    language: str
    percent: int


BOTH = (Look("light", "en", 100), Look("dark", "de", 100))
"""Each scheme, each language."""
LARGE = (*BOTH, Look("light", "de", 200), Look("dark", "en", 200))


@dataclass(frozen=True, slots=True)
class Shot:
    """One window in one state; ``build`` makes it, shown or not, in the spoken language.

    ``looks``: those that the gallery in ``docs/`` has.
    """

    room: str
    state: str
    shows: str
    build: Build
    looks: tuple[Look, ...] = BOTH

    @property
    def name(self) -> str:
        """One word for it."""
        return f"{self.room}-{self.state}"

    def file(self, look: Look) -> str:
        """The name of its picture."""
        return f"{self.name}-{look.scheme}-{look.language}-{look.percent}.png"


ROOMS = {
    "companion": everyday.COMPANION_WINDOWS,
    "conversations": everyday.CONVERSATIONS_WINDOWS,
    "memories": everyday.MEMORIES_WINDOWS,
    "devices": everyday.DEVICES_WINDOWS,
    "sharing": sharing.WINDOWS,
    "settings": settings.WINDOWS,
    "deciding": settling_matters.WINDOWS,
    "tray": tray.WINDOWS,
    "opening": opening.WINDOWS,
    "first-run": first_run.WINDOWS,
    "pairing": pairing.WINDOWS,
}
AT_200 = {
    "companion-five",
    "conversations-five",
    "devices-detail",
    "first-run-words",
    "pairing-comparing",
    "pairing-showing",
}
SHOTS = tuple(
    Shot(room, state, shows, build, LARGE if f"{room}-{state}" in AT_200 else BOTH)
    for room, windows in ROOMS.items()
    for state, (shows, build) in windows.items()
)
WINDOWS = tuple(shot for shot in SHOTS if shot.room != "tray")
"""Those that stand by themselves, so that the keyboard can walk them."""
