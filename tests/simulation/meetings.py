"""Newcomers with pasts of their own: nothing crosses before both agreed, nothing is lost.

python -m tests.simulation.meetings FIRST COUNT      that many seeds, from the first on
python -m tests.simulation.meetings SEED             one, with all that happens
"""

from __future__ import annotations

import asyncio
import dataclasses
import random
import sys
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from mesh import wishes
from mesh.commands.inviting import admit, store
from mesh.commands.joining import adopt
from mesh.errors import MeshError
from mesh.model.device import Trust, device_id
from mesh.pairing.frames import JoinRequest
from mesh.wire import frames
from tests.simulation import checks, counting, losses, watch
from tests.simulation.device import Device
from tests.simulation.families import family
from tests.simulation.model import Store, store_of
from tests.simulation.world import World, shape_of

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from mesh.model.meeting import Preview
    from tests.simulation.device import Crew
    from tests.simulation.disk import Disk
    from tests.simulation.families import Born
    from tests.simulation.network import Ways
    from tests.simulation.world import Shape

T = TypeVar("T")

FAULTS = {
    "crash": 12.0, "crash_at_commit": 12.0, "start": 25.0, "part": 10.0, "cut": 10.0,
    "heal": 8.0, "fill": 4.0, "make_room": 8.0,
}  # fmt: skip
FAMILY_MAX = 3
TRIES = 40
TRY_EVERY_S = 6.0


class Wanderer(Device):
    """A device that goes on as a family of its own when it leaves one."""

    begins_anew = False

    async def _start(self, disk: Disk, crew: Crew) -> None:
        self.begins_anew = False
        await super()._start(disk, crew)
        self.key = self.services.registry.key

    def _begin_anew(self) -> None:
        self.begins_anew = True
        self.crash()


@dataclass
class First:
    """A first meeting. ``agreed``: who said yes, or had nothing to be asked.

    ``before``: what was on all disks before the newcomer was let in.
    """

    guest: Device
    host: Device
    trust: Trust
    begins_at: int
    leaves_at: int | None = None
    denier: Device | None = None
    agreed: set[str] = field(default_factory=set)
    says_no: bool = False
    is_paired: bool = False
    before: list[tuple[Device, Store]] = field(default_factory=list)

    @property
    def waits(self) -> bool:
        """Whether nothing may cross."""
        return bool(self.before) and len(self.agreed) < 2

    def is_between(self, *keys: bytes) -> bool:
        """Whether nothing may cross between two devices."""
        return self.waits and self.guest.key in keys

    def waits_itself(self, device: Device) -> bool:
        """Whether a device knows of it by itself."""
        is_asked = device is self.host and device.name not in self.agreed
        return device is self.guest or is_asked

    def other(self, device: Device) -> Device:
        """The other one of the two."""
        return self.host if device is self.guest else self.guest


