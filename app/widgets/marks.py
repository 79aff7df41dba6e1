"""Small drawings: a dot for a state, an icon on a tile. They follow the scheme."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from app import theme

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

TILE = 40
_SHARE = 0.54
"""How much of a tile its icon takes."""


class Dot(QWidget):
    """Whether something is here: full, hollow (away), or a ring with a gap (under way)."""

    FULL, HOLLOW, HALF = "full", "hollow", "half"

    def __init__(self, tone: str = "off", shape: str = HOLLOW) -> None:
        super().__init__()
        self.tone, self.shape = tone, shape
        self.setFixedSize(12, 18)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def show_state(self, tone: str, shape: str) -> None:
        """Another colour and, so that nobody depends on that, another shape."""
        if (tone, shape) != (self.tone, self.shape):
            self.tone, self.shape = tone, shape
            self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        color, middle = QColor(theme.tokens().tone(self.tone)[0]), QPointF(6, self.height() / 2)
        if self.shape == self.FULL:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            painter.drawEllipse(middle, 4.3, 4.3)
            return
        painter.setPen(QPen(color, 1.8))
        painter.drawEllipse(middle, 3.6, 3.6)
        if self.shape == self.HALF:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            ring = QRectF(middle.x() - 3.6, middle.y() - 3.6, 7.2, 7.2)
            painter.drawPie(ring, 90 * 16, -180 * 16)


class Tile(QWidget):
    """An icon on a soft ground of its tone."""

    def __init__(self, name: str, tone: str = "accent", side: int = TILE) -> None:
        super().__init__()
        self.name, self.tone = name, tone
        self.setFixedSize(side, side)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def show_state(self, name: str, tone: str) -> None:
        """Another icon or tone."""
        if (name, tone) != (self.name, self.tone):
            self.name, self.tone = name, tone
            self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        ink, ground = theme.tokens().tone(self.tone)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(ground))
        radius = self.width() * 0.27
        painter.drawRoundedRect(self.rect(), radius, radius)
        side = round(self.width() * _SHARE)
        place = QPointF((self.width() - side) / 2, (self.height() - side) / 2)
        painter.drawPixmap(place, theme.pixmap(self.name, ink, side, self.devicePixelRatioF()))
