"""Many wishes of one moment are written as one; what comes of them is the same as apart."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

import pytest

from mesh.errors import BadInput, NotFound
from mesh.messages import Said
from mesh.model import fact as facts
from mesh.model.fact import FactKind, Level

if TYPE_CHECKING:
    from mesh.storage.objects import Connection
    from tests.mesh.companion.diary import Diary

MANY = 200


def levels_of(connection: Connection) -> dict[str, int]:
    found = connection.execute("SELECT raw FROM fact")
    read = [facts.read(raw) for (raw,) in found]
    return {facts.turn(fact).text: fact.level for fact in read}


async def test_each_of_many_is_answered_stored_and_told_once(laptop: Diary) -> None:
    saying = [laptop.writing.say(f"{number}", conversation="c") for number in range(MANY)]
    said = await asyncio.gather(*saying)
    assert [one.text for one in said] == [f"{number}" for number in range(MANY)]
    assert len({one.id for one in said}) == MANY
    fresh = [identity.hex() for outcome in laptop.outcomes for identity, _, _ in outcome.fresh]
    assert sorted(fresh) == sorted(one.id for one in said)
    assert {one.id for one in await laptop.reading.show("c")} == set(fresh)
    fed = [(one.scope, one.number) for outcome in laptop.outcomes for one in outcome.fed]
    assert len(set(fed)) == len(fed) == MANY


async def test_many_at_once_are_few_changes(laptop: Diary) -> None:
    """Else each costs what looking up and telling a change costs."""
    await asyncio.gather(*(laptop.writing.say("x", conversation="c") for _ in range(MANY)))
    assert len(laptop.outcomes) < MANY / 10


async def test_one_that_cannot_be_kept_fails_alone(laptop: Diary) -> None:
    first = await laptop.writing.say("old", conversation="gone")
    await laptop.writing.forget(facts.conversation_object("gone").hex())
    where = ["c", "gone", "c", "d", "gone", "d"] * 10
    told = await asyncio.gather(
        *(laptop.writing.say("x", conversation=name) for name in where),
        return_exceptions=True,
    )
    for name, one in zip(where, told, strict=True):
        assert isinstance(one, NotFound if name == "gone" else Said)
    assert len(await laptop.reading.show("c")) == len(await laptop.reading.show("d")) == 20
    with pytest.raises(BadInput):
        await laptop.writing.say("", conversation="c")
    assert first.conversation_id == "gone"


async def test_what_names_no_conversation_goes_on_with_what_was_said_right_before(
    laptop: Diary,
) -> None:
    gate = threading.Event()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(laptop.database.write(lambda _: gate.wait(5)))
        saying = [tasks.create_task(laptop.writing.say(f"{one}")) for one in range(20)]
        await asyncio.sleep(0)  # all of them wait for the writer, and are one change, or two
        gate.set()
    assert len({one.result().conversation_id for one in saying}) == 1
    assert len(laptop.outcomes) <= 2


async def test_a_conversation_that_stays_here_does_so_from_its_first_message_on(
    laptop: Diary,
) -> None:
    """Each looks at all before it, also at what was said at the same moment."""
    await laptop.writing.say("shared", conversation="open")
    await laptop.discretion.wish(is_on=True)
    await laptop.writing.say("aside", conversation="secret")
    await laptop.discretion.wish(is_on=False)
    names = ("secret", "open", "new")
    saying = [
        laptop.writing.say(f"{name} {n}", conversation=name) for n in range(9) for name in names
    ]
    await asyncio.gather(*saying)
    levels = await laptop.database.read(levels_of)
    expected = {"secret": Level.HERE, "open": Level.FAMILY, "new": Level.FAMILY}
    assert levels.pop("aside") == Level.HERE
    assert levels.pop("shared") == Level.FAMILY
    assert levels == {f"{name} {n}": expected[name] for n in range(9) for name in names}


async def test_a_mood_with_its_reason_stands_among_others(laptop: Diary) -> None:
    feeling = [laptop.writing.feel(0.5, because=f"{n}") for n in range(9)]
    keeping = [laptop.writing.remember(f"kept {n}") for n in range(9)]
    both = [one for pair in zip(feeling, keeping, strict=True) for one in pair]
    await asyncio.gather(*both)
    kinds = [fact.kind for outcome in laptop.outcomes for _, fact, _ in outcome.fresh]
    assert kinds.count(FactKind.REASON) == 9
    assert kinds.count(FactKind.ROOT) == 18
    assert len(await laptop.reading.memories()) == 9
