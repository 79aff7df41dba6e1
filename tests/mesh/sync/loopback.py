"""Whole sync engines with real databases, joined by lanes that lose what a cut loses."""

from __future__ import annotations

import asyncio
import os
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from mesh.clock import SystemClock
from mesh.links.credit import Flow
from mesh.links.handshake import LaneKind
from mesh.links.steering import WINDOW
from mesh.model import fact as facts
from mesh.model.device import Kind, Trust, author_tag
from mesh.model.fact import Fact, FactKind, ObjectKind
from mesh.model.hlc import HybridClock
from mesh.model.policy import allowance
from mesh.storage import feeds
from mesh.storage.database import Database
from mesh.storage.objects import Outcome, Rules
from mesh.storage.records import Intake
from mesh.sync.circle import Circle, Hooks
from mesh.sync.service import Sync
from mesh.wire import frames

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from pathlib import Path

    import apsw

    from mesh.model.allowance import Allowance
    from mesh.storage.commits import Decided

A, B = (bytes([number]) * 32 for number in (1, 2))
"""The keys of a pair of devices."""


class LoopbackLane:
    """One end of a lane; a cut lane drops all that is on its way."""

    def __init__(self, peer: bytes, kind: LaneKind) -> None:
        self.peer = peer
        self.kind = kind
        self.other: LoopbackLane | None = None
        self.device: Engine | None = None
        self.is_up = True
        self.bytes = 0
        self.dealt = 0
        self.credit = 0
        self.window: int | None = None
        """How much of bulk may be under way; None: whatever is sent."""
        self._was_given = asyncio.Event()
        self.largest: int | None = None
        """What is larger is lost, and cuts the lane."""
        self.sizes: list[int] = []
        self.was_cut = asyncio.Event()
        self._on_way: deque[bytes] = deque()

    def send(self, payload: bytes) -> bool:
        if not self.is_up or self.other is None:
            return False
        self.bytes += len(payload)
        self.sizes.append(len(payload))
        if self.largest is not None and len(payload) > self.largest:
            asyncio.get_running_loop().call_soon(self.close)
            return True
        self._on_way.append(payload)
        asyncio.get_running_loop().call_soon(self._arrive)
        return True

    def _arrive(self) -> None:
        if self.is_up and self.other and self.other.device and self._on_way:
            self.other.device.sync.hear(self.other, self._on_way.popleft())
            if self.device is not None:
                self.device.one_more(self.peer)

    async def send_bulk(self, payload: bytes, is_due: Callable[[], bool]) -> bool:
        await asyncio.sleep(0)
        if self.window:
            await self.until_under_way(max(0, self.window - len(payload)))
        if is_due():
            self.send(payload)
            return True
        return False

    @property
    def under_way(self) -> int:
        return self.bytes - self.credit

    async def until_under_way(self, most: int) -> None:
        """Until no more than this was sent and not dealt with."""
        while self.under_way > most:
            self._was_given.clear()
            await self._was_given.wait()

    @property
    def flow(self) -> Flow:
        return Flow(self.window or WINDOW, dealt=self.dealt)

    def release(self, size: int) -> None:
        if self.other is not None:
            self.other.dealt += 1
            self.other.credit += size
            self.other._was_given.set()

    def close(self) -> None:
        if self.device is not None:
            self.device.cut(self.peer)


