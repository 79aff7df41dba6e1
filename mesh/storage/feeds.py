"""Feeds, runs and cursors: what sync asks of the database."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from mesh.model.allowance import floor_of
from mesh.model.cursor import RANGES_MAX, Cursor, Mark, Range, Ranges
from mesh.model.fact import STAMP_MAX
from mesh.model.prints import Prints, digest_of, writer_of
from mesh.storage.spilling import LongRow

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    import apsw

    from mesh.model.allowance import Allowance

_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(tuple[int, ...]).decode
_unpack_tags = msgspec.msgpack.Decoder(tuple[bytes, ...]).decode

REFUSED_MAX = 256
ANYBODY = b""
"""Stands for all authors when there are too many to remember."""


RUNS_MAX = 500
"""So many runs are remembered; a device that was away for longer than that gets all anew."""


def begin_run(connection: apsw.Connection, run: bytes) -> None:
    """Note where every feed stands as this run of the node begins.

    If the one before did not end by itself, every scope is to be compared again.
    """
    if connection.execute("SELECT value FROM meta WHERE name='ended'").get != 1:
        doubt_cursors(connection)
    connection.execute("DELETE FROM meta WHERE name='ended'")
    connection.execute("INSERT INTO runs(id) VALUES(?)", (run,))
    connection.execute("INSERT INTO run SELECT ?, scope, top FROM feed", (run,))
    oldest = connection.execute("SELECT max(n) - ? FROM runs", (RUNS_MAX,)).get
    connection.execute(
        "DELETE FROM run WHERE id IN (SELECT id FROM runs WHERE n<=?)", (oldest,)
    )
    connection.execute("DELETE FROM runs WHERE n<=?", (oldest,))


def end_run(connection: apsw.Connection) -> None:
    """The node ends, and not by a crash."""
    connection.execute("INSERT OR REPLACE INTO meta VALUES('ended',1)")


def tops(connection: apsw.Connection) -> dict[int, int]:
    """How long each feed is."""
    return dict(connection.execute("SELECT scope, top FROM feed"))


def run_starts(connection: apsw.Connection, scope: int) -> list[tuple[bytes, int]]:
    """Each run of this node, oldest first, and how long the feed was when it began."""
    return list(
        connection.execute(
            "SELECT runs.id, coalesce(run.start, 0) FROM runs"
            " LEFT JOIN run ON run.id = runs.id AND run.scope = ? ORDER BY runs.n",
            (scope,),
        )
    )


# ---- cursors ---------------------------------------------------------------------------------


def load_cursor(connection: apsw.Connection, peer: bytes, scope: int) -> Cursor:
    """What this device has settled of a peer's feed."""
    row = connection.execute(
        "SELECT ranges, run, top, since, audited FROM cursor WHERE peer=? AND scope=?",
        (peer, scope),
    ).fetchone()
    if row is None:
        return Cursor()
    return Cursor(Ranges.unpacked(_unpack(row[0])), Mark(row[1], row[2]), row[3], row[4])


def save_cursor(connection: apsw.Connection, peer: bytes, scope: int, cursor: Cursor) -> None:
    """Keep a cursor, in the same transaction as the facts it settles.

    One that is too scattered keeps its floor: the rest is given again, and known.
    """
    settled = cursor.settled
    if len(settled) > RANGES_MAX:
        settled = Ranges([(1, settled.floor)])
    connection.execute(
        "INSERT OR REPLACE INTO cursor VALUES(?,?,?,?,?,?,?,?)",
        (peer, scope, settled.floor, _pack(settled.packed()), cursor.mark.run,
         cursor.mark.top, cursor.since, cursor.audited),
    )  # fmt: skip


def drop_cursors(connection: apsw.Connection, scopes: Iterable[int] | None = None) -> None:
    """What was settled of these scopes (None: of all) no longer says what is here.

    Whoever holds such a cursor in memory learns it by ``epoch`` and asks anew.
    """
    if scopes is None:
        connection.execute("DELETE FROM cursor")
        connection.execute("DELETE FROM meta WHERE name='refused'")
    else:
        connection.executemany("DELETE FROM cursor WHERE scope=?", [(one,) for one in scopes])
    connection.execute(
        "INSERT OR REPLACE INTO meta VALUES('cursors',?)", (epoch(connection) + 1,)
    )


def drop_cursor(connection: apsw.Connection, peer: bytes, scope: int) -> None:
    """One cursor starts over."""
    connection.execute("DELETE FROM cursor WHERE peer=? AND scope=?", (peer, scope))


def epoch(connection: apsw.Connection) -> int:
    """How often cursors were dropped; what was settled in an earlier epoch is not kept."""
    return int(connection.execute("SELECT value FROM meta WHERE name='cursors'").get or 0)


def doubt_cursors(connection: apsw.Connection) -> None:
    """Every scope is to be compared again at the next occasion."""
    connection.execute("UPDATE cursor SET audited=0")


