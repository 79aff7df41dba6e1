"""Search on this device: full text over turns and memories.

The index is filled lazily, in slices off the loop: writing and importing never wait for it, a
search first lets it catch up. What is forgotten leaves it with the facts themselves.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from mesh.errors import BadInput
from mesh.messages import Hit
from mesh.model import fact as facts
from mesh.model.fact import ObjectKind, Turn
from mesh.storage import reading, words
from mesh.storage.objects import Connection, object_by_n

if TYPE_CHECKING:
    from mesh.model.allowance import Label
    from mesh.storage.database import Database

SLICE = 2000
LIMIT_MAX = 1000
QUERY_MAX = 4096
WORDS_MAX = 64
_WORD = re.compile(r"[^\W_]+")

MayFind = Callable[["Label"], bool]
Names = Callable[[bytes], str | None]
"""The device id for an author tag; None when no device of the family has it."""


class Search:
    """Finds messages and memories by their words."""

    def __init__(self, database: Database, names: Names) -> None:
        self._database = database
        self._names = names

    async def refresh(self, limit: int | None = None) -> int:
        """Index up to ``limit`` more facts (all there are, when None); returns how many."""
        done = 0
        while limit is None or done < limit:
            size = SLICE if limit is None else min(SLICE, limit - done)
            count = await self._database.write(partial(words.index_more, limit=size))
            done += count
            if count < size:
                break
        return done

    async def search(
        self, query: str, limit: int = 10, *, may_find: MayFind | None = None
    ) -> list[Hit]:
        """The best matches first, those with all the words before those with some.

        ``may_find``: what may be found; another device's question finds only what may go to it.
        An empty query finds nothing. BadInput when ``limit`` is not
        from 1 to 1000.
        """
        if not 1 <= limit <= LIMIT_MAX:
            raise BadInput(f"A search finds from 1 to {LIMIT_MAX} results.")
        terms = words_of(query)
        if not terms:
            return []
        if await self._database.read(words.is_behind):
            await self.refresh()
        return await self._database.read(lambda sql: self._find(sql, terms, limit, may_find))

    def _find(
        self, connection: Connection, terms: list[str], limit: int, may_find: MayFind | None
    ) -> list[Hit]:
        quoted = [f'"{term}"' for term in terms]
        all_of, some_of = " AND ".join(quoted), " OR ".join(quoted)
        found = {one.n: one for one in words.matches(connection, all_of, limit, may_find)}
        with_all = len(found)
        if len(found) < limit and len(quoted) > 1:
            for one in words.matches(connection, some_of, limit, may_find):
                found.setdefault(one.n, one)
        ranked = list(found.values())[:limit]
        lift = max((one.rank for one in ranked[with_all:]), default=0.0)
        hits = [
            self._hit(connection, one, one.rank + (lift if place < with_all else 0.0))
            for place, one in enumerate(ranked)
        ]
        return [hit for hit in hits if hit is not None]

    def _hit(self, connection: Connection, match: words.Match, score: float) -> Hit | None:
        row = object_by_n(connection, match.n)
        seen = reading.view(connection, row)
        if seen is None:
            return None
        author = facts.author_of(row.id)
        return Hit(
            id=seen.public_id,
            kind="memory" if row.kind == ObjectKind.MEMORY else "message",
            text=match.text,
            score=round(score, 6),
            device_id=None if author is None else self._names(author),
            conversation_id=seen.root.conversation if isinstance(seen.root, Turn) else None,
        )


def words_of(query: str) -> list[str]:
    """The words of a query, each once and without anything FTS5 would take for its syntax."""
    found = _WORD.findall(query[:QUERY_MAX])
    return list(dict.fromkeys(found))[:WORDS_MAX]
