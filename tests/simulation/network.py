"""The network between simulated devices: lanes with delay, cuts, partitions, and worse.

Faithful, a lane is what the product's own is: in order, nothing twice, and lost is only what
was on its way when it was cut, which either end may notice seconds later. *Lossy*, single
frames are lost, doubled and overtaken too: nothing false may come of that, but what is missing
comes only by the next talk. Only a hello is never overtaken by a later one: on what terms
everything else comes would be another, and no lane of ours can do that.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mesh.errors import PeerUnreachable, ProtocolError
from mesh.links.credit import Flow, Outgoing
from mesh.links.handshake import LaneKind
from mesh.wire import frames
from tests.simulation.disk import Died

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Mapping, Sequence

    from tests.simulation.timeline import Timeline

DIAL_S = (0.05, 1.5)
NOTICE_S = (0.0, 4.0)
TICK_S = 1e-6
WORD_S = 0.001
BULK_BYTES_A_S = 2_000_000


class VirtualLane:
    """One end of a lane, as the product's own lanes look to their users."""

    def __init__(self, ways: Ways, peer: bytes, kind: LaneKind, *, dialled: bool) -> None:
        self.ways = ways
        self.peer = peer
        self.kind = kind
        self.dialled = dialled
        self.is_up = False
        self.is_cut = False
        self.may_double = ways.network.is_lossy
        """What was sent twice may come out, and be dealt with, when nothing is lost now."""
        self.other: VirtualLane
        self._last_arrival = 0.0
        self._last_hello = 0.0
        self._outgoing = Outgoing()
        self._credit: asyncio.Future[None] | None = None
        self._turn = asyncio.Lock()

    def send(self, payload: bytes) -> bool:
        if not self.is_up:
            return False
        self.ways.network.watch(self.ways, self.peer, payload)
        for delay in self.ways.network.delays(self.kind, len(payload)):
            self._launch(payload, delay)
        return True

    def _launch(self, payload: bytes, delay: float) -> None:
        network = self.ways.network
        arrival = network.loop.time() + delay
        if not network.is_lossy:
            # Of two timers of one moment the later may run first.
            arrival = self._last_arrival = max(arrival, self._last_arrival + TICK_S)
        elif isinstance(frames.read(payload), frames.Hello):
            arrival = self._last_hello = max(arrival, self._last_hello + TICK_S)
        network.loop.call_at(arrival, self.other.arrive, payload)

    def arrive(self, payload: bytes) -> None:
        """Something of the other end comes out here."""
        network = self.ways.network
        if not network.reaches(self.other.ways, self.ways):
            network.break_lane(self)
        elif self.is_up and not self.is_cut:
            if self.kind is LaneKind.BULK and not self.may_double:
                network.loop.call_later(WORD_S, self.other.take_arrived, len(payload))
            try:
                self.ways.on_frame(self, payload)
            except ProtocolError:
                self.close()
            except Died:
                return

    async def send_bulk(self, payload: bytes, is_due: Callable[[], bool]) -> bool:
        async with self._turn:
            while self.is_up and not self._outgoing.has_room(len(payload)):
                self._credit = asyncio.get_running_loop().create_future()
                await self._credit
            if not self.is_up:
                raise PeerUnreachable
            if is_due() and self.send(payload):
                self._outgoing.went(len(payload), self.ways.network.loop.time())
                return True
            return False

    @property
    def flow(self) -> Flow:
        return self._outgoing.flow

    def release(self, size: int) -> None:
        delay = self.ways.network.delays(LaneKind.LIVE, 0) or [0.0]
        self.ways.network.loop.call_later(delay[0], self.other.take_credit, size)

    def take_credit(self, size: int) -> None:
        """The other end has dealt with so many bytes; what came doubled is said twice."""
        if self.may_double:
            size = min(size, self._outgoing.under_way)
        self._outgoing.give(size, self.ways.network.loop.time())
        self.wake()

    def take_arrived(self, size: int) -> None:
        """So many bytes have come out at the other end."""
        self._outgoing.arrived(size, self.ways.network.loop.time())
        self.wake()

    def wake(self) -> None:
        """Whoever waits for credit looks again."""
        if self._credit is not None and not self._credit.done():
            self._credit.set_result(None)

    def close(self) -> None:
        self.ways.ended(self)
        network = self.ways.network
        network.loop.call_later(network.latency(), self.other.ways.ended, self.other)


