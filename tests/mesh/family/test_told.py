from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mesh.errors import DiskFull
from mesh.family.gossip import Gossip
from mesh.wire.frames import RosterEntries
from tests.mesh.family.household import Device, MemoryShelf, device, join, share

if TYPE_CHECKING:
    from mesh.family.change import Change


class NarrowShelf(MemoryShelf):
    """Has room for entries, but when it is narrow for no card."""

    is_narrow = False

    async def save_card(self, key: bytes, card: bytes) -> None:
        if self.is_narrow:
            raise DiskFull
        await super().save_card(key, card)


async def test_who_was_removed_is_told_even_if_the_cards_do_not_fit() -> None:
    desk, tablet, laptop = await device("desk"), await device("tablet"), Device("laptop")
    laptop.shelf = shelf = NarrowShelf()
    await laptop.restart()
    for guest in (laptop, tablet):
        await join(desk, guest)
    await share([desk, laptop, tablet])
    told: list[Change] = []
    gossip = Gossip(laptop.registry, laptop.clock, lambda change, _: told.append(change))
    await desk.registry.revoke(tablet.key)
    card = await desk.registry.directory.renew_card(["tcp://192.0.2.1:1"])
    assert card is not None
    shelf.is_narrow = True
    with pytest.raises(DiskFull):
        await gossip.absorb(RosterEntries(tuple(desk.registry.entries()), (card,), ()))
    assert [change.gone for change in told] == [frozenset({tablet.key})]


async def test_a_new_card_alone_is_told_too() -> None:
    desk, laptop = await device("desk"), await device("laptop")
    await join(desk, laptop)
    told: list[tuple[bool, bool]] = []
    gossip = Gossip(
        laptop.registry, laptop.clock, lambda change, named: told.append((bool(change), named))
    )
    card = await desk.registry.directory.renew_card(["tcp://192.0.2.1:1"])
    assert card is not None
    await gossip.absorb(RosterEntries((), (card,), ()))
    await gossip.absorb(RosterEntries((), (card,), ()))
    assert told == [(False, True)]
