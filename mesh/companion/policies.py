"""What this device may give, and may hold, as the owner wants it now.

    settings (facts, full devices) ─┐
    terms (told by a full device) ──┼─▶ refresh ─▶ allowance of others, grants of this device
    settings.yaml (this device) ────┘        └─▶ holding: what may not stay is withdrawn

A limited device does not have the settings: full ones tell it in their hello what it may hold.
What it still has it tells in its own; full devices note that, so that a receipt is waited for
from whoever may have the thing.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import msgspec

from mesh.errors import BadSettings, ProfileError
from mesh.model import fact as facts
from mesh.model import policy as policies
from mesh.model.allowance import FAMILY_GRANTS, NO_GRANTS, Allowance, Grants
from mesh.model.device import Trust, author_tag, device_id
from mesh.model.fact import ObjectKind, Setting
from mesh.model.policy import NO_CHOICES, NOTE, Policy, checked
from mesh.storage import choices

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mesh.clock import Clock
    from mesh.companion.last_copies import Shelf
    from mesh.companion.writing import Writing
    from mesh.model.roster import Roster
    from mesh.storage.database import Database

MARK = 16
"""So much of a family's id stands in its settings."""
TERMS, HEARD, LAST_GOOD = "terms", "settings heard", "settings"


class Home(Protocol):
    """The family this device is in."""

    @property
    def key(self) -> bytes:
        """The key of this device."""

    @property
    def family(self) -> bytes:
        """The id of the family."""

    @property
    def roster(self) -> Roster:
        """Who is family now."""


class Told(msgspec.Struct, array_like=True, frozen=True):
    """What a device that is not full was told it may hold: while it has this trust, here.

    ``by``: the full device that told it, empty when this one was full itself.
    """

    family: bytes
    trust: str
    grants: tuple[tuple[int, int], ...]
    stamp: int
    by: bytes = b""

    def yields_to(self, later: Told, *, is_teller_full: bool) -> bool:
        """Whether a later word counts: one of newer choices, or of the same teller."""
        if (self.family, self.trust) != (later.family, later.trust):
            return True
        is_free = self.by == later.by or not is_teller_full
        return is_free or later.stamp >= self.stamp


