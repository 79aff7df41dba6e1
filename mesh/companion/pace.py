"""How far a long import or export is, told now and then."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mesh.clock import Clock

TELL_EVERY_S = 0.1
SURE_AFTER_S = 0.5

OnProgress = Callable[[int, int, float | None], None]
"""Called on the loop with what is done, what there is in all, and the seconds left if known."""


class Pace:
    """Tells progress at most ten times a second, and always the end."""

    def __init__(self, clock: Clock, total: int, on_progress: OnProgress | None) -> None:
        self._clock = clock
        self._total = total
        self._on_progress = on_progress
        self._began = clock.monotonic()
        self._told = -math.inf

    @property
    def seconds(self) -> float:
        """How long it has taken so far."""
        return round(self._clock.monotonic() - self._began, 3)

    def tell(self, done: int) -> None:
        """So much is done."""
        now = self._clock.monotonic()
        if self._on_progress is None or not (done >= self._total or self._is_time(now)):
            return
        self._told = now
        spent = now - self._began
        left = spent * (self._total - done) / done if done and spent > SURE_AFTER_S else None
        self._on_progress(done, self._total, left)

    def _is_time(self, now: float) -> bool:
        return now - self._told >= TELL_EVERY_S
