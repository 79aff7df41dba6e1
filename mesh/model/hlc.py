"""Hybrid logical clock (Kulkarni et al. 2014): 48 bits of Unix milliseconds, 16 of counter.

A tick is one 64-bit integer, so that ticks compare as numbers. A peer's clock may move ours at
most 24 hours ahead of the wall; farther ticks order only their own fact.
"""

from __future__ import annotations

from dataclasses import dataclass

COUNTER_BITS = 16
AHEAD_MAX_MS = 24 * 3600 * 1000
TICK_MAX = (1 << 63) - 1


def tick_of(milliseconds: int, counter: int = 0) -> int:
    """The tick for a Unix time in milliseconds."""
    return (max(milliseconds, 0) << COUNTER_BITS) | counter


def milliseconds_of(tick: int) -> int:
    """The Unix milliseconds inside a tick."""
    return tick >> COUNTER_BITS


def is_far_ahead(tick: int, now_ms: int) -> bool:
    """Whether a tick lies more than 24 hours ahead of the wall clock."""
    return milliseconds_of(tick) > now_ms + AHEAD_MAX_MS


@dataclass(slots=True)
class HybridClock:
    """The clock of one device; ``last`` survives restarts through storage."""

    last: int = 0

    def tick(self, now_ms: int) -> int:
        """A tick above every one given or seen."""
        self.last = max(self.last + 1, tick_of(now_ms))
        return self.last

    def see(self, tick: int, now_ms: int) -> None:
        """Take note of another device's tick, unless it lies too far ahead."""
        if not is_far_ahead(tick, now_ms):
            self.last = max(self.last, tick)
