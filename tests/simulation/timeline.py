"""An event loop whose time is made: it jumps to the next timer instead of waiting for it.

One thread, no sockets, no clock of the machine. What is due at one moment runs in the order it
was asked for, so that a run is the same whenever it is repeated.
"""

from __future__ import annotations

import asyncio
import itertools
from collections import deque
from contextvars import copy_context
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any, TypeVar, TypeVarTuple, Unpack

from mesh.clock import Clock

if TYPE_CHECKING:
    import random
    from collections.abc import Callable
    from contextvars import Context

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

EPOCH_US = 1_800_000_000_000_000
"""Unix µs at which every run begins: some day in January 2027."""
THREAD_S = 0.0005
"""How long work takes that the product gives to a thread."""
EVENTS_MAX = 400_000
"""A hundred times what happens in a run, and ten times the most."""


class Stuck(AssertionError):
    """Nothing is due any more, and somebody still waits."""


class Endless(AssertionError):
    """So much has happened in one run that it will never come to rest."""


class Due(asyncio.TimerHandle):
    """What is to be run, now or at some moment."""

    __slots__ = ()

    def __init__(
        self,
        when: float,
        callback: Callable[..., object],
        args: tuple[Any, ...],
        loop: Timeline,
        context: Context | None,
    ) -> None:
        self._when = when
        self._callback = callback
        self._args = args
        self._loop = loop
        self._context = copy_context() if context is None else context
        self._cancelled = False
        self._source_traceback = None
        self._repr = None

    def cancel(self) -> None:
        """It is not run; the time goes past it all the same."""
        self._cancelled = True
        self._callback = _nothing
        self._args = ()


def _nothing() -> None:
    """In place of what was cancelled."""


class Timeline(asyncio.BaseEventLoop):
    """The loop of one run. ``time()`` counts simulated seconds from 0.

    Asyncio's own loop, with a clock in place of the sockets and without what only helps to
    debug: a run passes through here thousands of times.
    """

    _stopping: bool

    def __init__(self) -> None:
        super().__init__()
        self.events = 0
        self._now = 0.0
        self._bound = EVENTS_MAX
        self._order = itertools.count()
        self._ready: deque[Due] = deque()
        self._scheduled: list[tuple[float, int, Due]] = []

    def time(self) -> float:
        return self._now

    get_debug = staticmethod(bool)

    def create_future(self) -> asyncio.Future[Any]:
        return asyncio.Future(loop=self)

    def call_soon(
        self,
        callback: Callable[[Unpack[Ts]], object],
        *args: *Ts,
        context: Context | None = None,
    ) -> Due:
        due = Due(self._now, callback, args, self, context)
        self._ready.append(due)
        return due

    def call_later(
        self,
        delay: float,
        callback: Callable[[Unpack[Ts]], object],
        *args: *Ts,
        context: Context | None = None,
    ) -> Due:
        return self.call_at(self._now + delay, callback, *args, context=context)

    def call_at(
        self,
        when: float,
        callback: Callable[[Unpack[Ts]], object],
        *args: *Ts,
        context: Context | None = None,
    ) -> Due:
        due = Due(when, callback, args, self, context)
        heappush(self._scheduled, (when, next(self._order), due))
        return due

    def _run_once(self) -> None:
        """What is due now, in order; when nothing is, the time moves on."""
        ready, scheduled = self._ready, self._scheduled
        while scheduled and scheduled[0][2]._cancelled:
            heappop(scheduled)
        if not ready and not self._stopping:
            if not scheduled:
                raise Stuck
            self._now = max(self._now, scheduled[0][0])
        while scheduled and scheduled[0][0] <= self._now:
            ready.append(heappop(scheduled)[2])
        self.events += len(ready)
        if self.events > self._bound:
            self._bound += EVENTS_MAX  # what ends the run still happens
            raise Endless
        for _ in range(len(ready)):
            due = ready.popleft()
            due._run()

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
