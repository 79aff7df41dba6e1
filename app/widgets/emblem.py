"""An icon on a soft ground of its tone; it paints itself, and so follows the scheme."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from app import theme

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

SIDE = 44
ROUND = 13


class Emblem(QWidget):
    """``name`` of an icon, ``tone``: accent, ok, warn, bad or off. It says nothing by itself."""

    def __init__(
        self, name: str, tone: str = "accent", side: int = SIDE, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._name, self._tone, self._side = name, tone, side
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def become(self, name: str, tone: str) -> None:
        """Show another icon."""
        self._name, self._tone = name, tone
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(self._side, self._side)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        ink, ground = theme.tokens().tone(self._tone)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(ground))
        painter.drawRoundedRect(self.rect(), ROUND, ROUND)
        icon = self._side // 2
        drawn = theme.pixmap(self._name, ink, icon, self.devicePixelRatioF())
        edge = (self._side - icon) // 2
        painter.drawPixmap(edge, edge, drawn)
