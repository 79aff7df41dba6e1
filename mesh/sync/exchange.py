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

import asyncio
import logging
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from mesh.errors import BadFrame, MeshError, PeerUnreachable, ProtocolError, StorageError
from mesh.links.handshake import LaneKind
from mesh.model.cursor import Cursor, Mark, Ranges, ranges_of
from mesh.storage import feeds
from mesh.sync.intake import Giver, Taken, take_page
from mesh.sync.plan import Giving, Taking, begin_giving, cut, may_push, offers, priority
from mesh.wire import frames
from mesh.wire.frames import AnyFrame, Frame, Hello, Page

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from mesh.model.allowance import Allowance
    from mesh.storage.objects import Connection, Fed, Outcome
    from mesh.sync.circle import Circle, Lane

log = logging.getLogger(__name__)

INBOX_MAX = 4096
READ_AHEAD = 2048
SMALL = 64
ECHO_DELAY_S = 0.4
ENTRIES_A_FRAME = 500
RETRY_S = 2.0
STORAGE_RETRY_S = 15.0


class Listener(Protocol):
    """Who hears how a talk goes."""

    def moved(self, exchange: Exchange) -> None:
        """How far a device is has changed."""

    def took(self, exchange: Exchange, outcome: Outcome) -> None:
        """A page of the other device was committed here."""

    def answered(self, exchange: Exchange) -> None:
        """The other device told how far it is."""


@dataclass(slots=True)
class _Inbox:
    """Frames of one lane kind, handled in order by one task."""

    waiting: deque[tuple[Lane, bytes]] = field(default_factory=deque)
    ready: asyncio.Event = field(default_factory=asyncio.Event)

    def put(self, lane: Lane, payload: bytes) -> None:
        if len(self.waiting) >= INBOX_MAX:
            raise BadFrame("more frames than can be handled")
        self.waiting.append((lane, payload))
        self.ready.set()

    async def take(self) -> tuple[Lane, bytes]:
        while not self.waiting:
            self.ready.clear()
            await self.ready.wait()
        return self.waiting.popleft()


