"""A list that is read by scrolling: what is looked at stays where it is while rows come."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView
from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent

    from app.windows.lists.model import ListModel

NEAR = 4
"""An end counts as seen when so many pixels of it are not."""
NEAR_END = 600
"""So many logical pixels before an end the next page is asked for."""


class Anchor(NamedTuple):
    """A row and how far below the upper edge it ends: its heading may come and go."""

    object_id: str
    bottom: int


class ListView(QListView):
    """One column of rows of any height. ``sticks``: it begins and stays at the bottom."""

    menu_wanted = Signal(object, QPoint)
    """The row somebody wants to do something with, and where (global)."""
    opened = Signal(object)
    """The row that was chosen with Enter or a double click."""
    picked = Signal(object)
    """The row somebody went to, with a click or the arrow keys."""
    bottom_seen = Signal()
    """The end of the list is in sight."""

    def __init__(self, model: ListModel[Any], name: str, *, sticks: bool = False) -> None:
        super().__init__()
        self._rows, self._sticks = model, sticks
        self._anchor: Anchor | None = None
        self._chosen: str | None = None
        self._goes_back_to: Anchor | None = None
        self._was_at_bottom, self._was_at_top = sticks, False
        self.setModel(model)
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMouseTracking(True)
        self.verticalScrollBar().setSingleStep(28)
        self.verticalScrollBar().valueChanged.connect(self._look_around)
        self.activated.connect(self._open)
        self.clicked.connect(self._pick)
        model.rowsAboutToBeInserted.connect(self._note)
        model.rowsAboutToBeRemoved.connect(self._note)
        model.rowsInserted.connect(self._stay)
        model.rowsRemoved.connect(self._stay)
        model.modelAboutToBeReset.connect(self._note_chosen)
        model.loaded.connect(self._begin)

    # ---- staying in place --------------------------------------------------------------------

    @property
    def is_at_bottom(self) -> bool:
        """Whether the last row that is held is in sight."""
        bar = self.verticalScrollBar()
        return bar.value() >= bar.maximum() - NEAR

    @property
    def is_at_top(self) -> bool:
        """Whether the first row of the whole list is in sight."""
        return self.verticalScrollBar().value() <= NEAR and self._rows.is_at_top

    def anchor(self) -> Anchor | None:
        """The uppermost row that is in sight."""
        for y in (2, self.viewport().height() // 2):
            index = self.indexAt(QPoint(self.viewport().width() // 2, y))
            row = self._rows.row(index.row()) if index.isValid() else None
            if row is not None:
                return Anchor(row.object_id, self.visualRect(index).bottom())
        return None

    def _note(self) -> None:
        self._was_at_bottom = self._sticks and self.is_at_bottom and self._rows.is_at_bottom
        self._was_at_top = not self._sticks and self.is_at_top
        self._anchor = self.anchor()

    def _stay(self) -> None:
        self.doItemsLayout()
        if self._was_at_bottom:
            self.scrollToBottom()
        elif self._was_at_top:
            self.scrollToTop()
        elif self._anchor is not None:
            self.return_to(self._anchor)

    def return_to(self, anchor: Anchor) -> None:
        """Scroll so that a row is where it was."""
        index = self._rows.index_of(anchor.object_id)
        if index.isValid():
            bar = self.verticalScrollBar()
            bar.setValue(bar.value() + self.visualRect(index).bottom() - anchor.bottom)

    def renew(self) -> None:
        """Read anew: from the top for who is there, else from the uppermost row in sight.

        For lists that can be read below a cursor; what came between rows is seen too.
        """
        self._rows.when_at_rest(self._renew)

    def _renew(self) -> None:
        anchor, number = self.anchor(), None
        if anchor is not None and not self.is_at_top:
            number = self._rows.index_of(anchor.object_id).row()
        self._goes_back_to = anchor if number else None
        above = self._rows.row(number - 1) if number else None
        self._rows.load(below=above.place if above is not None else None)

    def mark(self, object_id: str | None) -> None:
        """Choose a row where it is; nothing moves."""
        self.setAutoScroll(False)
        self.setCurrentIndex(self._rows.index_of(object_id))
        self.setAutoScroll(True)

    def _note_chosen(self) -> None:
        chosen = self.chosen()
        self._chosen = chosen.object_id if chosen is not None else None

    def _begin(self) -> None:
        self.doItemsLayout()
        if not self.currentIndex().isValid():
            self.mark(self._chosen)
        anchor, self._goes_back_to = self._goes_back_to, None
        if self._sticks and self._rows.is_at_bottom:
            self.scrollToBottom()
        elif anchor is not None:
            self.return_to(anchor)
        self._look_around()

    def reveal(self, object_id: str) -> None:
        """Show a row in the middle and choose it."""
        index = self._rows.index_of(object_id)
        if index.isValid():
            self.doItemsLayout()
            self.setCurrentIndex(index)
            self.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtCenter)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        was_at_bottom = self._sticks and self.is_at_bottom
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self.doItemsLayout()
        if was_at_bottom:
            self.scrollToBottom()

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.StyleChange}:
            self.scheduleDelayedItemsLayout()

    def _look_around(self) -> None:
        bar = self.verticalScrollBar()
        if bar.value() < NEAR_END and not self._rows.is_at_top:
            self._rows.more_above()
        elif bar.value() > bar.maximum() - NEAR_END and not self._rows.is_at_bottom:
            self._rows.more_below()
        if self.is_at_bottom and self._rows.is_at_bottom:
            self.bottom_seen.emit()

    # ---- choosing ----------------------------------------------------------------------------

    def chosen(self) -> Any:
        """The row that is chosen, if any."""
        index = self.currentIndex()
        return self._rows.row(index.row()) if index.isValid() else None

    def on_key(self, keys: str, act: Callable[[Any], object]) -> None:
        """Do something with the chosen row when these keys are pressed in the list."""
        shortcut = QShortcut(QKeySequence(keys), self)
        shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)

        def do() -> None:
            chosen = self.chosen()
            if chosen is not None:
                act(chosen)

        shortcut.activated.connect(do)

    def _open(self, index: QModelIndex) -> None:
        row = self._rows.row(index.row())
        if row is not None:
            self.opened.emit(row)

    def _pick(self, index: QModelIndex) -> None:
        row = self._rows.row(index.row()) if index.isValid() else None
        if row is not None:
            self.picked.emit(row)

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_key = event.reason() is QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_key else self.indexAt(event.pos())
        self.want_menu(index)

    def want_menu(self, index: QModelIndex) -> None:
        """Ask for what can be done with a row."""
        row = self._rows.row(index.row()) if index.isValid() else None
        if row is not None:
            self.setCurrentIndex(index)
            place = self.visualRect(index).center()
            self.menu_wanted.emit(row, self.viewport().mapToGlobal(place))

    @override
    def focusInEvent(self, event: Any) -> None:
        super().focusInEvent(event)
        if not self.currentIndex().isValid() and self._rows.rows:
            last = len(self._rows.rows) - 1 if self._sticks else 0
            self.setCurrentIndex(self._rows.index(last, 0))

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Letters would look for rows by their description; they belong to shortcuts here.
        if event.text() and event.text().isprintable() and not event.modifiers():
            event.ignore()
            return
        before = self.currentIndex().row()
        super().keyPressEvent(event)
        if self.currentIndex().row() != before:
            self._pick(self.currentIndex())

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self.viewport().update()
