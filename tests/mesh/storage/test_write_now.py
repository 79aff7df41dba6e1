"""A small job on the loop: told before it is written, and written whatever happens then."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

import pytest

from mesh.errors import BadInput, DiskFull
from mesh.storage.commits import Decided
from mesh.storage.database import Database
from tests.mesh.companion.diary import DATABASE_KEY

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from mesh.storage.objects import Connection

BIG = 200_000


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await Database.open(tmp_path / "x.db", DATABASE_KEY)
    await opened.write(put("first"))  # begins the log, which the loop never does
    yield opened
    await opened.close()


def put(name: str, size: int = 1) -> Callable[[Connection], str]:
    def job(connection: Connection) -> str:
        connection.execute("INSERT INTO meta VALUES(?,zeroblob(?))", (name, size))
        return name

    return job


def decide(
    name: str, size: int = 1, *, is_certain: bool = True
) -> Callable[[Connection], Decided[str]]:
    return lambda _: Decided(name, put(name, size), is_certain)


def names(connection: Connection) -> list[str]:
    return [name for (name,) in connection.execute("SELECT name FROM meta ORDER BY rowid")]


def names_in_order(connection: Connection) -> list[str]:
    return sorted(names_of(connection))


def names_of(connection: Connection) -> set[str]:
    return {name for (name,) in connection.execute("SELECT name FROM meta")}


async def fill(database: Database) -> None:
    """Leave no room for what is big."""

    def job(connection: Connection) -> None:
        connection.pragma("max_page_count", connection.pragma("page_count") + 3)

    await database.write(job)


async def make_room(database: Database) -> None:
    """Raise the limit, without writing anything."""
    assert database._writer is not None
    database._writer.pragma("max_page_count", 1 << 20)


async def test_it_is_told_before_it_is_on_disk_and_again_after(database: Database) -> None:
    told: list[str] = []
    seen_by_others: list[set[str]] = []

    def tell(name: str) -> None:
        told.append(f"{name} is certain")
        reader = threading.Thread(
            target=lambda: seen_by_others.append(database._read_now(names_of))
        )
        reader.start()
        reader.join()

    assert database.is_free
    done = database.write_now(decide("tea"), tell=tell, then=told.append)
    assert (done, told) == ("tea", ["tea is certain", "tea"])
    assert seen_by_others == [{"first"}]
    assert await database.read(names_of) == {"first", "tea"}


async def test_what_is_not_certain_is_told_only_once_it_is_written(database: Database) -> None:
    early: list[str] = []
    database.write_now(decide("tea", is_certain=False), tell=early.append)
    assert early == []
    assert await database.read(names_of) == {"first", "tea"}


async def test_a_job_that_fails_leaves_nothing_and_owes_nothing(database: Database) -> None:
    def refuse(_: Connection) -> Decided[str]:
        raise BadInput("No.")

    early: list[str] = []
    with pytest.raises(BadInput):
        database.write_now(refuse, tell=early.append)
    assert await database.write(put("next")) == "next"
    assert early == []
    assert await database.read(names_of) == {"first", "next"}


async def test_whoever_is_told_early_and_fails_undoes_nothing(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_: str) -> None:
        raise ZeroDivisionError

    assert database.write_now(decide("tea"), tell=fail) == "tea"
    assert await database.read(names_of) == {"first", "tea"}
    assert "ZeroDivisionError" in caplog.text


async def test_what_was_told_and_found_no_room_is_written_before_anything_else(
    database: Database,
) -> None:
    await fill(database)
    early: list[str] = []
    late: list[str] = []
    with pytest.raises(DiskFull):
        database.write_now(decide("told", BIG), tell=early.append, then=late.append)
    assert (early, late) == (["told"], [])
    assert not database.is_free

    with pytest.raises(DiskFull):
        await database.write(put("small"))
    assert await database.read(names_of) == {"first"}

    await make_room(database)
    order: list[str] = []

    def look(connection: Connection) -> None:
        order.extend(names_in_order(connection))

    await database.write(look)
    assert order == ["first", "told"]
    assert late == ["told"]
    await database.write(put("small"))
    assert await database.read(names_of) == {"first", "told", "small"}
    assert late == ["told"]


async def test_what_was_not_told_and_found_no_room_is_not_owed(database: Database) -> None:
    await fill(database)
    with pytest.raises(DiskFull):
        database.write_now(decide("untold", BIG, is_certain=False), tell=lambda _: None)
    await make_room(database)
    await database.write(put("small"))
    assert await database.read(names_of) == {"first", "small"}


async def test_while_jobs_wait_nothing_overtakes_them(database: Database) -> None:
    told: list[str] = []
    waiting = [
        asyncio.ensure_future(database.write(put(name), then=told.append))  # noqa: TID251
        for name in ("one", "two")
    ]
    await asyncio.sleep(0)
    assert not database.is_free
    await database.write_soon(decide("three"), then=told.append)
    assert told == ["one", "two", "three"]
    await asyncio.gather(*waiting)


async def test_many_at_once_are_left_to_the_writer(database: Database) -> None:
    free = []
    for number in range(20):
        free.append(database.is_free)
        await database.write_soon(decide(f"{number:02}"))
    assert free[0]
    assert not all(free)


async def test_a_log_that_begins_anew_is_the_writers(tmp_path: Path) -> None:
    database = await Database.open(tmp_path / "new.db", DATABASE_KEY)
    await database.write(put("first"))
    assert database.is_free
    await database.close()
    again = await Database.open(tmp_path / "new.db", DATABASE_KEY)
    free = [again.is_free]
    await again.write(put("second"))
    assert [*free, again.is_free] == [False, True]
    await again.close()
