"""One write transaction for several jobs: each all or nothing, all in one commit.

Used by whoever owns the write connection: the writer thread of ``Database``, or the loop while
that thread has nothing to do. Nothing here waits, so that a simulation can commit on its own
thread, at moments of its own choice.

A job that the loop writes itself may be *told* before it is written:

    decide ─▶ what will be written is certain ─▶ tell ─▶ write ─▶ COMMIT
                                                   └─ the other devices get it meanwhile

Should the process die before the COMMIT, others have what this device has not: the same as
after a restored backup, and settled the same way (protocol.md, section 7, Mark). Should there
be no room on the disk, the writing is *owed*: it comes first in whatever is written next, and
without it nothing else is, so that nothing takes the places that were told already.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Generic, TypeVar, cast

import apsw
import msgspec

from mesh.bus.faults import note
from mesh.errors import DatabaseDamaged, DiskFull, StorageError

T = TypeVar("T")
Job = Callable[[apsw.Connection], T]


class Joint(msgspec.Struct, frozen=True):
    """How a job is done together with others of its kind: they share what each looks up.

    ``terms``: only jobs under the very same ones. ``do`` gives a result for each part, or
    fails, and then each job is done alone.
    """

    part: object
    terms: object
    do: Callable[[apsw.Connection, list[Any]], Sequence[object]]


@dataclass(slots=True)
class Write:
    """A job that waits for its commit, and whoever waits for the job."""

    job: Job[object]
    future: asyncio.Future[object]
    loop: asyncio.AbstractEventLoop
    synced: bool
    then: Callable[[object], None] | None
    joint: Joint | None = None
    result: object = None
    error: BaseException | None = None


class Decided(msgspec.Struct, Generic[T], frozen=True):
    """What a job comes to, and the writing of it.

    ``is_certain``: the writing changes nothing of the result any more, and may be done anew
    in a later transaction as long as nothing else was written in between. ``keep``: called
    right after the commit, if the loop wrote it.
    """

    result: T
    write: Callable[[apsw.Connection], object]
    is_certain: bool
    keep: Callable[[apsw.Connection], object] = lambda _: None


def at_once(decide: Job[Decided[T]]) -> Job[T]:
    """Decide and write in one go."""

    def job(connection: apsw.Connection) -> T:
        decided = decide(connection)
        decided.write(connection)
        return decided.result

    return job


class Attempt(msgspec.Struct, Generic[T]):
    """How far a decided job came: ``error`` is None once it is committed."""

    decided: Decided[T] | None = None
    is_told: bool = False
    error: Exception | None = None


@contextlib.contextmanager
def typed_errors() -> Iterator[None]:
    """Turn what SQLite says into our own errors."""
    try:
        yield
    except apsw.Error as error:
        raise typed(error) from error


def typed(error: apsw.Error) -> StorageError:
    """Our own error for what SQLite says."""
    # SQLite reports a full disk on its shared-memory file and on some writes as I/O errors.
    if isinstance(error, apsw.FullError | apsw.IOError):
        return DiskFull()
    if isinstance(error, apsw.NotADBError | apsw.CorruptError):
        return DatabaseDamaged()
    return StorageError(f"The database cannot be used ({type(error).__name__}).")


def commit(
    connection: apsw.Connection,
    group: list[Write],
    make_durable: Callable[[], None],
    owed: list[Write] | None = None,
) -> Exception | None:
    """Run a group of jobs and commit them together; what failed for all of them, if anything.

    Results and errors are noted in the jobs; ``deliver`` hands them out. ``make_durable`` is
    called after the commit when one of them asked for it. What is ``owed`` comes first; when
    it cannot be written, nothing is.
    """

    def work() -> None:
        for write in owed or ():
            write.result = write.job(connection)
        for terms, kin in groupby(group, key=lambda write: write.joint and write.joint.terms):
            _run_kin(connection, list(kin), joins=terms is not None, alone=len(group) == 1)

    try:
        _transact(connection, work)
        if any(write.synced for write in group):
            make_durable()
    except Exception as error:  # noqa: BLE001 — the edge of a thread: handed to every waiter
        for write in group:
            write.error = write.error or error
        return error
    return None


def _transact(
    connection: apsw.Connection, work: Callable[[], object], begin: str = "BEGIN IMMEDIATE"
) -> None:
    """Do all of this or nothing."""
    try:
        connection.execute(begin)
        try:
            work()
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
    except apsw.Error as error:
        raise typed(error) from error


def attempt(
    connection: apsw.Connection,
    decide: Job[Decided[T]],
    tell: Callable[[T], None] | None,
) -> Attempt[T]:
    """Decide, tell if that is certain, write and commit."""
    tried: Attempt[T] = Attempt()

    def work() -> None:
        tried.decided = decided = decide(connection)
        if tell is not None and decided.is_certain:
            tried.is_told = True
            _tell_early(tell, decided.result)
        decided.write(connection)

    try:
        # The lock is for the writing: who is told need not wait until SQLite has it.
        _transact(connection, work, begin="BEGIN")
    except Exception as error:  # noqa: BLE001 — as in ``commit``: handed to whoever waits
        tried.error = error
    else:
        # It is written all the same, whoever cannot note it.
        with contextlib.suppress(apsw.Error):
            if tried.decided is not None:
                tried.decided.keep(connection)
    return tried


def _tell_early(tell: Callable[[T], None], result: T) -> None:
    try:
        tell(result)
    except Exception as error:  # noqa: BLE001 — a foreign callback: it must not undo the job
        note("Who was told early", error)


def owed(decided: Decided[T], then: Callable[[T], None] | None) -> Write:
    """The writing of what was told and could not be written; nobody waits for it any more."""

    def again(connection: apsw.Connection) -> object:
        decided.write(connection)
        return decided.result

    loop = asyncio.get_running_loop()
    nobody: asyncio.Future[object] = loop.create_future()
    nobody.cancel()
    told = cast("Callable[[object], None] | None", then)
    return Write(again, nobody, loop, synced=False, then=told)


def _run_kin(
    connection: apsw.Connection, writes: list[Write], *, joins: bool, alone: bool
) -> None:
    """Jobs of one kind: together if that can be, else each for itself.

    One job's own failure undoes that job only; alone in its commit, the commit.
    """
    if joins and len(writes) > 1 and _run_joined(connection, writes):
        return
    for write in writes:
        if alone:
            write.result = write.job(connection)
        else:
            write.result, write.error = _try(connection, write.job)


def _run_joined(connection: apsw.Connection, writes: list[Write]) -> bool:
    joints = [write.joint for write in writes if write.joint is not None]
    parts = [joint.part for joint in joints]
    results, error = _try(connection, lambda sql: joints[0].do(sql, parts))
    for write, result in zip(writes, results or (), strict=error is None):
        write.result = result
    return error is None


def _try(connection: apsw.Connection, job: Job[T]) -> tuple[T | None, Exception | None]:
    """What a job came to; what it failed with, and then nothing of it was written."""
    result, failure = None, None
    connection.execute("SAVEPOINT job")
    try:
        with typed_errors():
            result = job(connection)
    except Exception as error:  # handed to whoever waits for this job
        # A full disk is everybody's; after some errors SQLite has undone all jobs already.
        if isinstance(error, DiskFull) or not connection.in_transaction:
            raise
        connection.execute("ROLLBACK TO job")
        failure = error
    connection.execute("RELEASE job")
    return result, failure


def deliver(group: list[Write]) -> None:
    """Tell everybody who waits how it went; on the loop."""
    for write in group:
        _tell(write)
        if write.future.done():  # cancelled, or told before that it could not be written
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
