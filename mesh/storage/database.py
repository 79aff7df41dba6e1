"""The encrypted database: one writer thread with group commit, two reader threads.

    write(job) ─▶ queue ─▶ [ BEGIN · job · job · job · COMMIT ] ─▶ results back on the loop
    read(job)  ─▶ reader thread with a connection of its own
    tender     ─▶ once a second: fsync of the log, and a checkpoint when the log is long

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
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar, cast

import apsw

from mesh.errors import DatabaseDamaged, DiskFull, StorageError
from mesh.storage.schema import migrate

if TYPE_CHECKING:
    from pathlib import Path

T = TypeVar("T")
Job = Callable[[apsw.Connection], T]

PAGE_SIZE = 4096
WRITER_CACHE_KIB = 6 * 1024
READER_CACHE_KIB = 1024
GROUP_MAX = 256
LOG_PAGES_PASSIVE = 1000
LOG_PAGES_FORCED = 8000
LOG_BYTES_KEPT = 8 * 1024 * 1024
TEND_EVERY_S = 1.0
BUSY_MS = 10_000


@dataclass(slots=True)
class _Task:
    job: Job[object]
    future: asyncio.Future[object]
    loop: asyncio.AbstractEventLoop
    synced: bool
    then: Callable[[object], None] | None
    result: object = None
    error: BaseException | None = None


@contextlib.contextmanager
def typed_errors() -> Iterator[None]:
    """Turn what SQLite says into our own errors."""
    try:
        yield
    except apsw.FullError as error:
        raise DiskFull from error
    except (apsw.NotADBError, apsw.CorruptError) as error:
        raise DatabaseDamaged from error
    except apsw.IOError as error:
        # SQLite reports a full disk on its shared-memory file and on some writes as I/O errors.
        raise DiskFull from error
    except apsw.Error as error:
        raise StorageError(f"The database cannot be used ({type(error).__name__}).") from error


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
        self._queue: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._writer: apsw.Connection | None = None
        self._local = threading.local()
        self._readers = ThreadPoolExecutor(2, thread_name_prefix="aico-read")
        self._open_readers: list[apsw.Connection] = []
        self._thread = threading.Thread(target=self._write_loop, name="aico-write", daemon=True)
        self._stop = threading.Event()
        self._tender = threading.Thread(target=self._tend_loop, name="aico-tend", daemon=True)
        self._dirty = threading.Event()
        self._log_pages = 0
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
        self._log_pages = pages
        if pages >= LOG_PAGES_FORCED:
            # What is committed stays so; a log that could not be folded in now is next time.
            with contextlib.suppress(apsw.Error):
                connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
        return apsw.SQLITE_OK

    # ---- writing -----------------------------------------------------------------------------

    async def write(
        self, job: Job[T], *, synced: bool = False, then: Callable[[T], None] | None = None
    ) -> T:
        """Run ``job`` in a transaction; returns its result once that is committed.

        An exception in the job undoes only that job. DiskFull: nothing was written. ``then``
        is told the result on the loop, also when whoever waited was cancelled meanwhile: what
        is queued is written all the same.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[object] = loop.create_future()
        self._begin_work()
        try:
            told = cast("Callable[[object], None] | None", then)
            self._queue.put(_Task(job, future, loop, synced, told))
            return await future  # type: ignore[return-value]
        finally:
            self._end_work()

    def _begin_work(self) -> None:
        self._busy += 1
        self._idle.clear()

    def _end_work(self) -> None:
        self._busy -= 1
        if not self._busy:
            self._idle.set()

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
            self._commit(group)
            first.loop.call_soon_threadsafe(_deliver, group)

    def _commit(self, group: list[_Task]) -> None:
        connection = self._writer
        assert connection is not None  # noqa: S101 — the thread starts after the writer is open
        try:
            with typed_errors():
                connection.execute("BEGIN IMMEDIATE")
                try:
                    for task in group:
                        self._run(connection, task, alone=len(group) == 1)
                    connection.execute("COMMIT")
                except BaseException:
                    if connection.in_transaction:
                        connection.execute("ROLLBACK")
                    raise
            self.is_full = False
            self._dirty.set()
            if any(task.synced for task in group):
                self._sync_log()
        except Exception as error:  # noqa: BLE001 — the edge of a thread: handed to every waiter
            self.is_full = isinstance(error, DiskFull)
            for task in group:
                task.error = task.error or error

    @staticmethod
    def _run(connection: apsw.Connection, task: _Task, *, alone: bool) -> None:
        """One job's own failure undoes that job only; alone in its commit, the commit."""
        if alone:
            task.result = task.job(connection)
            return
        connection.execute("SAVEPOINT job")
        try:
            with typed_errors():
                task.result = task.job(connection)
        except Exception as error:  # handed to whoever waits for this job
            # A full disk is everybody's; after some errors SQLite has undone all jobs already.
            if isinstance(error, DiskFull) or not connection.in_transaction:
                raise
            connection.execute("ROLLBACK TO job")
            task.error = error
        connection.execute("RELEASE job")

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
                    connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
        if connection is not None:
            connection.close()

    async def close(self) -> None:
        """Finish what is queued, fold the log into the file, close."""
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


def _deliver(group: list[_Task]) -> None:
    for task in group:
        _tell(task)
        if task.future.cancelled():
            continue
        if task.error is None:
            task.future.set_result(task.result)
        else:
            task.future.set_exception(task.error)


def _tell(task: _Task) -> None:
    if task.error is None and task.then is not None:
        try:
            task.then(task.result)
        except Exception as error:  # noqa: BLE001 — a foreign callback: told to whoever waits
            task.error = error
