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
from mesh.storage.known import look
from mesh.storage.objects import ObjectRow, columns, object_by_id
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


async def test_a_message_that_goes_on_asks_nothing_before_it_is_told(laptop: Diary) -> None:
    await say(laptop)
    asked: list[str] = []
    told = len(laptop.certain)

    def note(_: object, sql: str, __: object) -> bool:
        if len(laptop.certain) == told:
            asked.append(sql)
        return True

    writer(laptop).set_exec_trace(note)
    await say(laptop)
    assert asked == ["BEGIN"]


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
        row = ObjectRow(*home)  # type: ignore[arg-type]
        found = object_by_id(connection, row.id)
        assert found is not None
        assert columns(found) == home
        assert not (row.id in left.shared and reading.is_all_here(connection, found))
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
                    await other.writing.say("milk", conversation=talk)
                    await other.give_all(one)
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
