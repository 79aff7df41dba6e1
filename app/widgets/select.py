"""A list to choose one from, with an arrow that follows the scheme."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QComboBox
from typing_extensions import override

from app import theme

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent, QWheelEvent

ARROW, EDGE = 16, 9


class Select(QComboBox):
    """The style sheet leaves the arrow out: it could only draw it in one colour."""

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        """Whoever scrolls a page over it means the page, and chooses nothing."""
        event.ignore()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        ink = theme.tokens().mute
        arrow = theme.pixmap("down", ink, ARROW, self.devicePixelRatioF())
        place = self.width() - ARROW - EDGE, (self.height() - ARROW) // 2
        QPainter(self).drawPixmap(*place, arrow)
