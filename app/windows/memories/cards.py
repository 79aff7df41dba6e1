"""Memories as cards: the text, and below it who has it, from where and since when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle
from typing_extensions import override

from app import theme
from app.theme.tokens import NEAR, SMALL, TIGHT
from app.windows.lists import drawing, words
from app.windows.lists.drawn import MORE, Drawn
from app.windows.lists.model import FADING_ROLE, Index
from app.windows.lists.paragraph import Paragraph, lay_out
from app.wording import tr

if TYPE_CHECKING:
    from PySide6.QtWidgets import QStyleOptionViewItem

    from mesh.wishes import MemoryLine

WIDEST = 860
LINES_MAX = 8
PAD = 16
FOOT = 30
GAP_BELOW = 10


@dataclass(frozen=True)
class Form:
    """A row with all its measures; rectangles are relative to its upper left corner."""

    text: Paragraph
    card: QRectF

    @property
    def more(self) -> QRectF:
        """Where the button for what can be done is."""
        return QRectF(self.card.right() - MORE - NEAR, self.card.top() + NEAR, MORE, MORE)

    def is_rest(self, at: QPointF) -> bool:
        """Whether a click there asks for the rest of a text that is not shown whole."""
        is_below = PAD + self.text.height < at.y() < self.card.bottom() - FOOT
        return not self.text.is_whole and is_below


class Cards(Drawn["MemoryLine", Form]):
    """Draws memories."""

    @override
    def form(self, number: int, width: int) -> Form:
        """The row of that number in a list so wide."""
        wide = min(WIDEST, width - 2)
        inner = max(60, int(wide) - 2 * PAD - MORE)
        text = lay_out(self._rows.rows[number].text, inner, lines_max=LINES_MAX)
        rest = 0 if text.is_whole else FOOT - NEAR
        return Form(text, QRectF(1, 0, wide, text.height + PAD + rest + FOOT + NEAR))

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        width = self._view.viewport().width()
        return QSize(width, int(self.form(index.row(), width).card.height()) + GAP_BELOW)

    # ---- drawing -----------------------------------------------------------------------------

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        room, tokens = QRectF(option.rect), theme.tokens()
        form, row = self.form(index.row(), int(room.width())), self._rows.rows[index.row()]
        is_chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(room.topLeft())
        if index.data(FADING_ROLE):
            painter.setOpacity(drawing.FADED)
        drawing.fill(painter, form.card, tokens.card, tokens.line)
        if is_chosen and self._view.hasFocus():
            drawing.ring(painter, form.card, tokens.accent)
        form.text.draw(painter, form.card.left() + PAD, PAD - 2, tokens.text)
        if not form.text.is_whole:
            rest = QRectF(form.card.left() + PAD, PAD + form.text.height, 300, FOOT - NEAR)
            drawing.line(painter, rest, tr("Read all…"), tokens.accent, size=SMALL)
        self._draw_foot(painter, form, row)
        if is_chosen or option.state & QStyle.StateFlag.State_MouseOver:
            self._draw_more(painter, form)
        painter.restore()

    def _draw_foot(self, painter: QPainter, form: Form, row: MemoryLine) -> None:
        tokens = theme.tokens()
        x, middle = form.card.left() + PAD, form.card.bottom() - FOOT / 2 - TIGHT
        shared, about = words.shared(row.privacy), self._about(row)
        texts = [(f"{shared} · {about}", tokens.mute)]
        if words.is_kept_close(row.privacy):
            x += drawing.mark(painter, "lock", tokens.warn, x, middle)
            texts = [(shared, tokens.warn), (about, tokens.mute)]
        for text, color in texts:
            wide = min(drawing.width_of(text, SMALL), form.card.right() - PAD - x)
            drawing.line(painter, QRectF(x, middle - 9, wide, 18), text, color, size=SMALL)
            x += wide + NEAR
        for tag in row.tags:
            if x + drawing.chip_width(tag) > form.card.right() - PAD:
                break
            x += drawing.chip(painter, tag, x, middle)

    def _about(self, row: MemoryLine) -> str:
        moment = words.moment_of(row.timestamp, self.now)
        parts = [self.names.get(row.device_id or "", ""), moment]
        if row.is_revised:
            parts.append(tr("changed"))
        return " · ".join(part for part in parts if part)
