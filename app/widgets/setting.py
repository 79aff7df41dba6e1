"""One thing that can be set: what it is, what that means, and at its right how it is set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QFrame, QWidget
from typing_extensions import override

from app import theme
from app.theme.tokens import CLOSE, GAP, NEAR, TIGHT
from app.widgets.cards import Card
from app.widgets.labels import label, say
from app.widgets.layout import column, row
from app.widgets.marks import Tile

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from app.widgets.layout import Part

NARROW = 520
"""Below this width what is wide stands below the text."""
TILE = 34
INSET = (20, CLOSE, 20, CLOSE)


class Setting(QWidget):
    """A line of a ``Panel``; ``is_wide``: the control needs room of its own where it is narrow.

    ``foot`` is for what is said or done below the sentence.
    """

    def __init__(
        self, icon: str, title: str, meaning: str, control: Part, *, is_wide: bool = False
    ) -> None:
        super().__init__()
        self._is_wide, self._is_narrow = is_wide, False
        self.tile = Tile(icon, "off", TILE)
        self.title = label(title, "name", wraps=True)
        self.meaning = label(kind="mute", wraps=True)
        self.foot = column(gap=TIGHT)
        text = column(self.title, self.meaning, self.foot, gap=2)
        head = row(self.tile, text, gap=CLOSE)
        head.setStretch(1, 1)
        head.setAlignment(self.tile, Qt.AlignmentFlag.AlignTop)
        self._end = row(control, gap=0)
        self._end.addStretch(0)
        self._whole = row(head, self._end, gap=GAP, edges=INSET)
        self._whole.setStretch(0, 1)
        self.setLayout(self._whole)
        self.show_meaning(meaning)

    def hide_tile(self) -> None:
        """It belongs to the one above it; its place stays empty."""
        policy = self.tile.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.tile.setSizePolicy(policy)
        self.tile.hide()

    def show_meaning(self, text: str) -> None:
        """What it means now; empty: nothing needs to be said."""
        say(self.meaning, text)
        self.meaning.setVisible(bool(text))

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_narrow = self._is_wide and self.width() < theme.scaled(NARROW)
        if is_narrow != self._is_narrow:
            self._is_narrow = is_narrow
            beside, below = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
            self._whole.setDirection(below if is_narrow else beside)
            self._whole.setSpacing(NEAR if is_narrow else GAP)
            left = TILE + CLOSE if is_narrow else 0
            self._end.setContentsMargins(left, 0, 0, 0)
            self._end.setStretch(self._end.count() - 1, int(is_narrow))


class Panel(Card):
    """Settings below each other on one card, a thin line between two."""

    def __init__(self, title: str, lead: str = "") -> None:
        super().__init__()
        self.title = label(title, "h2")
        self.lead = label(lead, "mute", wraps=True)
        self.lead.setVisible(bool(lead))
        head = column(self.title, self.lead, gap=2, edges=(20, GAP, 20, TIGHT))
        self._lines = column(gap=0, edges=(0, 0, 0, NEAR))
        self.setLayout(column(head, self._lines, gap=0))

    def add(self, part: QWidget, *, has_line: bool = True) -> QWidget:
        """One more below the others; what is answered can be hidden with its line."""
        line = QFrame()
        line.setProperty("rule", True)
        line.setFixedHeight(1)
        line.setVisible(has_line and self._lines.count() > 0)
        held = QWidget()
        held.setLayout(column(row(line, gap=0, edges=(20, 0, 20, 0)), part, gap=0))
        self._lines.addWidget(held)
        return held
