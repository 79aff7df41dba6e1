"""What only a person can decide: two versions, and wishes of less trusted devices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from app.matters import Matters
from app.windows.settling.dialog import SettlingDialog
from mesh.wishes import ConflictShown, QuestionShown
from tests.app.gallery import life
from tests.app.qt import scenes
from tests.app.qt.recorder import Recorder

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.matters import Matter

TABLET = scenes.device_id("Kitchen Tablet")


def two_versions() -> Matter:
    """A memory that was changed on two devices."""
    sides = life.versions()
    return ConflictShown(id="q1", kind="memory", shown=sides[0].text, choices=sides)


def question(what: str, kind: str, wanted: str | None) -> Matter:
    """What the tablet wishes."""
    return QuestionShown(
        id="q2",
        about="x1",
        kind=kind,
        what=what,
        shown="" if kind == "burst" else life.memories()[1].text,
        device_id=TABLET,
        timestamp=scenes.NOW - 3600,
        wanted=wanted,
    )


def _dialog(make: Callable[[], list[Matter]]) -> Callable[[], QWidget]:
    def build() -> QWidget:
        parent = QWidget()
        wisher = Recorder()
        matters = Matters(wisher)
        open_ones = make()
        matters.conflicts = tuple(x for x in open_ones if isinstance(x, ConflictShown))
        matters.questions = tuple(x for x in open_ones if isinstance(x, QuestionShown))
        window = SettlingDialog(wisher, matters, scenes.five().names, scenes.NOW, parent)
        window.setParent(None, window.windowFlags())
        matters.setParent(window)
        return window

    return build


WINDOWS: dict[str, tuple[str, Callable[[], QWidget]]] = {
    "versions": (
        "two devices changed it apart",
        _dialog(lambda: [two_versions(), question("forget", "memory", None)]),
    ),
    "wish": (
        "a device of limited trust wishes to forget",
        _dialog(lambda: [question("forget", "memory", None)]),
    ),
    "burst": (
        "a device forgot very much at once",
        _dialog(lambda: [question("forget", "burst", "412")]),
    ),
}
