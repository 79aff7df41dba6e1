"""One run: a family, its owners, and everything that can go wrong, all drawn from one seed.

act, wait, act, wait …      wishes and faults by turns, promises looked at on the way
rest                        everything heals, and comes to rest
judge                       what must hold then
"""

from __future__ import annotations

import asyncio
import logging
import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mesh.commands.desk import grant
from mesh.errors import MeshError
from mesh.wishes import Feel, Remember, Say
from tests.simulation import checks, losses, watch
from tests.simulation.device import Device
from tests.simulation.disk import Slowness
from tests.simulation.families import FULL, GUEST, LIMITED, family
from tests.simulation.faults import Faults
from tests.simulation.liar import Liar
from tests.simulation.network import Network, Ways
from tests.simulation.owner import Owner
from tests.simulation.timeline import Timeline

if TYPE_CHECKING:
    from collections.abc import Callable

    from mesh.model.device import Trust
    from mesh.model.roster import Roster
    from mesh.wishes import AnyWish
    from tests.simulation.families import Born

HEAL_S = 12.0
RETRY_S = 60.0
"""What found no room is tried again after so long, at most."""
REST_S = 480.0
UNDOING = 10_000_000
"""From this seed on owners also undo that a device joined; earlier runs are as they were."""
LOOK_EVERY = 6
IMPORTING = 0.3
"""In how many of the runs owners take in files; drawn apart, so that the others stay."""
SLOW = 0.25
"""In how many of the runs disks are slow by turns; drawn apart as well."""
RUSHED = 0.3
"""In how many of the runs much is said at the same moment; drawn apart as well."""
ADAPTING_S = 5.0
"""Until both sides of a talk know how far they are trusted now, and what they may hold."""


@dataclass(frozen=True)
class Shape:
    """What kind of run a seed makes."""

    trusts: tuple[Trust, ...]
    steps: int
    pace_s: float
    is_lossy: bool
    slowest_s: float
    wishes: dict[str, float]
    faults: dict[str, float]
    liar: int | None = None
    """Which device is in strange hands."""
    slowest_disk_s: float = 0.0
    """How much longer than it has to a disk may take for a job."""


def shape_of(seed: int) -> Shape:
    """Draw a run's shape: each run leaves out some wishes and some faults."""
    rng = random.Random(f"shape {seed}")  # noqa: S311 — the same in every run
    count = rng.choices((2, 3, 4, 5, 6, 8, 10), (25, 35, 20, 10, 5, 3, 2))[0]
    rest = [rng.choices((FULL, LIMITED, GUEST), (62, 33, 5))[0] for _ in range(count - 1)]
    wishes = {
        "say": 30.0, "remember": 20.0, "feel": 8.0, "revise": 10.0, "retag": 8.0,
        "relabel": 12.0, "forget": 8.0, "sync": 5.0, "pause": 2.0, "resume": 3.0,
        "search": 2.0,
    }  # fmt: skip
    faults = {
        "crash": 12.0, "crash_at_commit": 12.0, "start": 25.0, "part": 10.0, "cut": 10.0,
        "heal": 8.0, "fill": 4.0, "make_room": 8.0, "backup": 6.0, "restore": 4.0,
        "copy": 2.0, "skew": 5.0, "days": 2.0, "trust": 4.0, "revoke": 1.0,
    }  # fmt: skip
    for drawn in (wishes, faults):
        for name in drawn:
            if rng.random() < 0.3 and name not in {"say", "start", "heal", "make_room"}:
                drawn[name] = 0.0
    if random.Random(f"imports {seed}").random() < IMPORTING:  # noqa: S311 — as above
        wishes["import"] = 10.0
    if seed >= UNDOING:
        faults["undo"] = 8.0
    slow = random.Random(f"disks {seed}")  # noqa: S311 — as above
    slowest_disk_s = slow.choice((0.02, 0.2, 1.0, 4.0)) if slow.random() < SLOW else 0.0
    limited = [number for number, trust in enumerate(rest, 1) if trust is LIMITED]
    is_lied_to = rng.random() < 0.3
    return Shape(
        trusts=(FULL, *rest),
        steps=rng.choice((15, 30, 30, 60)),
        pace_s=rng.choice((0.05, 0.5, 3.0)),
        is_lossy=rng.random() < 0.15,
        slowest_s=rng.choice((0.002, 0.02, 0.3)),
        wishes=wishes,
        faults=faults,
        liar=limited[-1] if limited and is_lied_to else None,
        slowest_disk_s=slowest_disk_s,
    )


