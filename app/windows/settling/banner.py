"""That something is open, said on a page, with the way to decide it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from app.widgets.cards import Notice
from app.windows.settling import words
from app.wording import tr

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.windows.settling.matters import Matter


class Banner(Notice):
    """Hidden while nothing is open. ``kinds``: of these alone; none: of everything."""

    wanted = Signal()
    """Somebody wants to decide."""

    def __init__(self, *kinds: str) -> None:
        super().__init__("info", "accent")
        self._kinds = frozenset(kinds)
        self.hide()

    def show_matters(self, matters: Iterable[Matter]) -> None:
        """Say what of these is open."""
        mine = [one for one in matters if not self._kinds or one.kind in self._kinds]
        if mine:
            self.show_notice(
                "info", "accent", words.summary(mine), tr("Decide…"), self.wanted.emit
            )
        self.setVisible(bool(mine))
