"""That something is open, said on a page, with the way to decide it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.matters import summary
from app.widgets.cards import Notice
from app.widgets.layout import NO_EDGES, column
from app.wording import tr

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.matters import Matter
    from app.widgets.layout import Edges


class Banner(QWidget):
    """Hidden while nothing is open, with its ``edges``. ``kinds``: of these; none: of all."""

    wanted = Signal()
    """Somebody wants to decide."""

    def __init__(self, *kinds: str, edges: Edges = NO_EDGES) -> None:
        super().__init__()
        self._kinds = frozenset(kinds)
        self._notice = Notice("info", "accent")
        self.text, self.action = self._notice.text, self._notice.action
        self.setLayout(column(self._notice, edges=edges))
        self.hide()

    def show_matters(self, matters: Iterable[Matter]) -> None:
        """Say what of these is open."""
        mine = [one for one in matters if not self._kinds or one.kind in self._kinds]
        if mine:
            self._notice.show_notice(
                "info", "accent", summary(mine), tr("Decide…"), self.wanted.emit
            )
        self.setVisible(bool(mine))
