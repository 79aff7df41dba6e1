"""One write transaction for several jobs: each all or nothing, all in one commit.

Used by whoever owns the write connection: the writer thread of ``Database``. Nothing here
waits, so that a simulation can commit on its own thread, at moments of its own choice.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import apsw

from mesh.errors import DatabaseDamaged, DiskFull, StorageError

if TYPE_CHECKING:
    import asyncio

T = TypeVar("T")
Job = Callable[[apsw.Connection], T]


@dataclass(slots=True)
class Write:
    """A job that waits for its commit, and whoever waits for the job."""

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


def commit(
    connection: apsw.Connection, group: list[Write], make_durable: Callable[[], None]
) -> Exception | None:
    """Run a group of jobs and commit them together; what failed for all of them, if anything.

    Results and errors are noted in the jobs; ``deliver`` hands them out. ``make_durable`` is
    called after the commit when one of them asked for it.
    """
    try:
        with typed_errors():
            connection.execute("BEGIN IMMEDIATE")
            try:
                for write in group:
                    _run(connection, write, alone=len(group) == 1)
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
        if any(write.synced for write in group):
            make_durable()
    except Exception as error:  # noqa: BLE001 — the edge of a thread: handed to every waiter
        for write in group:
            write.error = write.error or error
        return error
    return None


def _run(connection: apsw.Connection, write: Write, *, alone: bool) -> None:
    """One job's own failure undoes that job only; alone in its commit, the commit."""
    if alone:
        write.result = write.job(connection)
        return
    connection.execute("SAVEPOINT job")
    try:
        with typed_errors():
            write.result = write.job(connection)
    except Exception as error:  # handed to whoever waits for this job
        # A full disk is everybody's; after some errors SQLite has undone all jobs already.
        if isinstance(error, DiskFull) or not connection.in_transaction:
            raise
        connection.execute("ROLLBACK TO job")
        write.error = error
    connection.execute("RELEASE job")


def deliver(group: list[Write]) -> None:
    """Tell everybody who waits how it went; on the loop."""
    for write in group:
        _tell(write)
        if write.future.cancelled():
            continue
        if write.error is None:
            write.future.set_result(write.result)
        else:
            write.future.set_exception(write.error)


def _tell(write: Write) -> None:
    if write.error is None and write.then is not None:
        try:
            write.then(write.result)
        except Exception as error:  # noqa: BLE001 — a foreign callback: told to whoever waits
            write.error = error
