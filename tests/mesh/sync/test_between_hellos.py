"""What comes to a device between its own hello and the other's is offered too."""

from __future__ import annotations

import asyncio

from mesh.links.handshake import LaneKind
from mesh.wire import frames
from tests.mesh.sync.loopback import A, B, Engine, LoopbackLane, join


class LateHello(LoopbackLane):
    """A lane that keeps back what is said from the first hello on, until it is let go."""

    kept: list[bytes]
    has_kept: asyncio.Event

    def send(self, payload: bytes) -> bool:
        if self.kept or isinstance(frames.read(payload), frames.Hello):
            self.kept.append(payload)
            self.has_kept.set()
            return True
        return super().send(payload)

    def let_go(self) -> None:
        self.__class__ = LoopbackLane  # type: ignore[assignment]
        for payload in self.kept:
            self.send(payload)


async def test_a_scope_that_grew_between_the_two_hellos_is_offered(pair: list[Engine]) -> None:
    a, b = pair
    join(a, b)
    lane = b.lanes[A, LaneKind.LIVE]
    lane.__class__ = LateHello
    assert isinstance(lane, LateHello)
    lane.kept, lane.has_kept = [], asyncio.Event()
    await lane.has_kept.wait()
    exchange = a.sync._exchanges[B]
    while not exchange.has_said_hello:  # noqa: ASYNC110
        await asyncio.sleep(0)
    await a.keep(a.memory("first of its kind"))
    lane.let_go()
    async with asyncio.timeout(10):
        while not b.taken:  # noqa: ASYNC110
            await asyncio.sleep(0)  # nobody is asked how far it is: that would offer it too
    assert await b.facts() == await a.facts()
