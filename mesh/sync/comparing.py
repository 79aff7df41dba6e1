"""Comparing in a talk: the giver shows how its feed looks, the taker finds out what it lacks.

All of it is worked in order by a task of its own, its sums on a reader's thread: live messages
do not wait for it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mesh.errors import BadFrame, StorageError
from mesh.model.cursor import Cursor, Mark, Ranges
from mesh.storage import feeds
from mesh.sync.reconcile import Answer, Comparison, TooFarApart
from mesh.wire import frames
from mesh.wire.spans import Print

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from mesh.model.prints import Prints
    from mesh.storage.objects import Connection
    from mesh.sync.talk import Talk
    from mesh.wire.frames import Compare, Compared

WAITING_MAX = 256
FREEZES_MAX = 4096
"""Feeds frozen for one talk; a device that asks for more ends it."""


@dataclass(slots=True)
class _Shown:
    """A feed of ours as it stood at the first question of a comparison."""

    talk: int
    mark: Mark
    facts: Prints


class Showing:
    """The giving side: answers what it is asked."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self._shown: dict[int, _Shown] = {}
        self._freezes = 0

    def begin(self) -> None:
        """We say hello: what may be given may be other than before."""
        self._shown.clear()

    async def answer(self, frame: Compare) -> None:
        """Answer one question, if the other may be given this scope."""
        talk = self._talk
        allowed, is_member = talk.allowed, talk.circle.family.is_member(talk.key)
        if allowed is None or not is_member or not allowed.covers(frame.scope):
            talk.circle.count("refused_scopes")
            return
        if talk.is_silent:
            return
        shown = self._shown.get(frame.scope)
        if shown is None or shown.talk != frame.talk:
            shown = await self._freeze(frame)
        facts = shown.facts
        spans = await talk.circle.database.read(
            lambda _: Answer(facts).to(frame.start, frame.spans)
        )
        if talk.allowed is not allowed:
            return
        if frame.is_last and not any(isinstance(span, Print) for span in spans):
            self._shown.pop(frame.scope, None)
        talk.say(frames.Compared(frame.scope, frame.talk, frame.step, shown.mark, spans))

    async def _freeze(self, frame: Compare) -> _Shown:
        talk, allowed = self._talk, self._talk.allowed
        self._freezes += 1
        if allowed is None or self._freezes > FREEZES_MAX:
            raise BadFrame("more comparisons than can be meant")
        only_mine = talk.own_only
        top, facts = await talk.circle.database.read(
            lambda sql: feeds.given_prints(sql, frame.scope, allowed, only_mine=only_mine)
        )
        shown = _Shown(frame.talk, Mark(talk.circle.run, top), facts)
        if talk.allowed is allowed:
            self._shown[frame.scope] = shown
        return shown


@dataclass(slots=True)
class Check:
    """A comparison that is going on.

    ``since``: from when on objects are given; ``window``: the same as the cursor keeps it;
    ``arrived``: numbers settled by pages meanwhile.
    """

    scope: int
    talk: int
    since: int
    window: int
    is_audit: bool
    steps: int = 0
    asked: int | None = None
    """The question that waits for its answer."""
    epoch: int = 0
    mark: Mark | None = None
    comparison: Comparison | None = None
    arrived: Ranges = field(default_factory=Ranges)


