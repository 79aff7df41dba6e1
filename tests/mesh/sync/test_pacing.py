"""The pace of one talk: what is under way stops, what is small goes, nothing is told twice."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from mesh.links.handshake import LaneKind
from mesh.model import fact as facts
from mesh.model.fact import FactKind
from mesh.model.sparing import Sparing, Surroundings, Why
from mesh.sync.schedule import PORTION
from mesh.wire import frames
from tests.mesh.sync.loopback import A, B, Engine, in_step, join

if TYPE_CHECKING:
    from collections.abc import Callable

LOW, PLUGGED = Surroundings(on_battery=True, percent=5), Surroundings()
MANY = 12 * PORTION


def spare(engine: Engine, around: Surroundings) -> None:
    engine.sync.notice(around, Sparing.NORMAL)


async def until(engine: Engine, holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not holds():
            await engine.sync.catching_up._moved.wait()


async def import_many(engine: Engine) -> None:
    rows = [engine.turn(f"line {n}") for n in range(MANY)]
    await engine.keep(*rows, details=False)


def told_by(engine: Engine, peer: bytes) -> list[frames.Spares]:
    """What a device says of its pace from now on."""
    told: list[frames.Spares] = []
    lane = engine.lanes[peer, LaneKind.LIVE]
    send = lane.send

    def noted(payload: bytes) -> bool:
        frame = frames.read(payload)
        if isinstance(frame, frames.Spares):
            told.append(frame)
        return send(payload)

    lane.send = noted  # type: ignore[method-assign]
    return told


async def test_a_history_under_way_stops_when_the_battery_gets_low(pair: list[Engine]) -> None:
    a, b = pair
    join(a, b)
    await in_step(a, b)
    lane = a.lanes[B, LaneKind.BULK]
    send, pages = lane.send_bulk, []

    async def noted(payload: bytes, is_due: Callable[[], bool]) -> bool:
        went = await send(payload, is_due)
        pages.append(went)
        if len(pages) == 1:
            spare(a, LOW)
        return went

    lane.send_bulk = noted  # type: ignore[method-assign]
    await import_many(a)
    await until(b, lambda: b.sync.waits(A) is Why.THEIR_BATTERY)
    await until(a, lambda: a.sync.waits(B) is Why.BATTERY)
    await until(b, lambda: sum(one.added for one in b.taken) > PORTION)
    assert len(await b.facts()) < MANY
    assert not b.sync.in_step(A)
    spare(a, PLUGGED)
    await until(b, lambda: b.sync.in_step(A))
    assert await b.facts() == await a.facts()


async def test_what_waits_anew_in_the_same_talk_is_told_again(pair: list[Engine]) -> None:
    a, b = pair
    join(a, b)
    spare(a, LOW)
    await import_many(a)
    await until(b, lambda: b.sync.waits(A) is Why.THEIR_BATTERY)
    await until(b, lambda: sum(one.added for one in b.taken) == PORTION)
    told = told_by(a, B)
    a.sync.renew()
    await until(a, lambda: bool(told and told[-1].waiting))
    await until(b, lambda: b.sync.waits(A) is Why.THEIR_BATTERY)
    assert len(await b.facts()) == PORTION
    assert b.sync.pending >= MANY - PORTION
    await in_step(b, a)
    assert await b.facts() == await a.facts()


async def test_what_is_small_and_what_is_urgent_never_wait(pair: list[Engine]) -> None:
    a, b = pair
    join(a, b)
    await in_step(a, b)
    spare(a, LOW)
    spare(b, LOW)
    told = told_by(a, B)
    await a.keep(*[a.memory(f"memory {n}") for n in range(PORTION)], details=False)
    forget = facts.Forgetting()
    many = [a.about(a.mint()[0], FactKind.FORGET, forget) for _ in range(2 * PORTION)]
    await a.keep(*many, details=False)
    await until(b, lambda: sum(one.added for one in b.taken) == 3 * PORTION)
    assert await b.facts() == await a.facts()
    assert not any(one.waiting for one in told)


async def test_a_later_version_may_want_to_be_spared_for_something_else(
    pair: list[Engine],
) -> None:
    a, b = pair
    join(a, b)
    await in_step(a, b)
    b.sync._exchanges[A].say(frames.Spares("warmth"))
    await import_many(a)
    await in_step(b, a)
    assert a.sync.waits(B) is None
    assert await b.facts() == await a.facts()
