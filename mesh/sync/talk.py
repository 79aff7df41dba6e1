"""What both sides of one talk share: with whom, over which lane, and under what terms."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol, TypeVar

from mesh.model.allowance import Grants
from mesh.model.device import Kind
from mesh.model.scope import ScopeKind, scope_parts
from mesh.storage import feeds
from mesh.sync.circle import Terms
from mesh.sync.echoes import Echoes
from mesh.sync.patience import STORAGE_RETRY_S, Patience
from mesh.wire import frames
from mesh.wire.frames import Packing

if TYPE_CHECKING:
    from collections.abc import Callable

    from mesh.model.allowance import Allowance
    from mesh.storage.objects import Connection, Outcome
    from mesh.sync.circle import Circle, Lane
    from mesh.wire.frames import Frame, Hello


PAYS_FROM = {Kind.MOBILE: 256, Kind.DESKTOP: 1024, Kind.SERVER: 2048}
"""From how many bytes compressing pays, by what sort of machine is to expand it."""

T = TypeVar("T")

NO_TERMS = Terms()

BEFORE_HELLO = Packing(frames.FORMS_OF_OLD)


class Listener(Protocol):
    """Who hears how talks go."""

    def moved(self, key: bytes) -> None:
        """How far a device is has changed."""

    def takes(self, key: bytes, outcome: Outcome) -> None:
        """What a page of another device brought is certain: it is, or is being, committed."""

    def took(self, key: bytes, outcome: Outcome) -> None:
        """A page of another device was committed here."""

    def changed_late(self, key: bytes) -> None:
        """How far we are with a device is kept otherwise than when its talk began."""


@dataclass
class Talk:
    """One talk.

    ``own_only``: of what may be given only what was written here, because this device is
    limited.
    """

    circle: Circle
    listener: Listener
    lane: Lane
    their_hello: Hello | None = None
    has_said_hello: bool = False
    is_over: bool = False
    """Whether its lane is down: what it has still to write about the other counts no more."""
    offered_nothing: bool = False
    """Whether our last hello was said while a first meeting was not agreed to."""
    own_only: bool = False
    terms: Terms = NO_TERMS
    """What our last hello said of holding."""
    echoes: Echoes = field(default_factory=Echoes)
    packing: Packing = BEFORE_HELLO
    """How pages go to the other, by its hello."""
    packing_of_moods: Packing = BEFORE_HELLO
    timers: set[asyncio.TimerHandle] = field(default_factory=set)
    patience: Patience = field(default_factory=lambda: Patience(*STORAGE_RETRY_S))
    """With what could not be stored here."""
    _allowed: Allowance | None = None
    _standing: object = None
    _held: Grants | None = None

    def __post_init__(self) -> None:
        self.key = self.lane.peer
        """The other device."""
        self.sizing = self.circle.sizings[self.key]
        """How large pages for it are."""

    @property
    def allowed(self) -> Allowance | None:
        """What the other may be given, from our hello on.

        None before it, and from the moment somebody is trusted otherwise until the next.
        """
        stands = self.circle.family.standing(self.key) == self._standing
        return self._allowed if stands else None

    def allow(self) -> Allowance:
        """See anew what the other may be given: we are about to say hello."""
        family = self.circle.family
        self._allowed, self._standing = family.allowance(self.key), family.standing(self.key)
        self.own_only = family.gives_only_own
        return self._allowed

    @property
    def is_paused(self) -> bool:
        """Whether we have paused sharing with it."""
        return self.circle.pauses.covers(self.key)

    @property
    def is_held(self) -> bool:
        """Whether an owner, here or there, has not agreed to a first meeting yet."""
        theirs = self.their_hello
        return self.circle.hooks.waits(self.key) or (theirs is not None and theirs.waits)

    @property
    def is_silent(self) -> bool:
        """Whether nothing is offered, asked for, given or taken."""
        return self.is_paused or self.is_held

    @property
    def is_open(self) -> bool:
        """Whether records flow: nobody has paused, and nobody waits for an owner's yes."""
        return self.may_survey and not self.is_held

    @property
    def may_survey(self) -> bool:
        """Whether both sides have said hello, nobody has paused, and both are family still."""
        theirs = self.their_hello
        return (
            self.has_said_hello
            and self.circle.family.is_member(self.key)
            and theirs is not None
            and not theirs.paused
            and not self.is_paused
        )

    @property
    def is_heeded(self) -> bool:
        """Whether what the other says that it holds follows what we told it that it may.

        Or a word of newer choices. Of the same choices we may have told it less, as a guest.
        An earlier version does not say it: that it holds what it says has to do.
        """
        theirs, told = self.their_hello, self.terms.may_hold
        if theirs is None:
            return not told
        if not told:
            return self._is_told_by_settings(theirs)
        if theirs.told_at is None:
            return True
        ours = self.terms.chosen_at + 1
        holds = self._held is not None and Grants.of_pairs(told).within(self._held)
        return theirs.told_at > ours or (theirs.told_at == ours and holds)

    def _is_told_by_settings(self, theirs: Hello) -> bool:
        """The same of who is told nothing: a full device reads it, once it knows it is one.

        Until then its last hello says less. What newer choices than ours say may be less too.
        """
        if self._held is None or self.allowed is None:
            return True
        return theirs.chosen_at > self.terms.chosen_at or self.allowed.grants.within(self._held)

    def is_wanted(self, scope: int, allowed: Allowance) -> bool:
        """Whether a scope goes to the other: it says what it may hold, and so asks for it."""
        return allowed.covers(scope) and (self._held is None or self._held.covers(scope))

    def greeted(self, hello: Hello) -> bool:
        """The other said hello; whether it had said it before."""
        again, self.their_hello = self.their_hello is not None, hello
        self._held = None if hello.holds is None else Grants.of_pairs(hello.holds)
        return again

    def agree_on_packing(self, hello: Hello) -> None:
        """From its hello on: pages go in forms that it reads, compressed when that pays."""
        pays_from = PAYS_FROM[self.circle.hooks.kind_of(self.key)]
        self.packing = Packing(hello.forms, pays_from)
        self.packing_of_moods = replace(self.packing, compresses=False)

    def packing_for(self, scope: int) -> Packing:
        """How pages of a scope are packed."""
        is_mood = scope_parts(scope)[0] == ScopeKind.EMOTION
        return self.packing_of_moods if is_mood else self.packing

    def say(self, frame: Frame) -> None:
        """Send a frame on the live lane; if it cannot go, the talk begins anew."""
        if not self.lane.send(frames.write(frame)):
            self.circle.count("unsaid_frames")
            self.lane.close()

    def moved(self) -> None:
        """How far the other device is has changed."""
        self.listener.moved(self.key)

    def later(self, seconds: float, then: Callable[[], None]) -> None:
        """Do something in a while, unless the talk ends before."""

        def due() -> None:
            self.timers.discard(timer)
            then()

        timer = asyncio.get_running_loop().call_later(seconds, due)
        self.timers.add(timer)

    async def drop_cursor(self, scope: int) -> None:
        """A scope is to be asked for from nothing."""

        def job(sql: Connection) -> bool:
            feeds.drop_cursor(sql, self.key, scope)
            return True

        await self.change_cursor(job)

    async def change_cursor(self, job: Callable[[Connection], T | None]) -> T | None:
        """Change what is kept of how far we are with the other: unless another talk began.

        It may begin while this is committed, and go on from what was kept before: then it is
        to ask again.
        """

        def written(changed: T | None) -> None:
            if changed is not None and self.is_over:
                self.listener.changed_late(self.key)

        return await self.circle.database.write(
            lambda sql: None if self.is_over else job(sql), then=written
        )

    def end(self) -> None:
        """Nothing that was to be done later is done."""
        for timer in self.timers:
            timer.cancel()
        self.has_said_hello = False
        self.is_over = True
