"""Backups of a diary: one moment of it, closed; taken in again under what stands since."""

from __future__ import annotations

import asyncio
import resource
import stat
import threading
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import msgspec
import pytest

from mesh.companion.archive import Archive, ArchiveWriter, Contents, Facts
from mesh.companion.backing_up import BackingUp, Maker, Written
from mesh.companion.restoring import Restoring, Tally
from mesh.errors import BackupDamaged, BadInput, DiskFull, WishRefused
from mesh.family.household import Means
from mesh.family.registry import Registry
from mesh.storage.shelf import FamilyShelf
from tests.mesh.companion.diary import NOON, Diary, Dice, diary, key_of
from tests.mesh.companion.test_archive import CHEAP, WORDS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from mesh.storage.objects import Connection

CANARIES = [b"canarytext", b"canarytag", b"canaryreason", b"canarytalk"]


@asynccontextmanager
async def keeper(folder: Path, name: str = "laptop") -> AsyncIterator[tuple[Diary, Maker]]:
    """A diary whose family is a family of one, and what it says of itself."""
    async with diary(folder, name) as one:
        means = Means(FamilyShelf(one.database), one.clock, Dice(7), lambda: 1, pair)
        family = (await Registry.open(means)).family
        yield one, Maker("0", family, key_of(name), (one.author.tag,), name)


def pair() -> tuple[bytes, bytes]:
    return bytes(32), bytes(32)


async def back_up(
    one: Diary, maker: Maker, path: Path, stop: threading.Event | None = None
) -> Written:
    return await BackingUp(one.database, one.clock, Dice(1), CHEAP).write(
        path, WORDS, maker, stop=stop
    )


async def restore(one: Diary, path: Path, stop: threading.Event | None = None) -> Tally:
    restoring = Restoring(
        one.database, one.author, lambda: one.rules, one.clock, one.outcomes.append
    )
    opened = await restoring.open(path, WORDS)
    try:
        return await restoring.take_in(opened, is_heir=False, stopped=stop)
    finally:
        opened.close()


async def texts(one: Diary) -> set[str]:
    return {memory.text for memory in await one.reading.memories()}


async def fill(one: Diary, count: int) -> None:
    await asyncio.gather(*(one.writing.remember(f"number {n}") for n in range(count)))


async def test_nothing_of_it_is_in_clear_and_only_the_owner_can_read_it(
    tmp_path: Path,
) -> None:
    async with keeper(tmp_path) as (laptop, maker):
        await laptop.writing.remember("canarytext", tags=["canarytag"])
        await laptop.writing.say("canarytext", conversation="canarytalk")
        await laptop.writing.feel(0.5, because="canaryreason")
        made = await back_up(laptop, maker, tmp_path / "b")
        content = (tmp_path / "b").read_bytes()
        assert made.size == len(content)
        assert made.made_at == NOON
        for file in tmp_path.iterdir():  # noqa: ASYNC240 - a test may wait
            assert not any(canary in file.read_bytes() for canary in CANARIES), file
        assert stat.S_IMODE((tmp_path / "b").stat().st_mode) == 0o600


async def test_another_device_gets_all_of_it_once(tmp_path: Path) -> None:
    async with keeper(tmp_path) as (laptop, maker), diary(tmp_path, "phone") as phone:
        await fill(laptop, 2500)
        kept = await laptop.writing.remember("first")
        await laptop.writing.revise(kept.id, "second")
        made = await back_up(laptop, maker, tmp_path / "b")
        first = await restore(phone, tmp_path / "b")
        assert (first.added, first.known, first.refused) == (made.facts, 0, 0)
        assert await texts(phone) == await texts(laptop)
        again = await restore(phone, tmp_path / "b")
        assert (again.added, again.known) == (0, made.facts)
        assert await phone.facts() == await laptop.facts()


async def test_a_backup_is_one_moment_whatever_is_written_meanwhile(tmp_path: Path) -> None:
    async with keeper(tmp_path) as (laptop, maker), diary(tmp_path, "phone") as phone:
        await fill(laptop, 3000)
        before = await texts(laptop)
        async with asyncio.TaskGroup() as tasks:
            making = tasks.create_task(back_up(laptop, maker, tmp_path / "b"))
            while not making.done():
                await laptop.writing.remember("meanwhile")
        made = making.result()
        assert (await restore(phone, tmp_path / "b")).added == made.facts
        assert await texts(phone) in (before, before | {"meanwhile"})


async def test_what_was_forgotten_since_stays_forgotten(tmp_path: Path) -> None:
    async with keeper(tmp_path) as (laptop, maker), diary(tmp_path, "phone") as phone:
        gone = await laptop.writing.remember("gone")
        await laptop.writing.say("gone too", conversation="c")
        await back_up(laptop, maker, tmp_path / "b")
        await laptop.writing.forget(gone.id)
        await laptop.writing.forget("c")
        await laptop.give_all(phone)
        for one in (laptop, phone):
            assert (await restore(one, tmp_path / "b")).refused == 0
            assert (await texts(one), await one.reading.conversations()) == (set(), [])


async def test_who_takes_it_in_for_another_does_not_call_it_its_own(tmp_path: Path) -> None:
    def own(connection: Connection) -> list[int]:
        return [mine for (mine,) in connection.execute("SELECT mine FROM fact")]

    async with keeper(tmp_path) as (laptop, maker), diary(tmp_path, "phone") as phone:
        await laptop.writing.remember("tea")
        await back_up(laptop, maker, tmp_path / "b")
        await restore(phone, tmp_path / "b")
        assert await phone.database.read(own) == [0]
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    async with diary(elsewhere, "laptop") as same:
        await restore(same, tmp_path / "b")
        assert await same.database.read(own) == [1]


