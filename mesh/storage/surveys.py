"""What of this device another one would be given, in shorts or counted: for a first meeting."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from mesh.model.allowance import Label, may_send
from mesh.model.fact import FactKind
from mesh.model.meeting import KINDS, Inventory
from mesh.storage.objects import held_fact

if TYPE_CHECKING:
    from mesh.model.allowance import Allowance
    from mesh.model.views import Held
    from mesh.storage.objects import Connection


_KINDS = ",".join(str(int(kind)) for kind in KINDS)


def numbers(connection: Connection, allowed: Allowance, *, only_mine: bool) -> dict[int, int]:
    """How many objects of each kind may be given now; as ``inventory`` counts them.

    Counted row by row: to group them the database would put all in order in memory first.
    """
    counts: Counter[int] = Counter()
    mine = " AND f.mine" if only_mine else ""
    statement = (
        "SELECT o.kind FROM fact f JOIN object o ON o.n = f.object"  # noqa: S608 — constants
        " WHERE f.scope=? AND f.number IS NOT NULL AND f.kind=? AND f.id IS NULL"
        f" AND o.stamp>=? AND o.kind IN ({_KINDS}){mine}"
    )
    scopes: list[tuple[int]] = list(connection.execute("SELECT scope FROM feed"))
    for (scope,) in scopes:
        if allowed.covers(scope):
            values = (scope, int(FactKind.ROOT), allowed.floor(scope))
            counts.update(kind for (kind,) in connection.execute(statement, values))
    return counts


def inventory(
    connection: Connection, allowed: Allowance, mark: bytes, *, only_mine: bool
) -> Inventory:
    """Every object that may be given now; ``only_mine``: of what was written here."""
    made, last = Inventory(mark=mark), 0
    mine = " AND f.mine" if only_mine else ""
    found = connection.execute(
        "SELECT o.n, o.id, o.kind, o.plain, f.scope, o.stamp FROM fact f"  # noqa: S608 — constants
        " JOIN object o ON o.n = f.object WHERE f.kind=? AND f.number IS NOT NULL"
        f" AND o.kind IN ({_KINDS}){mine} ORDER BY o.n",
        (int(FactKind.ROOT),),
    )
    for n, identity, kind, is_plain, scope, stamp in found:
        if n == last or not may_send(Label(scope, stamp), allowed):
            continue
        last = n
        facts = () if is_plain else _given(connection, n, stamp, allowed, mine)
        made.put(kind, identity, facts)
    return made


def _given(
    connection: Connection, n: int, stamp: int, allowed: Allowance, mine: str
) -> list[Held]:
    found = connection.execute(
        f"SELECT raw, scope FROM fact f WHERE object=? AND number IS NOT NULL{mine}",  # noqa: S608 — constants
        (n,),
    )
    return [held_fact(raw) for raw, scope in found if may_send(Label(scope, stamp), allowed)]
