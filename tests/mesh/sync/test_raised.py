"""A device that is trusted more gets all of it, once, and is not in step before."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from mesh.links.handshake import LaneKind
from mesh.model import scope as scopes
from mesh.model.cursor import Mark
from mesh.model.device import Trust
from mesh.model.fact import Level
from mesh.model.scope import ScopeKind
from mesh.storage import feeds
from mesh.sync.comparing import Worker
from mesh.sync.taking import TakingSide
from mesh.sync.talk import Talk
from mesh.wire import frames
from tests.mesh.sync.loopback import Engine, LoopbackFamily, LoopbackLane, in_step, join

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

A, B = (bytes([number]) * 32 for number in (1, 2))
DAY = 24 * 3600 * 1000 << 16
OLD, NEW = 400, 5
TURNS = scopes.scope_of(ScopeKind.CONVERSATION, Level.FAMILY)


@pytest.fixture
async def pair(tmp_path: Path) -> AsyncIterator[list[Engine]]:
    """A full device with an old and a new history, and a limited one that has its part."""
    known = {A: Trust.FULL, B: Trust.LIMITED}
    engines = [await Engine(key, LoopbackFamily(known, key), tmp_path).start() for key in known]
    a, b = engines
    _, now = a.mint()
    old = [a.turn(f"old {n}", f"c{n % 7}", at=now - 30 * DAY + n) for n in range(OLD)]
    await a.keep(*old, *[a.turn(f"new {n}") for n in range(NEW)], details=False)
    join(a, b)
    await in_step(b, a)
    assert len(await b.facts()) == NEW
    yield engines
    for engine in engines:
        await engine.stop()


def trust_more(a: Engine, b: Engine) -> None:
    """The owner trusts the second device fully; every device knows at once."""
    a.family.trust[b.key] = Trust.FULL
    a.sync.renew()
    b.sync.renew()


def added(engine: Engine) -> int:
    return sum(outcome.added for outcome in engine.taken)


async def flows_nothing_at_reconnects(a: Engine, b: Engine) -> None:
    await in_step(a, b)  # what b got from a is settled at a, too
    for _ in range(3):
        a.cut(b.key)
        join(a, b)
        await in_step(b, a)
        await in_step(a, b)
        for one, other in ((a, b), (b, a)):
            _, received, _, sent = one.sync.standing(other.key)
            assert (received, sent) == (0, 0)


async def test_raised_while_connected_it_gets_the_whole_history_once(
    pair: list[Engine],
) -> None:
    a, b = pair
    trust_more(a, b)
    await in_step(b, a)
    assert await b.facts() == await a.facts()
    assert added(b) == OLD + NEW
    await flows_nothing_at_reconnects(a, b)


async def test_raised_while_away_it_gets_the_whole_history_once(pair: list[Engine]) -> None:
    a, b = pair
    a.cut(b.key)
    trust_more(a, b)
    join(a, b)
    await in_step(b, a)
    assert await b.facts() == await a.facts()
    assert added(b) == OLD + NEW
    await flows_nothing_at_reconnects(a, b)


@pytest.mark.parametrize("asker", ["a", "b"])
async def test_it_is_in_step_only_with_the_whole_history(
    pair: list[Engine], asker: str
) -> None:
    a, b = pair
    one, other = (a, b) if asker == "a" else (b, a)
    trust_more(a, b)
    done = await one.sync.catch_up([other.key], 10, lambda key: key.hex())
    assert done.in_step
    assert len(await b.facts()) == OLD + NEW


async def test_it_is_never_shown_in_step_on_the_way(pair: list[Engine]) -> None:
    a, b = pair
    trust_more(a, b)
    early = []

    async def watch() -> None:
        while len(await b.facts()) < OLD + NEW:
            early.extend([a.sync.in_step(b.key), b.sync.in_step(a.key)])

    await asyncio.wait_for(watch(), 10)
    # What was committed while we looked may have been all.
    assert not any(early[:-2])


async def test_the_first_page_starts_over_and_no_other_one_does(pair: list[Engine]) -> None:
    """One by bulk and one pushed meanwhile: both count, whichever is stored first."""
    a, b = pair
    live = LoopbackLane(a.key, LaneKind.LIVE)
    talk = Talk(b.sync._circle, b.sync, live)
    talk.their_hello = frames.Hello(bytes(8), 0, 0, ((TURNS, 2),))
    takes = TakingSide(talk, Worker(talk, lambda: None))
    await takes.want(((TURNS, 2),))
    number = takes.scopes[TURNS].talk
    pages = []
    for place in (1, 2):
        form, rows = frames.pack_rows([a.turn(f"page {place}")])
        settles = (place, 0)
        mark = Mark(bytes(8), 2)
        pages.append(frames.Page(TURNS, number, True, settles, mark, form, rows))
    await asyncio.gather(*(takes.take([page]) for page in pages))
    cursor = await b.database.read(lambda sql: feeds.load_cursor(sql, a.key, TURNS))
    assert cursor.settled.floor == 2
    assert takes.missing == 0