class Exchange:
    """The talk with one device."""

    def __init__(self, circle: Circle, listener: Listener, lane: Lane) -> None:
        self._circle = circle
        self._listener = listener
        self.lane = lane
        self.key = lane.peer
        self._inboxes = {kind: _Inbox() for kind in LaneKind}
        self._wake = asyncio.Event()
        self._echo: asyncio.TimerHandle | None = None
        self._timers: list[asyncio.TimerHandle] = []
        self._offers_heard: dict[int, int] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self.giving: dict[int, Giving] = {}
        self.taking: dict[int, Taking] = {}
        self._offered: set[int] = set()
        self._from_peer: dict[int, Ranges] = {}
        """Numbers of facts this very device gave us in this talk: settled without sending."""
        self._talk = 0
        self.allowed: Allowance | None = None
        self.is_open = False
        """Whether both sides have said hello and nobody is paused."""
        self.has_said_hello = False
        self._their_hello: Hello | None = None
        self.sent = 0
        self.received = 0
        self.expected = 0
        self.frontier: dict[int, dict[int, int]] = {}

    # ---- life --------------------------------------------------------------------------------

    def begin(self) -> None:
        """Start talking: the roster first."""
        for inbox in self._inboxes.values():
            self._spawn(self._listen(inbox))
        self._spawn(self._give())
        self.say(frames.RosterHashes(self._circle.family.hashes()))

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        self._tasks.append(self._circle.hooks.spawn(self._guarded(work)))

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
            log.error("a talk failed: %s", type(error).__name__)  # noqa: TRY400 — no traceback: it may hold what was said
            self.lane.close()

    def end(self) -> None:
        """The lane is down: stop everything; what was not acknowledged is asked for again."""
        for task in self._tasks:
            task.cancel()
        for timer in [*self._timers, *([self._echo] if self._echo else [])]:
            timer.cancel()
        self.is_open = False

    def say(self, frame: Frame) -> None:
        """Send a frame on the live lane."""
        self.lane.send(frames.write(frame))

    def hear(self, lane: Lane, payload: bytes) -> None:
        """A payload came; it is handled in order."""
        self._inboxes[lane.kind].put(lane, payload)

    async def _listen(self, inbox: _Inbox) -> None:
        while True:
            lane, payload = await inbox.take()
            frame = frames.read(payload)
            if frame is None:
                self._circle.count("unknown_frames")
            else:
                await self._store_safely(frame)
            if lane.kind is LaneKind.BULK:
                lane.release(len(payload))

    async def _store_safely(self, frame: AnyFrame) -> None:
        """A full disk ends nothing: what could not be stored is asked for again later."""
        try:
            await self._handle(frame)
        except StorageError as error:
            self._circle.count(f"not_stored_{error.code}")
            self.taking.clear()
            loop = asyncio.get_running_loop()
            self._timers.append(loop.call_later(STORAGE_RETRY_S, self._ask_again))

    def _ask_again(self) -> None:
        if self._their_hello is not None:
            self._spawn(self._want(tuple(self._offers_heard.items())))

    async def _handle(self, frame: AnyFrame) -> None:
        match frame:
            case frames.Page():
                await self._take(frame)
            case frames.Ack():
                self._acked(frame)
            case frames.Hello():
                await self._hello_came(frame)
            case frames.Offer():
                await self._want(frame.offers)
            case frames.Since():
                await self._since_came(frame)
            case frames.RosterHashes() | frames.RosterEntries() | frames.EpochSecret():
                await self._roster(frame)
            case frames.FrontierAsk() | frames.Frontier():
                self._frontier(frame)
            case frames.Tell() | frames.Ask() | frames.Answered():
                self._circle.hooks.on_said(self.key, frame)

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
        circle = self._circle
        self.giving.clear()
        self.has_said_hello = True
        paused = circle.is_paused(self.key)
        self.allowed = circle.family.allowance(self.key)
        given = () if paused else offers(circle.tops, self.allowed)
        self._offered = {scope for scope, _ in given}
        since = self.allowed.since
        now = circle.clock.wall()
        self.say(
            Hello(
                circle.run,
                now,
                since,
                given,
                paused,
                circle.hooks.capabilities(),
                circle.version,
            )
        )
        self._settle_open()

    def _settle_open(self) -> None:
        theirs = self._their_hello
        self.is_open = (
            self.has_said_hello
            and theirs is not None
            and not theirs.paused
            and not self._circle.is_paused(self.key)
        )
        self._listener.moved(self)

    async def _hello_came(self, frame: Hello) -> None:
        again, self._their_hello = self._their_hello is not None, frame
        self._offers_heard.clear()
        self.taking.clear()
        if frame.paused:
            self.giving.clear()
        self._circle.hooks.on_met(self.key, frame)
        self._settle_open()
        await self._want(frame.offers)
        if again:
            self._offered.clear()
            self.grown(hurry=False)

    # ---- taking ------------------------------------------------------------------------------

    async def _want(self, offered: tuple[tuple[int, int], ...]) -> None:
        """Ask for each offered scope from where we are."""
        self._offers_heard.update(offered)
        hello = self._their_hello
        if (
            hello is None
            or self._circle.is_paused(self.key)
            or not self._circle.family.takes_from(self.key)
        ):
            return
        scopes = [scope for scope, _ in offered]
        cursors = await self._circle.database.read(
            lambda connection: [feeds.load_cursor(connection, self.key, s) for s in scopes]
        )
        for (scope, top), cursor in zip(offered, cursors, strict=True):
            is_wider = hello.since < cursor.since
            if is_wider:
                cursor = Cursor()  # noqa: PLW2901 — a wider window starts over
            self._talk += 1
            floor = cursor.settled.floor
            self.taking[scope] = Taking(scope, self._talk, top, floor, must_reset=is_wider)
            packed = cursor.settled.packed()
            self.say(frames.Since(scope, self._talk, packed, cursor.mark))
        self.expected = self.received + self.missing
        self._circle.hooks.on_asked(self.key)

    @property
    def missing(self) -> int:
        """How many numbers of the other's feeds are not settled here, at most."""
        return sum(taking.missing for taking in self.taking.values())

    async def _take(self, page: Page) -> None:
        taking = self.taking.get(page.scope)
        hello = self._their_hello
        if taking is None or hello is None or page.talk != taking.talk:
            self._circle.count("stale_pages")
            return
        if self._circle.is_paused(self.key):
            return
        circle = self._circle
        giver = Giver(
            self.key,
            circle.family.own_tags(self.key),
            hello.since,
            circle.rules(),
            circle.hooks.note_clock,
        )
        resets = not taking.is_begun and (page.fresh or taking.must_reset)

        def job(connection: Connection) -> Taken:
            rows = frames.unpack_rows(page)
            return take_page(connection, page, rows, giver, resets=resets)

        taken = await circle.database.write(job)
        taking.is_begun = True
        taking.floor = taken.floor
        taking.top = max(taking.top, page.mark.top)
        self.received += taken.outcome.added
        for scope, number in taken.outcome.rooted:
            self._from_peer.setdefault(scope, Ranges()).settle([(number, number)])
        if taken.outcome.refused:
            circle.count("refused_facts", taken.outcome.refused)
        self._listener.took(self, taken.outcome)
        self.say(frames.Ack(page.scope, page.talk, taken.floor))

    # ---- giving ------------------------------------------------------------------------------

    async def _since_came(self, frame: frames.Since) -> None:
        circle = self._circle
        allowed = self.allowed
        if allowed is None or not allowed.covers(frame.scope) or circle.is_paused(self.key):
            circle.count("refused_scopes")
            return
        settled = Ranges.unpacked(frame.settled)
        starts = await circle.database.read(lambda c: feeds.run_starts(c, frame.scope))
        top = circle.tops.get(frame.scope, 0)
        self.giving[frame.scope] = begin_giving(
            frame.scope, frame.talk, settled, frame.mark, starts=starts, top=top
        )
        self._wake.set()

    def _acked(self, frame: frames.Ack) -> None:
        giving = self.giving.get(frame.scope)
        if giving is not None and giving.talk == frame.talk:
            giving.acked = max(
                giving.acked, min(frame.floor, self._circle.tops.get(frame.scope, 0))
            )
            self._listener.moved(self)

    def push(self, fed: list[Fed]) -> None:
        """New facts of ours: to the other device at once, where it may have them."""
        if not self.is_open or self.allowed is None:
            return
        pushed = False
        for one in fed:
            giving = self.giving.get(one.scope)
            if giving is None or one.number in giving.sent:
                continue
            if may_push(giving, one.scope, one.newest, self.allowed) and (
                one.mine or not self._circle.family.gives_only_own
            ):
                giving.sent.settle([(one.number, one.number)])
                self.say(self._page(giving, [one.number], [], [one.raw], one.number))
                self.sent += 1
                pushed = True
        if not pushed or any(one.scope not in self.giving for one in fed):
            self.grown(hurry=False)

    def grown(self, *, hurry: bool) -> None:
        """Our feeds grew: offer new scopes, and give what is new."""
        if not self.is_open or self.allowed is None:
            return
        given = offers(self._circle.tops, self.allowed)
        fresh = tuple(pair for pair in given if pair[0] not in self._offered)
        if fresh:
            self._offered.update(scope for scope, _ in fresh)
            self.say(frames.Offer(fresh))
        if hurry:
            self._wake.set()
        elif self._echo is None:
            self._echo = asyncio.get_running_loop().call_later(ECHO_DELAY_S, self._echo_due)

    def _echo_due(self) -> None:
        self._echo = None
        self._wake.set()

    async def _give(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            try:
                while await self._give_round():
                    pass
            except PeerUnreachable:
                loop = asyncio.get_running_loop()
                self._timers.append(loop.call_later(RETRY_S, self._wake.set))

    async def _give_round(self) -> bool:
        """Give what is pending of the most important scope; False when nothing is."""
        for scope in sorted(self.giving, key=priority):
            giving = self.giving[scope]
            top = self._circle.tops.get(scope, 0)
            if giving.holes(top):
                await self._give_scope(giving, top)
                return True
        return False

    async def _give_scope(self, giving: Giving, top: int) -> None:
        allowed = self.allowed
        if allowed is None:
            return
        holes = giving.holes(top)
        echo = self._from_peer.get(giving.scope, Ranges()).copy()
        only_mine = self._circle.family.gives_only_own

        def plan(connection: Connection) -> tuple[list[int], list[tuple[int, int]]]:
            found = feeds.pending_numbers(
                connection, giving.scope, holes, allowed, only_mine=only_mine
            )
            numbers = [number for number in found if number not in echo]
            return numbers, feeds.dead_numbers(holes, numbers)

        numbers, dead = await self._circle.database.read(plan)
        await self._give_pages(giving, numbers, dead, top)

    async def _give_pages(
        self, giving: Giving, numbers: list[int], dead: list[tuple[int, int]], top: int
    ) -> None:
        """The pages of a plan; the first one settles the dead numbers too."""
        send: Callable[[Page], Coroutine[None, None, None]]
        send = self._send_live if len(numbers) <= SMALL else self._send_bulk
        if dead:
            await send(self._page(giving, [], dead, [], top))
            giving.sent.settle(dead)
        for start in range(0, len(numbers), READ_AHEAD):
            part = numbers[start : start + READ_AHEAD]
            for page, count, covered in await self._read_pages(giving, part, top):
                if self.giving.get(giving.scope) is not giving:
                    return
                await send(page)
                giving.sent.settle(covered)
                self.sent += count
                self._listener.moved(self)

    async def _read_pages(
        self, giving: Giving, numbers: list[int], top: int
    ) -> list[tuple[Page, int, list[tuple[int, int]]]]:
        """Read and compress off the loop. Numbers that moved away meanwhile are settled too."""

        def job(connection: Connection) -> list[tuple[Page, int, list[tuple[int, int]]]]:
            rows = feeds.numbered_facts(connection, giving.scope, numbers)
            gone = sorted(set(numbers) - {number for number, _ in rows})
            made = []
            for page in cut(rows):
                own = [number for number, _ in page]
                covered = ranges_of(sorted(own))
                made.append(
                    (self._page(giving, own, [], [r for _, r in page], top), len(own), covered)
                )
            if gone:
                covered = ranges_of(gone)
                made.append((self._page(giving, [], covered, [], top), 0, covered))
            return made

        return await self._circle.database.read(job)

    def _page(
        self,
        giving: Giving,
        numbers: list[int],
        dead: list[tuple[int, int]],
        raws: list[bytes],
        top: int,
    ) -> Page:
        settles = Ranges(dead)
        settles.settle(ranges_of(sorted(numbers)))
        form, rows = frames.pack_rows(raws)
        mark = Mark(self._circle.run, top)
        return Page(giving.scope, giving.talk, giving.fresh, settles.packed(), mark, form, rows)

    async def _send_live(self, page: Page) -> None:
        self.lane.send(frames.write(page))

    async def _send_bulk(self, page: Page) -> None:
        lane = await self._circle.hooks.bulk_lane(self.key)
        await lane.send_bulk(frames.write(page))

    # ---- frontier ----------------------------------------------------------------------------

    def _frontier(self, frame: frames.FrontierAsk | frames.Frontier) -> None:
        if isinstance(frame, frames.Frontier):
            self.frontier = {frame.nonce: dict(frame.tops)}
            for scope, top in frame.tops:
                if scope in self.taking:
                    self.taking[scope].top = max(self.taking[scope].top, top)
            self._listener.answered(self)
            return
        if self.is_open and self.allowed is not None:
            self._wake.set()
            self.say(frames.Frontier(frame.nonce, offers(self._circle.tops, self.allowed)))

    def has_reached(self, tops: dict[int, int]) -> bool:
        """Whether nothing of the other's feeds up to ``tops`` is missing here."""
        return all(
            scope in self.taking and self.taking[scope].floor >= top
            for scope, top in tops.items()
            if top
        )

    def has_given(self, tops: dict[int, int]) -> bool:
        """Whether the other has confirmed our feeds up to ``tops``, where it may have them."""
        if self.allowed is None:
            return False
        return all(
            scope in self.giving and self.giving[scope].acked >= top
            for scope, top in tops.items()
            if top and self.allowed.covers(scope)
        )

    @property
    def in_step(self) -> bool:
        """Whether all either side may give is known to be on both."""
        return self.is_open and not self.missing and self.has_given(self._circle.tops)
