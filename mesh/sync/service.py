"""All talks of this device: who is being talked to, how far, and catching up on demand."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from mesh.errors import NoDeviceAnswers
from mesh.model.allowance import Allowance
from mesh.sync.exchange import Exchange, Lane
from mesh.wire import frames
from mesh.wire.frames import Frame, Hello
from mesh.wishes import SyncDone

if TYPE_CHECKING:
    import apsw

    from mesh.clock import Clock
    from mesh.storage.database import Database
    from mesh.storage.records import Outcome, Rules

ANSWER_WITHIN_S = 5.0


class FamilyTalk(Protocol):
    """What a talk needs of the family: its roster comes before any record."""

    def hashes(self) -> tuple[bytes, ...]:
        """The entries this device has."""

    def entries_for(self, key: bytes, known: frozenset[bytes]) -> frames.RosterEntries:
        """What that device lacks, with cards, and names if it may know them."""

    async def absorb(self, key: bytes, frame: frames.RosterEntries) -> None:
        """Take in what a device sent."""

    def secret_for(self, key: bytes) -> frames.EpochSecret | None:
        """The current epoch's secret, if this device has it and that one should."""

    async def absorb_secret(self, key: bytes, frame: frames.EpochSecret) -> None:
        """Keep an epoch's secret if it fits its entry."""

    def is_member(self, key: bytes) -> bool:
        """Whether a device belongs to the family now."""

    def takes_from(self, key: bytes) -> bool:
        """Whether records flow from that device at all."""

    def own_tags(self, key: bytes) -> frozenset[bytes] | None:
        """Whose facts a device may give: None = anybody's."""

    def allowance(self, key: bytes) -> Allowance:
        """What a device may be given now."""

    @property
    def gives_only_own(self) -> bool:
        """Whether this device gives only what was written on it (it is limited)."""


@dataclass(frozen=True, slots=True)
class Hooks:
    """What the node does with what happens in talks."""

    on_taken: Callable[[bytes, Outcome], None]
    on_said: Callable[[bytes, Frame], None]
    on_moved: Callable[[bytes], None]
    on_met: Callable[[bytes, Hello], None]
    on_asked: Callable[[bytes], None]
    bulk_lane: Callable[[bytes], Awaitable[Lane]]
    spawn: Callable[[Coroutine[None, None, None]], asyncio.Task[None]]
    note_clock: Callable[[apsw.Connection, int], None]
    capabilities: Callable[[], tuple[str, ...]]


