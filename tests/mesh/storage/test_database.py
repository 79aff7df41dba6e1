from __future__ import annotations

import asyncio
import itertools
import random
import stat
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import apsw
import pytest

from mesh.errors import DatabaseDamaged, DatabaseTooNew, DiskFull, StorageError
from mesh.storage.database import Database
from mesh.storage.schema import MIGRATIONS
from tests.mesh.companion.diary import DATABASE_KEY, diary

if TYPE_CHECKING:
    from collections.abc import Callable

    from mesh.storage.objects import Connection

ROOT = Path(__file__).parents[3]


def put(name: str, size: int = 1) -> Callable[[Connection], str]:
    def job(connection: Connection) -> str:
        connection.execute("INSERT INTO meta VALUES(?,zeroblob(?))", (name, size))
        return name

    return job


def names(connection: Connection) -> list[str]:
    return [name for (name,) in connection.execute("SELECT name FROM meta ORDER BY name")]


async def test_what_was_written_is_read_at_once_and_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    database = await Database.open(path, DATABASE_KEY)
    assert await database.write(put("tea")) == "tea"
    assert await database.read(names) == ["tea"]
    await database.close()
    again = await Database.open(path, DATABASE_KEY)
    assert await again.read(names) == ["tea"]
    await again.close()


async def test_a_job_that_fails_undoes_itself_and_nothing_else(tmp_path: Path) -> None:
    database = await Database.open(tmp_path / "x.db", DATABASE_KEY)

    def fails(connection: Connection) -> None:
        put("half")(connection)
        raise KeyError("no")

    done = await asyncio.gather(
        database.write(put("a")), database.write(fails), database.write(put("b")),
        return_exceptions=True,
    )  # fmt: skip
    assert isinstance(done[1], KeyError)
    assert await database.read(names) == ["a", "b"]
    await database.close()


async def test_a_job_that_breaks_a_rule_of_the_tables_harms_no_other(tmp_path: Path) -> None:
    database = await Database.open(tmp_path / "x.db", DATABASE_KEY)
    done = await asyncio.gather(
        database.write(put("a")), database.write(put("a")), database.write(put("b")),
        return_exceptions=True,
    )  # fmt: skip
    assert isinstance(done[1], StorageError)
    assert (done[0], done[2]) == ("a", "b")
    assert await database.read(names) == ["a", "b"]
    await database.close()


async def test_jobs_queued_before_the_end_are_finished(tmp_path: Path) -> None:
    database = await Database.open(tmp_path / "x.db", DATABASE_KEY)
    waiting = [database.write(put(f"{number:03}")) for number in range(50)]
    done, _ = await asyncio.gather(asyncio.gather(*waiting), asyncio.sleep(0))
    await database.wait_idle()
    await database.close()
    assert len(done) == 50
    again = await Database.open(tmp_path / "x.db", DATABASE_KEY)
    assert len(await again.read(names)) == 50
    await again.close()


async def test_readers_cannot_write(tmp_path: Path) -> None:
    database = await Database.open(tmp_path / "x.db", DATABASE_KEY)
    with pytest.raises(StorageError):
        await database.read(put("tea"))
    assert await database.read(names) == []
    await database.close()


async def test_reading_goes_on_while_a_job_is_writing(tmp_path: Path) -> None:
    database = await Database.open(tmp_path / "x.db", DATABASE_KEY)
    began, may_end = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def slow(connection: Connection) -> None:
        put("tea")(connection)
        loop.call_soon_threadsafe(began.set)
        may_end.wait(10)

    async with asyncio.TaskGroup() as group:
        group.create_task(database.write(slow))
        await began.wait()
        assert await database.read(names) == []
        may_end.set()
    assert await database.read(names) == ["tea"]
    await database.close()


async def test_no_reader_stays_in_the_past_whatever_a_job_leaves_open(tmp_path: Path) -> None:
    database = await Database.open(tmp_path / "x.db", DATABASE_KEY)
    for name in "abc":
        await database.write(put(name))
    left: list[object] = []
    both = threading.Barrier(2, timeout=20)

    def leaves_open(connection: Connection) -> None:
        cursor = connection.execute("SELECT name FROM meta")
        left.append(next(cursor))
        left.append(cursor)
        both.wait()

    def look(connection: Connection) -> list[str]:
        both.wait()
        return names(connection)

    await asyncio.gather(database.read(leaves_open), database.read(leaves_open))
    await database.write(put("d"))
    seen = await asyncio.gather(database.read(look), database.read(look))
    assert list(seen) == [["a", "b", "c", "d"]] * 2
    await database.close()


async def test_another_key_opens_nothing_and_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    database = await Database.open(path, DATABASE_KEY)
    await database.write(put("tea"))
    await database.close()
    before = path.read_bytes()
    with pytest.raises(DatabaseDamaged):
        await Database.open(path, bytes(32))
    assert path.read_bytes() == before


