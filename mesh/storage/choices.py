"""Questions about the settings of the family and the traits of the companion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh.model import views
from mesh.model.fact import FactKind, Level, ObjectKind, Setting, Trait
from mesh.model.scope import ScopeKind, scope_kind, scope_of
from mesh.storage.objects import OBJECT, ObjectRow, State, held_fact, held_facts

if TYPE_CHECKING:
    from collections.abc import Collection

    from mesh.storage.objects import Connection

LOOKED_AT = 100
"""So many objects are seen anew in one transaction: others wait meanwhile."""
_CONTENT = (FactKind.ROOT, FactKind.REASON)
_WAITING = (
    scope_of(ScopeKind.CONVERSATION, Level.PRIVATE), scope_of(ScopeKind.MEMORY, Level.PRIVATE)
)  # fmt: skip
_GONE = (State.FORGOTTEN, State.WITHDRAWN)


def settings(connection: Connection) -> list[tuple[bytes, tuple[bytes, ...], Setting]]:
    """Every setting that is here: the fact's id, the ids it saw, what it says."""
    found = connection.execute(
        "SELECT fact.raw FROM fact JOIN object ON object.n = fact.object"
        " WHERE object.kind=? AND fact.kind=?",
        (int(ObjectKind.SETTING), int(FactKind.ROOT)),
    )
    held = [held_fact(raw) for (raw,) in found]
    return [(one.id, one.fact.sees, one.body) for one in held if isinstance(one.body, Setting)]


def traits(connection: Connection) -> list[Trait]:
    """The traits that stand, by name: of each the last that was written."""
    sql = f"{OBJECT} WHERE kind=? AND state=?"
    found = connection.execute(sql, (int(ObjectKind.TRAIT), int(State.LIVE)))
    rows = [ObjectRow(*row) for row in found]
    standing = [views.trait_of(held_facts(connection, row)) for row in rows]
    return sorted((one for one in standing if one is not None), key=lambda one: one.name)


def objects_with_content(
    connection: Connection, kinds: Collection[int], after: int
) -> list[tuple[int, bytes]]:
    """Rows and ids of objects that may hold content of these scope kinds, in order, a slice."""
    gone = ",".join(str(int(state)) for state in _GONE)
    return list(
        connection.execute(
            f"SELECT n, id FROM object WHERE n>? AND kind IN ({_objects_of(kinds)})"  # noqa: S608 — numbers
            f" AND state NOT IN ({gone}) ORDER BY n LIMIT ?",
            (after, LOOKED_AT),
        )
    )


def is_held_back(connection: Connection, kinds: Collection[int]) -> bool:
    """Whether something of these scope kinds is here and given to nobody: see burst.py."""
    sql = f"SELECT 1 FROM object WHERE state=? AND kind IN ({_objects_of(kinds)})"  # noqa: S608 — numbers
    return connection.execute(sql, (int(State.HELD_BACK),)).fetchone() is not None


def _objects_of(kinds: Collection[int]) -> str:
    """The kinds of objects that may hold content of these scope kinds, as numbers."""
    wanted = {
        kind for kind in ObjectKind for said in _CONTENT if scope_kind(kind, said) in kinds
    }
    return ",".join(str(int(kind)) for kind in wanted) or "-1"


def objects_with_tag(connection: Connection, tags: Collection[str]) -> list[bytes]:
    """The messages and memories that may have one of these tags and are not private."""
    clauses = " OR ".join("instr(fact.raw, ?)" for _ in tags)
    if not clauses:
        return []
    found = connection.execute(
        "SELECT DISTINCT object.id FROM object JOIN fact"  # noqa: S608 — question marks
        " ON fact.object = object.n"
        f" WHERE object.kind IN (2,4) AND object.state=0 AND object.level<2 AND ({clauses})",
        [tag.encode() for tag in sorted(tags)],
    )
    return [identity for (identity,) in found]


def objects_without_label(connection: Connection) -> list[bytes]:
    """The messages and memories that count as private though no label says so: a tag did."""
    found = connection.execute(
        "SELECT DISTINCT object.id FROM fact JOIN object ON object.n = fact.object"
        " WHERE fact.scope IN (?,?) AND fact.number NOT NULL AND fact.kind=?"
        " AND object.state=0 AND object.level<2"
        " AND coalesce((SELECT level FROM object home WHERE home.n = object.home), 0)<2",
        (*_WAITING, int(FactKind.ROOT)),
    )
    return [identity for (identity,) in found]


def await_again(connection: Connection, kind: int, widest: int) -> None:
    """What was withdrawn of a scope kind may be here again up to this level: wait for it."""
    kinds = [str(int(one)) for one in ObjectKind if scope_kind(one, FactKind.ROOT) == kind]
    connection.execute(
        f"UPDATE object SET state=? WHERE state=? AND kind IN ({','.join(kinds)})"  # noqa: S608
        " AND level<=? AND coalesce("
        "(SELECT home.level FROM object home WHERE home.n = object.home), 0)<=?",
        (int(State.WAITING), int(State.WITHDRAWN), widest, widest),
    )


def drop_empty_names(connection: Connection) -> None:
    """A conversation of which nothing may be here any more has no name here either."""
    connection.execute(
        "DELETE FROM conversation WHERE NOT EXISTS"
        "(SELECT 1 FROM object WHERE object.home = conversation.n AND object.state=0)"
    )
