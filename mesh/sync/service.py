"""All talks of this device: who is being talked to, how far, and catching up on demand."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING

from mesh.errors import NoDeviceAnswers
from mesh.sync.exchange import Exchange
from mesh.wire import frames
from mesh.wishes import SyncDone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mesh.model.pauses import Pauses
    from mesh.model.sparing import Sparing, Surroundings, Why
    from mesh.storage.objects import Outcome
    from mesh.sync.circle import Circle, Lane
    from mesh.wire.frames import Frame

ANSWER_WITHIN_S = 5.0


class Sync:
    """Keeps this device in step with every device it has a live lane to."""

    def __init__(self, circle: Circle) -> None:
        self._circle = circle
        self._exchanges: dict[bytes, Exchange] = {}
        self._nonce = 0
        self._moved = asyncio.Event()
        self._asking: Counter[bytes] = Counter()

    @property
    def version(self) -> str:
        """The version of this application."""
        return self._circle.version

    @property
    def counts(self) -> Counter[str]:
        """What should be rare, by name."""
        return self._circle.counts

    def count(self, what: str, times: int = 1) -> None:
        """Count something that should be rare."""
        self._circle.count(what, times)

    # ---- lanes -------------------------------------------------------------------------------

    def up(self, lane: Lane) -> None:
        """A live lane to a device is up: talk."""
        self.down(lane.peer)
        self._circle.schedule.meet(lane.peer, self._circle.clock.monotonic())
        exchange = Exchange(self._circle, self, lane)
        self._exchanges[lane.peer] = exchange
        exchange.begin()

    def down(self, key: bytes) -> None:
        """The live lane to a device is gone, or it is family no more."""
        exchange = self._exchanges.pop(key, None)
        if exchange is not None:
            exchange.end()
            self._circle.schedule.part(key)
            self.moved(key)
        else:
            self.look_again()

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

    # ---- how talks go ------------------------------------------------------------------------

    def moved(self, key: bytes) -> None:
        """How far a device is has changed."""
        self.look_again()
        self._circle.hooks.on_moved(key)
        if not self._asking[key]:
            self._look_whether_level(key)

    def look_again(self) -> None:
        """Whoever waits for something may find that it holds now."""
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()

    # ---- growth ------------------------------------------------------------------------------

    def grew(self, outcome: Outcome, source: bytes | None = None) -> None:
        """Facts were committed here: hand them on. ``source``: the device they came from.

        A moment later: another job of the same commit may have forgotten them already.
        """
        circle = self._circle
        circle.withdrawals += outcome.has_withdrawn
        for scope, top in outcome.tops.items():
            circle.tops[scope] = max(circle.tops.get(scope, 0), top)
        if outcome.tops:
            loop = asyncio.get_running_loop()
            loop.call_soon(self._hand_on, outcome, source, circle.withdrawals)
        if outcome.must_ask_again:
            self.ask_again()

    def grows(self, outcome: Outcome) -> None:
        """Facts are certain and will be committed here (``grew``): push them where that may be.

        Alone in its commit, so nothing can forget them before they are on their way.
        """
        for exchange in list(self._exchanges.values()):
            exchange.gives.push_early(outcome.fed)

    def _hand_on(self, outcome: Outcome, source: bytes | None, withdrawals: int) -> None:
        is_whole = withdrawals == self._circle.withdrawals
        for key, exchange in list(self._exchanges.items()):
            if key == source:
                exchange.gives.grown(hurry=False)
            elif outcome.fed and is_whole:
                exchange.gives.push(outcome.fed, outcome.tops)
            else:
                exchange.gives.grown(hurry=True)

    def takes(self, key: bytes, outcome: Outcome) -> None:
        """What a page of another device brought is certain."""
        self._circle.hooks.on_taking(key, outcome)

    def took(self, key: bytes, outcome: Outcome) -> None:
        """A page of another device was committed here."""
        self._circle.hooks.on_taken(key, outcome)
        self.grew(outcome, key)
        self.moved(key)

    def changed_late(self, key: bytes) -> None:
        """How far we are with a device is kept otherwise than when its talk began: ask anew."""
        exchange = self._exchanges.get(key)
        if exchange is not None:
            exchange.ask_again()

    def has_settings_of(self, key: bytes) -> bool:
        """Whether all that was chosen is here, as far as a device that knows it gave it."""
        exchange = self._exchanges.get(key)
        return exchange is not None and exchange.takes.has_all_settings

    # ---- standing ----------------------------------------------------------------------------

    def is_connected(self, key: bytes) -> bool:
        """Whether a device is being talked to."""
        return key in self._exchanges

    def flows(self, key: bytes) -> bool:
        """Whether records flow in a talk with a device now."""
        exchange = self._exchanges.get(key)
        return exchange is not None and exchange.is_open

    def is_held(self, key: bytes) -> bool:
        """Whether an owner has to agree before anything flows between us and a device."""
        exchange = self._exchanges.get(key)
        return self._circle.hooks.waits(key) if exchange is None else exchange.is_held

    def in_step(self, key: bytes) -> bool:
        """Whether all that may flow between us and a device is known to be on both."""
        exchange = self._exchanges.get(key)
        return exchange is not None and exchange.in_step

    def standing(self, key: bytes) -> tuple[int, int, int, int]:
        """Missing here, received, expected in this talk, sent."""
        exchange = self._exchanges.get(key)
        if exchange is None:
            return (0, 0, 0, 0)
        takes = exchange.takes
        return (takes.missing, takes.received, takes.expected, exchange.gives.sent)

    def seconds_left(self, key: bytes) -> float | None:
        """How long until all that is missing here has come from a device, if that is known."""
        exchange, schedule = self._exchanges.get(key), self._circle.schedule
        now = self._circle.clock.monotonic()
        if exchange is None or schedule.waits(key, now) is not None:
            return None
        takes = exchange.takes
        return takes.remaining.seconds(takes.missing, takes.received, now)

    @property
    def pending(self) -> int:
        """Facts known to be missing here."""
        return sum(exchange.takes.missing for exchange in self._exchanges.values())

    # ---- pause -------------------------------------------------------------------------------

    def is_paused(self, key: bytes) -> bool:
        """Whether sharing with a device is paused here."""
        return self._circle.pauses.covers(key)

    @property
    def pauses(self) -> Pauses:
        """With whom nothing is shared now."""
        return self._circle.pauses

    def set_pauses(self, pauses: Pauses) -> None:
        """Stop, or go on, sharing with whom that changes something for."""
        before, self._circle.pauses = self._circle.pauses, pauses
        for key in self.peers():
            if before.covers(key) != pauses.covers(key):
                self.renew(key)

    def renew(self, key: bytes | None = None) -> None:
        """Begin talks again, after trust, pause or the family changed."""
        for peer, exchange in list(self._exchanges.items()):
            if key in {None, peer} and exchange.has_said_hello:
                exchange.hello()

    def spread(self, key_of_source: bytes | None = None) -> None:
        """Our roster, epoch, cards or names changed: tell every device we talk to."""
        family = self._circle.family
        for key, exchange in list(self._exchanges.items()):
            if key != key_of_source:
                exchange.say(frames.RosterHashes(family.hashes()))
                exchange.tell_roster(_not_answer(family.entries_for(key, frozenset())))
                secret = family.secret_for(key)
                if secret is not None:
                    exchange.say(secret)

    def ask_again(self) -> None:
        """Cursors were dropped: every device is asked anew for what it may give."""
        for exchange in self._exchanges.values():
            exchange.ask_again()

    def audit(self) -> None:
        """Compare what is due with each device, a scope at a time."""
        for exchange in self._exchanges.values():
            exchange.takes.audit(self._circle.clock.wall() // 1000)

    # ---- pace --------------------------------------------------------------------------------

    def somebody_speaks(self) -> None:
        """Somebody says something on this device: histories wait for a pause."""
        self._circle.schedule.said(self._circle.clock.monotonic())

    def notice(self, around: Surroundings, sparing: Sparing) -> None:
        """What this device runs on now, and how much its owner wants it spared."""
        if self._circle.schedule.notice(around, sparing):
            for exchange in list(self._exchanges.values()):
                exchange.gives.pacing.look_again()

    def waits(self, key: bytes) -> Why | None:
        """For what something waits that is to go to, or come from, a device."""
        exchange = self._exchanges.get(key)
        if exchange is None or not exchange.is_open:
            return None
        pacing = exchange.gives.pacing
        if not pacing.is_holding and not (pacing.is_kept_waiting and exchange.takes.missing):
            return None
        return self._circle.schedule.waits(key, self._circle.clock.monotonic())

    @property
    def spares(self) -> Why | None:
        """Why this device wants to be spared now."""
        return self._circle.schedule.why

    def ask(self, key: bytes) -> None:
        """The owner wants a device and this one in step now, whatever is to be spared."""
        self._circle.schedule.ask(key, self._circle.clock.monotonic())
        self._pace_changed(key)

    def _look_whether_level(self, key: bytes) -> None:
        schedule = self._circle.schedule
        if schedule.asks(key, self._circle.clock.monotonic()) and self.in_step(key):
            schedule.level(key)
            self._pace_changed(key)

    def _pace_changed(self, key: bytes) -> None:
        exchange = self._exchanges.get(key)
        if exchange is not None:
            exchange.gives.pacing.look_again()

    # ---- catching up -------------------------------------------------------------------------

    async def catch_up(
        self, keys: Iterable[bytes], seconds: float, names: Callable[[bytes], str]
    ) -> SyncDone:
        """Until these devices and this one are in step, at most ``seconds``.

        Each device that answers within 5 s is asked how far it is *now*; done when all of that
        is here and all of ours is there. NoDeviceAnswers when none does. Who is removed
        meanwhile is waited for no more. Nothing is spared until then.
        """
        wanted = [key for key in keys if self._circle.family.takes_from(key)]
        if not wanted:
            return SyncDone(in_step=True, sent=0, received=0, seconds=0.0)
        self._asking.update(wanted)
        try:
            return await self._catch_up(wanted, seconds, names)
        finally:
            self._asking.subtract(wanted)
            for key in wanted:
                self._look_whether_level(key)

    async def _catch_up(
        self, wanted: list[bytes], seconds: float, names: Callable[[bytes], str]
    ) -> SyncDone:
        is_member = self._circle.family.is_member
        started = self._circle.clock.monotonic()
        for key in wanted:
            self.ask(key)
        before = self._flow()
        answered = await self._ask_frontiers(wanted, started + min(seconds, ANSWER_WITHIN_S))
        missing = [key for key in wanted if key not in answered and is_member(key)]
        if not answered and missing:
            raise NoDeviceAnswers(
                "None of the other devices answers: " + ", ".join(map(names, missing)) + "."
            )
        own = dict(self._circle.tops)
        reached = await self._wait_until(
            lambda: all(
                self._is_level(key, tops, own)
                for key, tops in answered.items()
                if is_member(key)
            ),
            started + seconds,
        )
        after = self._flow()
        return SyncDone(
            in_step=reached,
            sent=after[0] - before[0],
            received=after[1] - before[1],
            seconds=round(self._circle.clock.monotonic() - started, 3),
            missing=tuple(names(key) for key in missing if is_member(key)),
        )

    def _flow(self) -> tuple[int, int]:
        exchanges = self._exchanges.values()
        return sum(x.gives.sent for x in exchanges), sum(x.takes.received for x in exchanges)

    def _is_level(self, key: bytes, theirs: dict[int, int], ours: dict[int, int]) -> bool:
        exchange = self._exchanges.get(key)
        if exchange is None or not self._circle.hooks.is_settled():
            return False
        return exchange.takes.has_reached(theirs) and exchange.gives.has_given(ours)

    async def _ask_frontiers(
        self, keys: list[bytes], deadline: float
    ) -> dict[bytes, dict[int, int]]:
        """Ask each device how far it is now, as soon as a talk with it is open."""
        self._nonce += 1
        nonce = self._nonce
        asked: set[Exchange] = set()
        is_member = self._circle.family.is_member

        def all_answered() -> bool:
            for key in keys:
                exchange = self._exchanges.get(key)
                if exchange is not None and exchange.is_open and exchange not in asked:
                    asked.add(exchange)
                    exchange.gives.grown(hurry=True)
                    exchange.say(frames.FrontierAsk(nonce))
            answered = self._answers(keys, nonce)
            return all(key in answered or not is_member(key) for key in keys)

        await self._wait_until(all_answered, deadline)
        return self._answers(keys, nonce)

    def _answers(self, keys: list[bytes], nonce: int) -> dict[bytes, dict[int, int]]:
        exchanges = {key: self._exchanges.get(key) for key in keys}
        return {
            key: exchange.frontier[nonce]
            for key, exchange in exchanges.items()
            if exchange is not None and nonce in exchange.frontier
        }

    async def _wait_until(self, reached: Callable[[], bool], deadline: float) -> bool:
        while not reached():
            left = deadline - self._circle.clock.monotonic()
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
    return frames.RosterEntries(
        entries.entries, entries.cards, entries.profiles, is_answer=False
    )
