"""Every window in every state that is worth a look: for the gallery and for screen readers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from PySide6.QtWidgets import QWidget

from tests.app.gallery import first_run, opening, pairing

Build: TypeAlias = Callable[[], QWidget]


@dataclass(frozen=True, slots=True)
class Shot:
    """One window in one state; ``build`` makes it, shown or not, in the spoken language."""

    name: str
    shows: str
    build: Build


ROOMS = {
    "opening": opening.WINDOWS,
    "first-run": first_run.WINDOWS,
    "pairing": pairing.WINDOWS,
}
SHOTS = tuple(
    Shot(f"{room}-{name}", shows, build)
    for room, windows in ROOMS.items()
    for name, (shows, build) in windows.items()
)
