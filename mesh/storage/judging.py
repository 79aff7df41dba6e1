"""When the roster says otherwise: what has lost its right goes, what has gained it may come.

Facts are judged as they come, by the roster of that moment; what it was judged by is kept. When
an author's rights turn out to have ended earlier, what it wrote since is dropped, its objects
are seen anew, and all cursors with it: what a void forgetting erased is asked for again. When
rights last longer, what was refused of these authors is asked for again.

A roster may say more for a moment and then less again, and never be judged by: the disk was
full, or the process died. So the rights by which anything here may have been let in are kept
too, from before the roster counts.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from mesh.model import fact as facts
from mesh.model.fact import FactKind, Level
from mesh.model.rights import UNDONE, Rights
from mesh.storage import choices, feeds, parting
from mesh.storage.records import Intake

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from mesh.model.parting import Undone
    from mesh.storage.objects import Connection, Outcome, Rules

_NOBODY = Rights({})
_FACTS = (
    "SELECT fact.n, fact.kind, fact.raw, object.id FROM fact"
    " JOIN object ON object.n = fact.object WHERE fact.id IS NOT NULL"
)
_RIVALS = b"\x80"
"""A second body under one id is filed under an id with the top bit set."""


class Judged(NamedTuple):
    """What judging anew did. ``asks_again``: what was settled of others no longer counts.

    ``own``: void facts of this device itself.
    """

    outcome: Outcome
    asks_again: bool
    own: tuple[bytes, ...]


def let_in(connection: Connection, rights: Rights) -> None:
    """A roster is about to count: facts may come in by these rights until it is judged by."""
    allowed = _kept(connection, "let in") or _kept(connection, "judged") or _NOBODY
    _keep(connection, "let in", allowed.widened(rights))
    _keep(connection, "in force", rights)


class _Void(NamedTuple):
    n: int
    kind: int
    raw: bytes
    object: bytes


def judge_anew(
    connection: Connection, rules: Rules, rights: Rights, undone: Iterable[Undone] = ()
) -> Judged | None:
    """Judge what is here by these rights; None when it was judged by them already.

    ``undone``: the first meetings that were; what came by those heard of now goes too.
    """
    before = _kept(connection, "judged")
    allowed = (_kept(connection, "let in") or before) if before else None
    if before and allowed and rights.packed() == before.packed() and not rights.fallen(allowed):
        return None
    _keep(connection, "judged", rights)
    _keep(connection, "let in", _let_in_after(connection, rights))
    intake = Intake(connection, rules, details=False)
    written = _written_by(connection, rights, allowed)
    void = [row for row in written if _is_void(rules, row)]
    doomed = [row for row in void if not _keeps_at_home(rules, row)]
    by_object: dict[bytes, list[_Void]] = {}
    for row in doomed:
        by_object.setdefault(row.object, []).append(row)
    for identity, rows in by_object.items():
        intake.drop(identity, [row[:3] for row in rows])
    given_back = allowed.undone if allowed else frozenset()
    fresh = [one for one in undone if one.tag not in given_back]
    parting.let_go(connection, intake, chain(*(parting.brought(connection, x) for x in fresh)))
    known_before = before.undone if before else frozenset()
    changed = (known_before | rules.undone) - (given_back & rules.undone)
    has_widened = _look_at_widened(connection, intake, rights, changed)
    asks_again = bool(doomed or fresh or has_widened) or feeds.were_refused(
        connection, rights.risen(before or _NOBODY)
    )
    if asks_again:
        feeds.drop_cursors(connection)
    own = (row.raw for row in doomed if facts.author_of(facts.read(row.raw).id) == rules.own)
    outcome = intake.finish()
    if fresh:
        choices.drop_empty_names(connection)
    return Judged(outcome, asks_again, tuple(own))


def _look_at_widened(
    connection: Connection, intake: Intake, rights: Rights, authors: Collection[bytes]
) -> bool:
    """What was widened here of who parted waits, or is shown again as somebody comes back.

    In a family that knows of nobody who could it goes; False if there is nothing of the kind.
    """
    rows = [one for tag in sorted(authors) for one in parting.written_anew(connection, tag)]
    for one in rows:
        is_nobodys = facts.author_of(one.object) not in rights.until
        intake.drop(one.object, [one[:3]] if is_nobodys else ())
    return bool(rows)


def _let_in_after(connection: Connection, rights: Rights) -> Rights:
    """By what anything here may have been let in, when all is judged by these rights.

    A roster that counts already and is yet to be judged by may let in more.
    """
    in_force = _kept(connection, "in force") or rights
    void = dict.fromkeys(rights.undone, UNDONE)
    return Rights({**rights.widened(in_force).until, **void})


def undone_before(connection: Connection) -> frozenset[bytes]:
    """The author tags whose first meeting was undone, and what came by it given back."""
    known = _kept(connection, "judged")
    return known.undone if known else frozenset()


def _kept(connection: Connection, name: str) -> Rights | None:
    packed = connection.execute("SELECT value FROM meta WHERE name=?", (name,)).get
    return Rights.unpacked(packed) if packed else None


def _keep(connection: Connection, name: str, rights: Rights) -> None:
    connection.execute("INSERT OR REPLACE INTO meta VALUES(?,?)", (name, rights.packed()))


def _written_by(
    connection: Connection, rights: Rights, allowed: Rights | None
) -> Iterator[_Void]:
    """What must be judged: the facts of authors whose rights have fallen, and all rivals."""
    if allowed is None:
        yield from _rows(connection, _FACTS, ())
        return
    fallen = rights.fallen(allowed)
    for tag in sorted(fallen):
        between = (tag + bytes(10), tag + b"\xff" * 10)
        yield from _rows(connection, f"{_FACTS} AND fact.id BETWEEN ? AND ?", between)
    if fallen:
        yield from _rows(connection, f"{_FACTS} AND fact.id >= ?", (_RIVALS,))


def _rows(connection: Connection, sql: str, values: tuple[object, ...]) -> list[_Void]:
    return [_Void(*row) for row in connection.execute(sql, values)]


def _keeps_at_home(rules: Rules, row: _Void) -> bool:
    """A conversation or imported lines that this device made private stay private here.

    Nobody else need heed it; but without it a device that joins as a limited one would give
    away what its owner had kept at home until then.
    """
    if row.kind != FactKind.LABEL or facts.author_of(row.object) is not None:
        return False
    fact = facts.read(row.raw)
    label = facts.body(fact)
    is_private = isinstance(label, facts.Labelling) and label.level >= Level.PRIVATE
    return is_private and facts.author_of(fact.id) in {rules.own, *rules.past}


def _is_void(rules: Rules, row: _Void) -> bool:
    fact = facts.read(row.raw)
    return bool(fact.id) and not rules.is_valid(fact.id, fact, facts.author_of(row.object))
