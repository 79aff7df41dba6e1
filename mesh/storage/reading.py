"""Questions to the database about what is shown: turns, memories, observations.

Most objects are only their root, and then the root's bytes are all that is read; of the others
all facts are, and views.py says what is shown.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from mesh.model import fact as facts
from mesh.model import scope as scopes
from mesh.model import views
from mesh.model.allowance import Label
from mesh.model.fact import FactKind, Level, Memory, ObjectKind, Observation, Turn, Words
from mesh.model.imported import source_of
from mesh.model.scope import ScopeKind
from mesh.storage.objects import (
    OBJECT,
    Connection,
    ObjectRow,
    State,
    held_facts,
    object_by_id,
    object_by_n,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mesh.model.views import Held

VIEWED = (
    "SELECT o.n,o.id,o.kind,o.home,o.level,o.reach,o.shown,o.stamp,o.state,o.plain,f.raw"
    " FROM object o LEFT JOIN fact f ON f.object=o.n AND o.plain"
)
_ORDER = "ORDER BY o.shown, o.stamp, o.id"


@dataclass(frozen=True, slots=True)
class View:
    """An object as it is shown: its row, root, standing text and tags."""

    row: ObjectRow
    root: Turn | Memory | Observation
    text: str
    tags: tuple[str, ...]

    @property
    def public_id(self) -> str:
        """Its id for people and JSON."""
        return public_id(self.row.id, self.root)


def public_id(identity: bytes, root: facts.Body) -> str:
    """The id of an object for people and JSON: the one it was imported with, else in hex."""
    source = source_of(root)
    return source if source is not None else facts.text_of_id(identity)


def view(connection: Connection, row: ObjectRow) -> View | None:
    """What is shown of an object; None while nothing is."""
    if row.state != State.LIVE:
        return None
    return _view(row, held_facts(connection, row))


def _view(row: ObjectRow, held: list[Held]) -> View | None:
    root = views.root_of(held)
    if root is None or not isinstance(root.body, Turn | Memory | Observation):
        return None
    return View(row, root.body, views.text_of(held) or "", views.tags_of(held))


def _plain_view(row: ObjectRow, raw: bytes) -> View | None:
    body = held_body(raw)
    if isinstance(body, Turn | Memory):
        return View(row, body, body.text, tuple(sorted(set(body.tags))))
    return View(row, body, "", ()) if isinstance(body, Observation) else None


def held_body(raw: bytes) -> facts.Body | None:
    """The decoded body of stored bytes."""
    return facts.body(facts.read(raw))


def views_of(connection: Connection, found: Iterable[tuple[object, ...]]) -> Iterator[View]:
    """What is shown of the rows of a ``VIEWED`` query, in its order."""
    for *values, raw in found:
        row = ObjectRow(*values)  # type: ignore[arg-type]
        seen = _plain_view(row, raw) if isinstance(raw, bytes) else view(connection, row)
        if seen is not None:
            yield seen


def turns_of(connection: Connection, home: int) -> Iterator[View]:
    """The turns of a conversation (its row), in order."""
    return views_of(
        connection,
        connection.execute(f"{VIEWED} WHERE o.home=? AND o.state=0 {_ORDER}", (home,)),
    )


def all_of(
    connection: Connection, kind: ObjectKind, *, newest_first: bool = False
) -> Iterator[View]:
    """Every object of a kind that is shown, in order."""
    order = "ORDER BY o.shown DESC, o.stamp DESC, o.id DESC" if newest_first else _ORDER
    return views_of(
        connection,
        connection.execute(f"{VIEWED} WHERE o.kind=? AND o.state=0 {order}", (int(kind),)),
    )


def count_of(connection: Connection, kind: ObjectKind) -> int:
    """How many objects of a kind are shown."""
    sql = "SELECT count(*) FROM object WHERE kind=? AND state=0"
    return int(connection.execute(sql, (int(kind),)).get)


# ---- conversations ---------------------------------------------------------------------------


class Thread(NamedTuple):
    """A conversation at a glance; times in Unix µs."""

    name: str
    messages: int
    first: int
    last: int
    last_text: str


def conversation_name(connection: Connection, home: int | None) -> str:
    """The id of the conversation in this row."""
    found = connection.execute("SELECT name FROM conversation WHERE n=?", (home,)).get
    return str(found or "")


def threads(connection: Connection) -> list[Thread]:
    """Every conversation with something to show, newest first."""
    found = connection.execute(
        "SELECT o.home, c.name, count(*), min(o.shown), max(o.shown) FROM object o"
        " JOIN conversation c ON c.n = o.home WHERE o.kind=2 AND o.state=0"
        " GROUP BY o.home ORDER BY max(o.shown) DESC, c.name"
    )
    return [
        Thread(name, messages, first, last, _last_text(connection, home))
        for home, name, messages, first, last in list(found)
    ]


def _last_text(connection: Connection, home: int) -> str:
    found = connection.execute(
        f"{VIEWED} WHERE o.home=? AND o.state=0"
        " ORDER BY o.shown DESC, o.stamp DESC, o.id DESC LIMIT 1",
        (home,),
    )
    return next((seen.text for seen in views_of(connection, found)), "")


def latest_thread(connection: Connection, since: int, until: int) -> str | None:
    """The conversation of the newest turn shown between two times (Unix µs)."""
    home = connection.execute(
        "SELECT home FROM object WHERE kind=2 AND state=0 AND shown BETWEEN ? AND ?"
        " ORDER BY shown DESC, stamp DESC, id DESC LIMIT 1",
        (since, until),
    ).get
    return conversation_name(connection, home) if home is not None else None


# ---- mood ------------------------------------------------------------------------------------


def latest_observations(connection: Connection, until: int) -> list[View]:
    """The newest observation of each author, felt at a tick up to ``until``.

    Of those the family may know: else the mood would not be the same on every device. What
    was imported is nobody's and does not count. Its id tells when it was felt: whatever is
    said of it later makes no feeling fresh. What is hidden here counts, as it does elsewhere.
    """
    found = connection.execute(
        "SELECT n, substr(id,1,6), max(substr(id,9)) FROM object"
        " WHERE kind=3 AND state IN (0,4) AND level<=? AND substr(id,9)<=? AND id<x'80'"
        " GROUP BY substr(id,1,6)",
        (Level.FAMILY, until.to_bytes(8, "big")),
    )
    rows = [object_by_n(connection, n) for n, _, _ in list(found)]
    felt = (_view(row, held_facts(connection, row)) for row in rows)
    return [seen for seen in felt if seen is not None]


def reason_of(connection: Connection, row: ObjectRow) -> str | None:
    """Why somebody felt so, if it was said and may be known here."""
    reasons = [
        held for held in held_facts(connection, row) if held.fact.kind == FactKind.REASON
    ]
    latest = max(reasons, key=lambda held: held.order, default=None)
    return latest.body.text if latest and isinstance(latest.body, Words) else None


# ---- contradictions --------------------------------------------------------------------------


def changed_objects(connection: Connection) -> list[ObjectRow]:
    """The messages and memories that are more than their first text."""
    found = connection.execute(f"{OBJECT} WHERE state=0 AND plain=0 AND kind IN (2,4)")
    return [ObjectRow(*row) for row in found]


def wished_objects(connection: Connection) -> list[ObjectRow]:
    """The objects of which devices without the right wished something, decided or not."""
    wished = "EXISTS(SELECT 1 FROM fact WHERE fact.object=object.n AND fact.kind=9)"
    found = connection.execute(f"{OBJECT} WHERE plain=0 AND {wished}")
    return [ObjectRow(*row) for row in found]


def live_object(connection: Connection, identity: bytes) -> ObjectRow | None:
    """An object that is shown; None when there is nothing of it to show."""
    row = object_by_id(connection, identity)
    return row if row is not None and row.state == State.LIVE else None


# ---- forgetting ------------------------------------------------------------------------------


def ticks_of_forgets(connection: Connection, author: bytes) -> list[int]:
    """When an author (tag) forgot things, sorted."""
    found = connection.execute(
        "SELECT id FROM fact WHERE kind=8 AND id BETWEEN ? AND ?",
        (author + bytes(10), author + b"\xff" * 10),
    )
    return sorted(facts.tick_in(identity) for (identity,) in found)


def latest_forgets(
    connection: Connection, author: bytes, most: int
) -> list[tuple[ObjectRow, int]]:
    """What an author (tag) forgot last and is gone, with the ticks, latest first.

    At most so many are looked at.
    """
    found = connection.execute(
        "SELECT f.id, f.object FROM fact f INDEXED BY fact_forgets"
        " WHERE f.kind=8 AND f.id BETWEEN ? AND ?",
        (author + bytes(10), author + b"\xff" * 10),
    )
    ticks = ((facts.tick_in(identity), n) for identity, n in found)
    rows = [(object_by_n(connection, n), tick) for tick, n in heapq.nlargest(most, ticks)]
    return [(row, tick) for row, tick in rows if row.state == State.FORGOTTEN]


def held_back(connection: Connection) -> list[tuple[ObjectRow, bytes]]:
    """What is hidden because its forgetting is one of too many, with that forgetting's id."""
    found = connection.execute(
        "SELECT f.id, o.n FROM fact f INDEXED BY fact_forgets"
        " JOIN object o ON o.n=f.object WHERE f.kind=8 AND o.state=5"
    )
    return [(object_by_n(connection, n), identity) for identity, n in list(found)]