def note_refused(connection: apsw.Connection, authors: Iterable[bytes]) -> None:
    """Facts of these author tags lacked a right: should they gain it, all is asked again."""
    known = _refused(connection)
    refused = known.union(authors)
    if refused != known:
        packed = _pack(sorted(refused) if len(refused) <= REFUSED_MAX else [ANYBODY])
        connection.execute("INSERT OR REPLACE INTO meta VALUES('refused',?)", (packed,))


def were_refused(connection: apsw.Connection, authors: Collection[bytes]) -> bool:
    """Whether facts of these authors, or about things of theirs, were refused.

    Since cursors were dropped.
    """
    refused = _refused(connection)
    return bool(authors) and (ANYBODY in refused or not refused.isdisjoint(authors))


def _refused(connection: apsw.Connection) -> frozenset[bytes]:
    raw = connection.execute("SELECT value FROM meta WHERE name='refused'").get
    return frozenset(_unpack_tags(raw)) if raw else frozenset()


# ---- what to send ----------------------------------------------------------------------------


Pending: TypeAlias = tuple[int, int, int | None, int, int]
"""A fact to give: its number, its object, the object's home, shown and stamp."""


def pending(
    connection: apsw.Connection,
    scope: int,
    holes: Sequence[Range],
    allowed: Allowance,
    *,
    only_mine: bool,
) -> Iterable[Pending]:
    """What of these holes may be given, in the order of its numbers.

    Numbers of the holes that are not returned have nothing to give: they can be settled.
    """
    if not allowed.covers(scope):
        return
    since = allowed.floor(scope)
    columns = "SELECT fact.number, fact.object, object.home, object.shown, object.stamp"
    for first, last in holes:
        yield from connection.execute(
            columns + _given(only_mine=only_mine) + " ORDER BY fact.number",
            (scope, first, last, since),
        )


def _given(*, only_mine: bool) -> str:
    """Which numbers between two of a scope's feed are given, from objects not too old."""
    return (
        " FROM fact JOIN object ON object.n = fact.object"
        " WHERE fact.scope=? AND fact.number BETWEEN ? AND ? AND object.stamp>=?"
    ) + (" AND fact.mine" if only_mine else "")


def numbered_facts(
    connection: apsw.Connection, scope: int, numbers: Sequence[int]
) -> list[tuple[int, bytes]]:
    """These numbers of a feed with their facts' bytes; those that moved away are left out."""
    statement = "SELECT number, raw FROM fact WHERE scope=? AND number=?"
    return list(connection.executemany(statement, [(scope, number) for number in numbers]))


def dead_numbers(holes: Iterable[Range], alive: Ranges) -> list[Range]:
    """What of the holes nothing will be sent for."""
    dead: list[Range] = []
    for first, last in holes:
        dead += [(max(a, first), b) for a, b in alive.holes(last) if b >= first]
    return dead


# ---- what is compared ------------------------------------------------------------------------


def given_prints(
    connection: apsw.Connection, scope: int, allowed: Allowance, *, only_mine: bool
) -> tuple[int, Prints]:
    """How long a feed is, and the prints of all of it that may be given now."""
    top = int(connection.execute("SELECT top FROM feed WHERE scope=?", (scope,)).get or 0)
    since = allowed.floor(scope)
    statement = "SELECT fact.number, fact.raw" + _given(only_mine=only_mine)
    found = connection.execute(statement, (scope, 1, top, since))
    return top, Prints.of(found, _rows_beside(connection))


def held_prints(connection: apsw.Connection, scope: int, since: int) -> Prints:
    """The prints of what is here of a scope, from objects not older than ``since``."""
    since = floor_of(scope, since)
    statement = "SELECT 0, fact.raw" + _given(only_mine=False)
    found = connection.execute(statement, (scope, 1, STAMP_MAX, since))
    return Prints.of(found, _rows_beside(connection))


def held_prints_of(
    connection: apsw.Connection, scope: int, tags: Collection[bytes]
) -> tuple[Prints, frozenset[bytes]]:
    """The prints of what these authors wrote in a scope; the digests of its imported lines.

    For a giver that gives only its own: which lines it imported itself, it alone knows.
    """
    statement = "SELECT 0, fact.raw" + _given(only_mine=False)
    imported: set[bytes] = set()

    def own() -> Iterator[tuple[int, bytes]]:
        for number, raw in connection.execute(statement, (scope, 1, STAMP_MAX, 0)):
            author = writer_of(raw)
            if author is None:
                imported.add(digest_of(raw))
            elif author in tags:
                yield number, raw

    prints = Prints.of(own(), _rows_beside(connection))
    return prints, frozenset(imported)


def _rows_beside(connection: apsw.Connection) -> Callable[[], LongRow]:
    """Rows that, when they grow long, are in the folder of this database."""
    name = connection.filename
    return partial(LongRow, Path(name).parent if name else None)