@dataclass
class LoopbackFamily:
    """A family whose roster everybody knows already."""

    trust: dict[bytes, Trust]
    own: bytes

    def hashes(self) -> tuple[bytes, ...]:
        return ()

    def entries_for(self, _key: bytes, _known: frozenset[bytes]) -> frames.RosterEntries:
        return frames.RosterEntries((), (), ())

    async def absorb(self, frame: frames.RosterEntries) -> None:
        pass

    def secret_for(self, _key: bytes) -> frames.EpochSecret | None:
        return None

    async def absorb_secret(self, key: bytes, frame: frames.EpochSecret) -> None:
        pass

    def standing(self, key: bytes) -> object:
        return self.trust.get(key), self.trust[self.own]

    def is_member(self, key: bytes) -> bool:
        return key in self.trust

    def takes_from(self, key: bytes) -> bool:
        return Trust.GUEST not in {self.trust[key], self.trust[self.own]}

    def takes_stubs_from(self, key: bytes) -> bool:
        return self.takes_from(key)

    def own_tags(self, key: bytes) -> frozenset[bytes] | None:
        return None if self.trust[key] is Trust.FULL else frozenset({author_tag(key)})

    def allowance(self, key: bytes) -> Allowance:
        return allowance(self.trust[key], SystemClock().wall() // 1000)

    @property
    def gives_only_own(self) -> bool:
        return self.trust[self.own] is not Trust.FULL


class Engine:
    """A device: its database, its sync, and a pen to write facts with."""

    def __init__(self, key: bytes, family: LoopbackFamily, folder: Path) -> None:
        self.key = key
        self.tag = author_tag(key)
        self.family = family
        self.path = folder / f"{key[:1].hex()}.db"
        self.hlc = HybridClock()
        self.run = os.urandom(2)
        self.lanes: dict[tuple[bytes, LaneKind], LoopbackLane] = {}
        self.tasks: set[asyncio.Task[None]] = set()
        self.taken: list[Outcome] = []
        self.on_taking: Callable[[Outcome], None] = lambda _: None
        self.frames_left = -1
        self.was_cut = asyncio.Event()
        self.kinds: dict[bytes, Kind] = {}
        self.database: Database
        self.sync: Sync

    async def start(self, secret: bytes = bytes(32)) -> Self:
        self.database = await Database.open(self.path, secret)
        run = os.urandom(8)
        await self.database.write(lambda c: feeds.begin_run(c, run))
        tops = await self.database.read(feeds.tops)
        hooks = Hooks(
            on_taking=lambda _key, outcome: self.on_taking(outcome),
            on_taken=lambda _key, outcome: self.taken.append(outcome),
            on_said=lambda _key, _frame: None,
            on_moved=lambda _key: None,
            on_met=lambda _key, _hello: None,
            on_asked=lambda _key: None,
            bulk_lane=self._bulk,
            spawn=self._spawn,
            note_clock=self._note,
            capabilities=tuple,
            kind_of=lambda key: self.kinds.get(key, Kind.DESKTOP),
        )
        self.sync = Sync(
            Circle(
                self.database, self.family, self.rules, hooks, SystemClock(), run, tops, "test"
            )
        )
        return self

    def _spawn(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task

    async def _bulk(self, key: bytes) -> LoopbackLane:
        return self.lanes[key, LaneKind.BULK]

    def _note(self, _connection: apsw.Connection, newest: int) -> None:
        self.hlc.see(newest, SystemClock().wall() // 1000)

    def rules(self) -> Rules:
        full = {author_tag(k) for k, trust in self.family.trust.items() if trust is Trust.FULL}
        own_only = self.family.gives_only_own
        return Rules(self.tag, lambda tag, _tick: tag in full, gives_only_own=own_only)

    def one_more(self, key: bytes) -> None:
        """A frame of this device has arrived: the last one before the cut, perhaps."""
        self.frames_left -= 1
        if self.frames_left == 0:
            self.cut(key)
            self.was_cut.set()

    def cut(self, key: bytes) -> None:
        for kind in LaneKind:
            lane = self.lanes.pop((key, kind), None)
            if lane is not None:
                lane.is_up = False
                lane.was_cut.set()
                if lane.other and lane.other.device and lane.other.is_up:
                    lane.other.device.cut(lane.other.peer)
        self.sync.down(key)

    async def stop(self) -> None:
        for key in {key for key, _ in self.lanes}:
            self.cut(key)
        await self.database.close()

    # ---- writing -----------------------------------------------------------------------------

    def mint(self, tick: int | None = None) -> tuple[bytes, int]:
        tick = tick or self.hlc.tick(SystemClock().wall() // 1000)
        return facts.minted_id(self.tag, self.run, tick), tick

    def turn(
        self, text: str, conversation: str = "c", level: int = 1, at: int | None = None
    ) -> bytes:
        identity, tick = self.mint(at)
        line = facts.Turn(conversation, "user", text, (tick >> 16) * 1000)
        return facts.write(
            Fact(
                1,
                FactKind.ROOT,
                identity,
                b"",
                ObjectKind.TURN,
                tick,
                level,
                (),
                facts.encode_body(line),
            )
        )

    def memory(self, text: str, level: int = 1, at: int | None = None) -> bytes:
        identity, tick = self.mint(at)
        content = facts.encode_body(facts.Memory(text, (), tick >> 16))
        return facts.write(
            Fact(1, FactKind.ROOT, identity, b"", ObjectKind.MEMORY, tick, level, (), content)
        )

    def feeling(self, felt: facts.Observation, at: int | None = None) -> bytes:
        identity, tick = self.mint(at)
        kind, content = ObjectKind.OBSERVATION, facts.encode_body(felt)
        return facts.write(Fact(1, FactKind.ROOT, identity, b"", kind, tick, 1, (), content))

    def about(
        self,
        target: bytes,
        kind: FactKind,
        content: facts.Body,
        of: ObjectKind = ObjectKind.MEMORY,
        sees: tuple[bytes, ...] = (),
    ) -> bytes:
        identity, tick = self.mint()
        return facts.write(
            Fact(
                1,
                kind,
                identity,
                target,
                of,
                tick,
                1,
                sees,
                facts.encode_body(content),
            )
        )

    async def keep(self, *raws: bytes, details: bool = True) -> Outcome:
        def job(connection: apsw.Connection) -> Outcome:
            intake = Intake(connection, self.rules(), details=details)
            for row in intake.expect(raws):
                intake.take(*row, mine=True)
            return intake.finish()

        outcome = await self.database.write(job)
        self.sync.grew(outcome)
        return outcome

    def keep_now(self, *raws: bytes) -> Outcome:
        """Write on the loop, pushed before it is written; the database must be free."""

        def decide(connection: apsw.Connection) -> Decided[Outcome]:
            intake = Intake(connection, self.rules(), details=True)
            for row in intake.expect(raws):
                intake.take(*row, mine=True)
            return intake.decide()

        return self.database.write_now(decide, tell=self.sync.grows, then=self.sync.grew)

    async def facts(self, *, family_only: bool = True) -> set[bytes]:
        widest = 1 if family_only else 3

        def job(connection: apsw.Connection) -> set[bytes]:
            found = connection.execute("SELECT raw, scope FROM fact WHERE number IS NOT NULL")
            return {raw for raw, scope in found if scope & 3 <= widest}

        return await self.database.read(job)


def join(left: Engine, right: Engine) -> None:
    """Bring up the lanes between two devices."""
    for kind in LaneKind:
        one, two = LoopbackLane(right.key, kind), LoopbackLane(left.key, kind)
        one.other, two.other = two, one
        one.device, two.device = left, right
        left.lanes[right.key, kind] = one
        right.lanes[left.key, kind] = two
    left.sync.up(left.lanes[right.key, LaneKind.LIVE])
    right.sync.up(right.lanes[left.key, LaneKind.LIVE])


async def in_step(left: Engine, right: Engine, seconds: float = 10.0) -> None:
    """Until both say, having asked, that nothing is missing."""
    done = await left.sync.catch_up([right.key], seconds, lambda key: key.hex())
    assert done.in_step, done
