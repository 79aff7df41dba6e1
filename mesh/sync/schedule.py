"""When long histories may go: in pauses of a conversation, sparingly, at once if asked. Pure.

    what is new, and up to ``PORTION`` facts    ─▶ always at once
    a talk between devices has just begun       ─▶ at once what can go within ``FIRST_S``
    somebody talks here                         ─▶ a page waits ``BREATH_S`` at most
    a device of the two wants to be spared      ─▶ a portion of each scope now and then
    somebody asked, here or there               ─▶ all of it, at once

Times are of a monotonic clock.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from mesh.model.sparing import Sparing, Surroundings, Why, spares

QUIET_S = 2.0
"""So long after the last turn somebody may still be talking."""
BREATH_S = 0.5
"""So long a page waits at most for a pause."""
FIRST_S = 2.0
"""So long after devices have met again nothing waits for a pause."""
PORTION = 256
"""Facts of a scope: so many are no history, and go also where something is spared."""
PORTION_EVERY_S = 600.0
ASKED_S = 3600.0
"""So long it is remembered that somebody asked, unless all is there before."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How much of a scope's history may go now, and when to look again.

    ``portion`` None: all of it.
    """

    portion: int | None = None
    look_again: float = math.inf
    why: Why | None = None


ALL = Verdict()


@dataclass(frozen=True, slots=True)
class _Theirs:
    why: Why | None
    asked_until: float


class Schedule:
    """What one device knows for these decisions; keys are those of other devices."""

    def __init__(self) -> None:
        self.why: Why | None = None
        """Why this device wants to be spared now."""
        self._said = -math.inf
        self._met: dict[bytes, float] = {}
        self._asked: dict[bytes, float] = {}
        self._theirs: dict[bytes, _Theirs] = {}
        self._portions: dict[tuple[bytes, int], float] = {}

    # ---- what happened -----------------------------------------------------------------------

    def notice(self, around: Surroundings, sparing: Sparing) -> bool:
        """What this device runs on, and what was chosen; whether it matters."""
        before, self.why = self.why, spares(sparing, around, self.why)
        return self.why is not before

    def said(self, now: float) -> None:
        """Somebody said something on this device."""
        self._said = now

    def ask(self, key: bytes, now: float) -> None:
        """The owner wants that device and this one in step now."""
        self._asked[key] = now + ASKED_S

    def level(self, key: bytes) -> None:
        """It is so: who asked has got it."""
        self._asked.pop(key, None)

    def hear(self, key: bytes, why: Why | None, *, asked: bool, now: float) -> None:
        """That device wants to be spared, or not, and whether somebody asked there."""
        self._theirs[key] = _Theirs(why, now + ASKED_S if asked else -math.inf)

    def meet(self, key: bytes, now: float) -> None:
        """A talk with that device begins."""
        self._met[key] = now

    def part(self, key: bytes) -> None:
        """The talk with that device is over: how it is there is not known any more."""
        self._theirs.pop(key, None)
        self._met.pop(key, None)
        self._portions = {at: x for at, x in self._portions.items() if at[0] != key}

    def give(self, key: bytes, scope: int, now: float) -> None:
        """A portion of a scope's history goes to that device."""
        self._portions[key, scope] = now

    # ---- what follows ------------------------------------------------------------------------

    def asks(self, key: bytes, now: float) -> bool:
        """Whether the owner asked here, and has not got it yet."""
        return now < self._asked.get(key, -math.inf)

    def is_asked(self, key: bytes, now: float) -> bool:
        """Whether somebody asked on either of the two."""
        theirs = self._theirs.get(key)
        return self.asks(key, now) or (theirs is not None and now < theirs.asked_until)

    def waits(self, key: bytes, now: float) -> Why | None:
        """For what long histories between that device and this one wait."""
        if self.is_asked(key, now):
            return None
        theirs = self._theirs.get(key)
        there = theirs.why.as_theirs if theirs is not None and theirs.why is not None else None
        return self.why or there

    def verdict(self, key: bytes, scope: int, now: float) -> Verdict:
        """How much of a scope's history may go to that device now."""
        why = self.waits(key, now)
        if why is None:
            return ALL
        due = self._portions.get((key, scope), -math.inf) + PORTION_EVERY_S
        if due <= now:
            return Verdict(PORTION, now + PORTION_EVERY_S, why)
        return Verdict(0, due, why)

    def turn(self, key: bytes, since: float, now: float) -> float:
        """When a page that is ready ``since`` then may go: not after ``since + BREATH_S``."""
        if self.is_asked(key, now) or now < self._met.get(key, -math.inf) + FIRST_S:
            return now
        return max(now, min(self._said + QUIET_S, since + BREATH_S))
