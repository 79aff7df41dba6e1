"""The part of a long list that is held: it grows at either end and lets go of the other.

What it holds is bounded however far somebody scrolls; a row knows the cursor to go on from.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Placed(Protocol):
    """A row of a page."""

    @property
    def object_id(self) -> str:
        """What it is, beyond doubt."""

    @property
    def place(self) -> str:
        """The cursor from which its neighbours are asked for."""


Row = TypeVar("Row", bound=Placed)

ROWS_MAX = 400


@dataclass(frozen=True)
class Piece(Generic[Row]):
    """Rows from top to bottom, and the cursors to go on from; None where the list ends."""

    rows: Sequence[Row]
    above: str | None = None
    below: str | None = None


@dataclass
class Stretch(Generic[Row]):
    """The rows that are held; ``above`` and ``below``: where to go on, None at an end."""

    rows: list[Row] = field(default_factory=list)
    above: str | None = None
    below: str | None = None

    def become(self, piece: Piece[Row]) -> None:
        """Hold this piece and nothing else."""
        self.rows = list(piece.rows)
        self.above, self.below = piece.above, piece.below

    def place_of(self, object_id: str) -> int | None:
        """The number of the row that is this object."""
        for number, row in enumerate(self.rows):
            if row.object_id == object_id:
                return number
        return None

    def unknown(self, rows: Iterable[Row]) -> list[Row]:
        """Those that are not held yet."""
        known = {row.object_id for row in self.rows}
        return [row for row in rows if row.object_id not in known]

    def add_above(self, piece: Piece[Row]) -> list[Row]:
        """Go on at the top; returns the rows that are new."""
        fresh = self.unknown(piece.rows)
        self.rows[:0] = fresh
        self.above = piece.above
        return fresh

    def add_below(self, piece: Piece[Row]) -> list[Row]:
        """Go on at the bottom; returns the rows that are new."""
        fresh = self.unknown(piece.rows)
        self.rows.extend(fresh)
        self.below = piece.below
        return fresh

    def surplus(self) -> int:
        """How many rows are held too many."""
        return max(0, len(self.rows) - ROWS_MAX)

    def drop_top(self, count: int) -> None:
        """Let go of rows at the top."""
        if count:
            del self.rows[:count]
            self.above = self.rows[0].place if self.rows else None

    def drop_bottom(self, count: int) -> None:
        """Let go of rows at the bottom."""
        if count:
            del self.rows[len(self.rows) - count :]
            self.below = self.rows[-1].place if self.rows else None
