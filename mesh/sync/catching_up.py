"""Catching up on demand: devices are asked how far they are now, and waited for."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING

from mesh.errors import NoDeviceAnswers
from mesh.wire import frames
from mesh.wishes import SyncDone

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mesh.sync.circle import Circle
    from mesh.sync.exchange import Exchange

ANSWER_WITHIN_S = 5.0


class CatchingUp:
    """Waits until devices and this one are in step; nothing is spared until they are.

    ``exchanges``: the talks with them, as they come and go.
    """

    def __init__(self, circle: Circle, exchanges: Mapping[bytes, Exchange]) -> None:
        self._circle = circle
        self._exchanges = exchanges
        self._nonce = 0
        self._moved = asyncio.Event()
        self._asking: Counter[bytes] = Counter()

    # ---- what happens in talks ---------------------------------------------------------------

    def look_again(self) -> None:
        """Whoever waits for something may find that it holds now."""
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()

    def look_at(self, key: bytes) -> None:
        """How far a device is has changed: in step, it may be spared again."""
        if not self._asking[key]:
            self._look_whether_level(key)

    # ---- catching up -------------------------------------------------------------------------

    async def reach(
        self, wanted: list[bytes], seconds: float, names: Callable[[bytes], str]
    ) -> SyncDone:
        """Until these devices and this one are in step, at most ``seconds``.

        Each device that answers within 5 s is asked how far it is *now*; done when all of that
        is here and all of ours is there. NoDeviceAnswers when none does. Who is removed
        meanwhile is waited for no more. Nothing is spared until then.
        """
        self._asking.update(wanted)
        try:
            return await self._reach(wanted, seconds, names)
        finally:
            self._asking.subtract(wanted)
            for key in wanted:
                self._look_whether_level(key)

    async def _reach(
        self, wanted: list[bytes], seconds: float, names: Callable[[bytes], str]
    ) -> SyncDone:
        is_member = self._circle.family.is_member
        started = self._circle.clock.monotonic()
        for key in wanted:
            self._ask(key)
        before = self._flow()
        answered = await self._ask_frontiers(wanted, started + min(seconds, ANSWER_WITHIN_S))
        missing = [key for key in wanted if key not in answered and is_member(key)]
        if not answered and missing:
            raise NoDeviceAnswers(
                "None of the other devices answers: " + ", ".join(map(names, missing)) + "."
            )
        own = dict(self._circle.tops)
        reached = await self._wait_until(
            lambda: all(
                self._is_level(key, tops, own)
                for key, tops in answered.items()
                if is_member(key)
            ),
            started + seconds,
        )
        after = self._flow()
        return SyncDone(
            in_step=reached,
            sent=after[0] - before[0],
            received=after[1] - before[1],
            seconds=round(self._circle.clock.monotonic() - started, 3),
            missing=tuple(names(key) for key in missing if is_member(key)),
        )

    def _flow(self) -> tuple[int, int]:
        exchanges = self._exchanges.values()
        return sum(x.gives.sent for x in exchanges), sum(x.takes.received for x in exchanges)

    def _is_level(self, key: bytes, theirs: dict[int, int], ours: dict[int, int]) -> bool:
        exchange = self._exchanges.get(key)
        if exchange is None or not self._circle.hooks.is_settled():
            return False
        return exchange.takes.has_reached(theirs) and exchange.gives.has_given(ours)

    async def _ask_frontiers(
        self, keys: list[bytes], deadline: float
    ) -> dict[bytes, dict[int, int]]:
        """Ask each device how far it is now, as soon as a talk with it is open."""
        self._nonce += 1
        nonce = self._nonce
        asked: set[Exchange] = set()
        is_member = self._circle.family.is_member

        def all_answered() -> bool:
            for key in keys:
                exchange = self._exchanges.get(key)
                if exchange is not None and exchange.is_open and exchange not in asked:
                    asked.add(exchange)
                    exchange.gives.grown(hurry=True)
                    exchange.say(frames.FrontierAsk(nonce))
            answered = self._answers(keys, nonce)
            return all(key in answered or not is_member(key) for key in keys)

        await self._wait_until(all_answered, deadline)
        return self._answers(keys, nonce)

    def _answers(self, keys: list[bytes], nonce: int) -> dict[bytes, dict[int, int]]:
        exchanges = {key: self._exchanges.get(key) for key in keys}
        return {
            key: exchange.frontier[nonce]
            for key, exchange in exchanges.items()
            if exchange is not None and nonce in exchange.frontier
        }

    async def _wait_until(self, reached: Callable[[], bool], deadline: float) -> bool:
        while not reached():
            left = deadline - self._circle.clock.monotonic()
            if left <= 0:
                return False
            moved = self._moved
            try:
                async with asyncio.timeout(left):
                    await moved.wait()
            except TimeoutError:
                return reached()
        return True

    # ---- sparing nothing ---------------------------------------------------------------------

    def _ask(self, key: bytes) -> None:
        """The owner wants a device and this one in step now, whatever is to be spared."""
        self._circle.schedule.ask(key, self._circle.clock.monotonic())
        exchange = self._exchanges.get(key)
        if exchange is not None:
            exchange.gives.pacing.look_again()

    def _look_whether_level(self, key: bytes) -> None:
        schedule, exchange = self._circle.schedule, self._exchanges.get(key)
        if exchange is None or not schedule.asks(key, self._circle.clock.monotonic()):
            return
        if exchange.in_step:
            schedule.level(key)
            exchange.gives.pacing.look_again()
