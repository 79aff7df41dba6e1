"""Credit of a bulk lane, so that live messages never wait behind bulk. Pure.

    sender                     receiver
    payload ──────────────────▶
            ◀───────── arrived  at once: how long it took steers the window
            ◀────────── credit  the owner has dealt with it: so much may go again

The sender may have a window of payload under way (steering.py). A payload larger than the
window goes alone. A receiver of an earlier version does not say what has arrived: the window
stays as it was granted. Seconds are of one monotonic clock.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Final

from mesh.errors import BadFrame
from mesh.links.steering import WINDOW_MAX, Steering

SMOOTHING: Final = 0.25


@dataclass(frozen=True, slots=True)
class Flow:
    """How bulk goes on a lane: what may be under way, and what was dealt with so far.

    ``rate``: bytes of payload dealt with in a second, by the link and the other side together;
    None before the first. ``round_trip``: the quickest of late, seconds. ``dealt``: payloads.
    """

    window: int
    rate: float | None = None
    round_trip: float = 0.0
    dealt: int = 0


@dataclass(slots=True)
class Underway:
    """Payloads in the order they went, each with the byte it ends at and when it went."""

    _payloads: deque[tuple[int, float]] = field(default_factory=deque)

    def add(self, end: int, now: float) -> None:
        """One more went."""
        self._payloads.append((end, now))

    def reached(self, byte: int) -> list[float]:
        """When those went that end up to here; they are forgotten."""
        went = []
        while self._payloads and self._payloads[0][0] <= byte:
            went.append(self._payloads.popleft()[1])
        return went


@dataclass(slots=True)
class Outgoing:
    """The sender's account, in bytes since the lane is up."""

    steering: Steering = field(default_factory=Steering)
    _sent: int = 0
    _arrived: int = 0
    _dealt: int = 0
    _flying: Underway = field(default_factory=Underway)
    _open: Underway = field(default_factory=Underway)
    _payloads: int = 0
    _pace: float | None = None
    """Seconds a byte takes, of late."""
    _is_guess: bool = True
    _last: float = 0.0

    @property
    def under_way(self) -> int:
        """Bytes that were sent and not dealt with."""
        return self._sent - self._dealt

    def has_room(self, size: int) -> bool:
        """Whether a payload may go now."""
        return not self.under_way or self.under_way + size <= self.steering.window

    def went(self, size: int, now: float) -> None:
        """A payload was sent."""
        self._sent += size
        self._flying.add(self._sent, now)
        self._open.add(self._sent, now)

    def arrived(self, size: int, now: float) -> None:
        """The other side has got ``size`` bytes; BadFrame if so many never were sent."""
        flying = self._sent - max(self._arrived, self._dealt)
        is_filled = 2 * flying >= self.steering.window
        self._arrived += size
        if self._arrived > self._sent:
            raise BadFrame("More arrived than was sent.")
        for went in self._flying.reached(self._arrived)[-1:]:
            self.steering.arrived(size, now - went, now, is_filled=is_filled)

    def give(self, size: int, now: float) -> None:
        """The other side has dealt with ``size`` bytes; BadFrame if so many never were sent."""
        if size > self.under_way:
            raise BadFrame("More credit came back than was given.")
        self._dealt += size
        went = self._open.reached(self._dealt)
        if went and size:
            self._payloads += len(went)
            self._time(size, went[-1], now)
        self._flying.reached(self._dealt)

    def _time(self, size: int, went: float, now: float) -> None:
        """Learn the pace: from payloads that came close behind another.

        What goes alone takes the way there and back too; that serves until something better is
        known, and where the window lets no two go together.
        """
        is_alone = went >= self._last
        pace, self._last = (now - max(went, self._last)) / size, now
        if is_alone and not self._is_guess and 2 * size <= self.steering.window:
            return
        if self._pace is None or (self._is_guess and not is_alone):
            self._pace, self._is_guess = pace, is_alone
        else:
            self._pace += SMOOTHING * (pace - self._pace)

    @property
    def flow(self) -> Flow:
        """How it goes."""
        rate = 1 / self._pace if self._pace else None
        round_trip = self.steering.quickest.seconds
        return Flow(self.steering.window, rate, round_trip, self._payloads)


@dataclass(slots=True)
class Incoming:
    """The receiver's account: a sender that ignores any window is found out.

    ``owed``: bytes that were dealt with and not yet given back.
    """

    window: int = WINDOW_MAX
    held: int = 0
    owed: int = 0

    def take(self, size: int) -> None:
        """A payload came; BadFrame if it should not have been sent yet."""
        if self.held and self.held + size > self.window:
            raise BadFrame("More came than there was credit for.")
        self.held += size

    def release(self, size: int) -> None:
        """The owner has dealt with ``size`` bytes, at most what is held."""
        dealt = min(size, self.held)
        self.held -= dealt
        self.owed += dealt
