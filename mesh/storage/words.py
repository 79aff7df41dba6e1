"""The full-text index: one entry a text, filled lazily, emptied at once when a text goes.

An entry belongs to a fact, not to an object: a fact's text never changes, so the very words
that were put in can be taken out again, and with ``secure-delete`` nothing of them stays.
``meta('indexed')`` is the highest fact the index has seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mesh.model import fact as facts
from mesh.model import views
from mesh.model.allowance import Label
from mesh.model.fact import TEXTUAL, FactKind, Memory, ObjectKind, Turn, Words
from mesh.storage.objects import Connection, State, held_fact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Row = tuple[int, int, bytes]
"""A fact's number in its table, its kind, its bytes."""
SPARE_MATCHES = 20
_TEXTS = (FactKind.ROOT, *TEXTUAL)


def indexed_to(connection: Connection) -> int:
    """The highest fact the index has seen."""
    return int(connection.execute("SELECT value FROM meta WHERE name='indexed'").get or 0)


def _set_indexed(connection: Connection, n: int) -> None:
    connection.execute("INSERT OR REPLACE INTO meta VALUES('indexed',?)", (n,))


def is_behind(connection: Connection) -> bool:
    """Whether there are facts the index has not seen."""
    newest = connection.execute("SELECT max(n) FROM fact").get or 0
    return bool(newest > indexed_to(connection))


def index_more(connection: Connection, limit: int) -> int:
    """Index the next ``limit`` facts; returns how many there were."""
    after = indexed_to(connection)
    rows: list[Row] = list(
        connection.execute(
            "SELECT n, kind, raw FROM fact WHERE n>? ORDER BY n LIMIT ?", (after, limit)
        )
    )
    if not rows:
        return 0
    connection.executemany("INSERT INTO words(rowid, text) VALUES(?,?)", _entries(rows))
    _set_indexed(connection, rows[-1][0])
    return len(rows)


def _entries(rows: Iterable[Row]) -> list[tuple[int, str]]:
    texts = ((n, text_in(raw)) for n, kind, raw in rows if kind in _TEXTS)
    return [(n, text) for n, text in texts if text is not None]


def text_in(raw: bytes) -> str | None:
    """What of a fact can be found by its words."""
    fact = facts.read(raw)
    if fact.object_kind not in {ObjectKind.TURN, ObjectKind.MEMORY}:
        return None
    body = facts.body(fact)
    return body.text if isinstance(body, Turn | Memory | Words) else None


def drop_facts(connection: Connection, doomed: Iterable[Row]) -> None:
    """Delete facts (n, kind, bytes), their words in the index first."""
    rows = list(doomed)
    if not rows:
        return
    indexed = indexed_to(connection)
    connection.executemany(
        "INSERT INTO words(words, rowid, text) VALUES('delete',?,?)",
        _entries(row for row in rows if row[0] <= indexed),
    )
    connection.executemany("DELETE FROM fact WHERE n=?", [(row[0],) for row in rows])
    # Row numbers at the end are given out again, and must then be indexed again.
    newest = connection.execute("SELECT max(n) FROM fact").get or 0
    if newest < indexed:
        _set_indexed(connection, newest)


class Match(NamedTuple):
    """A text that matches: its object's row, the text, and how well (higher is better)."""

    n: int
    text: str
    rank: float


def matches(
    connection: Connection,
    query: str,
    limit: int,
    may_find: Callable[[Label], bool] | None = None,
) -> list[Match]:
    """Texts that stand, may be found and match an FTS5 query, best first."""
    # Few matches are of texts that no longer stand, so that one look is nearly always enough.
    window = limit + SPARE_MATCHES
    while True:
        found = list(
            connection.execute(
                "SELECT rowid, -rank FROM words WHERE words MATCH ? ORDER BY rank LIMIT ?",
                (query, window),
            )
        )
        texts = ((_standing_text(connection, n, may_find), rank) for n, rank in found)
        hits = [Match(*text, rank) for text, rank in texts if text is not None]
        if len(hits) >= limit or len(found) < window:
            return hits[:limit]
        window *= 8


def _standing_text(
    connection: Connection, fact_n: int, may_find: Callable[[Label], bool] | None
) -> tuple[int, str] | None:
    """The object of a fact and its text, if this text is what is shown and may be found."""
    row = connection.execute(
        "SELECT object.n, object.plain, fact.raw, fact.scope, object.stamp FROM fact"
        " JOIN object ON object.n = fact.object"
        " WHERE fact.n = ? AND object.state = ?",
        (fact_n, State.LIVE),
    ).fetchone()
    if row is None:
        return None
    n, plain, raw, scope, stamp = row
    if may_find is not None and not may_find(Label(scope, stamp)):
        return None
    text = text_in(raw)
    return (n, text) if text is not None and (plain or _stands(connection, n, raw)) else None


def _stands(connection: Connection, n: int, raw: bytes) -> bool:
    found = connection.execute("SELECT raw FROM fact WHERE object=?", (n,))
    standing = views.standing([held_fact(other) for (other,) in found])
    return standing is not None and standing.order == held_fact(raw).order