async def test_a_damaged_file_is_said_to_be_damaged(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    path.write_bytes(random.Random(1).randbytes(65_536))  # noqa: S311 - any junk
    with pytest.raises(DatabaseDamaged):
        await Database.open(path, DATABASE_KEY)


async def test_a_database_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    database = await Database.open(path, DATABASE_KEY)
    await database.close()
    connection = apsw.Connection(str(path))
    connection.pragma("cipher", "chacha20")
    connection.pragma("key", f"raw:{DATABASE_KEY.hex()}")
    connection.pragma("user_version", len(MIGRATIONS) + 1)
    connection.close()
    with pytest.raises(DatabaseTooNew):
        await Database.open(path, DATABASE_KEY)


async def test_only_its_owner_can_read_the_file(tmp_path: Path) -> None:
    async with diary(tmp_path) as laptop:
        await laptop.writing.remember("tea")
        for file in tmp_path.iterdir():  # noqa: ASYNC240 - a test may wait
            assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0


# ---- a full disk -----------------------------------------------------------------------------


async def test_a_full_disk_loses_nothing_and_it_goes_on_when_there_is_room(
    tmp_path: Path,
) -> None:
    database = await Database.open(tmp_path / "x.db", DATABASE_KEY)

    def limit(pages: int) -> Callable[[Connection], object]:
        return lambda connection: connection.pragma("max_page_count", pages)

    await database.write(limit(60))
    written: list[str] = []

    async def fill() -> None:
        for number in itertools.count():
            written.append(await database.write(put(f"{number:04}", 20_000)))

    with pytest.raises(DiskFull):
        await fill()
    assert 1 <= len(written) < 60
    assert await database.read(names) == written
    await database.write(limit(100_000))
    written.append(await database.write(put("room again", 20_000)))
    assert await database.read(names) == written
    await database.close()


async def test_a_full_disk_fails_a_whole_group_and_each_waiter_hears_of_it(
    tmp_path: Path,
) -> None:
    database = await Database.open(tmp_path / "x.db", DATABASE_KEY)
    await database.write(lambda connection: connection.pragma("max_page_count", 40))
    jobs = [put(f"{number:04}", 100_000) for number in range(40)]
    waiting = [database.write(job) for job in jobs]
    done = await asyncio.gather(*waiting, return_exceptions=True)
    told = [one for one in done if isinstance(one, str)]
    assert all(isinstance(one, str | DiskFull) for one in done)
    assert len(told) < 40
    assert await database.read(names) == told
    await database.close()


# ---- kill -9 ---------------------------------------------------------------------------------


async def test_what_was_told_survives_kill_9(tmp_path: Path) -> None:
    chance = random.Random(5)  # noqa: S311 - the same in every run
    told: set[str] = set()
    for _ in range(6):
        child = subprocess.Popen(  # noqa: ASYNC220 - nothing else runs meanwhile
            [sys.executable, "-m", "tests.mesh.storage.scribbler", str(tmp_path)],
            cwd=ROOT, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert child.stdout is not None
        for _ in range(chance.randrange(1, 90)):
            told.add(child.stdout.readline().strip())
        child.kill()
        # The pipe may hold a last line that was cut; the whole ones before it count.
        told.update(line for line in child.stdout.read().split("\n")[:-1])
        child.wait()
        child.stdout.close()
    async with diary(tmp_path) as laptop:
        found = {one.id for one in await laptop.reading.memories()}
        assert len(told) > 30
        assert "" not in told
        assert told <= found
        check = await laptop.database.read(
            lambda connection: connection.pragma("integrity_check")
        )
    assert check == "ok"


# ---- canaries --------------------------------------------------------------------------------


async def test_no_clear_text_is_in_any_file(tmp_path: Path) -> None:
    canaries = [b"canarytext", b"canarytag", b"canaryreason", b"canarytalk", b"canaryspeaker"]
    lines = tmp_path / "elsewhere"
    lines.mkdir()
    source = lines / "in.jsonl"
    source.write_text(
        '{"conversation_id":"canarytalk","role":"user","text":"canarytext","timestamp":5,'
        '"speaker":"canaryspeaker"}\n'
    )
    home = tmp_path / "home"
    home.mkdir()
    async with diary(home) as laptop:
        await laptop.importing.take_in(source)
        await laptop.writing.remember("canarytext", tags=["canarytag"])
        await laptop.writing.feel(0.5, because="canaryreason")
        assert len(await laptop.search.search("canarytext")) == 2
        while_open = b"".join(file.read_bytes() for file in home.iterdir())
    closed = b"".join(file.read_bytes() for file in home.iterdir())
    for content in (while_open, closed):
        assert len(content) > 50_000
        for canary in canaries:
            assert canary not in content


def everything(connection: Connection) -> bytes:
    """Every cell of every table, the index's own tables too."""
    tables = [
        name for (name,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type='table' AND name<>'words'"
        )
    ]  # fmt: skip
    cells = []
    for table in tables:
        for row in connection.execute(f"SELECT * FROM {table}"):  # noqa: S608 - our tables
            cells += [cell if isinstance(cell, bytes) else str(cell).encode() for cell in row]
    return b"\0".join(cells)


async def test_what_is_forgotten_is_in_no_row_and_not_in_the_index(tmp_path: Path) -> None:
    async with diary(tmp_path) as laptop:
        kept = await laptop.writing.remember("zebra stays")
        memory = await laptop.writing.remember("canaryone zebra", tags=["canarytwo"])
        await laptop.writing.revise(memory.id, "canarythree")
        said = await laptop.writing.say("canaryfour", conversation="canaryfive")
        felt = await laptop.writing.feel(0.5, because="canarysix")
        assert len(await laptop.search.search("canarythree canaryfour")) == 2
        before = await laptop.database.read(everything)
        present = [name for name in (b"one", b"two", b"three", b"four", b"five", b"six")
                   if b"canary" + name in before]  # fmt: skip
        assert len(present) == 6
        for identity in (memory.id, felt.hex(), said.conversation_id):
            await laptop.writing.forget(identity)
        # FTS5 keeps terms in order and says only how one differs from the one before.
        after = await laptop.database.read(everything)
        assert b"canary" not in after
        assert b"zebra" in after
        for word in ("canaryone", "canarythree", "canaryfour"):
            assert await laptop.search.search(word) == []
        assert [hit.id for hit in await laptop.search.search("zebra")] == [kept.id]