class Checking:
    """The taking side: asks until it knows what is missing, then keeps that as a cursor.

    ``settled`` hears that a scope's cursor is new; ``gave_up`` that it is to start over.
    """

    def __init__(
        self,
        talk: Talk,
        settled: Callable[[Check, Cursor], Coroutine[None, None, None]],
        gave_up: Callable[[Check], Coroutine[None, None, None]],
    ) -> None:
        self._talk = talk
        self._settled = settled
        self._gave_up = gave_up
        self._checks: dict[int, Check] = {}

    def clear(self) -> None:
        """What is being compared is void."""
        self._checks.clear()

    def stop(self, scope: int) -> None:
        """The comparison of a scope is void, if there is one."""
        self._checks.pop(scope, None)

    def is_checking(self, scope: int) -> bool:
        """Whether a scope is being compared."""
        return scope in self._checks

    def expect(self, check: Check) -> None:
        """A comparison will begin: what pages settle from now on counts for it."""
        self._checks[check.scope] = check

    def note(self, page: frames.Page) -> None:
        """A page was stored."""
        check = self._checks.get(page.scope)
        if check is not None:
            check.arrived.settle(Ranges.unpacked(page.settles))

    def _is_on(self, check: Check) -> bool:
        return self._checks.get(check.scope) is check

    async def begin(self, check: Check) -> None:
        """Freeze what is here, and ask the first question."""
        if not self._is_on(check):
            return
        tags = self._talk.circle.family.own_tags(self._talk.key)

        def look(sql: Connection) -> tuple[int, Comparison]:
            epoch = feeds.epoch(sql)
            if tags is None:
                return epoch, Comparison(feeds.held_prints(sql, check.scope, check.since))
            return epoch, Comparison(*feeds.held_prints_of(sql, check.scope, tags))

        check.epoch, comparison = await self._talk.circle.database.read(look)
        check.comparison = comparison
        await self._go_on(check, comparison)

    def expects(self, frame: Compared) -> bool:
        """Whether this answers a question that is open; it is not, then, any more."""
        check = self._checks.get(frame.scope)
        if check is None or (frame.talk, frame.step) != (check.talk, check.asked):
            self._talk.circle.count("stale_comparisons")
            return False
        check.asked = None
        return True

    async def compared(self, frame: Compared) -> None:
        """An expected answer came."""
        check = self._checks.get(frame.scope)
        comparison = check.comparison if check else None
        if check is None or comparison is None or frame.talk != check.talk:
            return
        if check.mark not in {None, frame.mark}:
            raise BadFrame("a feed that changed while it was compared")
        check.mark = frame.mark
        try:
            await self._talk.circle.database.read(lambda _: comparison.taken(frame.spans))
        except TooFarApart:
            await self._give_up(check)
        else:
            await self._go_on(check, comparison)

    async def _go_on(self, check: Check, comparison: Comparison) -> None:
        if not self._is_on(check):
            return
        try:
            question = comparison.question()
        except TooFarApart:
            await self._give_up(check)
            return
        if question is None:
            await self._finish(check, comparison)
        else:
            check.asked, check.steps = check.steps, check.steps + 1
            step, is_last = (check.talk, check.asked), comparison.is_last
            self._talk.say(frames.Compare(check.scope, *step, *question, is_last))

    async def _give_up(self, check: Check) -> None:
        if not self._is_on(check):
            return
        del self._checks[check.scope]
        self._talk.circle.count("comparisons_given_up")
        await self._talk.drop_cursor(check.scope)
        await self._gave_up(check)

    async def _finish(self, check: Check, comparison: Comparison) -> None:
        """What is not missing is settled: kept, unless it counts no more meanwhile."""
        if check.mark is None:
            raise BadFrame("a comparison without a feed")
        del self._checks[check.scope]
        mark, talk = check.mark, self._talk
        found = Cursor(comparison.settled(mark.top), mark, check.window)
        found.audited = audit_time(talk)
        found.settled.settle(check.arrived)

        def job(sql: Connection) -> Cursor | None:
            if feeds.epoch(sql) != check.epoch:
                return None
            if check.is_audit:
                _go_beyond(found, feeds.load_cursor(sql, talk.key, check.scope))
            feeds.save_cursor(sql, talk.key, check.scope, found)
            return found

        kept = await talk.change_cursor(job)
        if kept is not None:
            await self._settled(check, kept)


def _go_beyond(found: Cursor, before: Cursor) -> None:
    """What was settled beyond the compared part of the feed stays settled, of the same run."""
    if before.mark.run != found.mark.run:
        return
    top = found.mark.top
    found.settled.settle((max(a, top + 1), b) for a, b in before.settled if b > top)
    if before.mark.top > top:
        found.mark = before.mark


def audit_time(talk: Talk) -> int:
    """Now, Unix ms, as a cursor keeps it: never 0."""
    return max(1, talk.circle.clock.wall() // 1000)


class Worker:
    """Does one thing after the other, beside the talk; bounded."""

    def __init__(self, talk: Talk, retry: Callable[[], None]) -> None:
        self._talk = talk
        self._retry = retry
        self._waiting: deque[Callable[[], Coroutine[None, None, None]]] = deque()
        self._ready = asyncio.Event()

    def add(self, work: Callable[[], Coroutine[None, None, None]]) -> None:
        """Something to do; BadFrame when too much waits."""
        if len(self._waiting) >= WAITING_MAX:
            raise BadFrame("more comparisons than can be handled")
        self._waiting.append(work)
        self._ready.set()

    async def run(self) -> None:
        """Work for as long as the talk lasts; a full disk ends nothing."""
        while True:
            await self._ready.wait()
            self._ready.clear()
            while self._waiting:
                await self._do(self._waiting.popleft())

    async def _do(self, work: Callable[[], Coroutine[None, None, None]]) -> None:
        try:
            await work()
        except StorageError as error:
            self._talk.circle.count(f"not_compared_{error.code}")
            self._retry()
