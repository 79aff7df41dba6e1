"""A long list as Qt sees it: pages are asked for as somebody nears an end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeAlias

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from typing_extensions import override

from app.windows.lists.stretch import Piece, Row, Stretch

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol

    from app.viewstate import Asked, Wisher
    from mesh.errors import MeshError
    from mesh.wishes import AnyWish

    class Source(Protocol[Row]):
        """Which pages a list is made of."""

        def wish(
            self,
            *,
            above: str | None = None,
            below: str | None = None,
            around: str | None = None,
        ) -> AnyWish:
            """What to ask: the page above or below a cursor, around an id, or the first."""

        def piece(self, answer: object) -> Piece[Row]:
            """The rows of an answer, from top to bottom."""


Index: TypeAlias = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()
ROW_ROLE = int(Qt.ItemDataRole.UserRole)
"""The row itself, for delegates."""
FADING_ROLE = ROW_ROLE + 1
"""Whether the row is about to be forgotten."""


class ListModel(QAbstractListModel, Generic[Row]):
    """Shows a stretch of a list; ``describe`` says a row to those who do not see it."""

    loaded = Signal()
    """A first page is here, or a page around something."""
    failed = Signal(object)
    """A page could not be had (MeshError)."""

    def __init__(self, wisher: Wisher, describe: Callable[[Row], str]) -> None:
        super().__init__()
        self._wisher, self._describe = wisher, describe
        self._source: Source[Row] | None = None
        self._held: Stretch[Row] = Stretch()
        self._asked: Asked | None = None
        self._fading: set[str] = set()
        self._again: Callable[[], None] | None = None
        self.is_loading = False

    # ---- what Qt asks ------------------------------------------------------------------------

    @override
    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._held.rows)

    @override
    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        row = self.row(index.row()) if index.isValid() else None
        if row is None:
            return None
        if role == ROW_ROLE:
            return row
        if role == FADING_ROLE:
            return row.object_id in self._fading
        if role in {Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.DisplayRole}:
            return self._describe(row)
        return None

    @override
    def canFetchMore(self, parent: Index) -> bool:
        return not parent.isValid() and self._held.below is not None

    @override
    def fetchMore(self, parent: Index) -> None:
        self.more_below()

    # ---- the rows ----------------------------------------------------------------------------

    @property
    def rows(self) -> list[Row]:
        """What is held, from top to bottom."""
        return self._held.rows

    @property
    def is_at_top(self) -> bool:
        """Whether the list begins with what is held."""
        return self._held.above is None

    @property
    def is_at_bottom(self) -> bool:
        """Whether the list ends with what is held."""
        return self._held.below is None

    def row(self, number: int) -> Row | None:
        """The row of that number."""
        rows = self._held.rows
        return rows[number] if 0 <= number < len(rows) else None

    def index_of(self, object_id: str | None) -> QModelIndex:
        """Where an object is; invalid when it is not held."""
        number = None if object_id is None else self._held.place_of(object_id)
        return NOWHERE if number is None else self.index(number, 0)

    def replace(self, row: Row) -> None:
        """A row is another now."""
        number = self._held.place_of(row.object_id)
        if number is not None:
            self._held.rows[number] = row
            self._tell_changed(number)

    def remove(self, object_id: str) -> None:
        """A row is gone."""
        number = self._held.place_of(object_id)
        self._fading.discard(object_id)
        if number is not None:
            self.beginRemoveRows(NOWHERE, number, number)
            del self._held.rows[number]
            self.endRemoveRows()
            # Its neighbours may look different without it.
            self._tell_changed(number)

    def fade(self, object_id: str, *, is_fading: bool) -> None:
        """Show a row as about to go, or no longer so."""
        (self._fading.add if is_fading else self._fading.discard)(object_id)
        number = self._held.place_of(object_id)
        if number is not None:
            self._tell_changed(number)

    def _tell_changed(self, number: int) -> None:
        if 0 <= number < len(self._held.rows):
            index = self.index(number, 0)
            self.dataChanged.emit(index, index)

    # ---- pages -------------------------------------------------------------------------------

    def open(self, source: Source[Row] | None, around: str | None = None) -> None:
        """Show another list from its beginning, or around an object."""
        self._source = source
        self.clear()
        self.load(around)

    def clear(self) -> None:
        """Show nothing."""
        self._give_up()
        self.beginResetModel()
        self._held = Stretch()
        self.endResetModel()

    def load(self, around: str | None = None, *, below: str | None = None) -> None:
        """Read anew: the beginning, what is around an object, or what is below a cursor."""
        if self._source is not None:
            self._ask(self._source.wish(around=around, below=below), self._begin)

    def when_at_rest(self, act: Callable[[], None]) -> None:
        """Do it now, or as soon as what was asked for is here; the last one counts."""
        if self.is_loading:
            self._again = act
        else:
            act()

    def more_above(self) -> None:
        """Go on at the top."""
        above = self._held.above
        if self._source is not None and above is not None and not self.is_loading:
            self._ask(self._source.wish(above=above), self._grow_up)

    def more_below(self) -> None:
        """Go on at the bottom."""
        below = self._held.below
        if self._source is not None and below is not None and not self.is_loading:
            self._ask(self._source.wish(below=below), self._grow_down)

    def look_below(self) -> None:
        """Something was added at the end of the list, if it is in sight."""
        rows = self._held.rows
        if self._source is None or not self.is_at_bottom:
            return
        if self.is_loading:
            self._again = self.look_below
            return
        wish = self._source.wish(below=rows[-1].place) if rows else self._source.wish()
        self._ask(wish, self._grow_down)

    def look_above(self) -> None:
        """Something was added or moved to the beginning of the list, if it is in sight."""
        if self._source is None or not self.is_at_top:
            return
        if self.is_loading:
            self._again = self.look_above
            return
        self._ask(self._source.wish(), self._renew_top)

    # ---- what came ---------------------------------------------------------------------------

    def _ask(self, wish: AnyWish, take: Callable[[Piece[Row]], None]) -> None:
        self._give_up()
        source = self._source
        assert source is not None  # noqa: S101 — every caller looks
        self.is_loading = True

        def done(answer: object) -> None:
            self.is_loading = False
            take(source.piece(answer))
            again, self._again = self._again, None
            if again is not None:
                again()

        self._asked = self._wisher.wish(wish, done=done, failed=self._fail)

    def _give_up(self) -> None:
        self.is_loading, self._again = False, None
        if self._asked is not None:
            self._asked.cancel()
            self._asked = None

    def _fail(self, error: MeshError) -> None:
        self.is_loading = False
        self.failed.emit(error)

    def _begin(self, piece: Piece[Row]) -> None:
        self.beginResetModel()
        self._held.become(piece)
        self.endResetModel()
        self.loaded.emit()

    def _grow_up(self, piece: Piece[Row]) -> None:
        fresh = self._held.unknown(piece.rows)
        self._insert(0, fresh, lambda: self._held.add_above(piece))
        surplus = self._held.surplus()
        if surplus:
            count = len(self._held.rows)
            self.beginRemoveRows(NOWHERE, count - surplus, count - 1)
            self._held.drop_bottom(surplus)
            self.endRemoveRows()

    def _grow_down(self, piece: Piece[Row]) -> None:
        fresh = self._held.unknown(piece.rows)
        self._insert(len(self._held.rows), fresh, lambda: self._held.add_below(piece))
        surplus = self._held.surplus()
        if surplus:
            self.beginRemoveRows(NOWHERE, 0, surplus - 1)
            self._held.drop_top(surplus)
            self.endRemoveRows()

    def _insert(self, at: int, fresh: list[Row], add: Callable[[], object]) -> None:
        if not fresh:
            add()
            return
        self.beginInsertRows(NOWHERE, at, at + len(fresh) - 1)
        add()
        self.endInsertRows()

    def _renew_top(self, piece: Piece[Row]) -> None:
        """The first page anew: what is in it moves up, what is below stays."""
        fresh = {row.object_id for row in piece.rows}
        for number in reversed(range(len(self._held.rows))):
            if self._held.rows[number].object_id in fresh:
                self.beginRemoveRows(NOWHERE, number, number)
                del self._held.rows[number]
                self.endRemoveRows()
        above = Piece(piece.rows, piece.above, None)
        self._insert(0, list(piece.rows), lambda: self._held.add_above(above))
        if len(self._held.rows) == len(piece.rows):
            self._held.below = piece.below
        self.loaded.emit()
