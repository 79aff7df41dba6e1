"""Memories as cards: the text, and below it who has it, from where and since when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QEvent, QRectF, QSize
from PySide6.QtGui import QMouseEvent, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate
from typing_extensions import override

from app import theme
from app.theme.tokens import NEAR, SMALL, TIGHT
from app.windows.lists import drawing, words
from app.windows.lists.model import FADING_ROLE, Index
from app.windows.lists.paragraph import Paragraph, lay_out
from app.wording import tr

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtCore import QAbstractItemModel
    from PySide6.QtWidgets import QStyleOptionViewItem

    from app.windows.lists.model import ListModel
    from app.windows.lists.view import ListView
    from mesh.wishes import MemoryLine

WIDEST = 860
LINES_MAX = 8
PAD = 16
FOOT = 30
MORE = 28
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


class Cards(QStyledItemDelegate):
    """Draws memories; ``names`` are the devices by id, ``now`` is Unix seconds."""

    def __init__(self, view: ListView, model: ListModel[MemoryLine]) -> None:
        super().__init__(view)
        self._view, self._rows = view, model
        self.names: Mapping[str, str] = {}
        self.now = 0.0

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
            drawing.fill(painter, form.more, tokens.hover, tokens.line, radius=9)
            middle = form.more.center()
            x = middle.x() - drawing.MARK / 2
            drawing.mark(painter, "more", tokens.mute, x, middle.y())
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

    # ---- the mouse ---------------------------------------------------------------------------

    @override
    def editorEvent(
        self,
        event: QEvent,
        model: QAbstractItemModel,
        option: QStyleOptionViewItem,
        index: Index,
    ) -> bool:
        if event.type() is not QEvent.Type.MouseButtonRelease:
            return False
        place = QRectF(option.rect)
        form = self.form(index.row(), int(place.width()))
        at = cast("QMouseEvent", event).position() - place.topLeft()
        if form.more.contains(at):
            self._view.want_menu(self._rows.index(index.row(), 0))
            return True
        if (
            not form.text.is_whole
            and PAD + form.text.height < at.y() < form.card.bottom() - FOOT
        ):
            self._view.opened.emit(self._rows.rows[index.row()])
            return True
        return False
