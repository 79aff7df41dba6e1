"""The family as a talk sees it: what to tell, what to take, what may flow."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from mesh.errors import ProtocolError
from mesh.family.change import Change
from mesh.model.device import Trust
from mesh.model.policy import allowance
from mesh.wire import frames

if TYPE_CHECKING:
    from collections.abc import Callable

    from mesh.clock import Clock
    from mesh.family.registry import Registry
    from mesh.model.allowance import Allowance


class Gossip:
    """Speaks for the registry. ``on_change`` hears of what others told, after it is stored.

    ``allow``: what the owner lets a device have; without it what is built in.
    """

    def __init__(
        self,
        registry: Registry,
        clock: Clock,
        on_change: Callable[[Change, bool], None],
        allow: Callable[[Trust | None, bytes], Allowance] | None = None,
    ) -> None:
        self._allow = allow or (lambda trust, _: allowance(trust, clock.wall() // 1000))
        self._registry = registry
        self._on_change = on_change
        self._secret: bytes | None = None
        self.counts: Counter[str] = Counter()

    async def refresh(self) -> None:
        """Have the current epoch's secret at hand: talks ask for it without waiting."""
        self._secret = await self._registry.epoch_secret()

    # ---- the roster --------------------------------------------------------------------------

    def hashes(self) -> tuple[bytes, ...]:
        """The entries this device has."""
        return tuple(self._registry.hashes())

    def entries_for(self, key: bytes, known: frozenset[bytes]) -> frames.RosterEntries:
        """What that device lacks, with the cards and portraits it may have."""
        registry, directory = self._registry, self._registry.directory
        return frames.RosterEntries(
            tuple(registry.missing(known)),
            tuple(directory.cards_for(key)),
            tuple(directory.portraits_for(key)),
        )

    async def absorb(self, frame: frames.RosterEntries) -> None:
        """Take in what a device sent; what does not hold is counted and left out.

        Who was removed is told before anything else: doors and lanes do not wait for cards.
        """
        change = await self._registry.absorb(frame.entries)
        self.counts["refused_entries"] += change.refused
        if change:
            self._on_change(change, False)
        told = [await self._absorb_card(card) for card in frame.cards]
        told += [await self._absorb_portrait(portrait) for portrait in frame.profiles]
        if any(told):
            self._on_change(Change(), True)
        if change or any(told):
            await self.refresh()

    async def _absorb_card(self, card: bytes) -> bool:
        try:
            return await self._registry.directory.absorb_card(card) is not None
        except ProtocolError:
            self.counts["refused_cards"] += 1
            return False

    async def _absorb_portrait(self, portrait: bytes) -> bool:
        try:
            return await self._registry.directory.absorb_portrait(portrait) is not None
        except ProtocolError:
            self.counts["refused_portraits"] += 1
            return False

    # ---- the epoch ---------------------------------------------------------------------------

    def secret_for(self, key: bytes) -> frames.EpochSecret | None:
        """The current epoch's secret, for full devices."""
        epoch = self._registry.roster.epoch
        if epoch is None or self._secret is None or self.trust(key) is not Trust.FULL:
            return None
        return frames.EpochSecret(epoch.number, self._secret)

    async def absorb_secret(self, key: bytes, frame: frames.EpochSecret) -> None:
        """Keep an epoch's secret if a full device gave it and it fits its entry."""
        if self._secret is not None or self.trust(key) is not Trust.FULL:
            return
        if await self._registry.absorb_epoch_secret(frame.secret):
            await self.refresh()

    # ---- what may flow -----------------------------------------------------------------------

    def trust(self, key: bytes) -> Trust | None:
        """How far a device is trusted now; None when it is not family."""
        member = self._registry.roster.members.get(key)
        return member.trust if member else None

    def standing(self, key: bytes) -> object:
        """How far that device and this one are trusted now."""
        members = self._registry.roster.members
        theirs, ours = members.get(key), members.get(self._registry.key)
        return theirs and theirs.trust, ours and ours.trust

    def is_member(self, key: bytes) -> bool:
        """Whether a device belongs to the family now, and this one too."""
        members = self._registry.roster.members
        return key in members and self._registry.key in members

    def takes_from(self, key: bytes) -> bool:
        """Whether records flow between that device and this one at all.

        Never with guests, and of two devices one is full: others do not meet.
        """
        both = {self.trust(key), self.trust(self._registry.key)}
        return Trust.FULL in both and not both & {None, Trust.GUEST}

    def takes_stubs_from(self, key: bytes) -> bool:
        """Whether labels, forgets and receipts flow between that device and this one.

        Also with a guest that once held more: what it still has must be forgotten there too.
        """
        roster, both = self._registry.roster, (key, self._registry.key)
        trusts = {self.trust(one) for one in both}
        held = all(roster.trust_history(one) - {Trust.GUEST} for one in both)
        return Trust.FULL in trusts and None not in trusts and held

    def own_tags(self, key: bytes) -> frozenset[bytes] | None:
        """Whose facts a device may give: a limited one only its own and its own past's."""
        member = self._registry.roster.members.get(key)
        if member is None:
            return frozenset()
        if member.trust is Trust.FULL:
            return None
        return self._registry.roster.tags_of(key)

    def allowance(self, key: bytes) -> Allowance:
        """What a device may be given now."""
        return self._allow(self.trust(key) if self._registry.is_member else None, key)

    @property
    def gives_only_own(self) -> bool:
        """Whether this device gives only what was written on it."""
        return self.trust(self._registry.key) is not Trust.FULL
