"""A timer that says how late it comes: while this process did not run, nobody was silent."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Beat:
    """Calls every ``seconds``, with how many seconds too late, until it is stopped."""

    def __init__(self, seconds: float, on_beat: Callable[[float], None]) -> None:
        self._seconds = seconds
        self._on_beat = on_beat
        self._loop = asyncio.get_running_loop()
        self._due = 0.0
        self._timer = self._wait()

    def stop(self) -> None:
        """No more of it."""
        self._timer.cancel()

    def _wait(self) -> asyncio.TimerHandle:
        self._due = self._loop.time() + self._seconds
        return self._loop.call_later(self._seconds, self._come)

    def _come(self) -> None:
        late = max(0.0, self._loop.time() - self._due)
        self._timer = self._wait()
        self._on_beat(late)
