"""What the tables are known to hold, so that the next message need not ask.

A message that comes after a pause finds SQLite's pages out of the processor's reach, and asking
takes longer than all it is asked for. What the last one left is what this one finds, as long as
the connection has changed nothing since: nobody else writes to the database of a profile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from mesh.model import fact as facts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mesh.storage.objects import Connection, ObjectRow

RUNS_MAX = 64
OBJECTS = -1
ENDS = "SELECT -1, ifnull(max(n), 0) FROM object UNION ALL SELECT scope, top FROM feed"
"""The last row of ``OBJECTS``, and how long each feed is: asked in one go."""
NEWEST = "SELECT max(id) FROM object WHERE id BETWEEN ? AND ?"


class Left(msgspec.Struct, frozen=True):
    """How a commit left the tables.

    ``next_n``: the next row of ``object``; ``tops``: how long each feed is; ``homes``: rows of
    the conversations it concerned; ``shared``: those of them of which it is known that some
    message was meant for other devices; ``newest``: the highest id of an object that each of
    these runs of an author made.
    """

    next_n: int
    tops: dict[int, int]
    homes: tuple[tuple[Any, ...], ...] = ()
    shared: frozenset[bytes] = frozenset()
    newest: dict[bytes, bytes] = msgspec.field(default_factory=dict)

    def lacks(self, identity: bytes) -> bool:
        """Whether nothing with that id can be here: its author's run had not come so far."""
        newest = self.newest.get(facts.run_in(identity))
        return newest is not None and identity > newest

    def newest_with(
        self, connection: Connection, rows: Iterable[ObjectRow]
    ) -> dict[bytes, bytes]:
        """The same now that these rows are in the tables, as far as they are new there."""
        newest = dict(self.newest)
        for row in rows:
            if row.n >= self.next_n:
                run = facts.run_in(row.id)
                before = newest.get(run)
                newest[run] = max(before, row.id) if before else newest_of(connection, run)
        return newest if len(newest) <= RUNS_MAX else {}


def look(connection: Connection) -> Left:
    """How the tables are now, as far as every transaction has to know."""
    ends: dict[int, int] = dict(connection.execute(ENDS))
    return Left(1 + ends.pop(OBJECTS), ends)


def newest_of(connection: Connection, run: bytes) -> bytes:
    """The highest id of an object that a run of an author made, of whom there is one."""
    ends = run + bytes(8), run + b"\xff" * 8
    found: bytes = connection.execute(NEWEST, ends).get
    return found


class Known:
    """What the last commit left, for one write connection."""

    def __init__(self) -> None:
        self._left: Left | None = None
        self._changes = 0

    def keep(self, connection: Connection, left: Left) -> None:
        """Right after a commit: so it left the tables."""
        self._left, self._changes = left, connection.total_changes()

    def recall(self, connection: Connection) -> Left | None:
        """How the tables are, if nothing was written since, not even what was undone."""
        return self._left if self._changes == connection.total_changes() else None
