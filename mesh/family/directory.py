"""How the devices of the family are reached, what they are called, and who may know that."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from mesh.errors import BadFrame, BadInput, NotFound, NotPermitted
from mesh.family import founding
from mesh.family.card import (
    COUNTER_MAX,
    ENDPOINT_MAX,
    ENDPOINTS_MAX,
    PURPOSE,
    VERSION,
    Card,
    read_card,
)
from mesh.family.portrait import PURPOSE as PORTRAIT_PURPOSE
from mesh.family.portrait import VERSION as PORTRAIT_VERSION
from mesh.family.portrait import Portrait, may_paint, read_portrait
from mesh.family.sealed import sign, unseal
from mesh.family.views import DeviceView, find, unnamed
from mesh.model.device import Context, Role, Trust, clean_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mesh.family.household import Household, Means

PROTOCOL = 1


class Directory:
    """Cards and portraits, each the newest and with the bytes its author signed."""

    def __init__(self, means: Means, home: Household) -> None:
        self._means = means
        self._home = home
        self._writing = asyncio.Lock()
        self._cards: dict[bytes, tuple[Card, bytes]] = {}
        self._portraits: dict[bytes, tuple[Portrait, bytes]] = {}

    @classmethod
    async def open(cls, means: Means, home: Household) -> Directory:
        """As it was stored; signatures were checked before that."""
        directory = cls(means, home)
        for key, signed in (await means.shelf.load_cards()).items():
            directory._cards[key] = (unseal(signed, Card)[0], signed)
        for key, signed in (await means.shelf.load_profiles()).items():
            directory._portraits[key] = (unseal(signed, Portrait)[0], signed)
        return directory

    def forget_everyone(self) -> None:
        """The family is another one now; the shelf has forgotten it already."""
        self._cards.clear()
        self._portraits.clear()

    # Cards.

    def card_of(self, key: bytes) -> Card | None:
        """The newest card of a device."""
        known = self._cards.get(key)
        return known[0] if known else None

    def signed_card(self, key: bytes) -> bytes:
        """The newest card of a device as it was signed; empty when it has none."""
        known = self._cards.get(key)
        return known[1] if known else b""

    def cards_for(self, reader: bytes) -> list[bytes]:
        """The signed cards a device may have: a full one all, another its own and the full."""
        return [card for key, (_, card) in self._cards.items() if self._may_meet(reader, key)]

    async def absorb_card(self, signed: bytes) -> Card | None:
        """Keep a card if its device is family and it is newer; BadFrame or BadSignature.

        Every talk begins with all cards again: one that is here is not checked anew.
        """
        if any(signed == here for _, here in self._cards.values()):
            return None
        card = read_card(signed, self._home.family)
        async with self._writing:
            known = self.card_of(card.key)
            if card.key not in self._home.roster.members:
                return None
            if known is not None and card.counter <= known.counter:
                return None
            await self._keep_card(card, signed)
            return card

    async def renew_card(self, endpoints: Sequence[str] | None = None) -> bytes | None:
        """This device's new signed card, if anything on it changed: addresses, prekey, epoch.

        Without ``endpoints`` they stay as they are; of too many the first eight are told.
        """
        async with self._writing:
            await self._renew_prekey()
            old = self.card_of(self._home.key)
            if endpoints is None:
                endpoints = old.endpoints if old else ()
            fitting = [one for one in endpoints if len(one) <= ENDPOINT_MAX][:ENDPOINTS_MAX]
            card = self._own_card(tuple(fitting), await self._confirmed_epoch(old), old)
            if old is not None and _without_counter(card) == _without_counter(old):
                return None
            signed = sign(card, self._home.identity.signing, PURPOSE, self._home.family)
            await self._keep_card(read_card(signed, self._home.family), signed)
            return signed

    async def _keep_card(self, card: Card, signed: bytes) -> None:
        await self._means.shelf.save_card(card.key, signed)
        self._cards[card.key] = (card, signed)

    def _own_card(self, endpoints: tuple[str, ...], epoch: int, old: Card | None) -> Card:
        identity = self._home.identity
        counter = max(self._means.now_ms(), old.counter + 1 if old else 0)
        return Card(
            version=VERSION,
            key=identity.key,
            curve=identity.curve[0],
            prekey_id=identity.prekey.id,
            prekey=identity.prekey.key.public,
            prekey_expires_ms=identity.prekey.expires_ms,
            protocol=PROTOCOL,
            endpoints=endpoints,
            epoch=epoch,
            counter=min(counter, COUNTER_MAX),
        )

    async def _renew_prekey(self) -> None:
        old = self._home.identity
        fresh = old.with_fresh_prekey(self._means.entropy, self._means.now_ms())
        if fresh is not old:
            await self._means.shelf.save_secret(founding.IDENTITY, fresh.encode())
            self._home.identity = fresh

    async def _confirmed_epoch(self, old: Card | None) -> int:
        """The epoch in force if we hold its secret, else the last one we confirmed."""
        epoch = self._home.roster.epoch
        if epoch is not None:
            name = founding.epoch_secret_name(epoch.nonce)
            if await self._means.shelf.load_secret(name) is not None:
                return epoch.number
        return old.epoch if old else 0

    # Portraits.

    def is_described(self, key: bytes) -> bool:
        """Whether anybody has described a device."""
        return key in self._portraits

    def name_of(self, key: bytes) -> str | None:
        """What a device was called last, also one that is family no more."""
        known = self._portraits.get(key)
        return known[0].name if known else None

    def portraits_for(self, reader: bytes) -> list[bytes]:
        """The signed portraits a device may have: a guest learns nobody's name but its own."""
        member = self._home.roster.members.get(reader)
        if member is None:
            return []
        is_guest = member.trust is Trust.GUEST
        return [
            signed
            for key, (_, signed) in self._portraits.items()
            if key == reader or not is_guest
        ]

    async def absorb_portrait(self, signed: bytes) -> Portrait | None:
        """Keep a portrait if its author may paint it and it is newer; else as for cards."""
        if any(signed == here for _, here in self._portraits.values()):
            return None
        portrait = read_portrait(signed, self._home.family)
        async with self._writing:
            known = self._portraits.get(portrait.key)
            if known is not None and portrait.order <= known[0].order:
                return None
            if not may_paint(portrait, self._home.roster, self._means.now_ms()):
                return None
            await self._keep_portrait(portrait, signed)
            return portrait

    async def describe(
        self,
        key: bytes,
        *,
        name: str | None = None,
        role: Role | None = None,
        context: Context | None = None,
        capabilities: Sequence[str] | None = None,
    ) -> bytes:
        """Set what is given, keep the rest; the signed portrait, for the others.

        NotFound if there is no such device, NotPermitted unless it is this one or this one is
        admin, BadInput for a name that cannot be shown or too many capabilities.
        """
        async with self._writing:
            shown = self.view_of(key)
            if key != self._home.key and not self._home.is_admin:
                raise NotPermitted
            known = self._portraits.get(key)
            portrait = Portrait(
                version=PORTRAIT_VERSION,
                key=key,
                name=shown.name if name is None else clean_name(name),
                role=role or shown.role,
                context=context or shown.context,
                capabilities=tuple(
                    shown.capabilities if capabilities is None else capabilities
                ),
                stamp=max(self._means.now_ms(), known[0].stamp + 1 if known else 0),
                author=self._home.key,
            )
            identity = self._home.identity.signing
            signed = sign(portrait, identity, PORTRAIT_PURPOSE, self._home.family)
            try:
                await self._keep_portrait(read_portrait(signed, self._home.family), signed)
            except BadFrame as error:
                raise BadInput("A device has at most 16 capabilities, short words.") from error
            return signed

    async def _keep_portrait(self, portrait: Portrait, signed: bytes) -> None:
        await self._means.shelf.save_profile(portrait.key, signed)
        self._portraits[portrait.key] = (portrait, signed)

    # Views.

    def devices(self) -> list[DeviceView]:
        """The devices of the family, this one first, then by name."""
        views = [self.view_of(key) for key in self._home.roster.members]
        return sorted(views, key=lambda v: (not v.is_self, v.name.casefold(), v.device_id))

    def view_of(self, key: bytes) -> DeviceView:
        """One device as people see it; NotFound if it is not family."""
        member = self._home.roster.members.get(key)
        if member is None:
            raise NotFound("There is no such device in the family.")
        until = self._home.undoable_until(key)
        view = unnamed(member, is_self=key == self._home.key, undo_until_ms=until)
        known = self._portraits.get(key)
        return view.painted(known[0]) if known else view

    def resolve(self, text: str) -> bytes:
        """The key of the device a person means by id, unique id prefix or name.

        NotFound or AmbiguousName.
        """
        return find(text, self.devices())

    def allowed(self) -> dict[bytes, bytes]:
        """Who may connect: the device key behind each CURVE key, this device left out.

        Of two devices that claim one CURVE key the senior has it.
        """
        members = self._home.roster.members
        ranked = sorted(members.values(), key=lambda member: member.rank, reverse=True)
        return {
            card.curve: member.key
            for member in ranked
            if member.key != self._home.key
            and (card := self.card_of(member.key)) is not None
            and self._may_meet(self._home.key, member.key)
        }

    def _may_meet(self, one: bytes, other: bytes) -> bool:
        """Devices that are not fully trusted know, and talk to, full ones only."""
        members = self._home.roster.members
        if one not in members or other not in members:
            return False
        return one == other or Trust.FULL in {members[one].trust, members[other].trust}


def _without_counter(card: Card) -> tuple[object, ...]:
    return (card.curve, card.prekey_id, card.protocol, card.endpoints, card.epoch)
