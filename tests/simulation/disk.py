"""A device's database, on the run's own thread: real SQLite, the product's own commits.

Writes are grouped and committed a moment later, as the writer thread does it, or at once, as
the loop does; the device may die right before a commit (what is told early is out by then), or
after it and before anybody else is told. A slow disk takes
extra moments before a job and after it: what was read may be old by the time it is told, and
what was committed is seen by readers before its own writer hears of it.
"""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING, cast

import apsw

from mesh.errors import DiskFull
from mesh.storage.commits import (
    Decided,
    Job,
    Joint,
    T,
    Write,
    attempt,
    commit,
    deliver,
    typed_errors,
)
from mesh.storage.database import Database
from mesh.storage.known import Known
from mesh.storage.schema import migrate

if TYPE_CHECKING:
    from collections.abc import Callable

WRITE_S = (0.0002, 0.004)
READ_S = (0.0001, 0.002)
FREE = 0.7
"""How often a small job finds the writer idle."""
HICCUPS = 0.3
"""How many of a slow disk's jobs take longer."""


class Slowness:
    """The extra moments of a run's disks, up to so many seconds; drawn apart from all else."""

    def __init__(self, seed: int, longest_s: float) -> None:
        self._rng = random.Random(f"slow {seed}")  # noqa: S311 — the same in every run
        self._longest_s = longest_s

    def draw(self) -> float:
        """How much longer something takes than it has to, in seconds."""
        if not self._longest_s or self._rng.random() > HICCUPS:
            return 0.0
        return self._rng.uniform(0.0, self._longest_s)


class Died(asyncio.CancelledError):
    """The process is dead: whoever called goes no further."""


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
    dies after that commit rather than before it. ``is_telling``: something is committed, and
    whoever wrote it has not heard so yet.
    """

    def __init__(
        self, connection: apsw.Connection, rng: random.Random, slowness: Slowness | None = None
    ) -> None:
        self.connection = connection
        self.is_telling = False
        self.known = Known()
        self.is_full = False
        self.is_dead = False
        self.crash_in = -1
        self.crashes_after = False
        self.on_crash: Callable[[], None] = lambda: None
        self.commits = 0
        self._rng = rng
        self._slowness = slowness or Slowness(0, 0.0)
        self._waiting: list[Write] = []
        self._owed: list[Write] = []
        self.on_written: list[Callable[[], None]] | None = None
        """While a job is told early: what is to be looked at once it is on disk."""
        self._busy = 0
        self._idle = asyncio.Event()

    @property
    def is_busy(self) -> bool:
        """Whether a job waits or is under way."""
        return bool(self._busy)

    async def write(
        self,
        job: Job[T],
        *,
        synced: bool = False,
        then: Callable[[T], None] | None = None,
        joint: Joint | None = None,
    ) -> T:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[object] = loop.create_future()
        if not self._waiting and not self.is_telling:
            self._commit_soon(loop)
        told = cast("Callable[[object], None] | None", then)
        self._waiting.append(Write(job, future, loop, synced, told, joint))
        self._begin_work()
        try:
            return cast("T", await future)
        finally:
            self._end_work()

    def _commit_soon(self, loop: asyncio.AbstractEventLoop) -> None:
        seconds = self._rng.uniform(*WRITE_S) + self._slowness.draw()
        loop.call_later(seconds, self._commit_group)

    def _commit_group(self) -> None:
        group, self._waiting = self._waiting, []
        if self.is_dead:
            return
        is_last = self.crash_in == 0
        self.crash_in -= 1
        if is_last and not self.crashes_after:
            self.on_crash()
            return
        owed = self._owed
        error = commit(self.connection, group, lambda: None, owed)
        self.is_full = isinstance(error, DiskFull)
        self.commits += 1
        if is_last:
            self.on_crash()
            return
        self._owed = owed if error else []
        told = group if error else [*owed, *group]
        seconds = self._slowness.draw()
        if seconds:
            self.is_telling = True
            group[0].loop.call_later(seconds, self._tell, told)
        else:
            deliver(told)

    def _tell(self, group: list[Write]) -> None:
        """One thread writes: what came meanwhile is committed after this."""
        self.is_telling = False
        if self.is_dead:
            return
        if self._waiting:
            self._commit_soon(group[0].loop)
        deliver(group)

    @property
    def is_free(self) -> bool:
        is_busy = self._waiting or self._owed or self.is_telling or self.is_full
        is_busy = is_busy or self.is_dead
        return not is_busy and self._rng.random() < FREE

    def write_now(
        self,
        decide: Job[Decided[T]],
        *,
        tell: Callable[[T], None] | None = None,
        then: Callable[[T], None] | None = None,
    ) -> T:
        is_last = self.crash_in == 0
        self.crash_in -= 1
        self.commits += 1
        due: list[Callable[[], None]] = []
        self.on_written = due
        try:
            tried = attempt(self.connection, self._dying(decide, is_last), tell)
        except Died:
            self.on_crash()
            raise
        finally:
            self.on_written = None
        if is_last:
            self.on_crash()
            raise Died
        for look in due if tried.error is None else ():
            look()
        return self._done(tried, then)

    def _dying(self, decide: Job[Decided[T]], is_last: bool) -> Job[Decided[T]]:
        """The same job, which ends with the process before its commit if that is to be."""
        if not is_last or self.crashes_after:
            return decide

        def die(_: apsw.Connection) -> None:
            raise Died

        def job(connection: apsw.Connection) -> Decided[T]:
            decided = decide(connection)
            return Decided(decided.result, die, decided.is_certain)

        return job

    async def read(self, job: Job[T]) -> T:
        self._begin_work()
        try:
            await self._pass(self._rng.uniform(*READ_S) + self._slowness.draw())
            with typed_errors():
                found = job(self.connection)
            seconds = self._slowness.draw()
            if seconds:
                await self._pass(seconds)
            return found
        finally:
            self._end_work()

    async def _pass(self, seconds: float) -> None:
        """Nobody hears of it any more when the device is dead by then."""
        await asyncio.sleep(seconds)
        if self.is_dead:
            await asyncio.get_running_loop().create_future()

    async def close(self) -> None:
        self.is_dead = True

    def fill(self) -> None:
        """From now on there is room for hardly anything more."""
        pages = self.connection.pragma("page_count")
        self.connection.pragma("max_page_count", pages)

    def make_room(self) -> None:
        """There is room again."""
        self.connection.pragma("max_page_count", 1 << 30)
