"""What comes and goes below the page, so that nothing on it moves: trouble, undo, counting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.theme.tokens import EDGE, NEAR
from app.widgets.cards import Notice
from app.widgets.layout import column, row
from app.windows.page import WIDEST
from app.wording import sentence, tr

if TYPE_CHECKING:
    from collections.abc import Callable

    from mesh.errors import MeshError

UNDO_MS = 10_000
SIDE, BAR = EDGE + 4, 10
"""The page is longer than its window almost always, and then has a bar at its right."""
ALL = 1000
"""So much more room than the two sides: as much as it may have."""


class Foot(QWidget):
    """Takes no room while it has nothing to say."""

    def __init__(self) -> None:
        super().__init__()
        self.trouble, self.undo = Notice("warning", "bad"), Notice("check", "ok")
        self.counting = Notice("clock", "accent")
        self.notices = (self.trouble, self.undo, self.counting)
        centred = [_centred(notice) for notice in self.notices]
        self.setLayout(column(*centred, gap=NEAR, edges=(SIDE, NEAR, SIDE + BAR, NEAR)))
        for notice in self.notices:
            notice.hide()
        self.hide()
        self.undoing = QTimer(self)
        self.undoing.setSingleShot(True)
        self.undoing.setInterval(UNDO_MS)
        self.undoing.timeout.connect(self.end_undo)

    def say_trouble(self, error: MeshError) -> None:
        """What went wrong, until somebody has read it."""
        self.trouble.show_notice(
            "warning", "bad", sentence(error), tr("Got it"), self.end_trouble
        )
        self._show(self.trouble, is_shown=True)

    def end_trouble(self) -> None:
        """It was read, or something else is wished."""
        self._show(self.trouble, is_shown=False)

    def offer_undo(self, text: str, undo: Callable[[], object]) -> None:
        """What was done; for ten seconds it can be taken back."""
        self.undo.show_notice("check", "ok", text, tr("Undo"), undo)
        self._show(self.undo, is_shown=True)
        self.undoing.start()

    def end_undo(self) -> None:
        """It stands."""
        self.undoing.stop()
        self._show(self.undo, is_shown=False)

    def begin_counting(self, cancel: Callable[[], object]) -> None:
        """What a change would do is being counted."""
        text = tr("Counting what that would change…")
        self.counting.show_notice("clock", "accent", text, tr("Cancel"), cancel)
        self._show(self.counting, is_shown=True)

    def end_counting(self) -> None:
        """It is counted."""
        self._show(self.counting, is_shown=False)

    def _show(self, notice: Notice, *, is_shown: bool) -> None:
        notice.setVisible(is_shown)
        self.setVisible(any(not one.isHidden() for one in self.notices))


def _centred(notice: Notice) -> QHBoxLayout:
    """Below the page, which is in the middle where the window is wide."""
    notice.setMaximumWidth(WIDEST - 2 * SIDE)
    line = row(None, notice, None, gap=0)
    line.setStretch(1, ALL)
    return line