class Sync:
    """Keeps this device in step with every device it has a live lane to."""

    def __init__(
        self,
        database: Database,
        family: FamilyTalk,
        rules: Callable[[], Rules],
        hooks: Hooks,
        clock: Clock,
        *,
        run: bytes,
        tops: dict[int, int],
        version: str,
    ) -> None:
        self.database = database
        self.family = family
        self.rules = rules
        self.hooks = hooks
        self.clock = clock
        self.run = run
        self.tops = tops
        self.version = version
        self.counts: Counter[str] = Counter()
        self._exchanges: dict[bytes, Exchange] = {}
        self._paused_all = False
        self._paused: set[bytes] = set()
        self._nonce = 0
        self._moved = asyncio.Event()

    # ---- lanes -------------------------------------------------------------------------------

    def up(self, lane: Lane) -> None:
        """A live lane to a device is up: talk."""
        self.down(lane.peer)
        exchange = Exchange(self, lane)
        self._exchanges[lane.peer] = exchange
        exchange.begin()

    def down(self, key: bytes) -> None:
        """The live lane to a device is gone."""
        exchange = self._exchanges.pop(key, None)
        if exchange is not None:
            exchange.end()
            self.moved(exchange)

    def hear(self, lane: Lane, payload: bytes) -> None:
        """A payload came on a lane."""
        exchange = self._exchanges.get(lane.peer)
        if exchange is None:
            self.count("frames_without_talk")
        else:
            exchange.hear(lane, payload)

    def say(self, key: bytes, frame: Frame) -> bool:
        """Send a frame to a device; False when there is no talk with it."""
        exchange = self._exchanges.get(key)
        return exchange is not None and exchange.lane.send(frames.write(frame))

    def peers(self) -> list[bytes]:
        """The devices being talked to."""
        return list(self._exchanges)

    # ---- what talks ask ----------------------------------------------------------------------

    def spawn(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        """A task owned by the node."""
        return self.hooks.spawn(work)

    def count(self, what: str, times: int = 1) -> None:
        """Count something that should be rare."""
        self.counts[what] += times

    def allowance(self, key: bytes) -> Allowance:
        """What a device may be given."""
        return self.family.allowance(key)

    def own_tags(self, key: bytes) -> frozenset[bytes] | None:
        """Whose facts a device may give."""
        return self.family.own_tags(key)

    def takes_from(self, key: bytes) -> bool:
        """Whether records flow from that device at all."""
        return self.family.takes_from(key)

    @property
    def gives_only_own(self) -> bool:
        """Whether this device gives only what was written on it."""
        return self.family.gives_only_own

    def capabilities(self) -> tuple[str, ...]:
        """What modules here offer."""
        return self.hooks.capabilities()

    def note_clock(self, connection: apsw.Connection, newest: int) -> None:
        """Another device's tick was seen (called inside a write job)."""
        self.hooks.note_clock(connection, newest)

    async def bulk_lane(self, key: bytes) -> Lane:
        """The bulk lane to a device."""
        return await self.hooks.bulk_lane(key)

    def on_said(self, key: bytes, frame: Frame) -> None:
        """A message or request that is no record."""
        self.hooks.on_said(key, frame)

    def met(self, exchange_key: bytes, hello: Hello) -> None:
        """A device said hello."""
        self.hooks.on_met(exchange_key, hello)

    def asked(self, exchange: Exchange) -> None:
        """We asked a device for what we missed."""
        self.hooks.on_asked(exchange.key)

    def moved(self, exchange: Exchange) -> None:
        """How far a device is has changed."""
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()
        self.hooks.on_moved(exchange.key)

    # ---- growth ------------------------------------------------------------------------------

    def grew(self, outcome: Outcome, source: bytes | None = None) -> None:
        """Facts were committed here: hand them on. ``source``: the device they came from."""
        for scope, top in outcome.tops.items():
            self.tops[scope] = max(self.tops.get(scope, 0), top)
        if not outcome.tops:
            return
        for key, exchange in list(self._exchanges.items()):
            if key == source:
                exchange.grown(hurry=False)
            elif outcome.fed:
                exchange.push(outcome.fed)
            else:
                exchange.grown(hurry=True)

    def took(self, exchange: Exchange, outcome: Outcome) -> None:
        """A page of another device was committed here."""
        self.grew(outcome, exchange.key)
        self.moved(exchange)
        self.hooks.on_taken(exchange.key, outcome)

    # ---- standing ----------------------------------------------------------------------------

    def is_connected(self, key: bytes) -> bool:
        """Whether a device is being talked to."""
        return key in self._exchanges

    def in_step(self, key: bytes) -> bool:
        """Whether all that may flow between us and a device is known to be on both."""
        exchange = self._exchanges.get(key)
        return exchange is not None and exchange.in_step

    def standing(self, key: bytes) -> tuple[int, int, int, int]:
        """Missing here, received, expected in this talk, sent."""
        exchange = self._exchanges.get(key)
        if exchange is None:
            return (0, 0, 0, 0)
        return (exchange.missing, exchange.received, exchange.expected, exchange.sent)

    @property
    def pending(self) -> int:
        """Facts known to be missing here."""
        return sum(exchange.missing for exchange in self._exchanges.values())

    # ---- pause -------------------------------------------------------------------------------

    def is_paused(self, key: bytes) -> bool:
        """Whether sharing with a device is paused here."""
        return self._paused_all or key in self._paused

    def pause(self, key: bytes | None) -> None:
        """Stop sharing with one device, or with all."""
        if key is None:
            self._paused_all = True
        else:
            self._paused.add(key)
        self.renew(key)

    def resume(self, key: bytes | None) -> None:
        """Share again."""
        if key is None:
            self._paused_all = False
            self._paused.clear()
        else:
            self._paused.discard(key)
        self.renew(key)

    def renew(self, key: bytes | None = None) -> None:
        """Begin talks again, after trust, pause or the family changed."""
        for peer, exchange in list(self._exchanges.items()):
            if key in {None, peer}:
                exchange.hello()

    def spread(self, key_of_source: bytes | None = None) -> None:
        """Our roster, cards or names changed: tell every device we talk to."""
        for key, exchange in list(self._exchanges.items()):
            if key != key_of_source:
                exchange.say(frames.RosterHashes(self.family.hashes()))
                entries = self.family.entries_for(key, frozenset())
                exchange.say(_not_answer(entries))

    # ---- catching up -------------------------------------------------------------------------

    async def catch_up(
        self, keys: Iterable[bytes], seconds: float, names: Callable[[bytes], str]
    ) -> SyncDone:
        """Until these devices and this one are in step, at most ``seconds``.

        Each device that answers within 5 s is asked how far it is *now*; done when all of that is
        here and all of ours is there. NoDeviceAnswers when none does.
        """
        started = time.monotonic()
        wanted = [key for key in keys if self.family.takes_from(key)]
        if not wanted:
            return SyncDone(in_step=True, sent=0, received=0, seconds=0.0)
        before = self._flow()
        answered = await self._ask_frontiers(wanted, started + min(seconds, ANSWER_WITHIN_S))
        missing = [key for key in wanted if key not in answered]
        if not answered:
            raise NoDeviceAnswers(
                "None of the other devices answers: " + ", ".join(map(names, missing)) + "."
            )
        own = dict(self.tops)
        reached = await self._wait_until(
            lambda: all(self._is_level(key, tops, own) for key, tops in answered.items()),
            started + seconds,
        )
        after = self._flow()
        return SyncDone(
            in_step=reached and not missing,
            sent=after[0] - before[0],
            received=after[1] - before[1],
            seconds=round(time.monotonic() - started, 3),
            missing=tuple(map(names, missing)),
        )

    def _flow(self) -> tuple[int, int]:
        exchanges = self._exchanges.values()
        return sum(x.sent for x in exchanges), sum(x.received for x in exchanges)

    def _is_level(self, key: bytes, theirs: dict[int, int], ours: dict[int, int]) -> bool:
        exchange = self._exchanges.get(key)
        return exchange is not None and exchange.has_reached(theirs) and exchange.has_given(ours)

    async def _ask_frontiers(
        self, keys: list[bytes], deadline: float
    ) -> dict[bytes, dict[int, int]]:
        """Ask each device how far it is now, as soon as a talk with it is open."""
        self._nonce += 1
        nonce = self._nonce
        asked: set[Exchange] = set()

        def all_answered() -> bool:
            for key in keys:
                exchange = self._exchanges.get(key)
                if exchange is not None and exchange.is_open and exchange not in asked:
                    asked.add(exchange)
                    exchange.grown(hurry=True)
                    exchange.say(frames.FrontierAsk(nonce))
            return len(self._answers(keys, nonce)) == len(keys)

        await self._wait_until(all_answered, deadline)
        return self._answers(keys, nonce)

    def _answers(self, keys: list[bytes], nonce: int) -> dict[bytes, dict[int, int]]:
        exchanges = {key: self._exchanges.get(key) for key in keys}
        return {
            key: exchange.frontier[nonce]
            for key, exchange in exchanges.items()
            if exchange is not None and nonce in exchange.frontier
        }

    def frontier_came(self, exchange: Exchange, frame: frames.Frontier) -> None:
        """A device told how far it is."""
        exchange.frontier = {frame.nonce: dict(frame.tops)}
        for scope, top in frame.tops:
            if scope in exchange.taking:
                taking = exchange.taking[scope]
                taking.top = max(taking.top, top)
        self.moved(exchange)

    async def _wait_until(self, reached: Callable[[], bool], deadline: float) -> bool:
        while not reached():
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            moved = self._moved
            try:
                async with asyncio.timeout(left):
                    await moved.wait()
            except TimeoutError:
                return reached()
        return True


def _not_answer(entries: frames.RosterEntries) -> frames.RosterEntries:
    return frames.RosterEntries(entries.entries, entries.cards, entries.profiles, is_answer=False)
