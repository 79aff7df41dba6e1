"""What is new at one moment goes in few pages, and what waits to be stored is stored as one."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh.links.handshake import LaneKind
from mesh.model.device import Trust
from mesh.model.fact import FactKind, Forgetting, read
from mesh.storage.objects import Fed
from mesh.sync.inbox import TOGETHER_BYTES_MAX, TOGETHER_MAX, Inbox
from mesh.sync.intake import DETAILS_MAX
from mesh.sync.pushing import PUSHED_BYTES_MAX, packs
from mesh.wire import frames
from mesh.wire.frames import PAGE_BEGINS, Page
from tests.mesh.sync.loopback import Engine, LoopbackFamily, LoopbackLane, in_step, join

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

A, B = (bytes([number]) * 32 for number in (1, 2))
MANY = 1000


@pytest.fixture
async def pair(tmp_path: Path) -> AsyncIterator[list[Engine]]:
    known = {A: Trust.FULL, B: Trust.FULL}
    engines = [await Engine(key, LoopbackFamily(known, key), tmp_path).start() for key in known]
    join(*engines)
    await engines[0].keep(engines[0].turn("first"))
    await in_step(engines[1], engines[0])
    yield engines
    for engine in engines:
        await engine.stop()


facts_fed = st.lists(st.tuples(st.sampled_from((9, 17)), st.integers(1, 3000)), max_size=300)


@given(facts_fed)
def test_every_fact_is_in_one_pack_and_no_pack_is_more_than_the_other_tells_one_by_one(
    drawn: list[tuple[int, int]],
) -> None:
    fed = [
        Fed(scope, number, bytes(size), 0, mine=True)
        for number, (scope, size) in enumerate(drawn)
    ]
    made = list(packs(fed)) if fed else []
    assert sorted(one.number for pack in made for one in pack) == list(range(len(fed)))
    for pack in made:
        assert len({one.scope for one in pack}) == 1
        assert len(pack) <= DETAILS_MAX
        assert len(pack) == 1 or sum(len(one.raw) for one in pack) <= PUSHED_BYTES_MAX
        assert [one.number for one in pack] == sorted(one.number for one in pack)


def pages_sent(engine: Engine, peer: bytes) -> list[Page]:
    """From now on: the pages that this device sends live."""
    sent: list[Page] = []
    lane = engine.lanes[peer, LaneKind.LIVE]
    send = lane.send

    def note(payload: bytes) -> bool:
        frame = frames.read(payload)
        if isinstance(frame, Page):
            sent.append(frame)
        return send(payload)

    lane.send = note  # type: ignore[method-assign]
    return sent


async def test_what_is_new_at_one_moment_goes_in_few_pages_and_each_is_told(
    pair: list[Engine],
) -> None:
    a, b = pair
    sent = pages_sent(a, B)
    told = len(b.taken)
    await a.keep(*(a.turn(f"{n}") for n in range(MANY)))
    await in_step(b, a)
    assert await b.facts() == await a.facts()
    assert len(sent) <= 2 * MANY // DETAILS_MAX
    fresh = [identity for outcome in b.taken[told:] for identity, _, _ in outcome.fresh]
    assert len(set(fresh)) == len(fresh) == MANY


async def test_of_what_is_pushed_together_only_that_goes_which_may(pair: list[Engine]) -> None:
    a, b = pair
    sent = pages_sent(a, B)
    levels = [1, 2, 0, 3] * 10
    await a.keep(*(a.turn(f"{n} at {level}", level=level) for n, level in enumerate(levels)))
    await in_step(b, a)
    scopes = {page.scope & 3 for page in sent}
    assert scopes == {0, 1}
    assert len(await b.facts(family_only=False)) == 1 + 20


async def test_pages_that_wait_behind_each_other_are_stored_as_one(pair: list[Engine]) -> None:
    a, b = pair
    told = len(b.taken)
    gate = threading.Event()
    sent = pages_sent(a, B)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(b.database.write(lambda _: gate.wait(5)))
        for number in range(40):
            await a.keep(a.turn(f"{number}"))
        while len(sent) < 40:  # noqa: ASYNC110 — handed on in the loop's next rounds
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        gate.set()
    await in_step(b, a)
    # Those that came first waited for the writer, all others for them.
    stored = [len(one.fresh) for one in b.taken[told:]]
    assert sum(stored) == 40
    assert len(stored) < 10


async def test_what_was_forgotten_in_a_page_behind_stays_forgotten(pair: list[Engine]) -> None:
    a, b = pair
    memories = [a.memory(f"{number}") for number in range(20)]
    forgets = [a.about(read(raw).id, FactKind.FORGET, Forgetting()) for raw in memories]
    pairs = zip(memories, forgets, strict=True)
    await asyncio.gather(*(a.keep(one) for pair in pairs for one in pair))
    await in_step(b, a)
    await in_step(a, b)
    assert await b.facts() == await a.facts()


async def test_only_small_pages_of_the_live_lane_are_taken_out_together() -> None:
    live, bulk = (LoopbackLane(A, kind) for kind in (LaneKind.LIVE, LaneKind.BULK))
    small, large = PAGE_BEGINS + b"x", PAGE_BEGINS + bytes(TOGETHER_BYTES_MAX)
    ack = b"\x94\x08"
    inbox = Inbox()
    waiting = [small] * (TOGETHER_MAX + 1) + [ack, ack, large, small, small, large]
    for payload in waiting:
        inbox.put(live, payload)
    taken = [(await inbox.take())[1] for _ in range(7)]
    assert [len(one) for one in taken] == [TOGETHER_MAX, 1, 1, 1, 1, 2, 1]
    assert [payload for one in taken for payload in one] == waiting
    assert inbox.size == 0
    for payload in (small, small):
        inbox.put(bulk, payload)
    assert (await inbox.take())[1] == [small]
    async with asyncio.timeout(5):
        assert (await inbox.take())[1] == [small]
