"""The taking side of a talk: ask from where we are, store what comes, confirm it."""

from __future__ import annotations

import asyncio
from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING

from mesh.model.cursor import Cursor, Ranges
from mesh.model.fact import STAMP_MAX
from mesh.model.scope import ScopeKind, is_stub, scope_parts
from mesh.storage import feeds
from mesh.sync.comparing import Check, Checking
from mesh.sync.intake import Source, Taken, decide_rows, news_in, take_pages
from mesh.sync.order import priority
from mesh.sync.plan import Taking, is_audit_due
from mesh.sync.remaining import Remaining
from mesh.wire import frames

if TYPE_CHECKING:
    from collections.abc import Callable

    from mesh.storage.commits import Decided
    from mesh.storage.objects import Connection
    from mesh.sync.comparing import Worker
    from mesh.sync.talk import Talk
    from mesh.wire.frames import Hello, Page

    Storing = tuple[Source, bool, Callable[[list[Taken]], None]]

SETTLED_MAX = 100_000
"""Numbers in a Since; a cursor that is more scattered tells its floor only."""
COMPARED_MAX = 2
"""How often one talk compares a scope before it is asked for from nothing."""


class TakingSide:
    """What we take from one device."""

    def __init__(self, talk: Talk, worker: Worker) -> None:
        self._talk = talk
        self._worker = worker
        self._checking = Checking(talk, self._compared, self._gave_up)
        self._compared_times: Counter[int] = Counter()
        self._number = 0
        self._offers: dict[int, int] = {}
        self._storing = asyncio.Lock()
        self.scopes: dict[int, Taking] = {}
        self.received = 0
        self.expected = 0
        self.remaining = Remaining()

    def begin(self) -> None:
        """The other said hello: all is asked for anew."""
        self._offers.clear()
        self._compared_times.clear()
        self.void()

    def void(self) -> None:
        """What was asked for is void."""
        self.scopes.clear()
        self._checking.clear()

    async def want_again(self) -> None:
        """Ask for all that was offered once more."""
        self.void()
        await self.want(tuple(self._offers.items()))

    async def want(self, offered: tuple[tuple[int, int], ...]) -> None:
        """Ask for each offered scope from where we are."""
        talk, hello = self._talk, self._talk.their_hello
        self._offers.update(offered)
        if hello is None or talk.is_silent:
            return
        offered = tuple(pair for pair in offered if self._may_take(pair[0]))
        if not offered:
            return
        scopes = [scope for scope, _ in offered]

        def look(sql: Connection) -> tuple[int, list[Cursor]]:
            return feeds.epoch(sql), [feeds.load_cursor(sql, talk.key, s) for s in scopes]

        epoch, cursors = await talk.circle.database.read(look)
        for (scope, top), cursor in zip(offered, cursors, strict=True):
            # Reads need not end in the order in which they began: cursors were dropped since.
            if scope not in self.scopes or self.scopes[scope].epoch <= epoch:
                self._want(Taking(scope, 0, top, epoch=epoch), cursor, hello)
        self.expected = self.received + self.missing
        talk.moved()
        talk.circle.hooks.on_asked(talk.key)

    def _want(self, taking: Taking, cursor: Cursor, hello: Hello) -> None:
        """Go on from a cursor; without one compare, if there is something to compare."""
        scope = taking.scope
        taking.must_reset = self._window(hello) < cursor.since
        if taking.must_reset:
            cursor = Cursor()
        self._number += 1
        taking.talk, taking.floor, taking.audited = (
            self._number, cursor.settled.floor, cursor.audited
        )  # fmt: skip
        taking.asked = cursor
        self.scopes[scope] = taking
        if cursor.is_new and self._can_compare(scope, hello):
            self._compare(taking, hello, is_audit=False)
            return
        # A comparison of an earlier asking would keep its cursor in place of this one's pages.
        self._checking.stop(scope)
        packed = cursor.settled.packed()
        if len(packed) > SETTLED_MAX:
            packed = Ranges([(1, cursor.settled.floor)]).packed()
        self._talk.say(frames.Since(scope, taking.talk, packed, cursor.mark))

    # ---- comparing ---------------------------------------------------------------------------

    def _can_compare(self, scope: int, hello: Hello) -> bool:
        """Whether the other knows how, something is here, and it was not tried in vain."""
        has_some = self._talk.circle.tops.get(scope, 0) > 0
        return hello.compares and has_some and self._compared_times[scope] < COMPARED_MAX

    def _compare(self, taking: Taking, hello: Hello, *, is_audit: bool) -> None:
        self._number += 1
        if not is_audit:
            self._compared_times[taking.scope] += 1
        window = self._window(hello)
        check = Check(taking.scope, self._number, hello.since, window, is_audit)
        self._checking.expect(check)
        self._worker.add(lambda: self._checking.begin(check))

    def compared(self, frame: frames.Compared) -> None:
        """What the other says of a scope that is being compared."""
        if self._checking.expects(frame):
            self._worker.add(lambda: self._checking.compared(frame))

    async def astray(self, frame: frames.Astray) -> None:
        """The other does not know our mark: it was restored, or does not remember so far."""
        taking, hello = self.scopes.get(frame.scope), self._talk.their_hello
        if taking is None or hello is None or taking.talk != frame.talk:
            self._talk.circle.count("stale_pages")
            return
        await self._talk.drop_cursor(frame.scope)
        await self._want_one(frame.scope)

    async def _compared(self, check: Check, cursor: Cursor) -> None:
        """A scope was compared: ask for what is missing, if there is something."""
        taking = self.scopes.get(check.scope)
        if taking is not None:
            taking.audited = cursor.audited
        if not check.is_audit or cursor.settled.holes(cursor.mark.top):
            await self._want_one(check.scope)

    async def _gave_up(self, check: Check) -> None:
        self._compared_times[check.scope] = COMPARED_MAX
        await self._want_one(check.scope)

    async def _want_one(self, scope: int) -> None:
        taking = self.scopes.get(scope)
        if taking is not None:
            await self.want(((scope, taking.top),))

    def audit(self, now_ms: int) -> bool:
        """Compare the first scope whose audit is due; False when none is."""
        hello = self._talk.their_hello
        if hello is None or not hello.compares or not self._talk.is_open:
            return False
        for scope in sorted(self.scopes, key=priority):
            taking = self.scopes[scope]
            is_settled = not taking.missing and not self._checking.is_checking(scope)
            if is_settled and is_audit_due(taking, now_ms):
                self._compare(taking, hello, is_audit=True)
                return True
        return False

    @property
    def is_comparing(self) -> bool:
        """Whether a scope is being compared."""
        return any(map(self._checking.is_checking, self.scopes))

    @property
    def has_all_settings(self) -> bool:
        """Whether the other knows what was chosen, and all of that is here."""
        hello = self._talk.their_hello
        if hello is None or hello.may_hold is not None or not hello.chosen_at:
            return False
        return all(
            scope in self.scopes
            and not self.scopes[scope].missing
            and not self._checking.is_checking(scope)
            for scope in self._offers
            if scope_parts(scope)[0] == ScopeKind.SETTING
        )

    @property
    def missing(self) -> int:
        """How many numbers of the other's feeds are not settled here, at most."""
        return sum(taking.missing for taking in self.scopes.values())

    async def take(self, pages: list[Page]) -> None:
        """Store pages, then tell of them, then confirm them. Those of an old asking are stale.

        One after the other, whichever lane they come by: only the first may start over.
        """
        async with self._storing:
            for _, some in groupby(pages, key=lambda page: (page.scope, page.talk)):
                await self._take(list(some))

    async def _take(self, pages: list[Page]) -> None:
        storing = self._storing_of(pages)
        if storing is not None:
            source, resets, written = storing

            def job(connection: Connection) -> list[Taken]:
                return take_pages(connection, pages, source, resets=resets)

            # The link may go meanwhile; what is committed is handed on all the same.
            taken = await self._talk.circle.database.write(job, then=written)
            self._confirm(pages[0], taken[-1])

    def take_now(self, page: Page) -> bool:
        """The same at once, for a page that just happened; False when it must be waited for."""
        database = self._talk.circle.database
        if self._storing.locked() or not database.is_free:
            return False
        rows = news_in(page)
        if rows is None:
            return False
        storing = self._storing_of([page])
        if storing is not None:
            source, resets, written = storing

            def decide(connection: Connection) -> Decided[Taken]:
                some = [page], rows
                return decide_rows(connection, *some, source, details=True, resets=resets)

            taken = database.write_now(
                decide, tell=self._tell, then=lambda taken: written([taken])
            )
            self._confirm(page, taken)
        return True

    def _tell(self, taken: Taken) -> None:
        taken.is_told = True
        self._talk.listener.takes(self._talk.key, taken.outcome)

    def _confirm(self, page: Page, taken: Taken) -> None:
        self._talk.say(frames.Ack(page.scope, page.talk, taken.floor))

    def _storing_of(self, pages: list[Page]) -> Storing | None:
        """On what terms pages of one asking are stored, what follows; None if an old one."""
        talk, hello = self._talk, self._talk.their_hello
        taking = self.scopes.get(pages[0].scope)
        if taking is None or hello is None or pages[0].talk != taking.talk:
            talk.circle.count("stale_pages", len(pages))
            return None
        if talk.is_silent:
            return None
        own_tags = talk.circle.family.own_tags(talk.key)
        source = Source(
            talk.key,
            own_tags,
            _window(hello, own_tags),
            talk.circle.rules(),
            talk.circle.hooks.note_clock,
            taking.epoch,
            talk.circle.clock.wall() // 1000,
            taking.asked,
            lambda: talk.is_over,
            known=talk.circle.database.known,
        )
        resets = not taking.is_begun and (pages[0].fresh or taking.must_reset)

        def written(taken: list[Taken]) -> None:
            self._note_pages(taking, pages)
            for some in taken:
                if not some.is_told:
                    self._tell(some)
                self._note(taking, some)
                talk.listener.took(talk.key, some.outcome)

        return source, resets, written

    def _note_pages(self, taking: Taking, pages: list[Page]) -> None:
        taking.is_begun = True
        self._talk.patience.rest()
        for page in pages:
            self._checking.note(page)
            taking.top = max(taking.top, page.mark.top)

    def _note(self, taking: Taking, taken: Taken) -> None:
        taking.floor, taking.audited = taken.floor, taken.audited
        self.received += taken.outcome.added
        if self.scopes.get(taking.scope) is taking:  # or it may have let that go meanwhile
            self._talk.echoes.came(taken.outcome.rooted)
        if taken.outcome.refused:
            self._talk.circle.count("refused_facts", taken.outcome.refused)

    def _may_take(self, scope: int) -> bool:
        circle, key = self._talk.circle, self._talk.key
        family = circle.family
        takes = family.takes_stubs_from if is_stub(scope) else family.takes_from
        return takes(key) and circle.rules().grants.covers(scope)

    def _window(self, hello: Hello) -> int:
        return _window(hello, self._talk.circle.family.own_tags(self._talk.key))

    def hear_of(self, tops: dict[int, int]) -> None:
        """The other's feeds are this long now."""
        for scope, top in tops.items():
            if scope in self.scopes:
                self.scopes[scope].top = max(self.scopes[scope].top, top)

    def has_reached(self, tops: dict[int, int]) -> bool:
        """Whether nothing of the other's feeds up to ``tops`` is missing here."""
        return all(
            scope in self.scopes and self.scopes[scope].floor >= top
            for scope, top in tops.items()
            if top and self._may_take(scope)
        )


def _window(hello: Hello, own_tags: frozenset[bytes] | None) -> int:
    """From when on we get everything there; never if only what was written there counts.

    That is so when the other says that it is limited, and when we hold it for limited.
    """
    return STAMP_MAX if hello.own_only or own_tags is not None else hello.since
