"""How long it takes until nothing is missing, by the pace so far. Pure."""

from __future__ import annotations


class Remaining:
    """One catching up after the other; what is told in between is a new beginning."""

    def __init__(self) -> None:
        self._begun: tuple[float, int] | None = None

    def seconds(self, missing: int, received: int, now: float) -> float | None:
        """Seconds left, if some of it has come since it was first asked for."""
        if not missing:
            self._begun = None
            return None
        if self._begun is None:
            self._begun = (now, received)
        began, had = self._begun
        came, took = received - had, now - began
        return round(missing * took / came, 1) if came > 0 and took > 0 else None
