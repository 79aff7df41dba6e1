"""The listening side: one ROUTER for all who dial us.

Who sent a message is what the door-keeper called its connection, looked at on every message. A
routing id only says where an answer goes: another device behind a known one, or another
connection, begins from nothing and cannot open a record.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from mesh.errors import BadFrame, BadHandshake, BadInput, VersionMismatch
from mesh.links.handshake import VERSIONS, LaneKind, Reason, answer, lane_kind, refusal
from mesh.links.lane import Content, Lane
from mesh.links.session import Channel, FrameType, frame_type
from mesh.sockets import Happening, Received, Sent, cut

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mesh.links.switchboard import Switchboard
    from mesh.sockets import Context

HANDSHAKES_A_MINUTE: Final = 10
GUESTS_A_DEVICE: Final = 6
CONNECTIONS_MAX: Final = 256
PROBES_SECONDS: Final = (0.02, 0.2, 1.0)


@dataclass(slots=True, eq=False)
class Guest:
    """One connection of a device that dialled us."""

    reception: Reception
    routing_id: bytes
    peer: bytes
    curve: bytes
    fd: int
    channel: Channel = field(default_factory=Channel)
    lane: Lane | None = None

    def write(self, frame: bytes) -> Sent:
        """Hand a frame to ZeroMQ."""
        return self.reception.write(self.routing_id, frame)

    def renew(self) -> None:
        """Leave it to the dialler."""

    def hang_up(self, *, rudely: bool) -> None:
        """Forget the session; rudely: cut the connection, else leave that to the dialler."""
        self.channel = Channel()
        if rudely:
            self.reception.turn_out(self)


class Reception:
    """Hears out who dials us, and answers whom the switchboard wants."""

    def __init__(self, board: Switchboard) -> None:
        self._board = board
        self._guests: dict[bytes, Guest] = {}
        self._handshakes: dict[bytes, deque[float]] = {}
        self._accepted: dict[int, None] = {}
        self.port = 0

    def open(self, context: Context, host: str, ports: Sequence[int]) -> int:
        """Listen on the first free port; BadInput when there is none."""
        self._router = context.mesh_router(self._board.me.curve, self._heard)
        self._router.on_event(self._happened)
        refused: OSError | None = None
        for port in ports:
            try:
                self._router.bind(f"tcp://{_quoted(host)}:{port or '*'}")
            except OSError as error:
                refused = error
            else:
                self.port = int(self._router.endpoint.rpartition(":")[2])
                return self.port
        self._router.close()
        raise BadInput("None of the ports is free at that address.") from refused

    def write(self, routing_id: bytes, frame: bytes) -> Sent:
        """Hand a frame to ZeroMQ."""
        return self._router.offer([routing_id, frame])

    def turn_out(self, guest: Guest) -> None:
        """Cut a connection and forget it."""
        if self._guests.get(guest.routing_id) is guest:
            del self._guests[guest.routing_id]
        cut(guest.fd, self.port)

    def expel(self) -> None:
        """Cut every connection of devices that left, and those that never said who they are."""
        for guest in list(self._guests.values()):
            if self._board.curves.get(guest.peer) != guest.curve:
                self._drop(guest)
        for peer in [peer for peer in self._handshakes if peer not in self._board.curves]:
            del self._handshakes[peer]
        # Whom the door-keeper let in before it knew is here, though it may not be told yet.
        if self.port:
            self._router.drain_events()
        known = {guest.fd for guest in self._guests.values()}
        for fd in [fd for fd in self._accepted if fd not in known]:
            cut(fd, self.port)

    def close(self) -> None:
        """Listen no more."""
        if self.port:
            self._router.close()

    def _heard(self, batch: list[Received]) -> None:
        for received in batch:
            if not self._board.guarded(self._take, received):
                guest = self._guests.get(received.frames[0])
                if guest is not None and guest.fd == received.fd:
                    self._drop(guest)
                else:
                    cut(received.fd, self.port)

    def _take(self, received: Received) -> None:
        if len(received.frames) != 2:  # noqa: PLR2004 - routing id and frame
            raise BadFrame("A frame of a link stands alone.")
        frame = received.frames[1]
        guest = self._guest(received)
        match frame_type(frame):
            case FrameType.RECORD:
                self._take_record(guest, frame)
            case FrameType.M1:
                self._take_m1(guest, frame)
            case _:
                raise BadHandshake("Nobody asked for this.")

    def _guest(self, received: Received) -> Guest:
        """Who speaks: found anew for every message."""
        try:
            peer = bytes.fromhex(received.user_id)
            curve = self._board.curves[peer]
        except (ValueError, KeyError) as error:
            raise BadFrame("Whoever sent this is not in the family any more.") from error
        guest = self._guests.get(received.frames[0])
        if guest is not None and (guest.peer, guest.fd) == (peer, received.fd):
            return guest
        if guest is not None:
            self._forget(guest)
        return Guest(self, received.frames[0], peer, curve, received.fd)

    def _take_record(self, guest: Guest, frame: bytes) -> None:
        lane = guest.lane
        if lane is None:
            raise BadFrame("There is no session on this connection.")
        if lane.has_ended:
            return  # what was under way when we said farewell
        plaintext = guest.channel.open(frame)
        if not lane.is_up:
            if (
                lane.kind is LaneKind.BULK
                and (lane.peer, LaneKind.LIVE) not in self._board.lanes
            ):
                raise BadHandshake("A bulk lane stands beside a live one.")
            self._board.went_up(lane)
        lane.take(plaintext)

    def _take_m1(self, guest: Guest, m1: bytes) -> None:
        kind = lane_kind(m1)
        if not self._is_within_rate(guest.peer):
            self._refuse(guest, Reason.TOO_MANY)
        elif guest.lane is None and not self._board.may_answer(guest.peer, kind):
            self._refuse(guest, Reason.DIALLING)
        elif guest.lane is not None and guest.lane.kind is not kind:
            raise BadHandshake("A connection carries one lane.")
        else:
            self._answer(guest, m1, kind)

    def _answer(self, guest: Guest, m1: bytes, kind: LaneKind) -> None:
        # Whatever is told of its descriptor later is of this connection, not of a former one.
        self._router.drain_events()
        if guest.fd not in self._accepted:
            return  # it hung up meanwhile
        me = self._board.me
        ends = me.called(guest.peer, guest.curve, kind)
        try:
            m2, session = answer(me.key, ends, m1, entropy=me.entropy, now=me.clock.monotonic())
        except VersionMismatch:
            self._board.mismatched.add(guest.peer)
            self._refuse(guest, Reason.VERSION)
            return
        guest.channel.offer(session)
        if guest.lane is None or guest.lane.has_ended:
            self._welcome(guest, kind)
        guest.write(m2)

    def _welcome(self, guest: Guest, kind: LaneKind) -> None:
        me = self._board.me
        guest.lane = Lane(
            guest.peer, kind, guest, owner=self._board, clock=me.clock, dialled=False
        )
        self._board.answered(guest.peer, kind)
        same = [other for other in self._guests.values() if other.peer == guest.peer]
        if len(same) >= GUESTS_A_DEVICE:
            self._drop(same[0])
        self._guests[guest.routing_id] = guest

    def _refuse(self, guest: Guest, reason: Reason) -> None:
        self._board.counts[f"refused_{reason.name.lower()}"] += 1
        guest.write(refusal(reason, VERSIONS))

    def _is_within_rate(self, peer: bytes) -> bool:
        now = self._board.me.clock.monotonic()
        recent = self._handshakes.setdefault(peer, deque(maxlen=HANDSHAKES_A_MINUTE))
        if len(recent) == HANDSHAKES_A_MINUTE and now - recent[0] < 60:  # noqa: PLR2004
            return False
        recent.append(now)
        return True

    def _drop(self, guest: Guest) -> None:
        if guest.lane is not None:
            self._board.ended(guest.lane, rudely=True)
        else:
            self.turn_out(guest)

    def _forget(self, guest: Guest) -> None:
        self._guests.pop(guest.routing_id, None)
        if guest.lane is not None:
            self._board.ended(guest.lane)

    def _happened(self, happening: Happening, value: int) -> None:
        match happening:
            case Happening.ACCEPTED:
                self._accepted[value] = None
                self._keep_room()
            case Happening.DISCONNECTED:
                self._accepted.pop(value, None)
                self._give_up(value)
                self._probe_later(value, 0)
            case Happening.MISSHAPEN | Happening.FAILED:
                self._board.counts["refused_misshapen"] += 1
            case _:
                pass

    def _keep_room(self) -> None:
        """Cut the oldest connection without a lane when there are too many."""
        if len(self._accepted) <= CONNECTIONS_MAX:
            return
        known = {guest.fd for guest in self._guests.values()}
        oldest = next((fd for fd in self._accepted if fd not in known), None)
        if oldest is not None:
            del self._accepted[oldest]
            self._board.counts["refused_crowd"] += 1
            cut(oldest, self.port)

    def _give_up(self, fd: int) -> None:
        """Forget who went before its lane was up: else we would wait for its first record."""
        for guest in [guest for guest in self._guests.values() if guest.fd == fd]:
            lane = guest.lane
            if lane is not None and not lane.is_up and not lane.has_ended:
                self._forget(guest)
                if not any(
                    other.lane is not None
                    and (other.peer, other.lane.kind) == (guest.peer, lane.kind)
                    for other in self._guests.values()
                ):
                    self._board.answer_over(guest.peer, lane.kind)

    def _probe_later(self, fd: int, number: int) -> None:
        if number < len(PROBES_SECONDS) and any(g.fd == fd for g in self._guests.values()):
            loop = asyncio.get_running_loop()
            loop.call_later(PROBES_SECONDS[number], self._probe, fd, number)

    def _probe(self, fd: int, number: int) -> None:
        """See which lane a lost descriptor carried: ZeroMQ tells only that it is unknown."""
        for guest in [guest for guest in self._guests.values() if guest.fd == fd]:
            if guest.lane is not None and guest.lane.is_up:
                guest.lane.tell(Content.PRESENT)
            gone = guest.lane is None or guest.lane.has_ended
            if gone and self._guests.get(guest.routing_id) is guest:
                del self._guests[guest.routing_id]
        self._probe_later(fd, number + 1)


def _quoted(host: str) -> str:
    return f"[{host}]" if ":" in host else host
