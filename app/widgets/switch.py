"""On or off, as a switch: the side of its knob says which, then its colour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QCheckBox, QSizePolicy
from typing_extensions import override

from app import theme

if TYPE_CHECKING:
    from PySide6.QtCore import QPoint
    from PySide6.QtGui import QPaintEvent

TRACK = QSize(38, 22)
RING = 3
"""Room around the track for where the keyboard is."""


class Switch(QCheckBox):
    """A check box that is drawn as a switch; ``name`` is what it switches."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def show_state(self, is_on: bool) -> None:
        """Show that, without telling anybody that it was clicked."""
        self.blockSignals(True)
        self.setChecked(is_on)
        self.blockSignals(False)

    @override
    def sizeHint(self) -> QSize:
        return TRACK + QSize(2 * RING, 2 * RING)

    @override
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    @override
    def hitButton(self, pos: QPoint) -> bool:
        return self.rect().contains(pos)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, is_on = theme.tokens(), self.isChecked()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        track = QRectF(RING, RING, TRACK.width(), TRACK.height())
        ground, outline, knob = _colors(tokens, is_on=is_on, is_enabled=self.isEnabled())
        if self.hasFocus():
            painter.setPen(QPen(QColor(tokens.accent), 2))
            painter.drawRoundedRect(track.adjusted(-2, -2, 2, 2), 13, 13)
        painter.setPen(QPen(QColor(outline), 1.5))
        painter.setBrush(QColor(ground))
        painter.drawRoundedRect(track.adjusted(0.75, 0.75, -0.75, -0.75), 11, 11)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(knob))
        middle = track.right() - 11 if is_on else track.left() + 11
        radius = 7.5 if is_on else 6.0
        painter.drawEllipse(QPointF(middle, track.center().y()), radius, radius)


def _colors(tokens: theme.Tokens, *, is_on: bool, is_enabled: bool) -> tuple[str, str, str]:
    """Ground, outline and knob."""
    if not is_enabled and is_on:
        return tokens.accent_soft, tokens.accent_soft, tokens.accent
    if not is_enabled:
        return tokens.off_soft, tokens.off_soft, tokens.mute
    if is_on:
        return tokens.accent, tokens.accent, tokens.on_accent
    return tokens.card, tokens.edge, tokens.edge
