"""Mistakes that others made in keeping devices in step, each as a test that must not fail."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec
import pytest

from mesh.model import fact as facts
from mesh.model.device import Trust
from mesh.model.fact import FactKind
from tests.mesh.sync.loopback import Engine, LoopbackFamily, in_step, join

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

A, B, C = (bytes([number]) * 32 for number in (1, 2, 3))


@pytest.fixture
async def three(tmp_path: Path) -> AsyncIterator[list[Engine]]:
    trust = dict.fromkeys((A, B, C), Trust.FULL)
    engines = [await Engine(k, LoopbackFamily(trust, k), tmp_path).start() for k in trust]
    yield engines
    for engine in engines:
        await engine.stop()


async def restarted(engine: Engine) -> Engine:
    """The same device after its process ended."""
    await engine.stop()
    return await engine.start()


async def test_a_cursor_is_no_text_ten_comes_after_nine(three: list[Engine]) -> None:
    a, b, _ = three
    for size in (9, 1, 89, 1, 20):  # the numbers 9, 10, 99, 100, 120
        await a.keep(*[a.memory(f"{size} {n}") for n in range(size)])
        join(a, b)
        await in_step(b, a)
        b.cut(a.key)
        assert await b.facts() == await a.facts()


async def test_what_is_sent_again_is_not_there_twice(three: list[Engine]) -> None:
    a, b, c = three
    await a.keep(*[a.turn(f"turn {n}") for n in range(30)])
    for frames_left in range(1, 6):
        b.frames_left, b.was_cut = frames_left, asyncio.Event()
        join(a, b)
        await b.was_cut.wait()
    b.frames_left = -1
    for other in (a, c):
        join(b, other)
    join(a, c)
    for one, other in ((b, a), (c, a), (c, b)):
        await in_step(one, other)
    for engine in three:
        rows = await engine.database.read(
            lambda sql: sql.execute("SELECT count(*), count(DISTINCT raw) FROM fact").fetchone()
        )
        assert rows == (30, 30)


async def test_a_restart_asks_for_nothing_that_is_here(three: list[Engine]) -> None:
    a, b, _ = three
    await a.keep(*[a.memory(f"memory {n}") for n in range(50)])
    join(a, b)
    await in_step(b, a)
    for engine in (b, a):
        await restarted(engine)
        join(a, b)
        await in_step(b, a)
        assert a.sync.standing(b.key)[3] == 0
        b.cut(a.key)


async def test_what_was_forgotten_is_gone_for_who_was_away_and_who_never_met_it(
    three: list[Engine],
) -> None:
    a, b, c = three
    memory = a.memory("forget me")
    await a.keep(memory)
    for one, other in ((a, b), (b, c)):
        join(one, other)
        await in_step(other, one)
    for one in three:
        for key in {key for key, _ in one.lanes}:
            one.cut(key)
    await a.keep(a.about(facts.read(memory).id, FactKind.FORGET, facts.Forgetting()))
    join(a, b)
    await in_step(b, a)
    b.cut(a.key)
    join(b, c)
    await in_step(c, b)
    for engine in three:
        assert memory not in await engine.facts()


async def test_what_was_remembered_before_the_family_was_one_belongs_to_all(
    tmp_path: Path,
) -> None:
    alone = {key: LoopbackFamily({key: Trust.FULL}, key) for key in (A, B)}
    a, b = [await Engine(key, alone[key], tmp_path).start() for key in (A, B)]
    await a.keep(a.memory("of a"), a.turn("said on a"))
    await b.keep(b.memory("of b"), b.turn("said on b"))
    for family in alone.values():
        family.trust.update({A: Trust.FULL, B: Trust.FULL})
    join(a, b)
    await in_step(a, b)
    assert await a.facts() == await b.facts()
    authors = {facts.author_of(facts.read(raw).id) for raw in await a.facts()}
    assert authors == {a.tag, b.tag}
    assert len(await a.facts()) == 4
    for engine in (a, b):
        await engine.stop()


async def test_no_field_is_dropped_on_the_way_not_even_an_unknown_one(
    three: list[Engine],
) -> None:
    a, b, c = three
    root = msgspec.msgpack.decode(a.memory("with all that belongs to it"))
    root[8] += ["of a later version"]
    whole = msgspec.msgpack.encode([*root, {"and": "more"}])
    later = msgspec.msgpack.decode(a.about(root[2], FactKind.TAG, facts.Tagging("tea")))
    later[1] = 77  # a kind of a later version
    await a.keep(whole, msgspec.msgpack.encode(later))
    join(a, b)
    await in_step(b, a)
    b.cut(a.key)
    join(b, c)
    await in_step(c, b)
    assert await c.facts() == {whole, msgspec.msgpack.encode(later)}
