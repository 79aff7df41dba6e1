"""What drawn rows share: the names of devices, the button for more, a click on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, Protocol, TypeVar, cast

from PySide6.QtCore import QEvent, QPointF, QRectF
from PySide6.QtWidgets import QStyledItemDelegate
from typing_extensions import override

from app import theme
from app.windows.lists import drawing
from app.windows.lists.stretch import Row

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtCore import QAbstractItemModel
    from PySide6.QtGui import QMouseEvent, QPainter
    from PySide6.QtWidgets import QStyleOptionViewItem

    from app.windows.lists.model import Index, ListModel
    from app.windows.lists.view import ListView

MORE = 28


class Measured(Protocol):
    """A row with all its measures; rectangles are relative to its upper left corner."""

    @property
    def more(self) -> QRectF:
        """Where the button for what can be done is."""

    def is_rest(self, at: QPointF) -> bool:
        """Whether a click there asks for the rest of a text that is not shown whole."""


Form = TypeVar("Form", bound=Measured)


class Drawn(QStyledItemDelegate, Generic[Row, Form]):
    """Draws the rows of a list; ``names`` are the devices by id, ``now`` is Unix seconds."""

    def __init__(self, view: ListView, model: ListModel[Row]) -> None:
        super().__init__(view)
        self._view, self._rows = view, model
        self.names: Mapping[str, str] = {}
        self.now = 0.0

    def form(self, number: int, width: int) -> Form:
        """The row of that number in a list so wide; each kind of row says it."""
        raise NotImplementedError

    def _draw_more(self, painter: QPainter, form: Form) -> None:
        tokens = theme.tokens()
        drawing.fill(painter, form.more, tokens.hover, tokens.line, radius=9)
        middle = form.more.center()
        drawing.mark(painter, "more", tokens.mute, middle.x() - drawing.MARK / 2, middle.y())

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
        elif form.is_rest(at):
            self._view.opened.emit(self._rows.rows[index.row()])
        else:
            return False
        return True
