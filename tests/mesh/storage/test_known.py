"""What the last message left is what the next one finds, whatever was written in between."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from mesh.companion.draft import Draft
from mesh.model import fact as facts
from mesh.model.fact import Level, ObjectKind, Turn
from mesh.storage import reading
from mesh.storage.commits import Decided
from mesh.storage.known import look, newest_of
from mesh.storage.objects import ObjectRow, columns, object_by_id
from mesh.storage.records import Intake
from tests.mesh.companion.diary import Diary, diary

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from mesh.storage.objects import Connection, Outcome

TALKS = ("talk", "walk")


@pytest.fixture
async def laptop(tmp_path: Path) -> AsyncIterator[Diary]:
    async with diary(tmp_path) as opened:
        yield opened


def writer(device: Diary) -> Connection:
    assert device.database._writer is not None
    return device.database._writer


async def say(device: Diary, talk: str = "talk", *, private: bool = False) -> str:
    """Say something after a pause: it is written on the loop."""
    device.database._rested = 0.0
    assert device.database.is_free
    said = await device.writing.say("tea", conversation=talk, private=private)
    return said.id


def fail(device: Diary, talk: str = "talk") -> None:
    """Begin to write a message, and undo it."""

    def decide(connection: Connection) -> Decided[Outcome]:
        draft = Draft(connection, device.author, device.rules, device.database.known)
        draft.begin(ObjectKind.TURN, Level.FAMILY, Turn(talk, "user", "lost", 1))
        left = draft.settle()

        def write(connection: Connection) -> None:
            left.write(connection)
            raise ZeroDivisionError

        return Decided(left.result, write, is_certain=False, keep=left.keep)

    device.database._rested = 0.0
    with pytest.raises(ZeroDivisionError):
        device.database.write_now(decide)


def hear(device: Diary, *raws: bytes) -> Outcome:
    """Take in what another device says, as soon as it comes."""

    def decide(connection: Connection) -> Decided[Outcome]:
        known = device.database.known
        intake = Intake(connection, device.rules, details=True, known=known)
        for one in intake.expect(raws):
            intake.take(*one, mine=False)
        return intake.decide()

    device.database._rested = 0.0
    return device.database.write_now(decide)


async def facts_of(device: Diary) -> list[bytes]:
    """All it has, what stays there too; oldest first."""
    return await device.database.read(
        lambda sql: [raw for (raw,) in sql.execute("SELECT raw FROM fact ORDER BY n")]
    )


def asked_before_written(device: Diary) -> list[str]:
    """What is asked of SQLite from now on until a row is written: by then all is told."""
    asked: list[str] = []
    is_written = False

    def note(_: object, sql: str, __: object) -> bool:
        nonlocal is_written
        is_written |= sql.startswith("INSERT")
        if not is_written:
            asked.append(sql)
        return True

    writer(device).set_exec_trace(note)
    return asked


async def test_a_message_that_goes_on_asks_nothing_before_it_is_told(laptop: Diary) -> None:
    await say(laptop)
    asked = asked_before_written(laptop)
    await say(laptop)
    assert asked == ["BEGIN"]


async def test_nor_does_one_that_another_device_goes_on_with(
    laptop: Diary, tmp_path: Path
) -> None:
    async with diary(tmp_path, "phone", laptop.clock) as phone:
        for _ in range(2):
            await phone.writing.say("milk", conversation="talk")
        first, second = await facts_of(phone)
    await say(laptop)
    hear(laptop, first)
    await say(laptop)
    asked = asked_before_written(laptop)
    assert hear(laptop, second).added == 1
    assert asked == ["BEGIN"]


async def test_what_comes_late_or_again_is_looked_for(laptop: Diary, tmp_path: Path) -> None:
    async with diary(tmp_path, "phone", laptop.clock) as phone:
        for private in (False, False, True):
            await phone.writing.say("milk", conversation="talk", private=private)
        first, second, withdrawn = await facts_of(phone)
    await say(laptop)
    counted = [hear(laptop, one) for one in (second, second, first, first)]
    assert [(one.added, one.known) for one in counted] == [(1, 0), (0, 1), (1, 0), (0, 1)]
    assert hear(laptop, withdrawn).added == 0
    assert hear(laptop, second).known == 1
    hear(laptop, withdrawn)
    assert object_by_id(writer(laptop), facts.read(withdrawn).id) is not None


async def test_after_anything_else_was_written_the_tables_are_asked(laptop: Diary) -> None:
    await say(laptop)
    known = laptop.database.known
    assert known.recall(writer(laptop)) is not None
    await laptop.database.write(lambda sql: sql.execute("INSERT INTO meta VALUES('x', 1)"))
    assert known.recall(writer(laptop)) is None


async def test_what_was_undone_is_not_known(laptop: Diary) -> None:
    await say(laptop)
    before = look(writer(laptop))
    fail(laptop)
    await say(laptop)
    assert (
        laptop.outcomes[-1].fed[0].number == before.tops[laptop.outcomes[-1].fed[0].scope] + 1
    )


def check(device: Diary) -> bool:
    """What is known is what the tables hold; whether anything is."""
    connection = writer(device)
    left = device.database.known.recall(connection)
    if left is None:
        return False
    now = look(connection)
    assert (left.next_n, left.tops) == (now.next_n, now.tops)
    for home in left.homes:
        row = ObjectRow(*home)
        found = object_by_id(connection, row.id)
        assert found is not None
        assert columns(found) == home
        assert not (row.id in left.shared and reading.is_all_here(connection, found))
    assert left.newest == {run: newest_of(connection, run) for run in left.newest}
    return True


@pytest.mark.parametrize("seed", range(6))
async def test_what_is_known_is_what_the_tables_hold(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 — the same in every run
    knew = 0
    async with diary(tmp_path) as one, diary(tmp_path, "phone", one.clock) as other:
        said: list[str] = []
        for _ in range(60):
            talk = chance.choice(TALKS)
            match chance.randrange(10):
                case 0:
                    await other.writing.say(
                        "milk", conversation=talk, private=chance.random() < 0.3
                    )
                    await other.give_all(one)
                case 5 if given := await facts_of(other):
                    hear(one, *chance.choices(given, k=2))
                case 1 if said:
                    await one.writing.forget(said.pop(chance.randrange(len(said))))
                case 2 if said:
                    await one.writing.relabel(chance.choice(said), "here")
                case 3:
                    fail(one, talk)
                case 4:
                    await one.writing.remember("a memory")
                case _:
                    said.append(await say(one, talk, private=chance.random() < 0.3))
            knew += check(one)
    assert knew > 10


async def test_what_goes_on_after_all_was_taken_back_stays_here(laptop: Diary) -> None:
    first = await say(laptop)
    await laptop.writing.relabel(first, "here")
    await say(laptop)
    home = object_by_id(writer(laptop), facts.conversation_object("talk"))
    assert home is not None
    assert reading.is_all_here(writer(laptop), home)
