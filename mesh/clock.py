"""Time and chance, passed in so that tests and the simulation can turn them."""

from __future__ import annotations

import os
import time
from typing import Protocol


class Clock(Protocol):
    """Where the time comes from."""

    def wall(self) -> int:
        """Unix time in microseconds, as the device's owner sees it."""

    def monotonic(self) -> float:
        """Seconds that never run backwards."""


class Entropy(Protocol):
    """Where chance comes from."""

    def draw(self, size: int) -> bytes:
        """``size`` unpredictable bytes."""


class SystemClock:
    """The clock of the operating system."""

    def wall(self) -> int:
        """Unix time in microseconds."""
        return time.time_ns() // 1000

    def monotonic(self) -> float:
        """Seconds since some fixed moment."""
        return time.monotonic()


class SystemEntropy:
    """The random source of the operating system."""

    def draw(self, size: int) -> bytes:
        """``size`` bytes from the operating system."""
        return os.urandom(size)