class Ways:
    """The links of one process; stands where the product has ``Links``."""

    def __init__(
        self,
        network: Network,
        key: bytes,
        *,
        on_up: Callable[[VirtualLane], None],
        on_down: Callable[[VirtualLane], None],
        on_frame: Callable[[VirtualLane, bytes], None],
    ) -> None:
        self.network = network
        self.key = key
        self.on_up = on_up
        self.on_down = on_down
        self.on_frame = on_frame
        self.place = ""
        self.lanes: dict[tuple[bytes, LaneKind], VirtualLane] = {}
        self.allowed: dict[bytes, bytes] = {}
        self.sought: dict[bytes, None] = {}
        self.counts: dict[str, int] = {}
        self.is_running = False

    # ---- what the product asks ---------------------------------------------------------------

    def admit(self, allowed: Mapping[bytes, bytes]) -> None:
        self.allowed = {device: curve for curve, device in allowed.items()}
        for key in {key: None for key, _ in self.lanes}:
            if key not in self.allowed:
                self.hang_up(key)

    def seek(self, key: bytes, _curve: bytes, _endpoints: Sequence[str]) -> None:
        if key != self.key and key in self.allowed:
            self.sought[key] = None
            self.network.dial_later(self, key)

    def forsake(self, key: bytes) -> None:
        self.sought.pop(key, None)
        self.hang_up(key)

    def redial_now(self) -> None:
        for key in self.sought:
            self.network.dial_later(self, key)

    async def bulk(self, key: bytes) -> VirtualLane:
        live = self.lanes.get((key, LaneKind.LIVE))
        if live is None:
            raise PeerUnreachable
        await asyncio.sleep(2 * self.network.latency())
        lane = self.lanes.get((key, LaneKind.BULK))
        if lane is None and live.is_up and live.other.is_up:
            if not self.network.reaches(self, live.other.ways):
                raise PeerUnreachable
            lane = self.network.lay(self, live.other.ways, LaneKind.BULK)
        if lane is None:
            raise PeerUnreachable
        return lane

    async def close(self) -> None:
        self.is_running = False

    # ---- what happens ------------------------------------------------------------------------

    def hang_up(self, key: bytes) -> None:
        """Close what joins this device with that one."""
        for kind in LaneKind:
            lane = self.lanes.get((key, kind))
            if lane is not None:
                lane.close()

    def begun(self, lane: VirtualLane) -> None:
        """A lane comes up here, in place of one that was."""
        former = self.lanes.get((lane.peer, lane.kind))
        if former is not None:
            self.ended(former)
        if self.is_running and lane.peer in self.allowed:
            lane.is_up = True
            self.lanes[lane.peer, lane.kind] = lane
            self.on_up(lane)
        else:
            lane.close()

    def ended(self, lane: VirtualLane) -> None:
        """A lane is down, as far as this end has noticed."""
        if not lane.is_up:
            return
        lane.is_up = False
        lane.wake()
        del self.lanes[lane.peer, lane.kind]
        if not self.is_running:
            return
        if lane.kind is LaneKind.LIVE:
            bulk = self.lanes.get((lane.peer, LaneKind.BULK))
            if bulk is not None:
                bulk.close()
        self.on_down(lane)
        if lane.kind is LaneKind.LIVE:
            self.network.dial_later(self, lane.peer)


