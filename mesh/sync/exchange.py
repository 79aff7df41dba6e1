"""One talk with one device, from the moment a live lane is up until it is down.

    me                                  the other
    RosterHashes ───────────────────▶   (both sides)
    ◀─────────────────── RosterEntries  what I lack: a revocation is known before a record moves
    EpochSecret, Hello ─────────────▶   what I may give: scopes and how long their feeds are
    ◀─────────────────────────── Since  one a scope: the cursor it keeps of my feed
    Page … Page (bulk or live lane) ▶   facts, numbers settled, mark
    ◀───────────────────────────── Ack  committed there
    Page (live lane) ───────────────▶   whatever happens from now on

Frames of a lane are handled one after the other; the giving side runs beside them.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from mesh.bus.faults import note
from mesh.errors import MeshError, ProtocolError, StorageError
from mesh.links.handshake import LaneKind
from mesh.sync.circle import Terms
from mesh.sync.comparing import Worker
from mesh.sync.giving import GivingSide
from mesh.sync.inbox import Inbox
from mesh.sync.plan import offers
from mesh.sync.surveying import Surveying
from mesh.sync.taking import TakingSide
from mesh.sync.talk import Listener, Talk
from mesh.wire import frames
from mesh.wire.frames import FORMS, AnyFrame, Frame, Hello

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Coroutine

    from mesh.sync.circle import Circle, Lane

log = logging.getLogger(__name__)

ENTRIES_A_FRAME = 500


class Exchange:
    """The talk with one device."""

    def __init__(self, circle: Circle, listener: Listener, lane: Lane) -> None:
        self._talk = Talk(circle, listener, lane)
        self._circle = circle
        self._inboxes = {kind: Inbox() for kind in LaneKind}
        self._tasks: list[asyncio.Task[None]] = []
        self._worker = Worker(self._talk, self._retry_later)
        self.gives = GivingSide(self._talk)
        self.takes = TakingSide(self._talk, self._worker)
        self._surveys = Surveying(self._talk, self._worker)
        self.frontier: dict[int, dict[int, int]] = {}
        """The last answer to how far the other is: nonce → feed tops."""
        self._asked: int | None = None

    @property
    def key(self) -> bytes:
        """The other device."""
        return self._talk.key

    @property
    def lane(self) -> Lane:
        """The live lane."""
        return self._talk.lane

    @property
    def is_open(self) -> bool:
        """Whether records flow in this talk."""
        return self._talk.is_open

    @property
    def is_held(self) -> bool:
        """Whether an owner has not agreed to a first meeting yet."""
        return self._talk.is_held

    @property
    def has_said_hello(self) -> bool:
        """Whether the roster was compared, and the talk begun from here."""
        return self._talk.has_said_hello

    # ---- life --------------------------------------------------------------------------------

    def begin(self) -> None:
        """Start talking: the roster first."""
        for inbox in self._inboxes.values():
            self._spawn(self._listen(inbox))
        self._spawn(self.gives.run())
        self._spawn(self._worker.run())
        self.say(frames.RosterHashes(self._circle.family.hashes()))

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = self._circle.hooks.spawn(self._guarded(work))
        # One that is cancelled before its first step would leave its work never awaited.
        task.add_done_callback(lambda _: work.close())
        self._tasks.append(task)

    async def _guarded(self, work: Coroutine[None, None, None]) -> None:
        """The edge of this talk's tasks: whatever the other side sent ends this link only."""
        try:
            await work
        except ProtocolError as error:
            self._circle.count(f"ended_{error.code}")
            self.lane.close()
        except MeshError as error:
            self._circle.count(f"ended_{error.code}")
            log.warning("a talk ended: %s", error.code)
            self.lane.close()
        except Exception as error:  # noqa: BLE001 — an error of ours: this talk begins anew
            self._circle.count("ended_by_failure")
            note("A talk", error)
            self.lane.close()

    def end(self) -> None:
        """The lane is down: stop everything; what was not acknowledged is asked for again."""
        for task in self._tasks:
            task.cancel()
        self._talk.end()

    def say(self, frame: Frame) -> None:
        """Send a frame on the live lane."""
        self._talk.say(frame)

    def hear(self, lane: Lane, payload: bytes) -> None:
        """A payload came; it is handled in order: at once if it is news and nothing waits.

        What comes by bulk takes its turn, and its sender waits for the credit for it.
        """
        inbox = self._inboxes[lane.kind]
        is_next = lane.kind is LaneKind.LIVE and inbox.is_idle and not inbox.waiting
        is_page = payload[:2] == frames.PAGE_BEGINS
        if not (is_next and is_page and self._take_now(payload)):
            inbox.put(lane, payload)

    def _take_now(self, payload: bytes) -> bool:
        try:
            page = frames.read(payload)
            return isinstance(page, frames.Page) and self.takes.take_now(page)
        except ProtocolError:
            return False  # whoever handles it in order ends the talk
        except StorageError as error:
            self._not_stored(error)
            return True

    async def _listen(self, inbox: Inbox) -> None:
        while True:
            lane, payloads = await inbox.take()
            if lane.kind is LaneKind.BULK:
                await self.gives.pacing.turn()
            known = [frame for frame in map(frames.read, payloads) if frame is not None]
            if known:
                await self._store_safely(*known)
            else:
                self._circle.count("unknown_frames")
            if lane.kind is LaneKind.BULK:
                lane.release(sum(map(len, payloads)))

    async def _store_safely(self, *known: AnyFrame) -> None:
        """A full disk ends nothing: what could not be stored is asked for again later."""
        try:
            await self._handle(*known)
        except StorageError as error:
            self._not_stored(error)

    def _not_stored(self, error: StorageError) -> None:
        self._circle.count(f"not_stored_{error.code}")
        self._retry_later()

    def _retry_later(self) -> None:
        self.takes.void()
        self._talk.later(self._talk.patience.spend(), self._ask_again)

    def _ask_again(self) -> None:
        """The roster first, here too: what was not stored may be a removal."""
        self.say(frames.RosterHashes(self._circle.family.hashes()))
        self.ask_again()

    def ask_again(self) -> None:
        """What was asked for is void: ask for all that was offered from where we are now."""
        self.takes.void()
        self._spawn(self.takes.want_again())

    async def _handle(self, frame: AnyFrame, *behind: AnyFrame) -> None:
        """Handle a frame; ``behind`` a page: those that came with it."""
        match frame:
            case frames.Page():
                pages = [one for one in (frame, *behind) if isinstance(one, frames.Page)]
                await self.takes.take(pages)
            case frames.Ack():
                self.gives.acked(frame)
            case frames.Hello():
                await self._hello_came(frame)
            case frames.Offer():
                await self.takes.want(frame.offers)
            case frames.Since():
                await self.gives.since_came(frame)
            case frames.Compare() | frames.Compared() | frames.Astray():
                await self._compare(frame)
            case frames.RosterHashes() | frames.RosterEntries() | frames.EpochSecret():
                await self._roster(frame)
            case frames.Survey():
                self._surveys.asked(frame)
            case frames.Surveyed():
                await self._surveys.came(frame)
            case frames.FrontierAsk() | frames.Frontier() | frames.Spares():
                self._frontier(frame)
            case frames.Tell() | frames.Ask() | frames.Answered():
                self._circle.hooks.on_said(self.key, frame)

    async def _compare(self, frame: frames.Compare | frames.Compared | frames.Astray) -> None:
        if isinstance(frame, frames.Compare):
            self._worker.add(lambda: self.gives.showing.answer(frame))
        elif isinstance(frame, frames.Compared):
            self.takes.compared(frame)
        else:
            await self.takes.astray(frame)

    # ---- roster and hello --------------------------------------------------------------------

    async def _roster(
        self, frame: frames.RosterHashes | frames.RosterEntries | frames.EpochSecret
    ) -> None:
        family = self._circle.family
        if isinstance(frame, frames.RosterHashes):
            self.tell_roster(family.entries_for(self.key, frozenset(frame.hashes)))
        elif isinstance(frame, frames.EpochSecret):
            await family.absorb_secret(self.key, frame)
        else:
            await family.absorb(frame)
            if frame.is_answer and not self.has_said_hello and family.is_member(self.key):
                secret = family.secret_for(self.key)
                if secret is not None:
                    self.say(secret)
                self.hello()

    def tell_roster(self, told: frames.RosterEntries) -> None:
        """Entries in frames of a bounded size; the last one brings cards and portraits.

        Any beginning of the entries is good alone, and the last frame alone is an answer.
        """
        entries = told.entries
        while len(entries) > ENTRIES_A_FRAME:
            part, entries = entries[:ENTRIES_A_FRAME], entries[ENTRIES_A_FRAME:]
            self.say(frames.RosterEntries(part, (), (), is_answer=False))
        self.say(
            frames.RosterEntries(entries, told.cards, told.profiles, is_answer=told.is_answer)
        )

    def hello(self) -> None:
        """Begin the talk, or begin it again after trust, pause or family changed."""
        talk, circle = self._talk, self._circle
        if not circle.family.is_member(self.key):
            return  # we, or it, left while the lane is still up
        given = self.gives.begin()
        talk.has_said_hello = True
        since = talk.allowed.since if talk.allowed else 0
        paused, offered = talk.is_paused, circle.hooks.capabilities()
        now = circle.clock.wall()
        told = (paused, offered, circle.version, talk.own_only, True)
        talk.offered_nothing = talk.is_held
        # What was chosen is not known by who has not been offered the settings.
        terms = Terms() if talk.is_held else circle.hooks.terms(self.key)
        talk.terms = terms
        holding = (terms.may_hold, terms.chosen_at, terms.holds)
        waiting = (circle.hooks.waits(self.key), FORMS, terms.told_at)
        self.say(Hello(circle.run, now, since, given, *told, *holding, *waiting))
        self.gives.pacing.tell()
        self._surveys.begin()
        self._answer_frontier()
        talk.moved()

    async def _hello_came(self, frame: Hello) -> None:
        again = self._talk.greeted(frame)
        self.takes.begin()
        if frame.paused or frame.waits:
            self.gives.scopes.clear()
        self._circle.hooks.on_met(self.key, frame)
        self._talk.agree_on_packing(frame)
        self._talk.moved()
        self.gives.pacing.tell()
        await self.takes.want(frame.offers)
        self._surveys.begin()
        if self.has_said_hello and self._talk.offered_nothing and not self._talk.is_held:
            self.hello()
        elif again:
            self.gives.offer_again()
        else:  # what came from others between the two hellos was not in ours
            self.gives.grown(hurry=False)
        self._answer_frontier()  # it may have asked before it said that nobody waits any more

    # ---- frontier ----------------------------------------------------------------------------

    def _frontier(self, frame: frames.FrontierAsk | frames.Frontier | frames.Spares) -> None:
        talk = self._talk
        if isinstance(frame, frames.Spares):
            self.takes.hear_of(dict(frame.waiting))
            self.gives.pacing.heard(frame)
            return
        if isinstance(frame, frames.Frontier):
            self.frontier = {frame.nonce: dict(frame.tops)}
            self.takes.hear_of(dict(frame.tops))
            talk.moved()
        else:
            self._asked = frame.nonce
            self._answer_frontier()

    def _answer_frontier(self) -> None:
        """Tell how far we are, if we were asked; while trust changes, after the next hello."""
        talk = self._talk
        if self._asked is not None and talk.is_open and talk.allowed is not None:
            self.gives.hurry()
            self.say(frames.Frontier(self._asked, offers(self._circle.tops, talk.allowed)))
            self._asked = None

    @property
    def in_step(self) -> bool:
        """Whether all either side may give is known to be on both."""
        level = not self.takes.missing and self.gives.has_given(self._circle.tops)
        return self.is_open and level and self._circle.hooks.is_settled()