class Faulty(logging.Handler):
    """Errors of our own, which the product notes and goes on after, are failures here."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(record.getMessage())


@dataclass
class World:
    """One run. ``trace`` gets a line for each thing that happens."""

    seed: int
    shape: Shape
    trace: Callable[[str], None] = lambda _: None
    loop: Timeline = field(default_factory=Timeline)
    devices: list[Device] = field(default_factory=list)
    liar: Liar | None = None
    trusted_otherwise_s: float = -ADAPTING_S

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)  # noqa: S311 — the same in every run
        self.network = Network(
            self.loop, self.rng, self._watch, self.shape.is_lossy, self.shape.slowest_s
        )
        self.slowness = Slowness(self.seed, self.shape.slowest_disk_s)
        self.owner = Owner(self.rng, self.shape.wishes)
        self._is_rushed = random.Random(f"rush {self.seed}").random() < RUSHED  # noqa: S311 — the same in every run
        self.faults = Faults(self)
        self._by_ways: dict[Ways, Device] = {}
        self._errors = Faulty()
        self._leak: watch.Leak | None = None
        self._given: dict[bytes, set[bytes]] = {}

    # ---- the run -----------------------------------------------------------------------------

    def play(self) -> None:
        """Play the run to its end; an AssertionError when a promise is broken."""
        loggers = [logging.getLogger(name) for name in ("mesh", "asyncio")]
        for logger in loggers:
            logger.addHandler(self._errors)
        try:
            self.gather()
            self.loop.run_until_complete(self._play())
        finally:
            for logger in loggers:
                logger.removeHandler(self._errors)
            self.clean_up()

    async def _play(self) -> None:
        for device in self.devices:
            await self.start(device)
        if self.shape.liar is not None:
            self.liar = Liar(self.devices[self.shape.liar], self.devices, self.rng)
        await asyncio.sleep(self.rng.choice((0.0, 3.0)))
        for step in range(self.shape.steps):
            await self._act()
            await asyncio.sleep(self.rng.expovariate(1 / self.shape.pace_s))
            self._look(thoroughly=step % LOOK_EVERY == 0)
        await self._rest()
        await self._judge()

    def clean_up(self) -> None:
        """End whatever still runs in it."""
        for device in self.devices:
            device.crash()
        self.loop.run_until_complete(_end_all())
        self.loop.close()
        for connection in (*(one.connection for one in self.devices), *self.faults.backups()):
            connection.close()

    def gather(self) -> None:
        """All devices of this run, before it begins."""
        for number, born in enumerate(family(self.shape.trusts)):
            self.add(self.make(f"d{number}", born))

    def make(self, name: str, born: Born) -> Device:
        """A device as it was born, to be changed by this run."""
        return Device(name, born.key, born.unpacked(), self.network, self.rng)

    def add(self, device: Device) -> None:
        """A device takes part from now on."""
        device.slowness = self.slowness
        self.devices.append(device)

    async def start(self, device: Device) -> None:
        """Begin a device's process."""
        self.note(device, "starts")
        await device.start()
        self._by_ways[device.ways] = device

    @property
    def commits(self) -> int:
        """How often anything was committed by the processes that live."""
        return sum(device.disk.commits for device in self.devices if device.disk)

    @property
    def running(self) -> list[Device]:
        """The devices whose process lives."""
        return [device for device in self.devices if device.is_running]

    def is_liar(self, device: Device | None) -> bool:
        """Whether a device is in strange hands: what it says of itself proves nothing."""
        lies = self.liar.device.key if self.liar is not None else None
        return device is not None and device.key == lies

    @property
    def honest(self) -> list[Device]:
        """The devices whose process lives and says what is so."""
        return [device for device in self.running if not self.is_liar(device)]

    def note(self, device: Device | None, what: str) -> None:
        """One line of the trace."""
        self.trace(f"{self.loop.time():9.3f} {device.name if device else '--'} {what}")

    # ---- acting ------------------------------------------------------------------------------

    async def _act(self) -> None:
        if self.liar is not None and self.liar.device.is_running and self.rng.random() < 0.3:
            self.note(self.liar.device, "lies")
            self.liar.device.crew.spawn(self.liar.lie())
            return
        if self.rng.random() < 0.35:
            await self.faults.strike()
            return
        running = self.running
        if running:
            device = self.rng.choice(running)
            wish = self.owner.wish(device)
            if wish is not None:
                self.wish(device, wish)
            if self._is_rushed and isinstance(wish, Say | Remember | Feel):
                for more in self.owner.rush(device):
                    self.wish(device, more)

    def wish(self, device: Device, wish: AnyWish) -> None:
        """Ask something of a device; the process may die over it."""
        self.note(device, f"{wish}")
        device.crew.spawn(self._grant(device, wish))

    async def _grant(self, device: Device, wish: AnyWish) -> None:
        try:
            answer = await grant(device.services, wish, lambda _: None)
            self.note(device, f"   answers {answer}")
        except MeshError as error:
            self.note(device, f"   refuses {error.code}")
        except Exception as error:  # noqa: BLE001 — told at the next look
            self._errors.said.append(f"{type(error).__name__} of a wish: {error}")

    # ---- looking -----------------------------------------------------------------------------

    def _watch(self, ways: Ways, peer: bytes, payload: bytes) -> None:
        device = self._by_ways.get(ways)
        if device is None or not device.is_running or self.is_liar(device):
            return
        if device.disk is not None and device.disk.on_written is not None:
            # Told before it is written: what it means is to be seen on the disk a moment later.
            device.disk.on_written.append(lambda: self._judge_frame(device, peer, payload))
        else:
            self._judge_frame(device, peer, payload)

    def _judge_frame(self, device: Device, peer: bytes, payload: bytes) -> None:
        try:
            watch.judge(device, peer, payload, self._given)
        except watch.Leak as leak:
            self.note(device, f"LEAK {leak}")
            self._leak = self._leak or leak

    def _look(self, *, thoroughly: bool) -> None:
        if self._leak is not None:
            raise self._leak
        if self._errors.said:
            raise checks.Broken(f"an error of ours: {self._errors.said[0]}")
        if not thoroughly or self.loop.time() < self.trusted_otherwise_s + ADAPTING_S:
            return
        for device in self.honest:
            for lane in list(device.ways.lanes.values()):
                other = self._by_ways.get(lane.other.ways)
                is_whole = lane.is_up and lane.other.is_up and not lane.is_cut
                is_honest = other is not None and other in self.honest
                if other is not None and is_honest and is_whole:
                    checks.in_step_is_true(device, other)

    # ---- resting -----------------------------------------------------------------------------

    async def _rest(self) -> None:
        """All faults end; then wait until nothing changes any more."""
        self.note(None, "rest")
        await self.faults.mend()
        self._before = [(one, one.store) for one in self.honest]
        for one in self.honest:
            one.let_go.clear()
        await asyncio.sleep(HEAL_S)
        self.network.redial()
        deadline = self.loop.time() + REST_S
        seconds = HEAL_S + (RETRY_S if self.faults.struck["fill"] else 0.0)
        former: object = None
        while self.loop.time() < deadline:
            await asyncio.sleep(seconds)
            self._look(thoroughly=False)
            now = [(d.disk.commits if d.disk else 0, d.is_out) for d in self.devices]
            is_busy = any(device.disk and device.disk.is_busy for device in self.running)
            if now == former and not is_busy:
                return
            former = now

    def _roster(self) -> Roster:
        """The roster of the founder, who is never removed."""
        return self.devices[0].services.registry.roster

    # ---- judging -----------------------------------------------------------------------------

    async def _judge(self) -> None:
        self._look(thoroughly=True)
        roster = self._roster()
        members = [d for d in self.honest if d.key in roster.members and not d.is_out]
        fulls = [d for d in members if roster.members[d.key].trust is FULL]
        holders = [d for d in members if roster.members[d.key].trust is not GUEST]
        for device in members:
            if device.services.registry.heads() != self.devices[0].services.registry.heads():
                raise checks.Broken(f"{device.name} has another roster")
        is_doubted = checks.doubts(fulls[0], roster)
        agreed = [one for one in fulls if checks.doubts(one, roster) == is_doubted]
        checks.feeds_are_equal(agreed)
        now_ms = self.devices[0].clock.wall() // 1000
        late = {identity for one in self.honest for identity in one.let_go}
        before = checks.given_of(self._before, roster).where(lambda one: one.object not in late)
        losses.nothing_is_lost(members, before, roster, now_ms)
        losses.own_words_are_kept(members)
        checks.nothing_forgotten_is_back(holders, roster)
        checks.what_was_undone_is_gone(members, roster)
        for device in holders:
            checks.nobody_confirms_falsely(device)
        checks.no_line_is_there_twice(holders)
        checks.views_are_equal(agreed)
        await checks.moods_are_equal(agreed)
        await checks.receipts_are_true(holders, fulls)
        await checks.all_are_in_step(members)
        if self.liar is not None:
            checks.no_lie_is_believed(members, self.liar.forged)


async def _end_all() -> None:
    pending = asyncio.all_tasks() - {asyncio.current_task()}
    for task in pending:
        task.cancel()
    await asyncio.gather(*pending, return_exceptions=True)


def play(seed: int, trace: Callable[[str], None] | None = None) -> World:
    """Play the run of a seed."""
    world = World(seed, shape_of(seed), trace or (lambda _: None))
    world.play()
    return world
