"""Text on a list: laid out once for a width, then only drawn.

Lines break between words, and inside one where it is longer than a line; each paragraph runs
in the direction of its own script.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QGuiApplication,
    QPainter,
    QTextLayout,
    QTextOption,
)

from app.theme.tokens import TEXT

KEPT = 1200
LEADING = 1.16
CHARACTERS_MAX = 6000
"""More is shown when it is opened."""


@dataclass(frozen=True)
class Paragraph:
    """A text in lines: how wide and high it is, and whether all of it is there."""

    layout: QTextLayout
    width: float
    height: float
    is_whole: bool

    def draw(self, painter: QPainter, x: float, y: float, color: str) -> None:
        """Draw it with its upper left corner there."""
        painter.setPen(QColor(color))
        self.layout.draw(painter, QPointF(x, y))


@functools.lru_cache(maxsize=KEPT)
def lay_out(
    text: str, width: int, size: int = TEXT, lines_max: int = 0, *, is_strong: bool = False
) -> Paragraph:
    """A text in lines of at most ``width`` logical pixels, ``lines_max`` of them if given."""
    shown = text[:CHARACTERS_MAX].replace("\r\n", "\n").replace("\n", "\u2028")
    layout = QTextLayout(shown, font_of(size, is_strong=is_strong))
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    option.setTextDirection(_direction(shown))
    option.setUseDesignMetrics(True)
    layout.setTextOption(option)
    layout.setCacheEnabled(True)
    height, widest, is_whole = 0.0, 0.0, len(text) <= CHARACTERS_MAX
    layout.beginLayout()
    count = 0
    while (line := layout.createLine()).isValid():
        if lines_max and count == lines_max:
            # The line exists by now; below the visible height it is never drawn.
            line.setPosition(QPointF(0, -1e6))
            is_whole = False
            break
        line.setLineWidth(width)
        line.setPosition(QPointF(0, height))
        height += round(line.height() * LEADING)
        widest = max(widest, line.naturalTextWidth())
        count += 1
    layout.endLayout()
    return Paragraph(layout, widest, height, is_whole)


@functools.lru_cache(maxsize=16)
def font_of(size: int = TEXT, *, is_strong: bool = False) -> QFont:
    """The application's font in a size, logical pixels."""
    font = QFont(QGuiApplication.font())
    font.setPixelSize(size)
    if is_strong:
        font.setWeight(QFont.Weight.DemiBold)
    return font


@functools.lru_cache(maxsize=16)
def measure(size: int = TEXT, *, is_strong: bool = False) -> QFontMetricsF:
    """How wide and high texts of a size are."""
    return QFontMetricsF(font_of(size, is_strong=is_strong))


def _direction(text: str) -> Qt.LayoutDirection:
    if text.isascii():
        return Qt.LayoutDirection.LeftToRight
    return Qt.LayoutDirection.LayoutDirectionAuto
