"""The menu beside the clock, under the mark that the icon then has."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from app.matters import summary
from app.tray import Tray, drawn, mark_of
from tests.app.gallery.pairing import StoppedClock
from tests.app.gallery.settling_matters import question, two_versions
from tests.app.qt import scenes
from tests.app.qt.recorder import Recorder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.matters import Matter

MARK = 32


def menu(scene: str, matters: Sequence[Matter] = ()) -> QWidget:
    """The icon as it is beside the clock, and its menu open."""
    state = scenes.SCENES[scene]()
    tray = Tray(Recorder(), StoppedClock())
    tray.show_state(state)
    tray.show_open(len(matters), summary(matters))
    tray.rebuild()
    mark = QLabel()
    mark.setPixmap(drawn(mark_of(state), bool(matters)).pixmap(MARK, MARK))
    tray.menu.setWindowFlags(Qt.WindowType.Widget)
    whole = QWidget()
    tray.setParent(whole)
    column = QVBoxLayout(whole)
    column.addWidget(mark, alignment=Qt.AlignmentFlag.AlignRight)
    column.addWidget(tray.menu)
    return whole


SCENES = {
    "two": "all is well",
    "five": "with limits",
    "all-offline": "nobody else is in reach",
    "paused": "sharing is paused",
    "sparing": "a long history waits, to spare a battery",
    "just-between-us": "the next conversation stays here",
}
WINDOWS: dict[str, tuple[str, Callable[[], QWidget]]] = {
    scene: (shows, partial(menu, scene)) for scene, shows in SCENES.items()
} | {
    "deciding": (
        "two things wait for a decision",
        lambda: menu("two", [two_versions(), question("forget", "memory", None)]),
    )
}
