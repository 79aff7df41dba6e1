"""A device's database, on the run's own thread: real SQLite, the product's own commits.

Writes are grouped and committed a moment later, as the writer thread does it; the device may
die right before a commit, or after it and before anybody is told.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

import apsw

from mesh.errors import DiskFull
from mesh.storage.commits import Job, T, Write, commit, deliver, typed_errors
from mesh.storage.database import Database
from mesh.storage.schema import migrate

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

WRITE_S = (0.0002, 0.004)
READ_S = (0.0001, 0.002)


def blank() -> apsw.Connection:
    """An empty database of this version."""
    connection = _plain()
    migrate(connection)
    return connection


def _plain() -> apsw.Connection:
    connection = apsw.Connection(":memory:")
    connection.pragma("temp_store", "memory")
    connection.pragma("secure_delete", "on")
    return connection


def copy_of(connection: apsw.Connection) -> apsw.Connection:
    """The same database once more: a backup, or a copied profile."""
    twin = _plain()
    with twin.backup("main", connection, "main") as backup:
        backup.step()
    return twin


def opened(content: bytes) -> apsw.Connection:
    """The database whose file would hold this."""
    connection = apsw.Connection(":memory:")
    connection.deserialize("main", content)
    twin = copy_of(connection)
    connection.close()
    return twin


class Disk(Database):
    """The database of one simulated process. ``is_dead``: nothing more is written or told.

    ``crash_in``: how many commits the process still lives for; ``crashes_after``: whether it
    dies after that commit rather than before it.
    """

    def __init__(self, connection: apsw.Connection, rng: random.Random) -> None:
        self.connection = connection
        self.is_full = False
        self.is_dead = False
        self.crash_in = -1
        self.crashes_after = False
        self.on_crash: Callable[[], None] = lambda: None
        self.commits = 0
        self._rng = rng
        self._waiting: list[Write] = []
        self._busy = 0
        self._idle = asyncio.Event()

    async def write(
        self, job: Job[T], *, synced: bool = False, then: Callable[[T], None] | None = None
    ) -> T:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[object] = loop.create_future()
        if not self._waiting:
            loop.call_later(self._rng.uniform(*WRITE_S), self._commit_group)
        told = cast("Callable[[object], None] | None", then)
        self._waiting.append(Write(job, future, loop, synced, told))
        self._begin_work()
        try:
            return cast("T", await future)
        finally:
            self._end_work()

    def _commit_group(self) -> None:
        group, self._waiting = self._waiting, []
        if self.is_dead:
            return
        is_last = self.crash_in == 0
        self.crash_in -= 1
        if is_last and not self.crashes_after:
            self.on_crash()
            return
        error = commit(self.connection, group, lambda: None)
        self.is_full = isinstance(error, DiskFull)
        self.commits += 1
        if is_last:
            self.on_crash()
            return
        deliver(group)

    async def read(self, job: Job[T]) -> T:
        self._begin_work()
        try:
            await asyncio.sleep(self._rng.uniform(*READ_S))
            if self.is_dead:
                await asyncio.get_running_loop().create_future()
            with typed_errors():
                return job(self.connection)
        finally:
            self._end_work()

    async def close(self) -> None:
        self.is_dead = True

    def fill(self) -> None:
        """From now on there is room for hardly anything more."""
        pages = self.connection.pragma("page_count")
        self.connection.pragma("max_page_count", pages)

    def make_room(self) -> None:
        """There is room again."""
        self.connection.pragma("max_page_count", 1 << 30)