@dataclass
class Meeting(World):
    """One run in which devices with pasts of their own join a family, or do not."""

    firsts: list[First] = field(default_factory=list)
    surveys: dict[tuple[str, bytes, int], Store] = field(default_factory=dict)
    previews: dict[tuple[str, bytes], list[Preview]] = field(default_factory=dict)
    came_of: Counter[str] = field(default_factory=Counter)
    acts: int = 0

    def make(self, name: str, born: Born) -> Device:
        """A device that may leave and join."""
        device = Wanderer(name, born.key, born.unpacked(), self.network, self.rng)
        device.on_surveyed = lambda key, preview: self._compare_counts(device, key, preview)
        return device

    def gather(self) -> None:
        """The family, and who is to meet it."""
        super().gather()
        for number in range(self.rng.choice((1, 1, 1, 2))):
            self._expect(len(self.devices), number)

    def _expect(self, number: int, nth: int) -> None:
        """A newcomer; now and then it was of this family once."""
        rng, steps, leaves_at = self.rng, self.shape.steps, None
        if nth == 0 and len(self.devices) > 1 and rng.random() < 0.4:
            guest, leaves_at = self.devices[-1], rng.randrange(steps // 3)
        else:
            guest = self.make(f"d{number}", family((Trust.FULL,), first=number)[0])
            self.add(guest)
        # A limited one may not speak for its former key while the family has not heard.
        trusts = (Trust.FULL, Trust.FULL, Trust.LIMITED)
        trust = rng.choice(trusts) if leaves_at is None else Trust.FULL
        begins_at = rng.randrange(steps // 3, steps)
        first = First(guest, self.devices[0], trust, begins_at, leaves_at)
        for device in (first.host, first.guest):
            if rng.random() < 0.15:
                first.agreed.add(device.name)
        unsure = [one for one in (first.host, guest) if one.name not in first.agreed]
        if unsure and rng.random() < 0.35:
            first.denier = rng.choice(unsure)
        self.firsts.append(first)

    # ---- acting ------------------------------------------------------------------------------

    async def _act(self) -> None:
        self.acts += 1
        await self._begin_again()
        for first in self.firsts:
            if first.leaves_at is not None and self.acts > first.leaves_at:
                self._leave(first)
            elif first.leaves_at is None and self.acts > first.begins_at:
                if not first.is_paired:
                    await self._pair(first)
                elif self.rng.random() < 0.1:
                    self._decide(first, self.rng.choice((first.guest, first.host)))
        await super()._act()

    async def _begin_again(self) -> None:
        for device in self.devices:
            if isinstance(device, Wanderer) and device.begins_anew:
                await self.start(device)

    def _leave(self, first: First) -> None:
        if not first.guest.is_running:
            return
        registry = first.guest.services.registry
        if registry.is_alone:  # and begun anew under its new key
            first.leaves_at = None if registry.key == first.guest.key else first.leaves_at
        else:
            self.wish(first.guest, wishes.Leave())

    async def _pair(self, first: First) -> None:
        """What two windows do once the pictures were the same; a device may die over it."""
        host, guest = first.host, first.guest
        if not (host.is_running and guest.is_running):
            return
        if not first.before:
            first.before = [(one, store_of(one.connection)) for one in self.devices]
        self.note(guest, f"joins {host.name}")
        says_yes = {one.name: one.name in first.agreed for one in (host, guest)}
        invite = wishes.Invite(first.trust, agrees=says_yes[host.name])
        join = wishes.Join("", agrees=says_yes[guest.name])
        tags = await guest.services.shelf.load_past_tags()
        request = JoinRequest(guest.key, guest.name, tags, b"")
        welcome = await _survived(host, admit(host.services, invite, request))
        if welcome is not None:
            adopted = await _survived(guest, adopt(guest.services, join, welcome))
            if adopted is not None:
                stored = _done(store(host.services, request, adopted.card))
                first.is_paired = await _survived(host, stored) or False

    def _decide(self, first: First, device: Device) -> None:
        if not device.is_running:
            return
        yes = device is not first.denier
        if yes:
            first.agreed.add(device.name)
        else:
            first.says_no = True
        self.wish(device, wishes.Meet(device_id(first.other(device).key), yes=yes))

    # ---- looking -----------------------------------------------------------------------------

    def _watch(self, ways: Ways, peer: bytes, payload: bytes) -> None:
        super()._watch(ways, peer, payload)
        device = self._by_ways.get(ways)
        if device is None or not device.is_running:
            return
        self._count_along(device, peer, payload)
        waiting = [one for one in self.firsts if one.is_between(device.key, peer)]
        if not waiting or _is_guest(device, peer):
            return
        is_held = device.services.sync.is_held(peer)
        try:
            has_heard = is_held or any(one.waits_itself(device) for one in waiting)
            counting.judge_crossing(device, payload, has_heard=has_heard)
        except watch.Leak as leak:
            self.note(device, f"LEAK {leak}")
            self._leak = self._leak or leak

    def _count_along(self, sender: Device, peer: bytes, payload: bytes) -> None:
        """As a question goes: what is here; as an answer goes: what becomes of both."""
        frame = frames.read(payload)
        if isinstance(frame, frames.Survey):
            self.surveys[sender.name, peer, frame.nonce] = counting.given(sender, peer)
        elif isinstance(frame, frames.Surveyed) and frame.is_last:
            asker = next(one for one in self.devices if one.key == peer)
            here = self.surveys[asker.name, sender.key, frame.nonce]
            told = counting.counted(here, counting.given(sender, peer))
            self.previews.setdefault((asker.name, sender.key), []).append(told)

    def _compare_counts(self, device: Device, key: bytes, preview: Preview) -> None:
        expected = self.previews.get((device.name, key), [])
        self.note(device, f"   counts {preview}")
        self.came_of["counted"] += 1
        if preview not in expected:
            self._errors.said.append(f"{device.name} counts {preview}, not {expected[-1:]}")
        for first in self.firsts:
            is_this = device in {first.host, first.guest} and first.other(device).key == key
            if is_this and preview.is_plain:
                first.agreed.add(device.name)

    def _look(self, *, thoroughly: bool) -> None:
        """Before both agreed nothing is said to be in step."""
        super()._look(thoroughly=thoroughly)
        for first in self.firsts:
            for device in self.running if first.waits else ():
                other = first.other(device) if device is first.guest else first.guest
                is_held = not _is_guest(device, other.key)
                if is_held and device.services.sync.in_step(other.key):
                    raise checks.Broken(f"{device.name} says in step with {other.name}")

    # ---- at rest -----------------------------------------------------------------------------

    async def _rest(self) -> None:
        """Who was not asked yet is asked once all is well again."""
        await super()._rest()
        for first in self.firsts:
            for _ in range(TRIES):
                await self._begin_again()
                if await self._is_over(first):
                    break
                await asyncio.sleep(TRY_EVERY_S)
            else:
                raise checks.Broken(f"{first.guest.name} and {first.host.name} wait on")
        await super()._rest()

    async def _is_over(self, first: First) -> bool:
        if first.leaves_at is not None:
            self._leave(first)
            return False
        if not first.before or (not first.is_paired and not first.says_no):
            await self._pair(first)
            return False
        if first.says_no and first.guest.key not in self._roster().members:
            return True  # it may not have heard so yet, and wait on
        waiting = [one for one in (first.guest, first.host) if self._is_asked(first, one)]
        for device in waiting:
            self._decide(first, device)
        return not waiting

    def _is_asked(self, first: First, device: Device) -> bool:
        return device.is_running and (
            first.other(device).key in device.services.meetings.partners
        )

    async def _judge(self) -> None:
        await super()._judge()
        roster, now_ms = self._roster(), self.devices[0].clock.wall() // 1000
        members = [one for one in self.running if one.key in roster.members]
        for first in self.firsts:
            known = checks.given_of(first.before, roster)
            losses.nothing_is_lost(members, known, roster, now_ms)
            if first.guest in members:
                self._judge_union(first)
            else:
                self._judge_parting(first, now_ms)

    def _judge_union(self, first: First) -> None:
        self.came_of["became one"] += 1
        if first.waits:
            raise checks.Broken(f"{first.guest.name} became one with {first.host.name} unasked")

    def _judge_parting(self, first: First, now_ms: int) -> None:
        self.came_of["stayed apart"] += 1
        guest = first.guest
        if not first.says_no:
            raise checks.Broken(f"{guest.name} is gone, and nobody wanted it")
        counting.nothing_crossed(guest, first.before)
        roster = guest.services.registry.roster
        had = next(held for one, held in first.before if one is guest)
        losses.nothing_is_lost([guest], counting.of_no_family(had), roster, now_ms)


def _is_guest(device: Device, peer: bytes) -> bool:
    """Whether one of two is a guest: nothing is shared with those, and nobody waits."""
    roster = device.services.registry.roster
    return Trust.GUEST in {checks.trust_of(roster, key) for key in (device.key, peer)}


async def _survived(device: Device, work: Coroutine[None, None, T]) -> T | None:
    """What a device's process came to; None when it died over it, or could not."""
    task = device.crew.create_task(work)
    await asyncio.wait({task})
    if task.cancelled():
        return None
    error = task.exception()
    if error is not None and not isinstance(error, MeshError):
        raise error
    return None if error is not None else task.result()


async def _done(work: Coroutine[None, None, None]) -> bool:
    await work
    return True


def shape(seed: int) -> Shape:
    """A small family, and the faults that fall into a meeting."""
    drawn = shape_of(seed)
    chance = random.Random(f"meeting {seed}")  # noqa: S311 — the same in every run
    faults = {name: weight * chance.choice((0.0, 1.0, 1.0)) for name, weight in FAULTS.items()}
    faults |= {"start": FAULTS["start"], "heal": FAULTS["heal"]}
    return dataclasses.replace(
        drawn,
        trusts=drawn.trusts[:FAMILY_MAX],
        faults=faults | {"make_room": FAULTS["make_room"]},
        is_lossy=False,
        liar=None,
        slowest_disk_s=0.0,
    )


def main(words: list[str]) -> int:
    """Play; 1 when a promise was broken."""
    first, *count = map(int, words)
    if not count:
        Meeting(first, shape(first), print).play()
        return 0
    broken, came_of = 0, Counter[str]()
    for seed in range(first, first + count[0]):
        world = Meeting(seed, shape(seed))
        try:
            world.play()
        except AssertionError as error:
            broken += 1
            sys.stdout.write(f"seed {seed}: {type(error).__name__}: {error}\n")
        came_of += world.came_of
    told = ", ".join(f"{number} {what}" for what, number in sorted(came_of.items()))
    sys.stdout.write(f"{count[0]} runs, {broken} broken; {told}\n")
    return int(broken > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
