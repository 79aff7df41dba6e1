"""What another device lacks comes by importance, and comes over any link that holds at all."""

from __future__ import annotations

import asyncio
import hashlib
import os
from typing import TYPE_CHECKING

import pytest

from mesh.links.handshake import LaneKind
from mesh.model import fact as facts
from mesh.model.device import Trust
from mesh.model.fact import FactKind, ObjectKind
from tests.mesh.sync.loopback import Engine, LoopbackFamily, in_step, join

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

A, B = bytes([1]) * 32, bytes([2]) * 32
DAY = 24 * 3600 * 1000 << 16
SECOND = 1000 << 16
OLD = 6000

Pair = tuple[Engine, Engine]


@pytest.fixture
async def pair(tmp_path: Path) -> AsyncIterator[Pair]:
    trust = {A: Trust.FULL, B: Trust.FULL}
    engines = [await Engine(key, LoopbackFamily(trust, key), tmp_path).start() for key in trust]
    yield engines[0], engines[1]
    for engine in engines:
        await engine.stop()


async def arrivals(engine: Engine) -> list[facts.Body | None]:
    """What a device holds, in the order it came."""
    raws = await engine.database.read(
        lambda sql: [raw for (raw,) in sql.execute("SELECT raw FROM fact ORDER BY n")]
    )
    return [facts.body(facts.read(raw)) for raw in raws]


async def test_what_is_recent_of_every_kind_comes_before_the_history(pair: Pair) -> None:
    a, b = pair
    _, now = a.mint()
    old, lately = now - 90 * DAY, now - DAY
    await a.keep(
        a.memory("old", at=old - SECOND), a.memory("new", at=lately + 1), details=False
    )
    turns = [a.turn(f"old {n}", f"c{n % 3}", at=old + n * SECOND) for n in range(OLD)]
    await a.keep(*turns, details=False)
    felt = facts.Observation(0.5, 0.5, 1.0, (lately >> 16) * 1000)
    await a.keep(a.feeling(felt, at=lately - SECOND))
    await a.keep(*[a.turn(f"new {n}", f"n{n % 2}", at=lately + n * SECOND) for n in range(200)])
    join(a, b)
    await in_step(b, a)
    came = await arrivals(b)
    texts = [getattr(body, "text", "mood") for body in came]
    recent = [f"new {n}" for n in [*range(1, 200, 2), *range(0, 200, 2)]]
    assert texts[:200] == recent
    assert len(texts) == OLD + 203
    behind = sum(text.startswith("old ") for text in texts[texts.index("new") + 1 :])
    assert behind > OLD / 2
    assert texts.index("mood") < texts.index("new")


async def test_a_session_comes_in_one_page(pair: Pair) -> None:
    a, b = pair
    _, now = a.mint()
    begun = [now - (n + 1) * DAY for n in range(30)]
    for number, at in enumerate(begun):
        said = [a.turn(f"{number}", "one long talk", at=at + n * SECOND) for n in range(90)]
        await a.keep(*said, details=False)
    join(a, b)
    await in_step(b, a)
    pages = [outcome.added for outcome in b.taken]
    assert sum(pages) == 30 * 90
    assert all(count % 90 == 0 for count in pages)
    assert max(pages) > 90


async def reaches(a: Engine, b: Engine, largest: int | None) -> tuple[bool, list[int]]:
    """Join them until in step, or until the link breaks: what is larger breaks it."""
    join(a, b)
    lane = a.lanes[B, LaneKind.BULK]
    lane.largest = largest
    is_level = False

    async def level() -> None:
        nonlocal is_level
        await in_step(b, a, 60)
        is_level = True
        lane.was_cut.set()

    async with asyncio.TaskGroup() as tasks:
        levelling = tasks.create_task(level())
        await lane.was_cut.wait()
        levelling.cancel()
    return is_level, lane.sizes


async def test_pages_shrink_until_a_brittle_link_carries_them_and_grow_again(
    pair: Pair,
) -> None:
    a, b = pair
    texts = [hashlib.blake2b(b"%d" % n).hexdigest() for n in range(2000)]
    await a.keep(*[a.turn(text, f"c{n % 7}") for n, text in enumerate(texts)], details=False)
    broken: list[int] = []
    while not (found := await reaches(a, b, 6000))[0]:
        broken.append(found[1][-1])
        assert len(broken) < 30
    assert await a.facts() == await b.facts()
    assert broken[0] > 10_000
    a.cut(B)
    lines = [a.turn(text, "later") for text in texts]
    await a.keep(*lines, details=False)
    is_level, sizes = await reaches(a, b, None)
    assert is_level
    assert max(sizes) > 1.3 * sizes[0]


async def test_a_history_is_planned_piece_by_piece_the_newest_first(pair: Pair) -> None:
    a, b = pair
    _, now = a.mint()
    turns = [a.turn(f"{n}", f"c{n % 2}", at=now - (300 - n) * SECOND) for n in range(300)]
    gone = [a.turn("gone", at=now - 400 * SECOND) for _ in range(3)]
    await a.keep(*turns[:150], *gone, *turns[150:], details=False)
    for raw in gone:
        target = facts.read(raw).id
        await a.keep(a.about(target, FactKind.FORGET, facts.Forgetting(), ObjectKind.TURN))
    join(a, b)
    a.sync._exchanges[B].gives._rounds.planned_at_once = 40
    await in_step(b, a)
    texts = [body.text for body in await arrivals(b) if isinstance(body, facts.Turn)]
    assert sorted(texts, key=int) == [f"{n}" for n in range(300)]
    places = [texts.index(f"{n}") for n in (299, 260, 220, 100, 0)]
    assert places == sorted(places)


async def test_all_that_comes_by_bulk_is_given_credit_for_also_pages_of_few_facts(
    pair: Pair,
) -> None:
    a, b = pair
    _, now = a.mint()
    turns = [a.turn(os.urandom(900).hex(), at=now - n * SECOND) for n in range(300)]
    await a.keep(*turns, details=False)
    join(a, b)
    lane = a.lanes[B, LaneKind.BULK]
    lane.window = 4096
    await in_step(b, a)
    assert min(outcome.added for outcome in b.taken) <= 4
    assert lane.bytes > 100_000
    async with asyncio.timeout(10):
        await lane.until_under_way(0)
