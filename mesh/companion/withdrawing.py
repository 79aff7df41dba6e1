"""Giving back what may no longer be here, and asking anew for what may be again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh.model.scope import UNKNOWN_SCOPE, ScopeKind, scope_parts
from mesh.storage import choices, feeds

if TYPE_CHECKING:
    from mesh.companion.writing import Writing
    from mesh.model.allowance import Grants
    from mesh.storage.database import Database
    from mesh.storage.objects import Connection

_UNKNOWN = range(UNKNOWN_SCOPE, UNKNOWN_SCOPE + 256)


def differing(one: Grants, other: Grants) -> set[int]:
    """The scope kinds of which one lets more be held than the other."""
    kinds = {*one.levels, *other.levels, *map(int, ScopeKind)}
    changed = {kind for kind in kinds if one.widest(kind) != other.widest(kind)}
    return changed | (set(_UNKNOWN) if one.others != other.others else set())


async def withdraw(database: Database, writing: Writing, kinds: set[int]) -> None:
    """See every object of these scope kinds anew, in slices; what may not stay goes."""
    after = 0
    while True:
        found = await _following(database, kinds, after)
        if not found:
            break
        await writing.look_again([identity for _, identity in found])
        after = found[-1][0]
    await database.write(choices.drop_empty_names)


async def _following(
    database: Database, kinds: set[int], after: int
) -> list[tuple[int, bytes]]:
    return await database.read(lambda sql: choices.objects_with_content(sql, kinds, after))


async def start_over(database: Database, kinds: set[int], grants: Grants) -> None:
    """What was settled of these kinds says nothing any more, whoever gave it."""

    def job(sql: Connection) -> None:
        for kind in kinds:
            choices.await_again(sql, kind, grants.widest(kind))
        scopes = {scope for (scope,) in sql.execute("SELECT DISTINCT scope FROM cursor")}
        feeds.drop_cursors(sql, [one for one in scopes if scope_parts(one)[0] in kinds])

    await database.write(job, synced=True)