@dataclass(slots=True)
class Policies:
    """The choices in force. ``read_file`` gives the owner's file, None when there is none."""

    database: Database
    shelf: Shelf
    home: Home
    clock: Clock
    read_file: Callable[[], bytes | None]
    policy: Policy = NO_CHOICES
    own: Policy = NO_CHOICES
    mistake: str | None = None
    """What is wrong with the owner's file; what it said before still holds."""
    notes: Mapping[str, Grants] = field(default_factory=dict)
    grants: Grants = FAMILY_GRANTS
    """What this device may hold now."""
    is_heard: bool = True
    """Whether this device knows what was chosen before it came."""
    at_least: Callable[[], Grants | None] = lambda: None
    """What it may hold whatever is chosen, if it may yet come back as what it was."""
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held by whoever changes what is in force, or what is here because of that."""
    _told: Told | None = None
    _followed: Told | None = None
    """By whose word ``grants`` are what they are, while this device is limited."""
    _tags: tuple[Policy, Policy, frozenset[str]] | None = None
    """The private tags, and of which choices: they are asked for with every message."""
    _file: bytes | None = None

    async def open(self) -> None:
        """What was kept; then what is in force."""
        told = await self.shelf.load_secret(TERMS)
        self._told = msgspec.msgpack.decode(told, type=Told) if told else None
        good = await self.shelf.load_secret(LAST_GOOD)
        self.own = self._file_says(good or b"") or NO_CHOICES
        await self.reload()
        await self.refresh()

    # ---- the owner's file --------------------------------------------------------------------

    async def reload(self) -> bool:
        """Look at the owner's file again; whether something else counts now."""
        before = self.own
        try:
            content = self.read_file() or b""
        except ProfileError as error:
            self.mistake = error.sentence
            return False
        if content == self._file:
            return False
        self._file = content
        said = self._file_says(content)
        if said is not None:
            self.own = said
            await self.shelf.save_secret(LAST_GOOD, content or None)
        return self.own != before

    def _file_says(self, content: bytes) -> Policy | None:
        if not content:
            self.mistake = None
            return NO_CHOICES
        # Only here: few write a file, and what reads YAML takes a megabyte.
        from mesh.settings import read_settings

        try:
            said = read_settings(content)
        except BadSettings as error:
            self.mistake = error.sentence
            return None
        self.mistake = None
        return said

    # ---- what counts -------------------------------------------------------------------------

    def trust(self, key: bytes) -> Trust | None:
        """How far a device is trusted; None when it is not family."""
        member = self.home.roster.members.get(key)
        return member.trust if member else None

    @property
    def is_full(self) -> bool:
        """Whether this device has the settings itself."""
        return self.trust(self.home.key) is Trust.FULL

    async def refresh(self) -> bool:
        """See anew what is in force; whether anything is different, for us or for others."""
        async with self.turn:
            before = self._what_counts
            said = await self.database.read(choices.settings)
            known, self.notes = policies.in_force(said, self.home.family[:MARK], self._may_say)
            trust = self.trust(self.home.key)
            if trust is Trust.LIMITED:
                self.grants = await self._terms(known)
                known = NO_CHOICES
            elif trust is not None:
                self.grants = policies.grants(known, trust, device_id(self.home.key))
            least = self.at_least()
            if least is not None:
                self.grants = least.joined(self.grants)
            if known != self.policy:
                self.policy = known
            self.is_heard = not self.is_full or await self._has_heard()
            self._followed = self._told if trust is Trust.LIMITED else None
            return before != self._what_counts

    @property
    def _what_counts(self) -> tuple[Policy, Grants, bool, int]:
        return self.policy, self.grants, self.is_heard, self.followed_at

    @property
    def followed_at(self) -> int:
        """The tick + 1 of the choices that ``grants`` of a limited device follow; 0: none."""
        return 0 if self._followed is None else self._followed.stamp + 1

    def _may_say(self, identity: bytes, setting: Setting) -> bool:
        author, tick = identity[: len(author_tag(self.home.key))], facts.tick_in(identity)
        is_note = setting.name.startswith(NOTE)
        roster = self.home.roster
        return (roster.was_full_at if is_note else roster.was_admin_at)(author, tick)

    async def _terms(self, known: Policy) -> Grants:
        """What was told; a device that was full until now knows it from the settings."""
        family = self.home.family
        told = self._told
        if told is None or (told.family, told.trust) != (family, Trust.LIMITED):
            grants = policies.grants(known, Trust.LIMITED, device_id(self.home.key))
            await self._keep_terms(Told(family, Trust.LIMITED, grants.pairs(), known.stamp))
            return grants
        return Grants.of_pairs(told.grants)

    async def _keep_terms(self, told: Told) -> None:
        self._told = told
        await self.shelf.save_secret(TERMS, msgspec.msgpack.encode(told))

    async def _has_heard(self) -> bool:
        """Who began the family has nothing to hear; who came later hears it from another."""
        roster, family = self.home.roster, self.home.family
        member = roster.members.get(self.home.key)
        if member is None or member.added_by == roster.recovery:
            return True
        return await self.shelf.load_secret(HEARD) == family

    async def hear(self) -> bool:
        """All that was chosen is here now; whether that is news."""
        if self.is_heard:
            return False
        await self.shelf.save_secret(HEARD, self.home.family)
        return await self.refresh()

    @property
    def private_tags(self) -> frozenset[str]:
        """Whatever carries one of these is private."""
        if (
            self._tags is None
            or self._tags[0] is not self.policy
            or self._tags[1] is not self.own
        ):
            found = policies.private_tags(self.policy, self.own)
            self._tags = (self.policy, self.own, found)
        return self._tags[2]

    # ---- others ------------------------------------------------------------------------------

    def allowance(self, trust: Trust | None, key: bytes) -> Allowance:
        """What a device may be given by this one."""
        if trust is not Trust.FULL and not self.is_heard:
            return Allowance(NO_GRANTS)
        now_ms = self.clock.wall() // 1000
        return policies.allowance(trust, now_ms, self.policy, device_id(key), self.own)

    def terms_for(self, key: bytes) -> tuple[tuple[tuple[int, int], ...], int] | None:
        """What a device that is not full is told that it may hold, and as of when."""
        trust = self.trust(key)
        if not self.is_full or not self.is_heard or trust in {None, Trust.FULL}:
            return None
        return policies.grants(self.policy, trust, device_id(key)).pairs(), self.policy.stamp

    async def told(self, key: bytes, pairs: tuple[tuple[int, int], ...], stamp: int) -> bool:
        """A full device told what this one may hold; whether that is something else."""
        trust = self.trust(self.home.key)
        if trust is not Trust.LIMITED or self.trust(key) is not Trust.FULL:
            return False
        fresh, known = Told(self.home.family, str(trust), pairs, stamp, key), self._told
        if known is not None:
            is_full = self.trust(known.by) is Trust.FULL
            if known == fresh or not known.yields_to(fresh, is_teller_full=is_full):
                return False
        await self._keep_terms(fresh)
        return await self.refresh()

    def may_have(self, key: bytes) -> Grants:
        """What a device may hold now, or may still have from before."""
        known = self.notes.get(device_id(key))
        if known is None:
            levels = self.home.roster.trust_history(key)
            widest = max(levels, key=lambda level: level.rank, default=Trust.GUEST)
            known = policies.grants(NO_CHOICES, widest)
        now = policies.grants(self.policy, self.trust(key), device_id(key))
        return known.joined(now)

    async def note(self, key: bytes, held: Grants, writing: Writing) -> bool:
        """A device said what it may still have: note it, if that is not what is known.

        Whether something was written.
        """
        if not self.is_full or not self.is_heard:
            return False
        now = policies.grants(self.policy, self.trust(key), device_id(key))
        true, known = held.joined(now), self.may_have(key)
        if known.within(true) and true.within(known):
            return False
        await self._declare(writing, NOTE + device_id(key), policies.write_note(true))
        return True

    # ---- choosing ----------------------------------------------------------------------------

    async def choose(self, writing: Writing, key: str, text: str, target: str) -> None:
        """Write what the owner chose; ``refresh`` puts it in force. BadInput, NotPermitted."""
        await self._declare(writing, *checked(key, text, target))

    async def choose_again(self, writing: Writing, settings: Mapping[str, str]) -> None:
        """Write what was chosen in a family before (setting name → value) for this one."""
        for name, value in settings.items():
            if name not in self.policy.said:
                await self._declare(writing, name, value)

    async def _declare(self, writing: Writing, name: str, value: str) -> None:
        setting = Setting(self.home.family[:MARK], name, value)
        await writing.declare(ObjectKind.SETTING, setting)

    async def carry_over(self, writing: Writing, family: bytes) -> None:
        """What was chosen in another family counts here, but for what was chosen here."""
        said = await self.database.read(choices.settings)
        theirs, _ = policies.in_force(said, family[:MARK], lambda *_: True)
        ours, _ = policies.in_force(said, self.home.family[:MARK], self._may_say)
        for name, value in policies.carried(theirs, ours).items():
            await self._declare(writing, name, value)
