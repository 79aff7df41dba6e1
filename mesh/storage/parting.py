"""What came by a first meeting, to be given back when it is undone.

Nobody notes with each fact by whom it came. But every device notes with each roster entry the
highest fact that was here when it came, and rosters come before records: so what a newcomer
brought came between its ``add`` and its ``parted``.

    family     what is rooted in the newcomer; of that time also what is rooted in nobody of the
               family: lines of files, what the newcomer had from elsewhere
    newcomer   all that came since it joined and was not written on it

What is given back goes whole, as if it had never been here, so that it can come again. A root
by which somebody here widened such a thing says anew what it said, and goes with it; in the
family only of the newcomer's own things it waits, for whoever comes back with them.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from mesh.model import fact as facts
from mesh.model.allowance import Label, may_send
from mesh.model.fact import FactKind, ObjectKind
from mesh.model.meeting import KINDS
from mesh.model.prints import writer_of
from mesh.storage import words
from mesh.storage.objects import State, object_by_id

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from mesh.model.allowance import Allowance
    from mesh.model.parting import Undone
    from mesh.storage.objects import Connection
    from mesh.storage.records import Intake

_STUBS = ",".join(str(int(kind)) for kind in sorted(facts.STUBS))
_NAMED = ",".join(str(int(kind)) for kind in sorted(facts.NAMED))
_FACTS = (
    "SELECT fact.n, fact.kind, fact.raw, object.id FROM fact"
    " JOIN object ON object.n = fact.object WHERE"
)
_STAYS = (
    "EXISTS (SELECT 1 FROM fact other WHERE other.object = object.n AND other.kind=1"
    " AND (other.n<=? OR (other.mine AND (other.id IS NULL OR other.id >= X'80'))))"
)
"""Whether a thing was here in any form up to a fact, or was made or taken in here."""


class Doomed(NamedTuple):
    """A fact that goes: its row, kind and bytes, and what it is about."""

    n: int
    kind: int
    raw: bytes
    object: bytes


def facts_before(connection: Connection, signed: bytes) -> int | None:
    """The highest fact that was here when this entry came; None when it is not here."""
    row = connection.execute("SELECT facts FROM entry WHERE raw=?", (signed,)).fetchone()
    return None if row is None else int(row[0])


def is_believed(connection: Connection, undone: Undone) -> bool:
    """Whether nothing here was written by the newcomer long after it could be undone.

    What is said of a thing that is not here does not show that there is one.
    """
    tag = undone.tag
    between = (tag + bytes(10), tag + b"\xff" * 10, undone.refuted_at.to_bytes(8, "big"))
    later = "WHERE id BETWEEN ? AND ? AND substr(id, 9) > ?"
    wrote = f"SELECT 1 FROM fact {later} LIMIT 1"  # noqa: S608 — a constant
    began = f"SELECT 1 FROM object {later} AND state<>? LIMIT 1"  # noqa: S608 — a constant
    return not (
        connection.execute(wrote, between).get
        or connection.execute(began, (*between, int(State.WAITING))).get
    )


# ---- the family ------------------------------------------------------------------------------


def brought(connection: Connection, undone: Undone) -> Iterator[Doomed]:
    """What the family lets go: all but labels, forgets and this device's own words."""
    first, last = _span(connection, undone)
    of_others = undone.ours | {undone.tag}
    sql = f"{_FACTS} fact.object=? AND fact.kind NOT IN ({_STUBS}) AND "
    for n in _things_of(connection, undone.tag):
        yield from map(Doomed._make, connection.execute(f"{sql}NOT fact.mine", (n,)))
    for n in _strange(connection, first, last, of_others):
        whose = "(NOT fact.mine OR fact.kind=1)"
        yield from map(Doomed._make, connection.execute(f"{sql}{whose}", (n,)))
    yield from _strange_traits(connection, first, last, undone.ours)


def _span(connection: Connection, undone: Undone) -> tuple[int, int]:
    """The facts that came while the newcomer was family: after the first, up to the last."""
    first = facts_before(connection, undone.began)
    if first is None:
        return 0, 0
    heard = [facts_before(connection, signed) for signed in undone.ended]
    newest = int(connection.execute("SELECT max(n) FROM fact").get or 0)
    return first, min((one for one in heard if one is not None), default=newest)


def _things_of(connection: Connection, tag: bytes) -> list[int]:
    """Also those of which only words by others are here."""
    found = connection.execute("SELECT n FROM object WHERE id BETWEEN ? AND ?", _all_of(tag))
    return [n for (n,) in found]


def written_anew(connection: Connection, tag: bytes) -> list[Doomed]:
    """By what this device widened the things of an author.

    That waits, unseen, while the author's first meeting is undone.
    """
    sql = f"{_FACTS} fact.mine AND fact.kind=1 AND object.id BETWEEN ? AND ?"
    return [Doomed(*row) for row in connection.execute(sql, _all_of(tag))]


