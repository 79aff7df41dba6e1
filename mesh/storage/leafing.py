"""Pages of what is shown: so many rows before or after a place, however many there are.

A place is where a row stands in its order, so a page is found by its key and costs the same at
the beginning and at the end. Rows come and go between two pages; places stay.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from mesh.model.fact import ObjectKind
from mesh.storage.reading import VIEWED, views_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mesh.storage.objects import Connection
    from mesh.storage.reading import View

TEXTS_MAX = 1_000_000
"""Characters a page may hold; it then has fewer rows, at least one."""
LOOKED_AT_MAX = 5000
"""Rows that are looked at for one page, whatever is asked of them."""
PREVIEW = 200
"""Characters of a message that stand for its conversation."""


class Place(NamedTuple):
    """Where a message or memory stands: shown (Unix µs), stamp, id."""

    shown: int
    stamp: int
    id: bytes


@dataclass(frozen=True, slots=True)
class Leaf:
    """A page of views, earliest first; whether rows follow on either side is not known yet.

    ``edge``: the last row that was looked at; ``is_end``: nothing follows it that way.
    """

    views: list[View]
    edge: Place | None
    is_end: bool


def place_of(seen: View) -> Place:
    """Where it stands."""
    return Place(seen.row.shown, seen.row.stamp, seen.row.id)


_BACKWARD, _FORWARD = ("<", "DESC"), (">", "")


# ---- messages and memories -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shelf:
    """What is leafed through: the messages of a conversation, or memories of a level."""

    where: str
    bindings: tuple[int, ...]
    fits: Callable[[View], bool] | None = None


def thread(home: int) -> Shelf:
    """The messages of a conversation (its row)."""
    return Shelf("o.home=? AND o.state=0", (home,))


def memories(level: int | None = None, fits: Callable[[View], bool] | None = None) -> Shelf:
    """The memories, of one level if it is given."""
    if level is None:
        return Shelf("o.kind=? AND o.state=0", (int(ObjectKind.MEMORY),), fits)
    return Shelf("o.kind=? AND o.state=0 AND o.level=?", (int(ObjectKind.MEMORY), level), fits)


def before(connection: Connection, shelf: Shelf, place: Place | None, limit: int) -> Leaf:
    """Up to ``limit`` rows before a place (the last ones without it), earliest first."""
    leaf = _leaf(connection, shelf, place, limit, _BACKWARD)
    leaf.views.reverse()
    return leaf


def after(connection: Connection, shelf: Shelf, place: Place | None, limit: int) -> Leaf:
    """Up to ``limit`` rows after a place (the first ones without it), earliest first."""
    return _leaf(connection, shelf, place, limit, _FORWARD)


def _leaf(
    connection: Connection, shelf: Shelf, place: Place | None, limit: int, turn: tuple[str, str]
) -> Leaf:
    than, way = turn
    beyond = "" if place is None else f" AND (o.shown,o.stamp,o.id){than}(?,?,?)"
    found = connection.execute(
        f"{VIEWED} WHERE {shelf.where}{beyond}"
        f" ORDER BY o.shown {way}, o.stamp {way}, o.id {way} LIMIT ?",
        (*shelf.bindings, *(place or ()), LOOKED_AT_MAX + 1),
    )
    return _filled(views_of(connection, found), shelf, limit)


def _filled(rows: Iterator[View], shelf: Shelf, limit: int) -> Leaf:
    kept: list[View] = []
    edge: Place | None = None
    size = 0
    for looked_at, seen in enumerate(rows):
        size += len(seen.text)
        if len(kept) >= limit or looked_at >= LOOKED_AT_MAX or (kept and size > TEXTS_MAX):
            return Leaf(kept, edge, is_end=False)
        edge = place_of(seen)
        if shelf.fits is None or shelf.fits(seen):
            kept.append(seen)
    return Leaf(kept, edge, is_end=True)


# ---- conversations ---------------------------------------------------------------------------


class Latest(NamedTuple):
    """Where a conversation stands among the others: its last message (Unix µs), its row."""

    shown: int
    home: int


class Spine(NamedTuple):
    """A conversation as a list shows it; times in Unix µs."""

    latest: Latest
    name: str
    messages: int
    first: View
    last: View


_LATEST = (
    "WITH latest(m, n) AS MATERIALIZED (SELECT (SELECT max(shown) FROM object"
    " WHERE home=conversation.n AND state=0), n FROM conversation)"
    " SELECT m, n FROM latest WHERE m IS NOT NULL"
)


def latest_before(
    connection: Connection, place: Latest | None, limit: int
) -> tuple[list[Latest], bool]:
    """Conversations last spoken in before a place, latest first; whether there are more."""
    beyond = "" if place is None else " AND (m,n)<(?,?)"
    found = connection.execute(
        f"{_LATEST}{beyond} ORDER BY m DESC, n DESC LIMIT ?", (*(place or ()), limit + 1)
    )
    rows = [Latest(*row) for row in found]
    return rows[:limit], len(rows) > limit


def latest_after(
    connection: Connection, place: Latest, limit: int
) -> tuple[list[Latest], bool]:
    """Those last spoken in after a place, latest first; whether there are more after them."""
    found = connection.execute(
        f"{_LATEST} AND (m,n)>(?,?) ORDER BY m, n LIMIT ?", (*place, limit + 1)
    )
    rows = [Latest(*row) for row in found]
    return rows[:limit][::-1], len(rows) > limit


def spine(connection: Connection, latest: Latest) -> Spine | None:
    """What a list shows of a conversation; None when it has gone meanwhile."""
    name = connection.execute("SELECT name FROM conversation WHERE n=?", (latest.home,)).get
    first = _one(connection, latest.home, "")
    last = _one(connection, latest.home, "DESC")
    if name is None or first is None or last is None:
        return None
    messages = connection.execute(
        "SELECT count(*) FROM object WHERE home=? AND state=0", (latest.home,)
    ).get
    return Spine(latest, str(name), int(messages), first, last)


def _one(connection: Connection, home: int, way: str) -> View | None:
    found = connection.execute(
        f"{VIEWED} WHERE o.home=? AND o.state=0"
        f" ORDER BY o.shown {way}, o.stamp {way}, o.id {way} LIMIT 1",
        (home,),
    )
    return next(islice(views_of(connection, found), 1), None)
