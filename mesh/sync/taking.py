"""The taking side of a talk: ask from where we are, store what comes, confirm it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from mesh.model.cursor import Cursor, Ranges
from mesh.model.fact import STAMP_MAX
from mesh.storage import feeds
from mesh.sync.intake import Source, Taken, take_page
from mesh.sync.plan import Taking, is_stub
from mesh.wire import frames

if TYPE_CHECKING:
    from mesh.storage.objects import Connection
    from mesh.sync.talk import Talk
    from mesh.wire.frames import Hello, Page

SETTLED_MAX = 100_000
"""Numbers in a Since; a cursor that is more scattered tells its floor only."""


class TakingSide:
    """What we take from one device."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self._number = 0
        self._offers: dict[int, int] = {}
        self._storing = asyncio.Lock()
        self.scopes: dict[int, Taking] = {}
        self.received = 0
        self.expected = 0

    def begin(self) -> None:
        """The other said hello: all is asked for anew."""
        self._offers.clear()
        self.scopes.clear()

    async def want_again(self) -> None:
        """Ask for all that was offered once more."""
        self.scopes.clear()
        await self.want(tuple(self._offers.items()))

    async def want(self, offered: tuple[tuple[int, int], ...]) -> None:
        """Ask for each offered scope from where we are."""
        talk, hello = self._talk, self._talk.their_hello
        self._offers.update(offered)
        if hello is None or talk.is_paused:
            return
        offered = tuple(pair for pair in offered if self._may_take(pair[0]))
        if not offered:
            return
        scopes = [scope for scope, _ in offered]
        cursors = await talk.circle.database.read(
            lambda connection: [feeds.load_cursor(connection, talk.key, s) for s in scopes]
        )
        for (scope, top), cursor in zip(offered, cursors, strict=True):
            is_wider = self._window(hello) < cursor.since
            if is_wider:
                cursor = Cursor()  # noqa: PLW2901 — a wider window starts over
            self._number += 1
            settled = cursor.settled
            self.scopes[scope] = Taking(
                scope, self._number, top, settled.floor, must_reset=is_wider
            )
            packed = settled.packed()
            if len(packed) > SETTLED_MAX:
                packed = Ranges([(1, settled.floor)]).packed()
            talk.say(frames.Since(scope, self._number, packed, cursor.mark))
        self.expected = self.received + self.missing
        talk.circle.hooks.on_asked(talk.key)

    @property
    def missing(self) -> int:
        """How many numbers of the other's feeds are not settled here, at most."""
        return sum(taking.missing for taking in self.scopes.values())

    async def take(self, page: Page) -> None:
        """Store a page, then tell of it, then confirm it. Pages of an old asking are stale.

        One after the other, whichever lane they come by: only the first may start over.
        """
        async with self._storing:
            await self._take(page)

    async def _take(self, page: Page) -> None:
        talk, hello = self._talk, self._talk.their_hello
        taking = self.scopes.get(page.scope)
        if taking is None or hello is None or page.talk != taking.talk:
            talk.circle.count("stale_pages")
            return
        if talk.is_paused:
            return
        source = Source(
            talk.key,
            talk.circle.family.own_tags(talk.key),
            self._window(hello),
            talk.circle.rules(),
            talk.circle.hooks.note_clock,
        )
        resets = not taking.is_begun and (page.fresh or taking.must_reset)

        def job(connection: Connection) -> Taken:
            rows = frames.unpack_rows(page)
            return take_page(connection, page, rows, source, resets=resets)

        def written(taken: Taken) -> None:
            self._note(taking, page, taken)
            talk.listener.took(talk.key, taken.outcome)

        # The link may go meanwhile; what is committed is handed on to the others all the same.
        taken = await talk.circle.database.write(job, then=written)
        talk.say(frames.Ack(page.scope, page.talk, taken.floor))

    def _note(self, taking: Taking, page: Page, taken: Taken) -> None:
        taking.is_begun = True
        taking.floor = taken.floor
        taking.top = max(taking.top, page.mark.top)
        self.received += taken.outcome.added
        for scope, number in taken.outcome.rooted:
            self._talk.from_peer.setdefault(scope, Ranges()).settle([(number, number)])
        if taken.outcome.refused:
            self._talk.circle.count("refused_facts", taken.outcome.refused)

    def _may_take(self, scope: int) -> bool:
        family, key = self._talk.circle.family, self._talk.key
        takes = family.takes_stubs_from if is_stub(scope) else family.takes_from
        return takes(key)

    def _window(self, hello: Hello) -> int:
        """From when on we get everything there; never if only what was written there counts.

        That is so when the other says that it is limited, and when we hold it for limited.
        """
        is_part = self._talk.circle.family.own_tags(self._talk.key) is not None
        return STAMP_MAX if hello.own_only or is_part else hello.since

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
            if top
        )
