"""What rows of lists are drawn with: grounds, chips, marks, one line of a text."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPen

from app import theme
from app.theme.tokens import NEAR, SMALL, TEXT, TIGHT
from app.windows.lists.paragraph import font_of, measure

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

CHIP_HEIGHT = 20
MARK = 14
FADED = 0.35
RING = 2.0


def fill(
    painter: QPainter, room: QRectF, ground: str, line: str = "", radius: int = 14
) -> None:
    """A ground with round corners, with an outline if it has a colour."""
    painter.setPen(QPen(QColor(line), 1) if line else Qt.PenStyle.NoPen)
    painter.setBrush(QColor(ground))
    inner = room.adjusted(0.5, 0.5, -0.5, -0.5) if line else room
    painter.drawRoundedRect(inner, radius, radius)


def ring(painter: QPainter, room: QRectF, color: str, radius: int = 14) -> None:
    """What is chosen has a ring."""
    painter.setPen(QPen(QColor(color), RING))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    inset = RING / 2
    painter.drawRoundedRect(room.adjusted(inset, inset, -inset, -inset), radius, radius)


def line(  # noqa: PLR0913 — where, what and how, by name
    painter: QPainter,
    room: QRectF,
    text: str,
    color: str,
    *,
    size: int = TEXT,
    is_strong: bool = False,
    at: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
) -> None:
    """One line of a text, shortened where there is no room."""
    painter.setFont(font_of(size, is_strong=is_strong))
    painter.setPen(QColor(color))
    metrics = measure(size, is_strong=is_strong)
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room.width())
    painter.drawText(room, int(at | Qt.AlignmentFlag.AlignVCenter), shown)


@functools.lru_cache(maxsize=4096)
def width_of(text: str, size: int = TEXT, *, is_strong: bool = False) -> float:
    """How wide one line of a text is."""
    return measure(size, is_strong=is_strong).horizontalAdvance(text) + 1


def mark(painter: QPainter, name: str, color: str, x: float, middle: float) -> float:
    """A small icon in a line; returns how much room it took."""
    ratio = painter.device().devicePixelRatio()
    drawn = theme.pixmap(name, color, MARK, ratio)
    painter.drawPixmap(QPointF(x, middle - MARK / 2), drawn)
    return MARK + TIGHT


def chip_width(text: str) -> float:
    """How much room a chip takes with the gap after it."""
    return min(width_of(text, SMALL), 160) + 2 * NEAR + TIGHT


def chip(painter: QPainter, text: str, x: float, middle: float) -> float:
    """A tag; returns how much room it took."""
    tokens, taken = theme.tokens(), chip_width(text)
    room = QRectF(x, middle - CHIP_HEIGHT / 2, taken - TIGHT, CHIP_HEIGHT)
    fill(painter, room, tokens.off_soft, radius=7)
    inner = room.adjusted(NEAR, 0, -NEAR, 0)
    line(painter, inner, text, tokens.off, size=SMALL)
    return taken
