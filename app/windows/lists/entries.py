"""Rows of two lines: what it is and when, how it goes on and where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate
from typing_extensions import override

from app import theme
from app.theme.tokens import CLOSE, NEAR, SMALL, TIGHT
from app.windows.lists import drawing
from app.windows.lists.model import FADING_ROLE, ROW_ROLE, Index

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QStyleOptionViewItem

    from app.windows.lists.view import ListView

HEIGHT = 62


@dataclass(frozen=True)
class Entry:
    """What two lines say; ``marks`` are icons before the second."""

    title: str
    aside: str
    under: str
    under_aside: str = ""
    marks: tuple[str, ...] = ()


class Entries(QStyledItemDelegate):
    """Draws entries; ``entry_of`` makes one of a row."""

    def __init__(self, view: ListView, entry_of: Callable[[Any], Entry]) -> None:
        super().__init__(view)
        self._view, self._entry_of = view, entry_of

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(self._view.viewport().width(), HEIGHT)

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = index.data(ROW_ROLE)
        if row is None:
            return
        room = QRectF(option.rect).adjusted(TIGHT, 1, -TIGHT, -1)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_ground(painter, room, option.state)
        if index.data(FADING_ROLE):
            painter.setOpacity(drawing.FADED)
        self._draw_lines(painter, room.adjusted(CLOSE, 8, -CLOSE, -8), self._entry_of(row))
        painter.restore()

    def _draw_ground(self, painter: QPainter, room: QRectF, state: QStyle.StateFlag) -> None:
        tokens = theme.tokens()
        if state & QStyle.StateFlag.State_Selected:
            drawing.fill(painter, room, tokens.card, tokens.line, radius=10)
            if self._view.hasFocus():
                drawing.ring(painter, room, tokens.accent, radius=10)
        elif state & QStyle.StateFlag.State_MouseOver:
            drawing.fill(painter, room, tokens.hover, radius=10)

    def _draw_lines(self, painter: QPainter, room: QRectF, entry: Entry) -> None:
        tokens, half = theme.tokens(), room.height() / 2
        first = QRectF(room.left(), room.top(), room.width(), half)
        second = first.translated(0, half)
        right = Qt.AlignmentFlag.AlignRight
        drawing.line(painter, first, entry.aside, tokens.mute, size=SMALL, at=right)
        kept = drawing.width_of(entry.aside, SMALL) + NEAR if entry.aside else 0
        first.setWidth(first.width() - kept)
        drawing.line(painter, first, entry.title, tokens.text, is_strong=True)
        drawing.line(painter, second, entry.under_aside, tokens.mute, size=SMALL, at=right)
        kept = drawing.width_of(entry.under_aside, SMALL) + NEAR if entry.under_aside else 0
        second.setWidth(second.width() - kept)
        for name in entry.marks:
            ink = tokens.warn if name == "lock" else tokens.mute
            x, middle = second.left(), second.center().y()
            second.setLeft(x + drawing.mark(painter, name, ink, x, middle))
        drawing.line(painter, second, entry.under, tokens.mute, size=SMALL)
