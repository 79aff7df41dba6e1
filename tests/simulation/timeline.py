"""An event loop whose time is made: it jumps to the next timer instead of waiting for it.

One thread, no sockets, no clock of the machine. What is due at one moment runs in the order it
was asked for, so that a run is the same whenever it is repeated.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

from mesh.clock import Clock

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

T = TypeVar("T")

EPOCH_US = 1_800_000_000_000_000
"""Unix µs at which every run begins: some day in January 2027."""
THREAD_S = 0.0005
"""How long work takes that the product gives to a thread."""


class Stuck(AssertionError):
    """Nothing is due any more, and somebody still waits."""


class _Selector:
    """In place of waiting for sockets: the time moves on."""

    def __init__(self) -> None:
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout is None:
            raise Stuck
        self.now += max(timeout, 0.0)
        return []

    def close(self) -> None:
        """There is nothing to close."""


class Timeline(asyncio.BaseEventLoop):
    """The loop of one run. ``time()`` counts simulated seconds from 0."""

    def __init__(self) -> None:
        super().__init__()
        self._selector = _Selector()
        self._clock_resolution = 1e-9

    def time(self) -> float:
        return self._selector.now

    def _process_events(self, event_list: list[Any]) -> None:
        """No sockets, no events."""

    def _write_to_self(self) -> None:
        """Nobody sleeps, so nobody must be woken."""

    def run_in_executor(
        self, _executor: object, func: Callable[..., T], *args: object
    ) -> asyncio.Future[T]:
        """Work for a thread: done here, a moment later, in one piece."""
        future: asyncio.Future[T] = self.create_future()

        def work() -> None:
            if future.cancelled():
                return
            try:
                future.set_result(func(*args))
            except BaseException as error:  # noqa: BLE001 — handed to whoever waits
                future.set_exception(error)

        self.call_later(THREAD_S, work)
        return future


class SkewedClock(Clock):
    """A device's clock: the run's time, and by how much it is wrong."""

    def __init__(self, loop: Timeline) -> None:
        self._loop = loop
        self.skew_us = 0

    def wall(self) -> int:
        return EPOCH_US + int(self._loop.time() * 1_000_000) + self.skew_us

    def monotonic(self) -> float:
        return self._loop.time()


class Chance:
    """Entropy out of the run's seed."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng

    def draw(self, size: int) -> bytes:
        return self._rng.randbytes(size)
