"""Two devices that do not know the same of the family yet lose nothing by it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from mesh.errors import DiskFull
from mesh.links.handshake import LaneKind
from mesh.model.device import Trust
from mesh.wire import frames
from tests.mesh.sync.loopback import Engine, LoopbackFamily, in_step, join

if TYPE_CHECKING:
    from pathlib import Path

KEYS = A, B, C = [bytes([number]) * 32 for number in (1, 2, 3)]


async def test_what_was_refused_of_a_device_comes_once_we_hear_that_it_is_full(
    tmp_path: Path,
) -> None:
    known = dict.fromkeys(KEYS, Trust.FULL)
    late = {**known, B: Trust.LIMITED}
    a, b, c = [
        await Engine(key, LoopbackFamily(late if key == A else known, key), tmp_path).start()
        for key in KEYS
    ]
    await c.keep(c.turn("of c"))
    join(b, c)
    await in_step(b, c)
    c.cut(b.key)
    join(a, b)
    await in_step(a, b)
    assert (await a.facts(), a.sync.counts["refused_facts"]) == (set(), 1)
    late[B] = Trust.FULL
    a.sync.renew()
    await in_step(b, a)
    await in_step(a, b)
    assert await a.facts() == await c.facts()
    for engine in (a, b, c):
        await engine.stop()


class FullShelf(LoopbackFamily):
    """Has no room, the first time, for what is told of the family."""

    def __init__(self, trust: dict[bytes, Trust], own: bytes) -> None:
        super().__init__(trust, own)
        self.refused = asyncio.Event()
        self.stored: list[frames.RosterEntries] = []

    async def absorb(self, frame: frames.RosterEntries) -> None:
        if not self.refused.is_set():
            self.refused.set()
            raise DiskFull
        self.stored.append(frame)


async def test_what_was_told_of_the_family_is_asked_for_again_after_a_full_disk(
    tmp_path: Path,
) -> None:
    known = {A: Trust.FULL, B: Trust.FULL}
    family = FullShelf(known, A)
    a = await Engine(A, family, tmp_path).start()
    b = await Engine(B, LoopbackFamily(known, B), tmp_path).start()
    await b.keep(b.turn("of b"))
    join(a, b)
    await asyncio.wait_for(family.refused.wait(), 5)
    a.sync._exchanges[B]._ask_again()  # as the clock would, a while later
    await in_step(a, b)
    assert (len(family.stored), await a.facts()) == (1, await b.facts())
    await a.stop()
    await b.stop()


class Order(LoopbackFamily):
    """Notes when it was told of the family."""

    def __init__(self, trust: dict[bytes, Trust], own: bytes) -> None:
        super().__init__(trust, own)
        self.notes: list[str] = []

    async def absorb(self, _frame: frames.RosterEntries) -> None:
        await asyncio.sleep(0)
        self.notes.append("told")


async def test_hello_is_said_by_what_was_told_of_the_family_never_before(
    tmp_path: Path,
) -> None:
    known = {A: Trust.FULL, B: Trust.FULL}
    family = Order(known, A)
    a = await Engine(A, family, tmp_path).start()
    b = await Engine(B, LoopbackFamily(known, B), tmp_path).start()
    join(a, b)
    lane = a.lanes[B, LaneKind.LIVE]
    send = lane.send

    def noted(payload: bytes) -> bool:
        if isinstance(frames.read(payload), frames.Hello):
            family.notes.append("hello")
        return send(payload)

    lane.send = noted  # type: ignore[method-assign]
    await in_step(a, b)
    assert family.notes[:2] == ["told", "hello"]
    await a.stop()
    await b.stop()
