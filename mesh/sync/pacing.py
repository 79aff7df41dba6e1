"""The pace of one talk: asks the schedule, waits for a turn, tells what waits, looks again."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from mesh.model.scope import ScopeKind, is_stub, scope_parts
from mesh.model.sparing import Why
from mesh.sync.schedule import PORTION
from mesh.wire.frames import Spares

if TYPE_CHECKING:
    from collections.abc import Callable

    from mesh.model.cursor import Range
    from mesh.sync.plan import Giving
    from mesh.sync.talk import Talk

SAYS_NOTHING = Spares("")


class Pacing:
    """What waits in one talk. ``wake``: there may be something to give."""

    def __init__(self, talk: Talk, wake: Callable[[], None]) -> None:
        self._talk = talk
        self._schedule = talk.circle.schedule
        self._wake = wake
        self._held: dict[int, tuple[Giving, list[Range]]] = {}
        self._is_free = True
        self._told = SAYS_NOTHING
        self._moved = asyncio.Event()
        self.is_kept_waiting = False
        """Whether the other said that it holds something back."""
        self.changes = 0
        """How often what may go has changed: what was planned before is planned anew."""

    def _now(self) -> float:
        return self._talk.circle.clock.monotonic()

    # ---- giving ------------------------------------------------------------------------------

    def begin(self) -> None:
        """We say hello: what was asked for before is asked for anew."""
        self._held.clear()

    @property
    def is_holding(self) -> bool:
        """Whether something waits here that the other could have."""
        return bool(self._held)

    def holds(self, giving: Giving, holes: list[Range]) -> bool:
        """Whether this scope's history was too long to go, and may not go yet."""
        held = self._held.get(giving.scope)
        if held is None or held[0] is not giving:
            return False
        if held[1] != holes:
            self._held[giving.scope] = (giving, holes)
            self.tell()
        return True

    def portion(self, giving: Giving, holes: list[Range], numbers: list[int]) -> list[int]:
        """Those of the planned numbers that may go now; the rest is looked at again in time."""
        scope, key, now = giving.scope, self._talk.key, self._now()
        verdict = self._schedule.verdict(key, scope, now)
        self._held.pop(scope, None)
        if verdict.portion is None or len(numbers) <= PORTION or _is_urgent(scope):
            return numbers
        if verdict.portion:
            self._schedule.give(key, scope, now)
        self._is_free = False
        self._held[scope] = (giving, holes)
        self._talk.later(verdict.look_again - now, lambda: self._look_at(scope))
        self.tell()
        self._talk.moved()
        return numbers[: verdict.portion]

    def _look_at(self, scope: int) -> None:
        self._held.pop(scope, None)
        self._wake()

    async def turn(self) -> None:
        """Until a page that is ready may go: in a pause of the conversation, or soon."""
        begun = now = self._now()
        while (due := self._schedule.turn(self._talk.key, begun, now)) > now:
            moved = self._moved
            try:
                async with asyncio.timeout(due - now):
                    await moved.wait()
            except TimeoutError:
                return
            now = self._now()

    # ---- telling and hearing -----------------------------------------------------------------

    def heard(self, frame: Spares) -> None:
        """The other wants to be spared, or not; it may wait with something."""
        why = Why(frame.why) if frame.why in {Why.BATTERY, Why.METERED} else None
        self.is_kept_waiting = bool(frame.waiting)
        self._schedule.hear(self._talk.key, why, asked=frame.asked, now=self._now())
        self.look_again()

    def look_again(self) -> None:
        """The schedule has heard something new."""
        is_free = self._schedule.waits(self._talk.key, self._now()) is None
        if is_free != self._is_free:
            self._is_free = is_free
            self.changes += 1
            self._held.clear()
            self._wake()
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()
        self.tell()
        self._talk.moved()

    def tell(self) -> None:
        """Say what the other has to know of this, if it does not yet."""
        talk, schedule, tops = self._talk, self._schedule, self._talk.circle.tops
        if not talk.is_open or not talk.circle.family.takes_from(talk.key):
            return
        waiting = tuple((scope, tops.get(scope, 0)) for scope in sorted(self._held))
        asked = schedule.asks(talk.key, self._now())
        told = Spares(schedule.why or "", asked, waiting)
        if told != self._told:
            self._told = told
            talk.say(told)


def _is_urgent(scope: int) -> bool:
    """Labels and forgettings, and what was chosen: what must not come late."""
    return is_stub(scope) or scope_parts(scope)[0] == ScopeKind.SETTING
