"""Frames that hold together: a card, a notice with one thing to do, an empty place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame

from app.theme.tokens import CLOSE, EDGE, GAP, NEAR
from app.widgets.buttons import Button
from app.widgets.labels import label, restyle, say
from app.widgets.layout import column, row
from app.widgets.marks import Tile

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QLayout

PADDED = (GAP, GAP, GAP, GAP)


class Card(QFrame):
    """A ground of its own for what belongs together."""

    def __init__(self, layout: QLayout | None = None, kind: str = "true") -> None:
        super().__init__()
        self.setProperty("card", kind)
        if layout is not None:
            self.setLayout(layout)


class Notice(Card):
    """Something to look at, with at most one thing to do about it."""

    def __init__(self, icon: str = "info", tone: str = "warn") -> None:
        super().__init__(kind="notice")
        self.setProperty("tone", tone)
        self._tile = Tile(icon, tone, 32)
        self.text = label(wraps=True)
        self.action = Button()
        self.action.hide()
        self._act: Callable[[], object] | None = None
        self.action.clicked.connect(self._do)
        layout = row(self._tile, self.text, self.action, gap=CLOSE, edges=(14, 10, CLOSE, 10))
        layout.setStretch(1, 1)
        self.setLayout(layout)

    def show_notice(
        self,
        icon: str,
        tone: str,
        text: str,
        action: str = "",
        act: Callable[[], object] | None = None,
    ) -> None:
        """Say this; without ``act`` there is nothing to do."""
        self._tile.show_state(icon, tone)
        restyle(self, tone=tone)
        say(self.text, text)
        self._act = act
        if self.action.text() != action:
            self.action.setText(action)
        self.action.setVisible(act is not None)
        self.setAccessibleName(text)

    def _do(self) -> None:
        if self._act is not None:
            self._act()


class Empty(Card):
    """What stands where nothing is yet: what will be here, and how to begin."""

    def __init__(
        self, icon: str, title: str, meaning: str, action: Button | None = None
    ) -> None:
        super().__init__(kind="quiet")
        text = column(label(title, "h2"), label(meaning, "mute", wraps=True), gap=NEAR // 2)
        if action is not None:
            text.addSpacing(NEAR)
            text.addLayout(row(action, None))
        tile = Tile(icon, "accent", 48)
        layout = row(tile, text, gap=GAP, edges=(EDGE, EDGE, EDGE, EDGE))
        layout.setAlignment(tile, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        layout.setStretch(1, 1)
        self.setLayout(layout)
        self.setAccessibleName(title)
