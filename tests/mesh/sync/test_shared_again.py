"""A conversation that was private for a while comes back whole, whatever lane is faster."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from mesh.links.handshake import LaneKind
from mesh.model import fact as facts
from mesh.model.device import Trust
from mesh.model.fact import Fact, FactKind, Level, ObjectKind
from tests.mesh.sync.loopback import A, B, Engine, LoopbackFamily, LoopbackLane, in_step, join

if TYPE_CHECKING:
    from pathlib import Path

TURNS = 200
SLOW_S = 0.05


class SlowLane(LoopbackLane):
    """A live lane on which something was lost and comes again: all of it comes later."""

    def send(self, payload: bytes) -> bool:
        loop = asyncio.get_running_loop()
        if not self.is_up:
            return False
        self._on_way.append(payload)
        loop.call_later(SLOW_S, self._arrive)
        return True


def label(engine: Engine, level: Level, sees: tuple[bytes, ...] = ()) -> bytes:
    identity, tick = engine.mint()
    about = (identity, facts.conversation_object("c"), ObjectKind.CONVERSATION)
    said = facts.encode_body(facts.Labelling(level))
    return facts.write(Fact(1, FactKind.LABEL, *about, tick, Level.FAMILY, sees, said))


async def turns(engine: Engine) -> int:
    found = [facts.read(raw) for raw in await engine.facts()]
    return sum(fact.kind == FactKind.ROOT for fact in found)


@pytest.mark.parametrize("is_connected", [True, False])
async def test_content_does_not_overtake_the_label_that_shares_it_again(
    pair: list[Engine], is_connected: bool
) -> None:
    a, b = pair
    await a.keep(*[a.turn(f"turn {n}") for n in range(TURNS)], details=False)
    join(a, b)
    await in_step(b, a)
    private = label(a, Level.PRIVATE)
    await a.keep(private)
    await in_step(b, a)
    assert (await turns(a), await turns(b)) == (0, 0)
    if not is_connected:
        a.cut(b.key)
        join(a, b)
    lane = a.lanes[b.key, LaneKind.LIVE]
    lane.__class__ = SlowLane
    await a.keep(label(a, Level.FAMILY, (facts.read(private).id,)), details=is_connected)
    await in_step(b, a)
    assert (await turns(a), await turns(b)) == (TURNS, TURNS)


async def test_who_let_it_go_gets_it_back_from_one_that_never_did(
    pair: list[Engine], tmp_path: Path
) -> None:
    a, b = pair
    third = bytes([3]) * 32
    trusted = dict.fromkeys((A, B, third), Trust.FULL)
    a.family.trust = b.family.trust = trusted
    c = await Engine(third, LoopbackFamily(trusted, third), tmp_path).start()
    pair.append(c)
    await a.keep(*[a.turn(f"turn {n}") for n in range(20)])
    join(a, b)
    join(a, c)
    join(b, c)
    for other in (b, c):
        await in_step(other, a)
    await in_step(c, b)
    b.cut(a.key)
    b.cut(c.key)
    private = label(a, Level.PRIVATE)
    await a.keep(private)
    await in_step(c, a)
    assert await turns(c) == 0
    c.cut(a.key)
    await a.keep(label(a, Level.FAMILY, (facts.read(private).id,)))
    join(a, b)
    await in_step(b, a)
    a.cut(b.key)
    join(b, c)
    await in_step(c, b)
    assert (await turns(b), await turns(c)) == (20, 20)