@dataclass
class Network:
    """All processes and who can reach whom. ``watch`` sees each frame as it is sent."""

    loop: Timeline
    rng: random.Random
    watch: Callable[[Ways, bytes, bytes], None]
    is_lossy: bool = False
    slowest_s: float = 0.02
    nodes: dict[str, Ways] = field(default_factory=dict)
    blocked: set[frozenset[str]] = field(default_factory=set)
    frames: int = 0

    # ---- chance ------------------------------------------------------------------------------

    def latency(self) -> float:
        """How long one frame is on its way, seconds."""
        return self.rng.uniform(0.0003, self.slowest_s)

    def delays(self, kind: LaneKind, size: int) -> list[float]:
        """When the copies of one frame arrive: one, unless the network is lossy."""
        self.frames += 1
        copies = 1
        if self.is_lossy:
            copies = self.rng.choices((1, 0, 2), (95, 3, 2))[0]
        slow = size / BULK_BYTES_A_S if kind is LaneKind.BULK else 0.0
        return [self.latency() + slow for _ in range(copies)]

    # ---- lanes -------------------------------------------------------------------------------

    def reaches(self, one: Ways, other: Ways) -> bool:
        """Whether what one process sends can come to another now."""
        is_blocked = frozenset((one.place, other.place)) in self.blocked
        return one.is_running and other.is_running and not is_blocked

    def dial_later(self, ways: Ways, key: bytes) -> None:
        """Try to come to a device in a while."""
        self.loop.call_later(self.rng.uniform(*DIAL_S), self._dial, ways, key)

    def _dial(self, ways: Ways, key: bytes) -> None:
        if not ways.is_running or key not in ways.sought or (key, LaneKind.LIVE) in ways.lanes:
            return
        others = [w for w in self.nodes.values() if w.key == key and self.reaches(ways, w)]
        if not others:
            return
        other = self.rng.choice(others)
        if ways.key in other.allowed and self._gives_way(ways, other):
            self.lay(ways, other, LaneKind.LIVE)

    def _gives_way(self, ways: Ways, other: Ways) -> bool:
        """A lane the other end still believes in: it is dead, or a twin's."""
        lane = other.lanes.get((ways.key, LaneKind.LIVE))
        if lane is None:
            return True
        if lane.other.is_up and lane.other.ways is not ways:
            return self.rng.random() < 0.2
        return True

    def lay(self, ways: Ways, other: Ways, kind: LaneKind) -> VirtualLane:
        """A lane between two processes: up at the dialler first."""
        near = VirtualLane(ways, other.key, kind, dialled=True)
        far = VirtualLane(other, ways.key, kind, dialled=False)
        near.other, far.other = far, near
        self.loop.call_later(0.0, other.begun, far)
        ways.begun(near)
        return near

    # ---- faults ------------------------------------------------------------------------------

    def join(self, place: str, ways: Ways) -> None:
        """A process is there, at a place."""
        ways.place = place
        ways.is_running = True
        self.nodes[place] = ways

    def leave(self, ways: Ways) -> None:
        """A process has died; the others notice in their own time."""
        ways.is_running = False
        self.nodes.pop(ways.place, None)
        for lane in list(ways.lanes.values()):
            self.break_lane(lane)

    def cut(self, one: Ways, other: Ways) -> None:
        """Whatever joins two processes is cut."""
        for near in list(one.lanes.values()):
            if near.other.ways is other:
                self.break_lane(near)

    def break_lane(self, lane: VirtualLane) -> None:
        """Nothing goes any more either way; each end notices in its own time."""
        if not lane.is_cut:
            for end in (lane, lane.other):
                end.is_cut = True
                self.loop.call_later(self.rng.uniform(*NOTICE_S), end.ways.ended, end)

    def block(self, one: str, other: str) -> None:
        """Two places cannot reach each other from now on."""
        self.blocked.add(frozenset((one, other)))
        if one in self.nodes and other in self.nodes:
            self.cut(self.nodes[one], self.nodes[other])

    def heal(self) -> None:
        """Everybody reaches everybody again, and tries to."""
        self.blocked.clear()
        self.redial()

    def redial(self) -> None:
        """Everybody tries whom they have no lane to."""
        for ways in list(self.nodes.values()):
            ways.redial_now()
