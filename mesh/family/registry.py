"""The family of this device: one place that knows it, keeps it and may write it.

Everything is stored before it counts here. What others give is checked; what this device wants
is refused with NotPermitted where the roster gives it no right. Signatures are checked in a
thread: a book never changes, so that nobody can see it half done.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from msgspec.structs import replace

from mesh import crypto
from mesh.errors import (
    AlreadyInFamily,
    BadEntry,
    BadInput,
    NotFound,
    NotPermitted,
    TooLarge,
    TooLate,
)
from mesh.family import founding
from mesh.family.book import Book
from mesh.family.change import Adoption, Change, difference
from mesh.family.directory import Directory
from mesh.family.household import Household, Means
from mesh.family.pen import Pen
from mesh.family.phrase import Phrase
from mesh.model.device import Trust
from mesh.model.entry import DEVICES_MAX, TAGS_MAX, Add, Lift, Parted

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from mesh.family.identity import Identity
    from mesh.model.roster import Roster

HASHES_MAX = 20_000


class Registry:
    """Who is family, with the right to say so.

    ``directory`` knows names and addresses, ``phrase`` the recovery words.
    """

    def __init__(self, means: Means, home: Household, directory: Directory) -> None:
        self._means = means
        self._home = home
        self._pen = Pen(means, home)
        self.directory = directory
        self.phrase = Phrase(means, home, self._pen)

    @classmethod
    async def open(cls, means: Means) -> Registry:
        """The family as it was stored; at its first start a device founds a family of one."""
        identity = await founding.load_identity(means)
        book = Book.stored(await means.shelf.load_entries())
        if book is None or identity.key not in book.roster.known:
            book = await founding.found(means, identity)
        home = Household(identity, book)
        registry = cls(means, home, await Directory.open(means, home))
        await registry.phrase.forget_if_foreign()
        return registry

    @property
    def identity(self) -> Identity:
        """The keys of this device."""
        return self._home.identity

    @property
    def key(self) -> bytes:
        """The public key of this device."""
        return self._home.identity.key

    @property
    def family(self) -> bytes:
        """The id of the family, 32 bytes."""
        return self._home.family

    @property
    def roster(self) -> Roster:
        """Who is family now."""
        return self._home.book.roster

    @property
    def is_member(self) -> bool:
        """Whether this device still belongs to its family."""
        return self._home.me is not None

    @property
    def is_alone(self) -> bool:
        """Whether there is nobody else in the family."""
        return not self.roster.members.keys() - {self.key}

    # What other devices are given, and what they give.

    def heads(self) -> bytes:
        """A hash of the whole roster: equal here and there means nothing to exchange."""
        return self._home.book.hash

    def hashes(self) -> frozenset[bytes]:
        """The hashes of all entries, to be compared with those of another device."""
        return self._home.book.hashes()

    def missing(self, theirs: Collection[bytes]) -> list[bytes]:
        """The signed entries another device lacks; any beginning of the list counts alone."""
        if len(theirs) > HASHES_MAX:
            raise BadEntry
        return self._home.book.signed(without=theirs)

    @property
    def genesis(self) -> bytes:
        """The entry the family began with."""
        return self._home.book.signed()[0]

    def entries(self) -> list[bytes]:
        """All signed entries but the genesis."""
        return self._home.book.signed()[1:]

    async def absorb(self, signed: Collection[bytes]) -> Change:
        """Take in entries of this family from another device; bad ones are only counted."""
        async with self._pen.alone:
            book, refused = await asyncio.to_thread(self._home.book.absorb, signed)
            return await self._pen.turn_to(book, refused)

    async def adopt(self, genesis: bytes, signed: Collection[bytes]) -> Adoption:
        """Join another family: it replaces a family of one.

        AlreadyInFamily if others are in the present one; BadEntry or BadSignature if an entry
        does not hold, there is no room for it, or the other family does not have this device.
        """
        async with self._pen.alone:
            book = await asyncio.to_thread(Book.given, genesis, signed)
            if self.key not in book.roster.members:
                raise BadEntry("The other family does not know this device.")
            if book.family == self.family:
                wider, refused = self._home.book.absorb(signed)
                if refused:
                    raise BadEntry("There is no room for all that family knows.")
                return Adoption(await self._pen.turn_to(wider), book.hash)
            if self.is_member and not self.is_alone:
                raise AlreadyInFamily
            change = difference(self.roster, book.roster, tuple(book.signed()))
            rights = book.roster.rights_without(())
            await self._means.shelf.start_over(book.signed(), rights)
            await self._means.shelf.save_secret(founding.RECOVERY, None)
            self._home.book = book
            self.directory.forget_everyone()
            return Adoption(change, book.hash)

    async def start_anew(self, tags: Collection[bytes] = ()) -> None:
        """New keys and a family of one, after this device left or was removed.

        ``tags``: the author tags it wrote under before, the last one included. The owner of
        this registry closes all links first; NotPermitted while it is family.
        """
        async with self._pen.alone:
            if self.is_member and not self.is_alone:
                raise NotPermitted("Leave the family first.")
            identity = founding.new_identity(self._means)
            self._home.book = await founding.found(self._means, identity, tags)
            self._home.identity = identity
            self.directory.forget_everyone()

    # What this device says.

    async def add(
        self, key: bytes, trust: Trust, *, admin: bool = False, tags: Collection[bytes] = ()
    ) -> Change:
        """Let a device in; nothing happens if it is family already."""
        crypto.check_public(key)
        if admin and trust is not Trust.FULL:
            raise BadInput("Only a fully trusted device can manage the family.")
        if len(tags) > TAGS_MAX:
            raise TooLarge("That device has had too many names before.")
        async with self._pen.alone:
            self._need_admin()
            if key in self.roster.revoked or key in self.roster.suspended:
                raise NotPermitted("This device was removed; it can come back with a new key.")
            if key in self.roster.members:
                return Change()
            if len(self.roster.members) >= DEVICES_MAX:
                raise TooLarge(f"A family has at most {DEVICES_MAX} devices.")
            claimed = tuple(sorted(set(tags)))
            return await self._pen.say(Add(key, trust, admin, claimed, self._means.tick()))

    async def set_trust(self, key: bytes, trust: Trust, *, admin: bool = False) -> Change:
        """Trust a device more or less; it needs an admin senior to that device."""
        if admin and trust is not Trust.FULL:
            raise BadInput("Only a fully trusted device can manage the family.")
        async with self._pen.alone:
            member = self.roster.members.get(key)
            self._need_seniority(key)
            if member is not None and (member.trust, member.admin) == (trust, admin):
                return Change()
            return await self._pen.say(self._pen.word(key, trust, admin=admin))

    async def revoke(
        self, key: bytes, heads: Sequence[bytes] | None = None, *, since: int | None = None
    ) -> Change:
        """Remove a device for good; it needs an admin senior to that device.

        What it changed of others' words after the tick ``since`` does not count; without it
        all it did until now does.

        Of the entries it wrote those stay in force that lie at or below ``heads``: by default
        all that are known, none with ``()``, for a device that was in strange hands.
        """
        async with self._pen.alone:
            if key in self.roster.revoked:
                return Change()
            self._need_seniority(key)
            return await self._pen.say(self._pen.removal(key, heads, since))

    async def retire(self) -> Change:
        """Leave the family; every device may."""
        async with self._pen.alone:
            if not self.is_member:
                return Change()
            return await self._pen.say(self._pen.removal(self.key))

    def undoable_until(self, key: bytes) -> int | None:
        """Until when, Unix ms, this device may undo a joining; None when it may not."""
        return self._home.undoable_until(key)

    async def part(self, key: bytes) -> Change:
        """Undo the joining of a device, this one or a junior, within a day of it.

        NotPermitted for the first device and by who may not remove it, TooLate afterwards.
        """
        async with self._pen.alone:
            end = self.roster.undoable_until(key, self.key)
            if end is None:
                raise NotPermitted(
                    "That device did not join here, or this one may not undo it."
                )
            removal = self._pen.removal(key)
            joined = self.roster.standings[key].added.tick
            at = max(removal.tick, joined)
            if at > end:
                raise TooLate
            return await self._pen.say(Parted(key, at), replace(removal, tick=at))

    async def lift(self, key: bytes) -> Change:
        """Take back a device that only an admin without a valid word removed."""
        async with self._pen.alone:
            self._need_admin()
            if key not in self.roster.suspended:
                raise NotFound("This device is not suspended.")
            if not self.roster.may_lift(self.key, key):
                raise NotPermitted("Only a device as senior as the one that removed it may.")
            judges = sorted(self.roster.suspended[key])
            return await self._pen.say(*(Lift(key, judge) for judge in judges))

    # The secret of the epoch.

    async def renew_epoch(self, reach: Collection[bytes]) -> Change:
        """Make the next epoch if it is due and no more senior admin is among ``reach``."""
        async with self._pen.alone:
            senior = self.roster.most_senior_admin({self.key, *reach})
            if not self.roster.needs_epoch() or senior != self.key:
                return Change()
            return await self._next_epoch()

    async def new_epoch(self) -> Change:
        """Make the next epoch, for all full devices."""
        async with self._pen.alone:
            self._need_admin()
            return await self._next_epoch()

    async def _next_epoch(self) -> Change:
        number = self.roster.epoch.number + 1 if self.roster.epoch else 1
        keys = self.roster.full_devices()
        return await self._pen.say(await founding.new_epoch(self._means, number, keys))

    async def epoch_secret(self) -> bytes | None:
        """The secret of the epoch in force, for full devices; None if nobody told us yet."""
        epoch = self.roster.epoch
        if epoch is None:
            return None
        return await self._means.shelf.load_secret(founding.epoch_secret_name(epoch.nonce))

    async def absorb_epoch_secret(self, secret: bytes) -> bool:
        """Keep the secret of an epoch that is in the roster; others are not kept (False)."""
        hashed = founding.secret_hash(secret)
        for epoch in self.roster.epochs:
            if epoch.secret_hash == hashed:
                name = founding.epoch_secret_name(epoch.nonce)
                await self._means.shelf.save_secret(name, secret)
                return True
        return False

    def _need_admin(self) -> None:
        if not self._home.is_admin:
            raise NotPermitted

    def _need_seniority(self, key: bytes) -> None:
        self._need_admin()
        if key not in self.roster.everyone:
            raise NotFound("There is no such device in the family.")
        if not self.roster.is_senior(self.key, key):
            raise NotPermitted
