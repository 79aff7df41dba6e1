"""The companion's face in a ring: how it feels, at a glance.

From the top the ring fills to the right the better, to the left the worse it feels; how
strongly the arc is drawn tells how sure that is. The mouth follows the valence, the eyes the
arousal. While nothing is known the face is pale and calm. A change moves there softly, where
the desktop moves things at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEasingCurve, QPointF, QRectF, Qt, QVariantAnimation
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QRadialGradient
from PySide6.QtWidgets import QStyle, QWidget
from typing_extensions import override

from app import theme

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

SIDE = 112
STROKE = 7.0
MOVE_MS = 450
_FACE = 0.62


@dataclass(frozen=True)
class Feeling:
    """Valence and arousal −1…1, confidence 0…1."""

    valence: float = 0.0
    arousal: float = 0.0
    confidence: float = 0.0

    def towards(self, other: Feeling, share: float) -> Feeling:
        """So far on the way to another."""
        return Feeling(
            self.valence + (other.valence - self.valence) * share,
            self.arousal + (other.arousal - self.arousal) * share,
            self.confidence + (other.confidence - self.confidence) * share,
        )


class MoodRing(QWidget):
    """Shows a ``Feeling``, or that none is known."""

    def __init__(self, side: int = SIDE) -> None:
        super().__init__()
        self.setFixedSize(side, side)
        self.feeling: Feeling | None = None
        self._from = self._shown = Feeling()
        self._motion = QVariantAnimation(self)
        self._motion.setEasingCurve(QEasingCurve.Type.InOutCubic)
        self._motion.setStartValue(0.0)
        self._motion.setEndValue(1.0)
        self._motion.valueChanged.connect(self._move)

    def show_feeling(self, feeling: Feeling | None, words: str) -> None:
        """Move to this feeling; ``words`` say it to those who do not see the ring."""
        self.setAccessibleName(words)
        self.setToolTip(words)
        if feeling == self.feeling:
            return
        self.feeling = feeling
        self._from = self._shown
        if self._moves():
            self._motion.setDuration(MOVE_MS)
            self._motion.start()
        else:
            self._motion.stop()
            self._move(1.0)

    def _moves(self) -> bool:
        hint = QStyle.StyleHint.SH_Widget_Animation_Duration
        return self.isVisible() and self.style().styleHint(hint, None, self) > 0

    def _move(self, share: float) -> None:
        self._shown = self._from.towards(self.feeling or Feeling(), share)
        self.update()

    # ---- drawing -----------------------------------------------------------------------------

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens = theme.tokens()
        margin = STROKE / 2 + 2
        ring = QRectF(self.rect()).adjusted(margin, margin, -margin, -margin)
        painter.setPen(QPen(QColor(tokens.off_soft), STROKE))
        painter.drawEllipse(ring)
        self._paint_arc(painter, ring, tokens)
        self._paint_face(painter, ring.center(), ring.width() / 2 * _FACE, tokens)

    def _paint_arc(self, painter: QPainter, ring: QRectF, tokens: theme.Tokens) -> None:
        shown = self._shown
        if shown.confidence <= 0.0:
            return
        color = QColor(tokens.ok if shown.valence >= 0 else tokens.warn)
        color.setAlphaF(0.45 + 0.55 * shown.confidence)
        pen = QPen(color, STROKE)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.drawArc(ring, 90 * 16, -round(180 * 16 * shown.valence) or -16)

    def _paint_face(
        self, painter: QPainter, middle: QPointF, radius: float, tokens: theme.Tokens
    ) -> None:
        is_known = self.feeling is not None
        base = QColor(tokens.accent if is_known else tokens.accent_soft)
        glow = QRadialGradient(middle + QPointF(-radius * 0.3, -radius * 0.4), radius * 1.6)
        if is_known:
            glow.setColorAt(0, base.lighter(128 if not tokens.is_dark else 108))
        glow.setColorAt(1, base)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(glow)
        painter.drawEllipse(middle, radius, radius)
        ink = QColor(tokens.on_accent if is_known else tokens.accent)
        painter.setBrush(ink)
        opened = 1.0 + 0.35 * self._shown.arousal
        for side in (-1, 1):
            eye = middle + QPointF(side * radius * 0.32, -radius * 0.2)
            painter.drawEllipse(eye, radius * 0.085, radius * 0.1 * opened)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        pen = QPen(ink, max(2.0, radius * 0.09))
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.drawPath(_mouth(middle, radius, self._shown.valence))


def _mouth(middle: QPointF, radius: float, valence: float) -> QPainterPath:
    bend = valence if abs(valence) > 0.08 else 0.08  # noqa: PLR2004 — a calm face smiles a little
    level = middle.y() + radius * (0.3 - 0.08 * bend)
    path = QPainterPath(QPointF(middle.x() - radius * 0.36, level))
    path.quadTo(
        QPointF(middle.x(), level + radius * 0.5 * bend),
        QPointF(middle.x() + radius * 0.36, level),
    )
    return path
