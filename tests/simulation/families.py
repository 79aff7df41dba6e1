"""Families to begin a run with: made once for each shape, then only copied."""

from __future__ import annotations

import functools
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

import zstandard

from mesh.family.household import Means
from mesh.family.registry import Registry
from mesh.model.device import Trust
from mesh.model.hlc import HybridClock
from mesh.storage.shelf import FamilyShelf
from tests.simulation.disk import Disk, blank, opened
from tests.simulation.timeline import Chance, SkewedClock, Timeline

if TYPE_CHECKING:
    import apsw

FULL, LIMITED, GUEST = Trust.FULL, Trust.LIMITED, Trust.GUEST


@dataclass(frozen=True)
class Born:
    """A device as it is right after it was taken in: its key, and its database packed.

    Hundreds are kept for the runs to come; an open database takes 40 times the room.
    """

    key: bytes
    packed: bytes

    def unpacked(self) -> apsw.Connection:
        """Its database, to be changed by a run."""
        return opened(zstandard.decompress(self.packed))


@functools.lru_cache(maxsize=64)
def family(trusts: tuple[Trust, ...], first: int = 0) -> tuple[Born, ...]:
    """A family of these devices, the first its founder; full ones are admins.

    Families that are to meet begin at different numbers.
    """
    loop = Timeline()
    try:
        return loop.run_until_complete(_found(loop, trusts, first))
    finally:
        loop.close()


async def _found(loop: Timeline, trusts: tuple[Trust, ...], first: int) -> tuple[Born, ...]:
    disks, registries = [], []
    for number in range(first, first + len(trusts)):
        disks.append(Disk(blank(), random.Random(number)))  # noqa: S311
        registries.append(await Registry.open(_means(loop, disks[-1], number)))
    founder = registries[0]
    for registry, trust in zip(registries[1:], trusts[1:], strict=True):
        await founder.add(registry.key, trust, admin=trust is Trust.FULL)
    await founder.renew_epoch(())
    for registry in registries[1:]:
        await registry.adopt(founder.genesis, founder.entries())
    await _exchange_cards(registries)
    return tuple(map(_born, registries, disks))


def _born(registry: Registry, disk: Disk) -> Born:
    packed = zstandard.compress(disk.connection.serialize("main"))
    disk.connection.close()
    return Born(registry.key, packed)


def _means(loop: Timeline, disk: Disk, number: int) -> Means:
    ticks, clock = HybridClock(), SkewedClock(loop)
    chance = Chance(random.Random(-1 - number))  # noqa: S311

    def tick() -> int:
        return ticks.tick(clock.wall() // 1000)

    def pair() -> tuple[bytes, bytes]:
        return chance.draw(32), chance.draw(32)

    return Means(FamilyShelf(disk), clock, chance, tick, pair)


async def _exchange_cards(registries: list[Registry]) -> None:
    cards = []
    for number, registry in enumerate(registries):
        card = await registry.directory.renew_card([f"tcp://192.0.2.{number + 1}:21550"])
        cards.append(card or b"")
    for registry in registries:
        for card in cards:
            await registry.directory.absorb_card(card)
