"""What is on its way before it is on disk: the process dies, or there is no room."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from mesh.errors import DiskFull
from mesh.links.handshake import LaneKind
from mesh.model import fact as facts
from mesh.model.device import Trust
from mesh.wire import frames
from tests.mesh.sync.loopback import Engine, LoopbackFamily, in_step, join

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    import apsw

    from mesh.storage.commits import Decided
    from mesh.storage.objects import Outcome

A, B = (bytes([number]) * 32 for number in (1, 2))
KNOWN = {A: Trust.FULL, B: Trust.FULL}


class Killed(BaseException):
    """The process dies on this line."""


async def start(key: bytes, folder: Path) -> Engine:
    return await Engine(key, LoopbackFamily(KNOWN, key), folder).start()


@pytest.fixture
async def pair(tmp_path: Path) -> AsyncIterator[list[Engine]]:
    engines = [await start(key, tmp_path) for key in KNOWN]
    a, b = engines
    await a.keep(a.turn("first"), a.memory("kept"))
    join(a, b)
    await in_step(b, a)
    await in_step(a, b)  # what is compared and finds no room waits for its next try
    yield engines
    for engine in engines:
        await engine.stop()


async def texts(engine: Engine) -> list[str]:
    bodies = [facts.body(facts.read(raw)) for raw in await engine.facts()]
    return sorted(one.text for one in bodies if isinstance(one, facts.Turn | facts.Memory))


def dying(engine: Engine, raw: bytes) -> None:
    """Push a fact, and die before it is written."""
    write_now = engine.database.write_now

    def deadly(decide, **hooks):  # type: ignore[no-untyped-def]
        def job(connection: apsw.Connection) -> Decided[Outcome]:
            decided = decide(connection)
            hooks["tell"](decided.result)
            raise Killed

        return write_now(job)

    engine.database.write_now = deadly  # type: ignore[method-assign]
    with pytest.raises(Killed):
        engine.keep_now(raw)
    engine.database.write_now = write_now  # type: ignore[method-assign]


async def test_a_fact_is_pushed_before_it_is_committed_and_counts_once(
    pair: list[Engine],
) -> None:
    a, b = pair
    lane = a.lanes[B, LaneKind.LIVE]
    send, sent = lane.send, []

    def noted(payload: bytes) -> bool:
        frame = frames.read(payload)
        if isinstance(frame, frames.Page) and frames.unpack_rows(frame):
            sent.append(a.database._writer.in_transaction)  # type: ignore[union-attr]
        return send(payload)

    lane.send = noted  # type: ignore[method-assign]
    outcome = a.keep_now(a.turn("early"))
    assert sent == [True]
    await in_step(b, a)
    assert await texts(b) == ["early", "first", "kept"]
    assert (sent, outcome.added) == ([True], 1)


async def test_what_arrives_is_told_while_it_is_written_and_once(pair: list[Engine]) -> None:
    a, b = pair
    told: list[tuple[int, bool]] = []

    def tell(outcome: Outcome) -> None:
        told.append((outcome.added, b.database._writer.in_transaction))  # type: ignore[union-attr]

    b.on_taking = tell
    await in_step(a, b)
    await all_is_said(b)
    a.keep_now(raw := a.turn("early"))
    await b_has(b, raw)
    assert told == [(1, True)]
    await a.keep(a.memory("not so simple"), a.turn("x" * 20_000))
    await in_step(b, a)
    assert sum(added for added, _ in told) == 3


async def test_what_the_dead_process_had_pushed_comes_back_and_the_next_fact_arrives(
    pair: list[Engine], tmp_path: Path
) -> None:
    a, b = pair
    lost = a.turn("told and lost")
    dying(a, lost)
    # What the other says to the dead nobody hears.
    b.lanes[A, LaneKind.LIVE].send = lambda _: True  # type: ignore[method-assign,assignment]
    await b_has(b, lost)
    b.cut(A)
    await a.stop()

    anew = await start(A, tmp_path)
    pair[0] = anew
    assert await texts(anew) == ["first", "kept"]
    await anew.keep(anew.turn("after the crash"))
    join(anew, b)
    await in_step(b, anew)
    await in_step(anew, b)
    everything = ["after the crash", "first", "kept", "told and lost"]
    assert await texts(b) == everything
    assert await texts(anew) == everything


async def all_is_said(b: Engine) -> None:
    """Until nothing that was on its way to a device has still to be handled there."""
    inbox = b.sync._exchanges[A]._inboxes[LaneKind.LIVE]
    lane = b.lanes[A, LaneKind.LIVE].other
    assert lane is not None
    while lane._on_way or inbox.waiting or not (inbox.is_idle and b.database.is_free):
        await b.database.wait_idle()
        await asyncio.sleep(0)


async def b_has(b: Engine, raw: bytes) -> None:
    """Until the other device has stored it: it answers, and frames are in order."""
    while raw not in await b.facts():
        await b.database.wait_idle()


async def test_without_room_what_was_pushed_is_kept_as_soon_as_there_is(
    pair: list[Engine],
) -> None:
    a, b = pair
    assert a.database._writer is not None
    writer = a.database._writer
    writer.pragma("max_page_count", writer.pragma("page_count"))
    long = a.turn("x" * 60_000)
    with pytest.raises(DiskFull):
        a.keep_now(long)
    with pytest.raises(DiskFull):
        await a.keep(a.turn("not now either"))
    writer.pragma("max_page_count", 1 << 20)
    await a.keep(a.turn("room again"))
    await in_step(b, a)
    await in_step(a, b)
    assert await a.facts() == await b.facts()
    assert "x" * 60_000 in await texts(a)
    assert "room again" in await texts(b)
