"""A call: one dialled connection to one endpoint of a peer, and the lane it may become."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, Protocol

from mesh.errors import BadFrame, BadHandshake
from mesh.links.handshake import Dialling, LaneKind, Reason, read_refusal
from mesh.links.lane import Content, Lane
from mesh.links.session import Channel, FrameType, frame_type
from mesh.links.switchboard import HANDSHAKE_SECONDS
from mesh.sockets import Happening

if TYPE_CHECKING:
    from mesh.links.switchboard import Switchboard
    from mesh.sockets import Context, Received, Sent

RENEWAL_SECONDS: Final = 60.0

_LOST = {
    Happening.DISCONNECTED,
    Happening.REFUSED,
    Happening.MISSHAPEN,
    Happening.FAILED,
}


class Caller(Protocol):
    """Who is told what becomes of a call."""

    def ready(self, call: Call) -> None:
        """CURVE stands: the peer has the key we wanted, and knows ours."""

    def up(self, call: Call) -> None:
        """The call has become a lane."""

    def over(self, call: Call) -> None:
        """The call is closed; told once."""


class Call:
    """Dials until it is connected, then makes at most one lane; over when that is lost."""

    def __init__(
        self,
        board: Switchboard,
        caller: Caller,
        *,
        peer: bytes,
        curve: bytes,
        kind: LaneKind,
        endpoint: str,
    ) -> None:
        self.peer, self.curve, self.kind, self.endpoint = peer, curve, kind, endpoint
        self.channel = Channel()
        self.lane: Lane | None = None
        self.is_ready = False
        self.refused: Reason | None = None
        self._board = board
        self._caller = caller
        self._dialling: Dialling | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self._renewal = 0.0

    def dial(self, context: Context, patience_ms: int) -> None:
        """Begin; OSError when there is no socket left or the endpoint makes no sense."""
        self._socket = context.mesh_dealer(
            self._board.me.curve, self.curve, self._heard, patience_ms
        )
        try:
            self._socket.on_event(self._happened)
            self._socket.connect(self.endpoint)
        except OSError:
            self._socket.close()
            raise

    @property
    def is_greeting(self) -> bool:
        """Whether m1 is on its way."""
        return self._dialling is not None

    def greet(self) -> None:
        """Send m1; hang up when nothing comes back."""
        me = self._board.me
        self._dialling = Dialling(
            me.key, me.calling(self.peer, self.curve, self.kind), me.entropy
        )
        if self.lane is None:
            self._board.called(self.peer, self.kind)
        loop = asyncio.get_running_loop()
        self._deadline = loop.call_later(HANDSHAKE_SECONDS, self._unanswered)
        self.write(self._dialling.m1)

    def renew(self) -> None:
        """Make a new session on this connection, trying once a minute at most."""
        now = self._board.me.clock.monotonic()
        if not self.is_greeting and now >= self._renewal:
            self._renewal = now + RENEWAL_SECONDS
            self.greet()

    def write(self, frame: bytes) -> Sent:
        """Hand a frame to ZeroMQ."""
        return self._socket.offer([frame])

    def hang_up(self, *, rudely: bool = False) -> None:  # noqa: ARG002 - closing cuts it anyway
        """Close the connection, whatever state it is in."""
        if self._socket.closed:
            return
        self._socket.close()
        self._answered()
        self._caller.over(self)

    def _unanswered(self) -> None:
        self._board.counts["unanswered_handshakes"] += 1
        self._lost()

    def _lost(self) -> None:
        if self.lane is not None:
            self._board.ended(self.lane)
        else:
            self.hang_up()

    def _happened(self, happening: Happening, _value: int) -> None:
        if self._socket.closed:
            return
        if happening is Happening.READY:
            self.is_ready = True
            self._caller.ready(self)
        elif happening in _LOST:
            self._socket.drain()
            self._lost()

    def _heard(self, batch: list[Received]) -> None:
        for received in batch:
            if self._socket.closed:
                return
            if not self._board.guarded(self._take, received.frames):
                self._lost()

    def _take(self, frames: list[bytes]) -> None:
        if len(frames) != 1:
            raise BadFrame("A frame of a link stands alone.")
        match frame_type(frames[0]):
            case FrameType.RECORD if self.lane is not None:
                self.lane.take(self.channel.open(frames[0]))
            case FrameType.M2 if self._dialling is not None:
                self._finish(self._dialling, frames[0])
            case FrameType.REFUSAL if self._dialling is not None:
                self._refuse(read_refusal(frames[0]))
            case _:
                raise BadHandshake("Nobody asked for this.")

    def _finish(self, dialling: Dialling, m2: bytes) -> None:
        session = dialling.finish(m2, self._board.me.clock.monotonic())
        self._answered()
        if self.lane is not None:
            self.channel.adopt(session)
            self.lane.tell(Content.PRESENT)
        elif self._board.may_take(self.peer, self.kind):
            self.channel.adopt(session)
            self._begin()
        else:
            self.hang_up()

    def _begin(self) -> None:
        board = self._board
        self.lane = Lane(
            self.peer, self.kind, self, owner=board, clock=board.me.clock, dialled=True
        )
        self._caller.up(self)
        # The peer uses the lane from our first record on, so it goes before anything else.
        self.write(self.channel.seal(bytes([Content.PRESENT])))
        board.went_up(self.lane)

    def _refuse(self, reason: Reason) -> None:
        self._board.counts[f"refused_by_peer_{reason.name.lower()}"] += 1
        self.refused = reason
        if reason is Reason.VERSION:
            self._board.mismatched.add(self.peer)
        if self.lane is None:
            self.hang_up()
        else:
            self._answered()

    def _answered(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        if self._dialling is not None and self.lane is None:
            self._board.call_over(self.peer, self.kind)
        self._dialling = None
