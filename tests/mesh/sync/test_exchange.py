"""Devices with the same rights end with the same facts, whatever happens on the way."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING

import pytest

from mesh.model import fact as facts
from mesh.model.device import Trust
from mesh.model.fact import FactKind, ObjectKind
from mesh.model.pauses import EVERYBODY, Pauses
from tests.mesh.sync.loopback import Engine, LoopbackFamily, in_step, join

if TYPE_CHECKING:
    from pathlib import Path

A, B, C = (bytes([number]) * 32 for number in (1, 2, 3))
Made = Callable[..., Awaitable[list[Engine]]]


@pytest.fixture
async def made(tmp_path: Path) -> AsyncIterator[Made]:
    engines: list[Engine] = []

    async def make(**trust: Trust) -> list[Engine]:
        keys = dict(zip("abc", (A, B, C), strict=True))
        known = {keys[name]: level for name, level in trust.items()}
        for key in known:
            engines.append(await Engine(key, LoopbackFamily(known, key), tmp_path).start())
        return engines

    yield make
    for engine in engines:
        await engine.stop()


async def test_what_one_has_the_other_gets_and_what_happens_next_too(made: Made) -> None:
    a, b = await made(a=Trust.FULL, b=Trust.FULL)
    await a.keep(*[a.turn(f"old {n}", f"c{n % 7}") for n in range(3000)], details=False)
    await b.keep(b.memory("blue is the favourite colour"))
    join(a, b)
    await in_step(a, b)
    assert await a.facts() == await b.facts()
    await a.keep(a.turn("just now"))
    await b.keep(b.turn("me too"))
    await in_step(b, a)
    assert await a.facts() == await b.facts()
    assert len(await a.facts()) == 3003


async def test_private_and_here_never_leave(made: Made) -> None:
    a, b = await made(a=Trust.FULL, b=Trust.FULL)
    await a.keep(
        a.memory("secret", level=2), a.memory("ours", level=3), a.memory("open", level=0)
    )
    join(a, b)
    await in_step(a, b)
    await a.keep(a.memory("late secret", level=2), a.memory("late open"))
    await in_step(a, b)
    held = await b.facts(family_only=False)
    assert {facts.body(facts.read(raw)).text for raw in held} == {"open", "late open"}  # type: ignore[union-attr]


async def test_a_guest_gets_nothing(made: Made) -> None:
    a, b = await made(a=Trust.FULL, b=Trust.GUEST)
    await a.keep(a.memory("family"))
    join(a, b)
    done = await b.sync.catch_up([a.key], 5, lambda key: key.hex())
    assert done.in_step
    assert not await b.facts()


async def test_who_is_removed_while_it_is_asked_is_waited_for_no_more(made: Made) -> None:
    a, b = await made(a=Trust.FULL, b=Trust.FULL)
    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        asking = tasks.create_task(a.sync.catch_up([b.key], 60, names_of(a)))
        await asyncio.sleep(0)
        del a.family.trust[b.key]
        a.sync.down(b.key)
    assert (asking.result().in_step, asking.result().missing) == (True, ())


def names_of(engine: Engine) -> Callable[[bytes], str]:
    """The names of members; nobody else has one."""
    return lambda key: f"{engine.family.trust[key]} {key.hex()}"


async def test_a_limited_device_gets_the_last_seven_days_and_gives_its_own(made: Made) -> None:
    a, b = await made(a=Trust.FULL, b=Trust.LIMITED)
    day = 24 * 3600 * 1000 << 16
    _, now = a.mint()
    await a.keep(a.turn("old", at=now - 9 * day), a.turn("new", at=now - 2 * day))
    await b.keep(b.turn("mine"))
    join(a, b)
    await in_step(a, b)
    texts = {facts.turn(facts.read(raw)).text for raw in await b.facts()}
    assert texts == {"new", "mine"}
    assert len(await a.facts()) == 3


async def test_what_a_new_text_makes_recent_comes_whole_though_a_tag_was_put_on_before(
    made: Made,
) -> None:
    a, b = await made(a=Trust.FULL, b=Trust.LIMITED)
    _, now = a.mint()
    memory = a.memory("old", at=now - (9 * 24 * 3600 * 1000 << 16))
    target = facts.read(memory).id
    tag = a.about(target, FactKind.TAG, facts.Tagging("tea"))
    await a.keep(memory)
    await a.keep(tag)
    join(a, b)
    await in_step(a, b)
    assert not await b.facts()
    text = a.about(target, FactKind.TEXT, facts.Words("new"))
    await a.keep(text)
    await in_step(a, b)
    assert await b.facts() == {memory, tag, text}


async def test_an_old_feeling_that_is_shared_more_widely_comes_whole(made: Made) -> None:
    a, b = await made(a=Trust.FULL, b=Trust.LIMITED)
    _, now = a.mint()
    at = now - (9 * 24 * 3600 * 1000 << 16)
    felt = facts.Observation(0.5, 0.0, 1.0, at >> 16)
    feeling = a.feeling(felt, at=at)
    await a.keep(feeling)
    join(a, b)
    await in_step(a, b)
    assert not await b.facts()
    target = facts.read(feeling).id
    wider = a.about(target, FactKind.ROOT, felt, ObjectKind.OBSERVATION, sees=(target,))
    await a.keep(wider)
    await in_step(a, b)
    assert await b.facts() == {feeling, wider}


async def test_a_limited_device_cannot_write_as_another_nor_forget_what_is_not_its_own(
    made: Made,
) -> None:
    a, b = await made(a=Trust.FULL, b=Trust.LIMITED)
    memory = a.memory("keep me")
    await a.keep(memory)
    target = facts.read(memory).id
    forged = a.memory("not by b")
    await b.keep(forged, b.about(target, FactKind.FORGET, facts.Forgetting()))
    join(a, b)
    await in_step(a, b)
    held = await a.facts()
    assert memory in held
    assert forged not in held
    assert a.sync.counts["refused_facts"] >= 1


async def test_a_forgotten_memory_is_gone_everywhere_and_stays_gone(made: Made) -> None:
    a, b, c = await made(a=Trust.FULL, b=Trust.FULL, c=Trust.FULL)
    memory = a.memory("forget me")
    target = facts.read(memory).id
    await a.keep(memory)
    join(a, b)
    join(a, c)
    await in_step(a, b)
    await in_step(a, c)
    c.cut(a.key)
    await b.keep(b.about(target, FactKind.FORGET, facts.Forgetting()))
    await in_step(a, b)
    assert memory not in await a.facts()
    join(b, c)
    await in_step(b, c)
    assert memory not in await c.facts()
    await c.keep(memory)  # an old backup brings it back
    assert memory not in await c.facts()


async def test_through_the_one_in_the_middle(made: Made) -> None:
    a, b, c = await made(a=Trust.FULL, b=Trust.FULL, c=Trust.FULL)
    await a.keep(*[a.turn(str(n)) for n in range(300)], details=False)
    await c.keep(*[c.turn(str(n)) for n in range(200)], details=False)
    join(a, b)
    join(b, c)
    await in_step(a, b)
    await in_step(b, c)
    await in_step(a, b)
    assert await a.facts() == await c.facts()


@pytest.mark.parametrize("seed", range(6))
async def test_cut_anywhere_and_go_on(made: Made, seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 — moments, not keys
    a, b = await made(a=Trust.FULL, b=Trust.FULL)
    for _ in range(12):
        for engine in (a, b):
            many = dice.choice([1, 3, 90])
            raws = [
                engine.turn(str(dice.random()), f"c{dice.randrange(5)}") for _ in range(many)
            ]
            await engine.keep(*raws, details=many < 60)
        a.frames_left = dice.randrange(1, 25)
        a.was_cut.clear()
        join(a, b)
        await first_of(a.was_cut.wait(), in_step(a, b))
        a.cut(b.key)
    a.frames_left = -1
    join(a, b)
    await in_step(a, b)
    assert await a.facts() == await b.facts()


async def first_of(*works: Coroutine[None, None, object]) -> None:
    """Until one of them has ended; the others are given up."""
    tasks = [asyncio.get_running_loop().create_task(work) for work in works]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_restored_sender_loses_nothing(made: Made, tmp_path: Path) -> None:
    a, b = await made(a=Trust.FULL, b=Trust.FULL)
    await a.keep(a.turn("one"))
    join(a, b)
    await in_step(a, b)
    a.cut(b.key)
    await a.database.close()
    backup = a.path.read_bytes()
    await a.start()
    await a.keep(*[a.turn(f"after {n}") for n in range(5)])
    join(a, b)
    await in_step(a, b)
    a.cut(b.key)
    await a.database.close()
    a.path.write_bytes(backup)
    await a.start()
    await a.keep(*[a.turn(f"other {n}") for n in range(9)])
    join(a, b)
    await in_step(a, b)
    assert await a.facts() == await b.facts()
    assert len(await b.facts()) == 15


async def test_paused_shares_nothing_and_resumed_all(made: Made) -> None:
    a, b = await made(a=Trust.FULL, b=Trust.FULL)
    join(a, b)
    await in_step(a, b)
    a.sync.set_pauses(Pauses().begun(EVERYBODY, None))
    await a.keep(a.turn("while paused"))
    await b.keep(b.turn("there too"))
    assert not a.sync.in_step(b.key)
    a.sync.set_pauses(Pauses())
    await in_step(a, b)
    assert len(await a.facts()) == 2
    assert await a.facts() == await b.facts()


async def test_the_same_again_is_sent_to_nobody(made: Made) -> None:
    a, b = await made(a=Trust.FULL, b=Trust.FULL)
    await a.keep(*[a.turn(str(n)) for n in range(2000)], details=False)
    join(a, b)
    await in_step(a, b)
    await in_step(b, a)  # what b got from a is settled at a, too
    a.cut(b.key)
    join(a, b)
    await in_step(a, b)
    assert sum(lane.bytes for lane in a.lanes.values()) < 1000
    assert sum(lane.bytes for lane in b.lanes.values()) < 1000
