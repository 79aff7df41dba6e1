"""Messages as bubbles: the person's at the right, the companion's at the left.

A day has a heading; what follows closely and comes from the same mouth shares one line of
who, where and when.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle
from typing_extensions import override

from app import theme
from app.theme.tokens import CLOSE, EDGE, NEAR, SMALL, TIGHT
from app.windows.lists import drawing, words
from app.windows.lists.drawn import MORE, Drawn
from app.windows.lists.model import FADING_ROLE, Index
from app.windows.lists.paragraph import Paragraph, lay_out
from app.wording import full_date, tr

if TYPE_CHECKING:
    from PySide6.QtWidgets import QStyleOptionViewItem

    from mesh.wishes import MessageLine

WIDEST = 660
SHARE = 0.78
PAD_X, PAD_Y = 14, 10
HEADING = 40
FOOT = 24
GROUP_S = 5 * 60.0
MINUTE = 60
KEPT = 1000


@dataclass(frozen=True)
class Form:
    """A row with all its measures; rectangles are relative to its upper left corner."""

    heading: str
    text: Paragraph
    bubble: QRectF
    foot: str
    has_foot: bool
    is_own: bool
    height: int

    @property
    def more(self) -> QRectF:
        """Where the button for what can be done is."""
        x = self.bubble.left() - MORE - TIGHT if self.is_own else self.bubble.right() + TIGHT
        return QRectF(x, self.bubble.top() + TIGHT, MORE, MORE)

    def is_rest(self, at: QPointF) -> bool:
        """Whether a click there asks for the rest of a text that is not shown whole."""
        rest = self.bubble.bottom() - FOOT - PAD_Y
        return not self.text.is_whole and self.bubble.contains(at) and at.y() > rest


class Bubbles(Drawn["MessageLine", Form]):
    """Draws messages."""

    # ---- measures ----------------------------------------------------------------------------

    @override
    def form(self, number: int, width: int) -> Form:
        """The row of that number in a list so wide."""
        rows = self._rows
        return _form(
            rows.rows[number], rows.row(number - 1), rows.row(number + 1), width,
            int(self.now // MINUTE), self.device(rows.rows[number]),
        )  # fmt: skip

    def device(self, row: MessageLine) -> str:
        """Where it was said, as far as that is known."""
        return self.names.get(row.device_id or "", "")

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        width = self._view.viewport().width()
        return QSize(width, self.form(index.row(), width).height)

    # ---- drawing -----------------------------------------------------------------------------

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        room = QRectF(option.rect)
        state = option.state
        form = self.form(index.row(), int(room.width()))
        row = self._rows.rows[index.row()]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(room.topLeft())
        if form.heading:
            self._draw_heading(painter, form, room.width())
        if index.data(FADING_ROLE):
            painter.setOpacity(drawing.FADED)
        is_chosen = bool(state & QStyle.StateFlag.State_Selected)
        self._draw_bubble(painter, form, is_chosen=is_chosen and self._view.hasFocus())
        if form.has_foot:
            self._draw_foot(painter, form, row, room.width())
        if is_chosen or state & QStyle.StateFlag.State_MouseOver:
            self._draw_more(painter, form)
        painter.restore()

    def _draw_heading(self, painter: QPainter, form: Form, width: float) -> None:
        tokens = theme.tokens()
        wide = drawing.width_of(form.heading, SMALL) + 2 * CLOSE
        pill = QRectF((width - wide) / 2, 10, wide, 22)
        drawing.fill(painter, pill, tokens.off_soft, radius=11)
        middle = Qt.AlignmentFlag.AlignHCenter
        drawing.line(painter, pill, form.heading, tokens.off, size=SMALL, at=middle)

    def _draw_bubble(self, painter: QPainter, form: Form, *, is_chosen: bool) -> None:
        tokens = theme.tokens()
        if form.is_own:
            drawing.fill(painter, form.bubble, tokens.accent_soft)
        else:
            drawing.fill(painter, form.bubble, tokens.card, tokens.line)
        if is_chosen:
            drawing.ring(painter, form.bubble, tokens.accent)
        x, y = form.bubble.left() + PAD_X, form.bubble.top() + PAD_Y
        form.text.draw(painter, x, y, tokens.text)
        if not form.text.is_whole:
            rest = QRectF(x, y + form.text.height, form.bubble.width() - 2 * PAD_X, FOOT)
            drawing.line(painter, rest, tr("Read all…"), tokens.accent, size=SMALL)

    def _draw_foot(self, painter: QPainter, form: Form, row: MessageLine, width: float) -> None:
        tokens = theme.tokens()
        taken = self._foot_width(form, row)
        x = form.bubble.right() - taken if form.is_own else form.bubble.left() + TIGHT
        x, middle = max(x, float(EDGE)), form.bubble.bottom() + FOOT / 2
        if words.is_kept_close(row.privacy):
            x += drawing.mark(painter, "lock", tokens.warn, x, middle)
            said = words.shared(row.privacy)
            wide = drawing.width_of(said, SMALL)
            drawing.line(
                painter, QRectF(x, middle - 9, wide, 18), said, tokens.warn, size=SMALL
            )
            x += wide + NEAR
        wide = min(drawing.width_of(form.foot, SMALL), width - EDGE - x)
        drawing.line(
            painter, QRectF(x, middle - 9, wide, 18), form.foot, tokens.mute, size=SMALL
        )
        x += wide + NEAR
        for tag in row.tags:
            if x + drawing.chip_width(tag) > width - EDGE:
                break
            x += drawing.chip(painter, tag, x, middle)

    def _foot_width(self, form: Form, row: MessageLine) -> float:
        taken = drawing.width_of(form.foot, SMALL) + TIGHT
        if row.tags:
            taken += NEAR + sum(drawing.chip_width(tag) for tag in row.tags)
        if words.is_kept_close(row.privacy):
            said = words.shared(row.privacy)
            taken += drawing.MARK + TIGHT + drawing.width_of(said, SMALL) + NEAR
        return taken


def speaker(row: MessageLine) -> str:
    """Who said it."""
    if row.speaker:
        return row.speaker
    return tr("You") if row.role == "user" else tr("AICO")


def spoken(row: MessageLine, device: str) -> str:
    """The message for those who hear it."""
    parts = [
        speaker(row),
        device,
        full_date(row.timestamp),
        words.shared(row.privacy) if words.is_kept_close(row.privacy) else "",
        tr("Tags: {tags}", tags=", ".join(row.tags)) if row.tags else "",
    ]
    return ", ".join(part for part in parts if part) + ": " + row.text


@functools.lru_cache(maxsize=KEPT)
def _form(  # noqa: PLR0917 — all that a form depends on, for the cache
    row: MessageLine,
    before: MessageLine | None,
    after: MessageLine | None,
    width: int,
    minute: int,
    device: str,
) -> Form:
    heading = _heading(row, before, minute * MINUTE)
    most = int(min(WIDEST, width * SHARE)) - 2 * PAD_X
    text = lay_out(row.text, max(most, 60))
    is_own = row.role == "user"
    wide = max(text.width, 24) + 2 * PAD_X
    x = width - EDGE - wide if is_own else float(EDGE)
    top = (HEADING if heading else 0) + (TIGHT if _is_close(before, row) else NEAR)
    more = 0 if text.is_whole else FOOT
    bubble = QRectF(x, top, wide, text.height + 2 * PAD_Y + more)
    has_foot = _ends_group(row, after)
    height = bubble.bottom() + (FOOT if has_foot else 0)
    foot = _foot(row, device) if has_foot else ""
    return Form(heading, text, bubble, foot, has_foot, is_own, int(height + 1))


def _heading(row: MessageLine, before: MessageLine | None, now: float) -> str:
    """The day, where a new one begins."""
    shown = words.day_of(row.timestamp, now)
    if before is not None and words.day_of(before.timestamp, now) == shown:
        return ""
    return shown


def _foot(row: MessageLine, device: str) -> str:
    parts = [speaker(row), device, words.time_of(row.timestamp)]
    if row.is_revised:
        parts.append(tr("changed"))
    return " · ".join(part for part in parts if part)


def _is_close(before: MessageLine | None, row: MessageLine) -> bool:
    """Whether two messages belong together."""
    return (
        before is not None
        and (before.role, before.speaker, before.device_id, before.privacy)
        == (row.role, row.speaker, row.device_id, row.privacy)
        and 0 <= row.timestamp - before.timestamp < GROUP_S
    )


def _ends_group(row: MessageLine, after: MessageLine | None) -> bool:
    if row.tags or row.is_revised or after is None:
        return True
    return not _is_close(row, after)
