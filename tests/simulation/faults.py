"""What goes wrong in a run, drawn by chance, and how all of it ends."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING

from mesh import wishes
from mesh.model.device import device_id
from tests.simulation.device import Device

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import apsw

    from tests.simulation.world import World

DAY_US = 86_400_000_000
SKEWS_US = (0, 0, 90_000_000, -90_000_000, 3 * DAY_US, -3 * DAY_US, -57 * 365 * DAY_US)


class Faults:
    """Strikes one of the run's devices, or what joins two of them."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._rng = world.rng
        self._backups: dict[str, apsw.Connection] = {}
        self._copies: list[Device] = []
        self.struck: Counter[str] = Counter()
        weights = {name: weight for name, weight in world.shape.faults.items() if weight}
        self._names, self._weights = list(weights), list(weights.values())
        self._strikes: dict[str, Callable[[Device], Awaitable[None]]] = {
            "crash": self._crash,
            "crash_at_commit": self._crash_at_commit,
            "start": self._start,
            "part": self._part,
            "cut": self._cut,
            "heal": self._heal,
            "fill": self._fill,
            "make_room": self._make_room,
            "backup": self._backup,
            "restore": self._restore,
            "copy": self._copy,
            "skew": self._skew,
            "days": self._days,
            "trust": self._trust,
            "revoke": self._revoke,
            "undo": self._undo,
        }

    async def strike(self) -> None:
        """One fault, or the end of one."""
        name = self._rng.choices(self._names, self._weights)[0]
        device = self._rng.choice(self._world.devices)
        if device.is_out:
            return
        self._world.note(device, f"! {name}")
        self.struck[name] += 1
        await self._strikes[name](device)

    def backups(self) -> list[apsw.Connection]:
        """All that were made."""
        return list(self._backups.values())

    async def mend(self) -> None:
        """Everything works again, every clock is right, and everybody is there."""
        world = self._world
        for copy in self._copies:
            copy.crash()
            copy.connection.close()
            world.devices.remove(copy)
        self._copies.clear()
        was_lossy, world.network.is_lossy = world.network.is_lossy, False
        for device in world.devices:
            await self._mend_one(device, anew=was_lossy)
        world.network.heal()

    async def _mend_one(self, device: Device, *, anew: bool) -> None:
        """``anew``: begin every talk once more, for frames were lost in the former ones."""
        await self._make_room(device)
        if device.clock.skew_us or anew:
            device.clock.skew_us = 0
            device.crash()
        if device.disk is not None:
            device.disk.crash_in = -1
        if not device.is_running and not device.is_out:
            await self._world.start(device)
        if device.is_running:
            self._world.wish(device, wishes.Resume())

    # ---- processes ---------------------------------------------------------------------------

    async def _crash(self, device: Device) -> None:
        device.crash()

    async def _crash_at_commit(self, device: Device) -> None:
        if device.disk is not None:
            device.disk.crash_in = self._rng.randrange(6)
            device.disk.crashes_after = self._rng.random() < 0.5

    async def _start(self, _: Device) -> None:
        for device in self._world.devices:
            if not device.is_running and not device.is_out:
                await self._world.start(device)

    # ---- the network -------------------------------------------------------------------------

    def _other(self, device: Device) -> Device:
        others = [one for one in self._world.devices if one is not device]
        return self._rng.choice(others)

    async def _part(self, device: Device) -> None:
        self._world.network.block(device.name, self._other(device).name)

    async def _cut(self, device: Device) -> None:
        other = self._other(device)
        if device.is_running and other.is_running:
            self._world.network.cut(device.ways, other.ways)

    async def _heal(self, _: Device) -> None:
        self._world.network.heal()

    # ---- disks -------------------------------------------------------------------------------

    async def _fill(self, device: Device) -> None:
        if device.disk is not None:
            device.disk.fill()

    async def _make_room(self, device: Device) -> None:
        if device.disk is not None:
            device.disk.make_room()

    async def _backup(self, device: Device) -> None:
        if device.name in self._backups:
            self._backups[device.name].close()
        self._backups[device.name] = device.backup()

    async def _restore(self, device: Device) -> None:
        if device.name in self._backups:
            device.crash()
            device.restore(self._backups[device.name])
            await self._world.start(device)

    async def _copy(self, device: Device) -> None:
        """The profile is served twice for a while; what only the twin learns is lost."""
        if self._copies or device in self._copies:
            return
        at, disk = f"{device.name}'", device.backup()
        twin = Device(at, device.key, disk, self._world.network, self._rng)
        self._copies.append(twin)
        self._world.add(twin)
        await self._world.start(twin)

    # ---- clocks ------------------------------------------------------------------------------

    async def _skew(self, device: Device) -> None:
        device.clock.skew_us = self._rng.choice(SKEWS_US)

    async def _days(self, _: Device) -> None:
        """Days go by, and nobody says a word; a full disk would be tried every 15 s of them."""
        for device in self._world.devices:
            await self._make_room(device)
        await asyncio.sleep(self._rng.choice((1.5, 4.0, 9.0)) * DAY_US / 1_000_000)

    # ---- the family --------------------------------------------------------------------------

    async def _trust(self, device: Device) -> None:
        judge = self._judge_of(device)
        if judge is not None:
            self._world.trusted_otherwise_s = self._world.loop.time()
            self._world.wish(judge, self._world.owner.trust(device))

    async def _revoke(self, device: Device) -> None:
        judge = self._judge_of(device)
        if judge is not None:
            self._world.wish(judge, wishes.Revoke(device_id(device.key)))

    async def _undo(self, device: Device) -> None:
        judge = self._judge_of(device)
        if judge is not None:
            self._world.trusted_otherwise_s = self._world.loop.time()
            self._world.wish(judge, wishes.Part(device_id(device.key), yes=True))

    def _judge_of(self, device: Device) -> Device | None:
        founder = self._world.devices[0]
        is_beyond = device.key == founder.key or self._world.is_liar(device)
        if is_beyond or not founder.is_running:
            return None
        return founder