def _all_of(tag: bytes) -> tuple[bytes, bytes]:
    return tag + bytes(10), tag + b"\xff" * 10


def _strange(
    connection: Connection, first: int, last: int, known: Collection[bytes]
) -> list[int]:
    """What came then, was not here in any form, and is of none of these authors."""
    found = connection.execute(
        "SELECT DISTINCT object.n, object.id FROM fact JOIN object ON object.n = fact.object"  # noqa: S608 — constants
        " WHERE fact.kind=1 AND NOT fact.mine AND fact.n>? AND fact.n<=?"
        f" AND object.kind NOT IN ({_NAMED}) AND NOT {_STAYS}",
        (first, last, first),
    )
    return [n for n, identity in found if facts.author_of(identity) not in known]


def _strange_traits(
    connection: Connection, first: int, last: int, ours: Collection[bytes]
) -> Iterator[Doomed]:
    """A trait is nobody's: only words about it that came then go."""
    sql = f"{_FACTS} NOT fact.mine AND fact.n>? AND fact.n<=? AND object.kind=?"
    for row in connection.execute(sql, (first, last, int(ObjectKind.TRAIT))):
        if writer_of(row[2]) not in ours:
            yield Doomed(*row)


# ---- the newcomer ----------------------------------------------------------------------------


def received(connection: Connection, since: int, own: Collection[bytes]) -> Iterator[Doomed]:
    """What came after that fact and was neither written here nor by these authors.

    And what was written here to widen it: it would be seen here again.
    """
    for row in connection.execute(f"{_FACTS} NOT fact.mine AND fact.n>?", (since,)):
        if writer_of(row[2]) not in own:
            yield Doomed(*row)
    sql = (
        f"{_FACTS} fact.kind=1 AND fact.id IS NOT NULL AND fact.n>?"
        f" AND object.kind NOT IN ({_NAMED}) AND NOT {_STAYS}"
    )
    for row in connection.execute(sql, (since, since)):
        if writer_of(row[2]) in own and facts.author_of(row[3]) not in own:
            yield Doomed(*row)


# ---- counting --------------------------------------------------------------------------------


def counted(connection: Connection, doomed: Iterable[Doomed]) -> Counter[str]:
    """How many things that are shown here go, by kind."""
    found: Counter[str] = Counter()
    for identity in _going(connection, doomed):
        row = object_by_id(connection, identity)
        if row is not None and row.state == State.LIVE and row.kind in KINDS:
            found[KINDS[ObjectKind(row.kind)]] += 1
    return found


def given(
    connection: Connection,
    allowed: Allowance,
    doomed: Iterable[Doomed],
    *,
    only_mine: bool,
) -> Counter[str]:
    """How many things stay here that a device could have from this one, by kind."""
    going = _going(connection, doomed)
    mine = " AND fact.mine" if only_mine else ""
    found = connection.execute(
        "SELECT object.id, object.kind, fact.scope, object.stamp FROM fact"  # noqa: S608 — constants
        " JOIN object ON object.n = fact.object WHERE fact.kind=1"
        f" AND fact.number IS NOT NULL AND object.state=0{mine}"
    )
    given = {
        identity: KINDS[ObjectKind(kind)]
        for identity, kind, scope, stamp in found
        if kind in KINDS and identity not in going and may_send(Label(scope, stamp), allowed)
    }
    return Counter(given.values())


def _going(connection: Connection, doomed: Iterable[Doomed]) -> set[bytes]:
    """The things that go: of others some words do, or a root that widened them."""
    roots = [one for one in doomed if one.kind == FactKind.ROOT]
    going = {one.n for one in roots}
    sql = (
        "SELECT fact.n FROM fact JOIN object ON object.n = fact.object"
        " WHERE object.id=? AND fact.id IS NULL"
    )
    firsts = ((one.object, connection.execute(sql, (one.object,)).get) for one in roots)
    return {identity for identity, first in firsts if first is None or first in going}


# ---- going -----------------------------------------------------------------------------------


def let_go(connection: Connection, intake: Intake, doomed: Iterable[Doomed]) -> None:
    """Erase these facts; what is left of their objects is seen anew when ``intake`` ends."""
    rows = list(dict.fromkeys(doomed))
    words.drop_facts(connection, (row[:3] for row in rows))
    for identity in dict.fromkeys(row.object for row in rows):
        emptied = connection.execute(
            "DELETE FROM object WHERE id=? AND kind<>? AND state<>2"
            " AND NOT EXISTS (SELECT 1 FROM fact WHERE fact.object = object.n) RETURNING n",
            (identity, int(ObjectKind.CONVERSATION)),
        ).fetchall()
        if not emptied:
            intake.drop(identity, ())
    if rows:
        intake.outcome.has_withdrawn = True
