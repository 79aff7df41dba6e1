"""The giving side of a talk: what is new at once, what was missed in pages, by priority."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from mesh.errors import PeerUnreachable
from mesh.model.cursor import Mark, Ranges, packed, ranges_of
from mesh.model.scope import is_stub
from mesh.storage import feeds
from mesh.sync.comparing import Showing
from mesh.sync.pacing import Pacing
from mesh.sync.patience import Patience
from mesh.sync.plan import Giving, begin_giving, may_push, offers
from mesh.sync.pushing import packs
from mesh.sync.rounds import Rounds
from mesh.wire import frames
from mesh.wire.frames import Page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mesh.model.allowance import Allowance
    from mesh.storage.objects import Fed
    from mesh.sync.talk import Talk

ECHO_DELAY_S = 0.4
RETRY_S, RETRY_MOST_S = 2.0, 60.0


class GivingSide:
    """What we give to one device."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self._wake = asyncio.Event()
        self._echoes = False
        self._offered: set[int] = set()
        self.scopes: dict[int, Giving] = {}
        self.showing = Showing(talk)
        self.pacing = Pacing(talk, self._wake.set)
        self._patience = Patience(RETRY_S, RETRY_MOST_S)
        self._rounds = Rounds(talk, self.scopes, self.pacing, self._page, self._went)
        self.sent = 0

    def begin(self) -> tuple[tuple[int, int], ...]:
        """We say hello: what is offered. What was asked for before is asked for anew."""
        talk = self._talk
        self.scopes.clear()
        self.showing.begin()
        self.pacing.begin()
        allowed = talk.allow()
        given = () if talk.is_silent else offers(talk.circle.tops, allowed)
        self._offered = {scope for scope, _ in given}
        return given

    def offer_again(self) -> None:
        """The other began anew: offer everything."""
        self._offered.clear()
        self.grown(hurry=False)

    def hurry(self) -> None:
        """Give what is pending now."""
        self._wake.set()

    async def since_came(self, frame: frames.Since) -> None:
        """The other asks for a scope from where it is."""
        talk, circle = self._talk, self._talk.circle
        allowed = talk.allowed
        if allowed is None or not allowed.covers(frame.scope) or talk.is_silent:
            circle.count("refused_scopes")
            return
        settled = Ranges.unpacked(frame.settled)
        talk.sizing.asked(frame.scope, settled)
        starts = await circle.database.read(lambda sql: feeds.run_starts(sql, frame.scope))
        if talk.allowed is not allowed:  # a hello of ours meanwhile: this was asked before it
            return
        top = circle.tops.get(frame.scope, 0)
        giving = begin_giving(
            frame.scope, frame.talk, settled, frame.mark, starts=starts, top=top
        )
        talk.echoes.asked(frame.scope, frame.mark, is_known=not giving.fresh)
        if giving.fresh and talk.their_hello is not None and talk.their_hello.compares:
            self.scopes.pop(frame.scope, None)
            talk.say(frames.Astray(frame.scope, frame.talk))
            return
        self.scopes[frame.scope] = giving
        self._wake.set()
        talk.moved()

    def acked(self, frame: frames.Ack) -> None:
        """The other has committed pages."""
        giving = self.scopes.get(frame.scope)
        if giving is not None and giving.talk == frame.talk:
            # What went early and found no room here yet is there all the same.
            top = max(self._talk.circle.tops.get(frame.scope, 0), giving.sent.end)
            giving.acked = max(giving.acked, min(frame.floor, top))
            self._talk.moved()
            if is_stub(frame.scope):
                self._wake.set()

    def push(self, fed: list[Fed], tops: Mapping[int, int]) -> None:
        """New facts of ours: to the other device at once, where it may have them.

        ``tops``: how far the feeds they are in have grown. What has a number there and is no
        new fact, as it came and went at once, is settled a moment later.
        """
        if not self._talk.is_open:
            return
        if not self._push(fed) or self._has_gaps(tops):
            self.grown(hurry=False)

    def _has_gaps(self, tops: Mapping[int, int]) -> bool:
        """Whether the other may have these feeds and something of them was not sent."""
        allowed = self._talk.allowed
        covered = [scope for scope in tops if allowed is not None and allowed.covers(scope)]
        return any(
            scope not in self.scopes or self.scopes[scope].holes(tops[scope])
            for scope in covered
        )

    def push_early(self, fed: list[Fed]) -> None:
        """Facts that are being committed; what cannot go yet goes with ``push`` after it."""
        if self._talk.is_open:
            self._push(fed)

    def _push(self, fed: list[Fed]) -> bool:
        """Send facts in as few pages as may be; whether none of them needs one any more."""
        allowed = self._talk.allowed
        if allowed is None:
            return False
        is_all_sent = True
        for some in packs(fed) if len(fed) > 1 else (fed,):
            is_all_sent &= self._push_some(some, allowed)
        return is_all_sent

    def _push_some(self, some: list[Fed], allowed: Allowance) -> bool:
        """The same for a few facts of one scope."""
        scope = some[0].scope
        giving = self.scopes.get(scope)
        if giving is None or not (is_stub(scope) or self._stubs_are_there(allowed)):
            return False
        own_only, numbers, raws, is_all_sent = self._talk.own_only, list[int](), [], True
        for one in some:
            if one.number in giving.sent:
                continue
            if (one.mine or not own_only) and may_push(giving, scope, one.newest, allowed):
                numbers.append(one.number)
                raws.append(one.raw)
            else:
                is_all_sent = False
        if raws:
            settles = ranges_of(numbers)
            page = self._page(giving, packed(settles), raws, numbers[-1])
            if not self._talk.lane.send(frames.write(page)):
                return False
            giving.sent.settle(settles)
            self.sent += len(raws)
        return is_all_sent

    def grown(self, *, hurry: bool) -> None:
        """Our feeds grew: offer new scopes, and give what is new, soon or at once."""
        talk = self._talk
        if not talk.is_open or talk.allowed is None:
            return
        given = offers(talk.circle.tops, talk.allowed)
        fresh = tuple(pair for pair in given if pair[0] not in self._offered)
        if fresh:
            self._offered.update(scope for scope, _ in fresh)
            talk.say(frames.Offer(fresh))
        if hurry:
            self._wake.set()
        elif not self._echoes:
            self._echoes = True
            talk.later(ECHO_DELAY_S, self._echo_due)

    def _echo_due(self) -> None:
        self._echoes = False
        self._wake.set()

    async def run(self) -> None:
        """Give whatever is pending, whenever something is; for as long as the talk lasts."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            try:
                while await self._give_round():
                    pass
            except PeerUnreachable:
                self._talk.later(self._patience.spend(), self._wake.set)

    async def _give_round(self) -> bool:
        """Give the next page of what matters most; False when nothing can be given now.

        Nothing can from the moment somebody is trusted otherwise until the next hello.
        """
        talk, allowed = self._talk, self._talk.allowed
        if allowed is None or not talk.circle.family.is_member(talk.key) or talk.is_held:
            return False
        for scope in sorted(self.scopes, key=self._rounds.importance):
            if not is_stub(scope) and not self._stubs_are_there(allowed):
                return False
            if await self._rounds.give(scope, allowed):
                return True
        return False

    def _stubs_are_there(self, allowed: Allowance) -> bool:
        """Whether the other has confirmed every label and forgetting it may have.

        Only then content goes: by another lane it could overtake a label that shares it again,
        and who gets what must not be held drops it for good.
        """
        return all(
            scope in self.scopes and self.scopes[scope].acked >= top
            for scope, top in self._talk.circle.tops.items()
            if top and is_stub(scope) and self._talk.is_wanted(scope, allowed)
        )

    def _page(
        self, giving: Giving, settles: tuple[int, ...], raws: list[bytes], top: int
    ) -> Page:
        form, rows = frames.pack_rows(raws, self._talk.packing_for(giving.scope))
        mark = Mark(self._talk.circle.run, top)
        return Page(giving.scope, giving.talk, giving.fresh, settles, mark, form, rows)

    def _went(self, facts: int) -> None:
        """A page of what was missed has gone."""
        self._patience.rest()
        self.sent += facts
        self._talk.moved()

    def has_given(self, tops: dict[int, int]) -> bool:
        """Whether the other has confirmed our feeds up to ``tops``, where it may have them."""
        allowed = self._talk.allowed
        if allowed is None or not self._talk.is_heeded:
            return False
        return all(
            scope in self.scopes and self.scopes[scope].acked >= top
            for scope, top in tops.items()
            if top and self._talk.is_wanted(scope, allowed)
        )
