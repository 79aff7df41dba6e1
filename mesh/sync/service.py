"""All talks of this device: who is being talked to, how far, and what goes to all of them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from mesh.sync.catching_up import CatchingUp
from mesh.sync.exchange import Exchange
from mesh.wire import frames
from mesh.wishes import SyncDone

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Iterable

    from mesh.model.pauses import Pauses
    from mesh.model.sparing import Sparing, Surroundings, Why
    from mesh.storage.objects import Outcome
    from mesh.sync.circle import Circle, Lane
    from mesh.wire.frames import Frame


class Sync:
    """Keeps this device in step with every device it has a live lane to."""

    def __init__(self, circle: Circle) -> None:
        self._circle = circle
        self._exchanges: dict[bytes, Exchange] = {}
        self.catching_up = CatchingUp(circle, self._exchanges)

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
            self.catching_up.look_again()

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
        self.catching_up.look_again()
        self._circle.hooks.on_moved(key)
        self.catching_up.look_at(key)

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

    # ---- catching up -------------------------------------------------------------------------

    async def catch_up(
        self, keys: Iterable[bytes], seconds: float, names: Callable[[bytes], str]
    ) -> SyncDone:
        """Until these devices and this one are in step, at most ``seconds``.

        Devices no record flows from are left out; NoDeviceAnswers when none of the others does.
        """
        wanted = [key for key in keys if self._circle.family.takes_from(key)]
        if not wanted:
            return SyncDone(in_step=True, sent=0, received=0, seconds=0.0)
        return await self.catching_up.reach(wanted, seconds, names)


def _not_answer(entries: frames.RosterEntries) -> frames.RosterEntries:
    return frames.RosterEntries(
        entries.entries, entries.cards, entries.profiles, is_answer=False
    )
