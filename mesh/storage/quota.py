"""How much a device that is not the owner's own may make this one store."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mesh.storage.objects import Connection

CONTENT_MAX = 256 * 1024 * 1024
"""Bytes of facts from one limited device, all told."""
STUBS_MAX = CONTENT_MAX + 32 * 1024 * 1024
"""Labels, forgettings and receipts still go in when content no longer does."""
ROW = 128
"""About what a fact takes beside its bytes."""


class Room:
    """What is left for one giver; used inside one transaction. ``limit``: for content."""

    def __init__(
        self,
        connection: Connection,
        key: bytes,
        limit: int = CONTENT_MAX,
        stubs: int = STUBS_MAX,
    ) -> None:
        self._sql = connection
        self._key = key
        self._limits = (limit, stubs)
        sql = "SELECT bytes FROM given WHERE peer=?"
        self._used = self._before = int(connection.execute(sql, (key,)).get or 0)

    def has(self, raw: bytes, *, is_stub: bool) -> bool:
        """Whether there is room for this fact."""
        return self._used + len(raw) + ROW <= self._limits[is_stub]

    def fill(self, raw: bytes) -> None:
        """This fact was new, and is stored."""
        self._used += len(raw) + ROW

    def keep(self) -> None:
        """Remember how much it is by now."""
        if self._used != self._before:
            sql = "INSERT OR REPLACE INTO given VALUES(?,?)"
            self._sql.execute(sql, (self._key, self._used))
