"""The encrypted database: one writer thread with group commit, two reader threads.

    write(job)     ─▶ queue ─▶ [ BEGIN · job · job · job · COMMIT ] ─▶ results back on the loop
    write_now(job) ─▶ the same at once on the loop: one small job, while the writer is idle
    read(job)      ─▶ reader thread with a connection of its own
    tender         ─▶ once a second: fsync of the log, and a checkpoint when the log is long

Jobs get an ``apsw.Connection`` and run off the loop; each write job is all or nothing, even
when it shares a commit with others. A commit survives ``kill -9`` at once, a power cut after at
most a second, or at once when asked for with ``synced``. The cipher is ChaCha20-Poly1305 by
page (SQLite3 Multiple Ciphers); the log (``-wal``) is encrypted too.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import os
import queue
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, cast

import apsw

from mesh.errors import DiskFull
from mesh.storage.commits import (
    Attempt,
    Decided,
    Job,
    Joint,
    T,
    Write,
    at_once,
    attempt,
    commit,
    deliver,
    owed,
    typed_errors,
)
from mesh.storage.known import Known
from mesh.storage.schema import migrate

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PAGE_SIZE = 4096
WRITER_CACHE_KIB = 6 * 1024
READER_CACHE_KIB = 1024
GROUP_MAX = 256
LOG_PAGES_PASSIVE = 1000
LOG_PAGES_FORCED = 8000
LOG_BYTES_KEPT = 8 * 1024 * 1024
TEND_EVERY_S = 1.0
BUSY_MS = 10_000
REST_S = 0.002
"""Between two commits on the loop; what comes faster is grouped by the writer."""


def connect(path: Path, key: bytes, cache_kib: int) -> apsw.Connection:
    """An open connection with our settings; the key comes first, before any page is read."""
    connection = apsw.Connection(os.fspath(path))
    connection.pragma("cipher", "chacha20")
    connection.pragma("key", f"raw:{key.hex()}")
    connection.set_busy_timeout(BUSY_MS)
    connection.pragma("page_size", PAGE_SIZE)
    connection.pragma("journal_mode", "wal")
    connection.pragma("synchronous", "normal")
    connection.pragma("cache_size", -cache_kib)
    connection.pragma("temp_store", "memory")
    connection.pragma("secure_delete", "on")
    connection.pragma("journal_size_limit", LOG_BYTES_KEPT)
    return connection


class Database:
    """One open database. Make it with ``Database.open``; end it with ``close``."""

    def __init__(self, path: Path, key: bytes) -> None:
        self._path = path
        self._key = key
        self._queue: queue.SimpleQueue[Write | None] = queue.SimpleQueue()
        self._writer: apsw.Connection | None = None
        self._local = threading.local()
        self._readers = ThreadPoolExecutor(2, thread_name_prefix="aico-read")
        self._open_readers: list[apsw.Connection] = []
        self._thread = threading.Thread(target=self._write_loop, name="aico-write", daemon=True)
        self._stop = threading.Event()
        self._tender = threading.Thread(target=self._tend_loop, name="aico-tend", daemon=True)
        self._dirty = threading.Event()
        self._log_pages = 0
        self._is_log_new = True
        """Whether the next commit may begin the log anew, and so wait for the disk."""
        self._under_way = 0
        self._owed: list[Write] = []
        self._rested = 0.0
        self.known = Known()
        """How the last small job left the tables."""
        self.is_full = False
        """Whether the last commit found no room; the next one that succeeds clears it."""
        self._busy = 0
        self._idle = asyncio.Event()
        self._idle.set()

    @classmethod
    async def open(cls, path: Path, key: bytes) -> Database:
        """Open or create the database at ``path`` with a 32-byte key; bring it up to date."""
        database = cls(path, key)
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(database._readers, database._open_writer)
        except BaseException:
            database._readers.shutdown(wait=False)
            raise
        database._thread.start()
        database._tender.start()
        return database

    def _open_writer(self) -> None:
        created = not self._path.exists()
        with typed_errors():
            connection = connect(self._path, self._key, WRITER_CACHE_KIB)
            if created:
                self._path.chmod(0o600)
            connection.set_wal_hook(self._note_log)
            migrate(connection)
        self._writer = connection

    def _note_log(self, connection: apsw.Connection, _name: str, pages: int) -> int:
        """After a commit; our hook takes the place of SQLite's own checkpoints."""
        if pages < self._log_pages or not self._log_pages:
            self._is_log_new = False
        self._log_pages = pages
        if pages >= LOG_PAGES_FORCED:
            # What is committed stays so; a log that could not be folded in now is next time.
            with contextlib.suppress(apsw.Error):
                connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
        return apsw.SQLITE_OK

    # ---- writing -----------------------------------------------------------------------------

    async def write(
        self,
        job: Job[T],
        *,
        synced: bool = False,
        then: Callable[[T], None] | None = None,
        joint: Joint | None = None,
    ) -> T:
        """Run ``job`` in a transaction; returns its result once that is committed.

        An exception in the job undoes only that job. DiskFull: nothing was written. ``then``
        is told the result on the loop, also when whoever waited was cancelled meanwhile: what
        is queued is written all the same. ``joint``: how it is done with others of its kind.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[object] = loop.create_future()
        self._begin_work()
        try:
            told = cast("Callable[[object], None] | None", then)
            self._under_way += 1
            self._queue.put(Write(job, future, loop, synced, told, joint))
            return await future  # type: ignore[return-value]
        finally:
            self._end_work()

    async def write_soon(
        self,
        decide: Job[Decided[T]],
        *,
        tell: Callable[[T], None] | None = None,
        then: Callable[[T], None] | None = None,
        joint: Joint | None = None,
    ) -> T:
        """Write a small job: on the loop if that may be (``write_now``), else as ``write``."""
        if self.is_free:
            return self.write_now(decide, tell=tell, then=then)
        return await self.write(at_once(decide), then=then, joint=joint)

    @property
    def is_free(self) -> bool:
        """Whether a small job may be written on the loop now: it need not wait for anything."""
        return not (
            self._under_way
            or self._owed
            or self.is_full
            or self._is_log_new
            or self._log_pages >= LOG_PAGES_FORCED // 2
            or time.monotonic() < self._rested
        )

    def write_now(
        self,
        decide: Job[Decided[T]],
        *,
        tell: Callable[[T], None] | None = None,
        then: Callable[[T], None] | None = None,
    ) -> T:
        """Write a small job on the loop, while ``is_free``; DiskFull as in ``write``.

        ``tell``, ``then``: told the result before it is written (commits.py), and after.
        """
        assert self._writer is not None  # noqa: S101 — it is free
        self._under_way += 1  # whoever is told may not write in the midst of this
        tried = attempt(self._writer, decide, tell)
        self._under_way -= 1
        self._rested = time.monotonic() + REST_S
        if not self._dirty.is_set():
            self._dirty.set()
        return self._done(tried, then)

    def _done(self, tried: Attempt[T], then: Callable[[T], None] | None) -> T:
        """What was told must be written all the same, and before anything else is."""
        self.is_full = isinstance(tried.error, DiskFull)
        if tried.decided is None or tried.error is not None:
            if tried.decided is not None and tried.is_told:
                self._owed.append(owed(tried.decided, then))
            raise tried.error or AssertionError("a job that came to nothing")
        if then is not None:
            then(tried.decided.result)
        return tried.decided.result

    def _begin_work(self) -> None:
        self._busy += 1
        self._idle.clear()

    def _end_work(self) -> None:
        self._busy -= 1
        if not self._busy:
            self._idle.set()

    async def wait_written(self) -> None:
        """Until every job is done that was asked for before this."""
        await self.write(lambda _: None)

    async def wait_idle(self) -> None:
        """Until no job is waiting or running."""
        await self._idle.wait()

    def _write_loop(self) -> None:
        while True:
            first = self._queue.get()
            if first is None:
                return
            group = [first]
            with contextlib.suppress(queue.Empty):
                while len(group) < GROUP_MAX:
                    task = self._queue.get_nowait()
                    if task is None:
                        self._queue.put(None)
                        break
                    group.append(task)
            paid = self._commit(group)
            first.loop.call_soon_threadsafe(self._deliver, paid, group)

    def _commit(self, group: list[Write]) -> list[Write]:
        """Commit a group; returns what was owed and is written with it."""
        assert self._writer is not None  # noqa: S101 — the thread starts after the writer is open
        promised = self._owed
        error = commit(self._writer, group, self._sync_log, promised)
        self.is_full = isinstance(error, DiskFull)
        if error is not None:
            return []
        self._dirty.set()
        self._owed = []
        return promised

    def _deliver(self, paid: list[Write], group: list[Write]) -> None:
        deliver([*paid, *group])
        self._under_way -= len(group)

    # ---- reading -----------------------------------------------------------------------------

    async def read(self, job: Job[T]) -> T:
        """Run ``job`` on a reader connection; it sees all that was committed before."""
        loop = asyncio.get_running_loop()
        self._begin_work()
        try:
            return await loop.run_in_executor(
                self._readers, functools.partial(self._read_now, job)
            )
        finally:
            self._end_work()

    def _read_now(self, job: Job[T]) -> T:
        with typed_errors():
            connection = self._reader()
            try:
                with connection:
                    result = job(connection)
            finally:
                # A cursor that was not read to its end would keep this reader in the past.
                if connection.txn_state() != apsw.SQLITE_TXN_NONE:
                    self._drop_reader(connection)
        return result

    def _drop_reader(self, connection: apsw.Connection) -> None:
        self._local.connection = None
        self._open_readers.remove(connection)
        connection.close(True)

    def _reader(self) -> apsw.Connection:
        connection: apsw.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = connect(self._path, self._key, READER_CACHE_KIB)
            connection.pragma("query_only", True)
            self._local.connection = connection
            self._open_readers.append(connection)
        return connection

    # ---- tending -----------------------------------------------------------------------------

    def _sync_log(self) -> None:
        with contextlib.suppress(FileNotFoundError):
            descriptor = os.open(f"{os.fspath(self._path)}-wal", os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    def _tend_loop(self) -> None:
        connection: apsw.Connection | None = None
        while not self._stop.is_set():
            self._dirty.wait()
            if self._stop.wait(TEND_EVERY_S):
                break
            self._dirty.clear()
            # A failure here loses nothing: the next round, or the next start, does it again.
            with contextlib.suppress(apsw.Error, OSError):
                self._sync_log()
                if self._log_pages >= LOG_PAGES_PASSIVE:
                    connection = connection or connect(self._path, self._key, READER_CACHE_KIB)
                    self._is_log_new = True
                    connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
        if connection is not None:
            connection.close()

    async def close(self) -> None:
        """Finish what is queued, fold the log into the file, close."""
        self._under_way += 1  # the loop writes nothing any more
        self._queue.put(None)
        self._stop.set()
        self._dirty.set()
        await asyncio.get_running_loop().run_in_executor(None, self._close_now)

    def _close_now(self) -> None:
        self._thread.join()
        self._tender.join()
        self._readers.shutdown(wait=True)
        for connection in self._open_readers:
            connection.close()
        if self._writer is not None:
            with contextlib.suppress(apsw.Error):
                self._writer.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
            self._writer.close()
            self._writer = None
