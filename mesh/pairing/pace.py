"""How long we really listened: while our own process stands still nobody can be heard.

A machine that sleeps, or has no time for us, wakes up with a timer that is due and with
messages that nobody has read yet. Who is silent is judged by the time in which we listened.
"""

from __future__ import annotations

from typing import Final

LATE_S: Final = 2.0


class Pace:
    """Looks at how punctually it is looked at; times are seconds of a monotonic clock."""

    def __init__(self) -> None:
        self._looked: float | None = None

    def missed(self, now: float) -> float:
        """For how long nobody listened since the last time this was asked; mostly 0.0."""
        before, self._looked = self._looked, now
        late = 0.0 if before is None else now - before
        return late if late > LATE_S else 0.0
