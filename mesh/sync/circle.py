"""What all talks of this device share: storage, family, the run, who is paused, who is told."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from mesh.model.device import Kind
from mesh.model.pauses import Pauses
from mesh.sync.schedule import Schedule
from mesh.sync.sizing import Sizing

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable, Coroutine

    from mesh.clock import Clock
    from mesh.links.credit import Flow
    from mesh.links.handshake import LaneKind
    from mesh.model.allowance import Allowance
    from mesh.model.meeting import Preview
    from mesh.storage.database import Database
    from mesh.storage.objects import Connection, Outcome, Rules
    from mesh.wire import frames
    from mesh.wire.frames import Frame, Hello


class Lane(Protocol):
    """What a talk needs of a link."""

    @property
    def peer(self) -> bytes:
        """The other device's key."""

    @property
    def kind(self) -> LaneKind:
        """Live or bulk."""

    def send(self, payload: bytes) -> bool:
        """Send now or queue; False when the lane is down."""

    async def send_bulk(self, payload: bytes, is_due: Callable[[], bool]) -> bool:
        """Send when there is credit; False when by then it is not due any more."""

    @property
    def flow(self) -> Flow:
        """How bulk goes on it."""

    def release(self, size: int) -> None:
        """Give credit back."""

    def close(self) -> None:
        """End it."""


class FamilyTalk(Protocol):
    """What a talk needs of the family: its roster comes before any record."""

    def hashes(self) -> tuple[bytes, ...]:
        """The entries this device has."""

    def entries_for(self, key: bytes, known: frozenset[bytes]) -> frames.RosterEntries:
        """What that device lacks, with cards, and names if it may know them."""

    async def absorb(self, frame: frames.RosterEntries) -> None:
        """Take in what a device sent."""

    def secret_for(self, key: bytes) -> frames.EpochSecret | None:
        """The current epoch's secret, if this device has it and that one should."""

    async def absorb_secret(self, key: bytes, frame: frames.EpochSecret) -> None:
        """Keep an epoch's secret if it fits its entry."""

    def is_member(self, key: bytes) -> bool:
        """Whether a device belongs to the family now."""

    def standing(self, key: bytes) -> object:
        """How far that device and this one are trusted now; equal as long as both are so."""

    def takes_from(self, key: bytes) -> bool:
        """Whether records flow from that device at all."""

    def takes_stubs_from(self, key: bytes) -> bool:
        """Whether labels, forgets and receipts flow from that device; maybe nothing else."""

    def own_tags(self, key: bytes) -> frozenset[bytes] | None:
        """Whose facts a device may give: None = anybody's."""

    def allowance(self, key: bytes) -> Allowance:
        """What a device may be given now."""

    @property
    def gives_only_own(self) -> bool:
        """Whether this device gives only what was written on it (it is limited)."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a hello says of holding: what the other may have, as of when; what is here.

    ``told_at``: of a limited device, the tick + 1 of the choices that what is here follows.
    """

    may_hold: tuple[tuple[int, int], ...] | None = None
    chosen_at: int = 0
    holds: tuple[tuple[int, int], ...] | None = None
    told_at: int = 0


@dataclass(frozen=True, slots=True)
class Hooks:
    """What the node does with what happens in talks.

    ``waits``: whether our owner has still to agree before anything flows between us and that
    device; ``wants_survey``: whether it is to be counted what would flow; ``kind_of``: what
    sort of machine that device is. ``on_taking`` is told what another device gave as soon as
    that is certain, ``on_taken`` once it is committed.
    """

    on_taking: Callable[[bytes, Outcome], None]
    on_taken: Callable[[bytes, Outcome], None]
    on_said: Callable[[bytes, Frame], None]
    on_moved: Callable[[bytes], None]
    on_met: Callable[[bytes, Hello], None]
    on_asked: Callable[[bytes], None]
    bulk_lane: Callable[[bytes], Awaitable[Lane]]
    spawn: Callable[[Coroutine[None, None, None]], asyncio.Task[None]]
    note_clock: Callable[[Connection, int], None]
    capabilities: Callable[[], tuple[str, ...]]
    terms: Callable[[bytes], Terms] = lambda _: Terms()
    is_settled: Callable[[], bool] = lambda: True
    waits: Callable[[bytes], bool] = lambda _: False
    wants_survey: Callable[[bytes], bool] = lambda _: False
    on_surveyed: Callable[[bytes, Preview], None] = lambda *_: None
    kind_of: Callable[[bytes], Kind] = lambda _: Kind.DESKTOP


@dataclass
class Circle:
    """Shared by all talks. ``tops``: how long each feed of this device is.

    ``withdrawals``: how often something left a feed since the start; a page that was read
    before the last time may hold what must not go any more. ``sizings``: how large pages are,
    for each device.
    """

    database: Database
    family: FamilyTalk
    rules: Callable[[], Rules]
    hooks: Hooks
    clock: Clock
    run: bytes
    tops: dict[int, int]
    version: str
    counts: Counter[str] = field(default_factory=Counter)
    pauses: Pauses = field(default_factory=Pauses)
    withdrawals: int = 0
    schedule: Schedule = field(default_factory=Schedule)
    sizings: defaultdict[bytes, Sizing] = field(default_factory=lambda: defaultdict(Sizing))

    def count(self, what: str, times: int = 1) -> None:
        """Count something that should be rare."""
        self.counts[what] += times
