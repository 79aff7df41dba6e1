"""Real registries with a shelf in memory, a clock to turn and a chance with a seed."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING

from mesh.crypto import SigningKey, digest
from mesh.errors import DiskFull
from mesh.family.household import Means
from mesh.family.registry import Registry
from mesh.model.device import Trust
from mesh.model.hlc import HybridClock
from mesh.model.rights import Rights

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

START_MS = 1_800_000_000_000


class MemoryShelf:
    """What storage would keep."""

    def __init__(self) -> None:
        self.entries: list[bytes] = []
        self.secrets: dict[str, bytes] = {}
        self.cards: dict[bytes, bytes] = {}
        self.profiles: dict[bytes, bytes] = {}
        self.is_full = False
        self.rights = Rights({})
        """By which facts may come in since."""

    async def load_entries(self) -> list[bytes]:
        return list(reversed(self.entries))

    async def save_entries(self, entries: Sequence[bytes], rights: Rights) -> None:
        await asyncio.sleep(0)  # as a disk would, let others have their turn
        if self.is_full:
            raise DiskFull
        self.entries += entries
        self.rights = rights

    async def start_over(
        self,
        entries: Sequence[bytes],
        rights: Rights,
        secrets: Mapping[str, bytes] | None = None,
    ) -> None:
        self.entries, self.cards, self.profiles = list(entries), {}, {}
        self.rights = rights
        self.secrets.update(secrets or {})

    async def load_secret(self, name: str) -> bytes | None:
        return self.secrets.get(name)

    async def save_secret(self, name: str, secret: bytes | None) -> None:
        if secret is None:
            self.secrets.pop(name, None)
        else:
            self.secrets[name] = secret

    async def load_cards(self) -> Mapping[bytes, bytes]:
        return self.cards

    async def save_card(self, key: bytes, card: bytes) -> None:
        self.cards[key] = card

    async def load_profiles(self) -> Mapping[bytes, bytes]:
        return self.profiles

    async def save_profile(self, key: bytes, profile: bytes) -> None:
        self.profiles[key] = profile


class TurnedClock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.ms = START_MS

    def wall(self) -> int:
        return self.ms * 1000

    def monotonic(self) -> float:
        return self.ms / 1000


class SeededEntropy:
    """Chance that is the same in every run."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)  # noqa: S311

    def draw(self, size: int) -> bytes:
        return self._random.randbytes(size)


class Device:
    """A device with its registry; ``restart`` opens it again from its shelf."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.shelf = MemoryShelf()
        self.clock = TurnedClock()
        self.hybrid = HybridClock()
        self.entropy = SeededEntropy(name)
        self.registry: Registry

    async def restart(self) -> Device:
        self.registry = await Registry.open(self.means())
        return self

    def means(self) -> Means:
        def tick() -> int:
            return self.hybrid.tick(self.clock.ms)

        def curve_pair() -> tuple[bytes, bytes]:
            secret = self.entropy.draw(32)
            return digest(secret), secret

        return Means(self.shelf, self.clock, self.entropy, tick, curve_pair)

    @property
    def key(self) -> bytes:
        return self.registry.key

    @property
    def members(self) -> set[bytes]:
        return set(self.registry.roster.members)

    def outsider(self) -> SigningKey:
        return SigningKey.generate(self.entropy)


async def device(name: str) -> Device:
    return await Device(name).restart()


async def join(
    host: Device, guest: Device, trust: Trust = Trust.FULL, *, admin: bool = False
) -> None:
    """What pairing does to the two registries."""
    await host.registry.add(guest.key, trust, admin=admin)
    await host.registry.renew_epoch({guest.key})
    await guest.registry.adopt(host.registry.genesis, host.registry.entries())
    secret = await host.registry.epoch_secret()
    if trust is Trust.FULL and secret is not None:
        await guest.registry.absorb_epoch_secret(secret)
    await share([host, guest])


async def share(devices: Sequence[Device]) -> None:
    """Everyone tells everyone what is missing there, entries first."""
    for giver in devices:
        for taker in devices:
            missing = giver.registry.missing(taker.registry.hashes())
            await taker.registry.absorb(missing)
    for giver in devices:
        await giver.registry.directory.renew_card()
        for taker in devices:
            for card in giver.registry.directory.cards_for(taker.key):
                await taker.registry.directory.absorb_card(card)
            for portrait in giver.registry.directory.portraits_for(taker.key):
                await taker.registry.directory.absorb_portrait(portrait)


async def family(*names: str) -> list[Device]:
    """Devices that belong together; the first two are admins."""
    devices = [await device(name) for name in names]
    for number, guest in enumerate(devices[1:]):
        await join(devices[0], guest, admin=number == 0)
    await share(devices)
    return devices