def is_all_here(connection: Connection, conversation: ObjectRow) -> bool:
    """Whether no message of a conversation was ever meant for another device."""
    if conversation.level >= Level.HERE:
        return False
    # The plus keeps the index of kinds out: by that all turns there are would be looked at.
    turns = "SELECT 1 FROM object WHERE home=?1 AND +kind=?2"
    found = connection.execute(
        f"SELECT EXISTS({turns}) AND NOT EXISTS({turns} AND level<?3)",
        (conversation.n, ObjectKind.TURN, Level.HERE),
    ).get
    return bool(found)


def conversation_label(connection: Connection, name: str) -> Label:
    """What the gate must know before something is told of a conversation.

    As strict as the conversation and its last message: going on in private is private.
    """
    row = object_by_id(connection, facts.conversation_object(name))
    if row is None:
        return Label(scopes.scope_of(ScopeKind.CONVERSATION, Level.FAMILY), facts.STAMP_MAX)
    last = connection.execute(
        "SELECT level, stamp FROM object WHERE home=?1"
        " AND shown=(SELECT max(shown) FROM object WHERE home=?1) LIMIT 1",
        (row.n,),
    ).fetchone()
    level, stamp = last or (Level.FAMILY, facts.STAMP_MAX)
    return Label(scopes.scope_of(ScopeKind.CONVERSATION, max(row.level, level)), stamp)


def receipts(connection: Connection, row: ObjectRow) -> frozenset[bytes]:
    """Author tags of the devices that have confirmed a forgetting."""
    return views.confirmed_by(held_facts(connection, row))


def forgets(connection: Connection, row: ObjectRow) -> list[bytes]:
    """The ids of the facts by which an object was forgotten."""
    return [one.id for one in views.of_kind(held_facts(connection, row), FactKind.FORGET)]


def unconfirmed(connection: Connection, tag: bytes) -> list[ObjectRow]:
    """Forgotten objects for which this author (tag) owes a receipt."""
    is_named = "EXISTS(SELECT 1 FROM fact WHERE fact.object=object.n AND fact.kind=8)"
    found = connection.execute(f"{OBJECT} WHERE state=2 AND {is_named}")
    rows = [ObjectRow(*row) for row in found]
    return [row for row in rows if owes_receipt(connection, row, tag)]


def owes_receipt(connection: Connection, row: ObjectRow, tag: bytes) -> bool:
    """Whether an object is forgotten by name and this author (tag) owes a receipt for it."""
    return views.owes_receipt(held_facts(connection, row), tag)
