"""How long to wait before a new try: longer after each failure in a row. Pure."""

from __future__ import annotations

from typing import Final

STORAGE_RETRY_S: Final = (15.0, 60.0)
"""How long what could not be stored waits for its next try."""


class Patience:
    """Doubles from ``first`` to ``most`` seconds."""

    def __init__(self, first: float, most: float) -> None:
        self._first = self._next = first
        self._most = most

    def spend(self) -> float:
        """It failed: so long to wait now."""
        seconds, self._next = self._next, min(self._most, self._next * 2)
        return seconds

    def rest(self) -> None:
        """It worked: the next failure is a first one."""
        self._next = self._first
