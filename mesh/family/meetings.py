"""First meetings: who waits for its owner's yes before anything flows, kept over restarts.

    joined a family        nothing flows to or from anybody, until our owner agreed and the
                           device that let us in waits no more
    let a device in        nothing flows to or from that device, until our owner agreed

What the owner is asked is what a preview says. When one side brings nothing there is nothing to
ask.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
from enum import IntEnum
from typing import TYPE_CHECKING, Protocol

import msgspec

from mesh.model.device import Trust

if TYPE_CHECKING:
    from collections.abc import Callable

    from mesh.family.shelf import Shelf
    from mesh.model.meeting import Preview
    from mesh.model.roster import Roster

MEETINGS = "first meetings"
WAITING_MAX = 256
TURN_S = 0.5


class Stage(IntEnum):
    """How far the owner of this device is with it."""

    OPEN = 0
    AGREES_UNSEEN = 1
    """Whatever the preview will say."""
    AGREED = 2


class Before(msgspec.Struct, array_like=True, frozen=True):
    """What a device was that joins, and what its owner had chosen, should it come back.

    ``settings``: name → value.
    """

    family: bytes
    device_id: str
    name: str
    role: str
    settings: dict[str, str] = {}


class Waiting(msgspec.Struct, array_like=True, frozen=True):
    """One meeting that waits. ``guest``: whom we let in; empty when this device joined."""

    family: bytes
    guest: bytes
    stage: int = Stage.OPEN
    before: Before | None = None


class Home(Protocol):
    """What a meeting needs of the family."""

    @property
    def key(self) -> bytes:
        """The key of this device."""

    @property
    def family(self) -> bytes:
        """The id of the family."""

    @property
    def roster(self) -> Roster:
        """Who is family now."""


class Meetings:
    """The meetings of this device; ``previews``: what was counted since it started."""

    def __init__(self, shelf: Shelf, home: Home, waiting: tuple[Waiting, ...]) -> None:
        self._shelf = shelf
        self._home = home
        self._waiting = waiting
        self._waits_there: dict[bytes, bool] = {}
        self._moved = asyncio.Event()
        self._one_by_one = asyncio.Lock()
        """What is kept is made of what was kept: none of two at once may be lost."""
        self.previews: dict[bytes, Preview] = {}

    @classmethod
    async def open(cls, shelf: Shelf, home: Home) -> Meetings:
        """What was waiting when this device stopped."""
        kept = await shelf.load_secret(MEETINGS)
        waiting = msgspec.msgpack.decode(kept, type=tuple[Waiting, ...]) if kept else ()
        return cls(shelf, home, waiting)

    # ---- beginning ---------------------------------------------------------------------------

    async def expect_guest(self, key: bytes, *, agrees: bool) -> None:
        """A device is about to be let in: before its entry is written."""
        if self._with_guest(key) is None:
            await self._keep(Waiting(self._home.family, key, _stage(agrees=agrees)))

    async def expect_host(self, family: bytes, before: Before, *, agrees: bool) -> None:
        """This device is about to join that family: before it is stored."""
        if family != self._home.family:
            await self._keep(Waiting(family, b"", _stage(agrees=agrees), before))

    # ---- what holds --------------------------------------------------------------------------

    @property
    def _joining(self) -> Waiting | None:
        """Our own joining, while it waits."""
        return self._with_guest(b"")

    @property
    def is_joining(self) -> bool:
        """Whether this device may still come back as what it was before it joined."""
        me = self._home.roster.members.get(self._home.key)
        is_guest = me is not None and me.trust is Trust.GUEST
        return self._joining is not None and not is_guest

    @property
    def left_behind(self) -> Before | None:
        """What this device was before it joined, while its joining waits."""
        return None if self._joining is None else self._joining.before

    def _with_guest(self, key: bytes) -> Waiting | None:
        found = (one for one in self._waiting if one.guest == key)
        return next((one for one in found if one.family == self._home.family), None)

    @property
    def host(self) -> bytes | None:
        """Who let this device in, if it is family still."""
        me = self._home.roster.members.get(self._home.key)
        is_here = me is not None and me.added_by in self._home.roster.members
        return me.added_by if me is not None and is_here else None

    def waits(self, key: bytes) -> bool:
        """Whether our owner has to agree before anything flows between us and a device."""
        if not self._waiting:
            return False
        members = self._home.roster.members
        two = [members[one] for one in (key, self._home.key) if one in members]
        if any(member.trust is Trust.GUEST for member in two):
            return False
        return self._joining is not None or self._with_guest(key) is not None

    def stage(self, key: bytes) -> Stage | None:
        """How far the meeting with just this device is; None when there is none."""
        if key not in self._home.roster.members or not self.waits(key):
            return None
        waiting = self._with_guest(key)
        if waiting is None and key == self.host:
            waiting = self._joining
        return None if waiting is None else Stage(waiting.stage)

    def wants_survey(self, key: bytes) -> bool:
        """Whether it is to be counted what would flow."""
        return self.stage(key) in {Stage.OPEN, Stage.AGREES_UNSEEN}

    def is_over(self, key: bytes) -> bool:
        """Whether nobody waits, here or there."""
        return not self.waits(key) and not self._waits_there.get(key, False)

    @property
    def partners(self) -> list[bytes]:
        """The devices a meeting is waiting with."""
        return [key for key in self._home.roster.members if self.stage(key) is not None]

    # ---- going on ----------------------------------------------------------------------------

    async def surveyed(self, key: bytes, preview: Preview) -> bool:
        """It was counted what there is; whether nothing is left to be asked of our owner."""
        self.previews[key] = preview
        stage = self.stage(key)
        self.look_again()
        is_decided = stage is Stage.AGREES_UNSEEN or preview.is_plain
        return stage in {Stage.OPEN, Stage.AGREES_UNSEEN} and is_decided

    async def agree(self, key: bytes) -> None:
        """Our owner says yes."""
        if self._with_guest(key) is not None:
            await self._drop(key)
        elif key == self.host and self._joining is not None:
            await self._keep(msgspec.structs.replace(self._joining, stage=Stage.AGREED))
        await self.settle()

    def heard(self, key: bytes, *, waits: bool) -> bool:
        """A device said hello; whether there is something to ``settle`` by that."""
        self._waits_there[key] = waits
        self.look_again()
        return self._joining is not None

    async def settle(self) -> bool:
        """End our own joining when both owners have agreed; whether it ended now."""
        joining, host = self._joining, self.host
        is_agreed = joining is not None and joining.stage == Stage.AGREED
        is_free = host is None or self._waits_there.get(host) is False
        # Who was removed meanwhile was not wanted: that ends no waiting.
        ends = is_agreed and is_free and self._home.key in self._home.roster.members
        if ends:
            await self._drop(b"")
        self.look_again()
        return ends

    async def until(self, holds: Callable[[], bool], seconds: float | None = None) -> bool:
        """Until something holds; False when it does not in time.

        A pause of this process counts for half a second: what came meanwhile is heard first.
        """
        left = math.inf if seconds is None else seconds
        while not holds() and left > 0:
            left -= await self._moves(None if seconds is None else min(left, TURN_S))
        return holds()

    async def _moves(self, within: float | None) -> float:
        """Until something moved or so long; how long that took, at most ``within``."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within):
                await self._moved.wait()
        took = loop.time() - began
        return took if within is None else min(took, within)

    def look_again(self) -> None:
        """Whoever waits for something may find that it holds now."""
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()

    # ---- coming back -------------------------------------------------------------------------

    @property
    def before(self) -> Before | None:
        """What this device was, if it came back from a family that it never met."""
        found = next((one.before for one in self._waiting if not one.guest), None)
        if found is None or self._joining is not None:
            return None
        return None if found.family == self._home.family else found

    async def is_back(self) -> None:
        """It is what it was before."""
        await self._drop(b"")

    # ---- keeping -----------------------------------------------------------------------------

    async def _drop(self, guest: bytes) -> None:
        async with self._one_by_one:
            await self._save([one for one in self._waiting if one.guest != guest])

    async def _keep(self, waiting: Waiting) -> None:
        async with self._one_by_one:
            rest = [one for one in self._waiting if one.guest != waiting.guest]
            await self._save([*rest, waiting])

    async def _save(self, waiting: list[Waiting]) -> None:
        """Kept before it counts, the latest ones."""
        kept = tuple(waiting[-WAITING_MAX:])
        await self._shelf.save_secret(MEETINGS, msgspec.msgpack.encode(kept) if kept else None)
        self._waiting = kept
        self.look_again()


def _stage(*, agrees: bool) -> Stage:
    return Stage.AGREES_UNSEEN if agrees else Stage.OPEN
