"""How much of a bulk lane may be under way, by how long that waits in a queue. Pure.

Nobody sees a queue on the way, but how long each payload takes to the other side is known: it
says at once when one has arrived. The quickest of late had no queue before it; what the others
take longer is queueing. While that stays under ``TARGET_S`` the window grows, above it the
window shrinks, so a live message never finds more than that before it (after LEDBAT, RFC 6817,
by round trips: two clocks need not agree). Seconds are of one monotonic clock.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Final

WINDOW: Final = 64 * 1024
"""What every receiver grants; where a lane begins."""
WINDOW_MIN: Final = 4 * 1024
WINDOW_MAX: Final = 1 << 20
TARGET_S: Final = 0.025
STEP: Final = 16 * 1024
PART: Final = 0.25
"""By how much, and what part of it, a window grows while it goes through once: the lesser. At
first it doubles."""
LATEST: Final = 4
"""Of so many journeys the quickest counts: one that was late by chance says nothing."""
SLOT_S: Final = 60.0
SLOTS: Final = 3


@dataclass(slots=True)
class Quickest:
    """The shortest journey of the last minutes: a route may become a longer one."""

    _slots: deque[tuple[int, float]] = field(default_factory=lambda: deque(maxlen=SLOTS))

    def note(self, seconds: float, now: float) -> None:
        """A journey took so long."""
        slot = int(now // SLOT_S)
        while self._slots and self._slots[0][0] <= slot - SLOTS:
            self._slots.popleft()
        if self._slots and self._slots[-1][0] == slot:
            seconds = min(seconds, self._slots.pop()[1])
        self._slots.append((slot, seconds))

    @property
    def seconds(self) -> float:
        """The shortest; 0 before the first."""
        return min((seconds for _, seconds in self._slots), default=0.0)


@dataclass(slots=True)
class Steering:
    """The window of one lane."""

    window: int = WINDOW
    queueing: float = 0.0
    """Seconds the last payloads waited on the way."""
    quickest: Quickest = field(default_factory=Quickest)
    _latest: deque[float] = field(default_factory=lambda: deque(maxlen=LATEST))
    _is_opening: bool = True

    def arrived(self, size: int, seconds: float, now: float, *, is_filled: bool) -> None:
        """A payload of ``size`` bytes took ``seconds`` there and the word of it back.

        ``is_filled``: the window was in use on the way; else it would not help if it were more.
        """
        self.quickest.note(seconds, now)
        self._latest.append(seconds)
        self.queueing = max(0.0, min(self._latest) - self.quickest.seconds)
        room = max(-1.0, 1 - self.queueing / TARGET_S)
        if room < 0:
            self._is_opening = False
            self._change(room * size / 2)
        elif is_filled:
            step = 1.0 if self._is_opening else min(STEP / self.window, PART)
            self._change(room * size * step)

    def _change(self, by: float) -> None:
        self.window = round(min(WINDOW_MAX, max(WINDOW_MIN, self.window + by)))