async def test_its_clock_goes_on_above_what_came(tmp_path: Path) -> None:
    async with keeper(tmp_path) as (laptop, maker), diary(tmp_path, "phone") as phone:
        laptop.clock.turn(3_600_000_000)
        kept = await laptop.writing.remember("from ahead")
        await back_up(laptop, maker, tmp_path / "b")
        await restore(phone, tmp_path / "b")
        await phone.writing.revise(kept.id, "after it")
        await phone.give_all(laptop)
        assert await texts(laptop) == {"after it"}


# ---- what goes wrong -------------------------------------------------------------------------


@pytest.fixture
def file_limit() -> Iterator[None]:
    """No file of this process grows beyond 8 KiB."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8192, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


async def test_a_disk_that_takes_no_more_leaves_the_former_backup(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    async with keeper(tmp_path) as (laptop, maker):
        await laptop.writing.remember("early")
        await back_up(laptop, maker, tmp_path / "b")
        former = (tmp_path / "b").read_bytes()
        await fill(laptop, 5000)
        there = sorted(tmp_path.iterdir())  # noqa: ASYNC240 - a test may wait
        request.getfixturevalue("file_limit")
        with pytest.raises(BadInput):
            await back_up(laptop, maker, tmp_path / "b")
        assert (tmp_path / "b").read_bytes() == former
        assert sorted(tmp_path.iterdir()) == there  # noqa: ASYNC240 - a test may wait


async def test_a_full_disk_interrupts_a_restore_that_can_be_done_again(
    tmp_path: Path,
) -> None:
    async with keeper(tmp_path) as (laptop, maker), diary(tmp_path, "phone") as phone:
        await fill(laptop, 5000)
        made = await back_up(laptop, maker, tmp_path / "b")
        await phone.database.write(lambda sql: sql.pragma("max_page_count", 300))
        with pytest.raises(DiskFull):
            await restore(phone, tmp_path / "b")
        some = len(await texts(phone))
        assert 0 < some < 5000
        await phone.database.write(lambda sql: sql.pragma("max_page_count", 1_000_000))
        again = await restore(phone, tmp_path / "b")
        assert (again.known, again.added) == (some, made.facts - some)
        assert len(await texts(phone)) == 5000


async def test_a_backup_that_is_stopped_leaves_no_file(tmp_path: Path) -> None:
    async with keeper(tmp_path) as (laptop, maker):
        await fill(laptop, 2000)
        stop = threading.Event()
        stop.set()
        with pytest.raises(WishRefused, match="no new file"):
            await back_up(laptop, maker, tmp_path / "b", stop)
        found = {path.suffix for path in tmp_path.iterdir()}  # noqa: ASYNC240 - a test may wait
        assert found == {".db", ".db-wal", ".db-shm"}


async def test_a_restore_that_is_stopped_says_so_and_goes_on_later(tmp_path: Path) -> None:
    async with keeper(tmp_path) as (laptop, maker), diary(tmp_path, "phone") as phone:
        await fill(laptop, 2500)
        await back_up(laptop, maker, tmp_path / "b")
        stop = threading.Event()
        stop.set()
        cut = await restore(phone, tmp_path / "b", stop)
        assert (cut.is_cut, cut.added) == (True, 0)
        assert not (await restore(phone, tmp_path / "b")).is_cut
        assert len(await texts(phone)) == 2500


async def test_a_damaged_end_is_known_before_anything_is_taken_in(tmp_path: Path) -> None:
    async with keeper(tmp_path) as (laptop, maker), diary(tmp_path, "phone") as phone:
        await fill(laptop, 2500)
        await back_up(laptop, maker, tmp_path / "b")
        whole = (tmp_path / "b").read_bytes()
        (tmp_path / "b").write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        with pytest.raises(BackupDamaged):
            await restore(phone, tmp_path / "b")
        assert await texts(phone) == set()


async def test_what_is_no_fact_is_left_out_and_what_does_not_add_up_is_refused(
    tmp_path: Path,
) -> None:
    async with keeper(tmp_path) as (laptop, maker), diary(tmp_path, "phone") as phone:
        await laptop.writing.remember("tea")
        await back_up(laptop, maker, tmp_path / "b")
        with (tmp_path / "b").open("rb") as file:
            contents, entries, facts = Archive(file, WORDS).blocks()
        assert isinstance(contents, Contents)
        assert isinstance(facts, Facts)
        bent = Facts(facts.kept + b"\xff", (*facts.rows, b"no fact"))
        for said, taken in ((1, None), (2, (1, 1))):
            head = msgspec.structs.replace(contents, facts=said)
            with (tmp_path / "c").open("wb") as file:
                archive = ArchiveWriter(file, WORDS, Dice(2), CHEAP)
                for block in (head, entries, bent):
                    archive.add(block)
                archive.close()
            if taken is None:
                with pytest.raises(BackupDamaged):
                    await restore(phone, tmp_path / "c")
            else:
                done = await restore(phone, tmp_path / "c")
                assert (done.added, done.refused) == taken


@pytest.mark.parametrize("name", ["nothing", "."])
async def test_what_is_no_file_is_told(tmp_path: Path, name: str) -> None:
    async with diary(tmp_path) as laptop:
        with pytest.raises(BadInput):
            await restore(laptop, tmp_path / name)
