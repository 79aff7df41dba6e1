"""A lane: one sealed connection to one device, live or bulk.

The plaintext of a record begins with one byte that says what follows:

    0 payload      what the services of the two devices say to each other
    1 present      nothing: the dialler's first record, or a look whether the other is there
    2 credit       4 B: so many bytes of payload were dealt with (bulk)
    3 bulk wanted  the sender wants a bulk lane and asks the dialler of the live lane to dial it
    4 idle         the dialler of a bulk lane has no more use for it
    5 farewell     the sender will say no more on this lane; the dialler hangs up
    6 arrived      4 B: so many bytes of payload have come, and wait to be dealt with (bulk)

What begins otherwise is left aside, so that a later version may say more. A device that gets
``idle`` answers ``farewell`` if it has nothing under way, else nothing.
"""

from __future__ import annotations

import asyncio
from enum import IntEnum
from typing import TYPE_CHECKING, Final, Protocol

from mesh.errors import BadFrame, BadSeal, PeerUnreachable, TooLarge
from mesh.links.credit import Flow, Incoming, Outgoing
from mesh.links.handshake import LaneKind
from mesh.sockets import PAYLOAD_MAX, Sent

if TYPE_CHECKING:
    from collections.abc import Callable

    from mesh.clock import Clock
    from mesh.links.session import Channel

COUNT_SIZE: Final = 4
RETRY_SECONDS: Final = 0.01


class Content(IntEnum):
    """The first byte of every plaintext."""

    PAYLOAD = 0
    PRESENT = 1
    CREDIT = 2
    BULK_WANTED = 3
    IDLE = 4
    FAREWELL = 5
    ARRIVED = 6


class Connection(Protocol):
    """What carries a lane: our call to a peer, or a peer's call to us."""

    channel: Channel

    def write(self, frame: bytes) -> Sent:
        """Hand a frame to ZeroMQ."""

    def renew(self) -> None:
        """Begin a new handshake if this side may and none is under way."""

    def hang_up(self, *, rudely: bool) -> None:
        """Let go of the connection; rudely: also cut it off."""


class Owner(Protocol):
    """Who is told what a lane does."""

    def received(self, lane: Lane, payload: bytes) -> None:
        """A payload came."""

    def bulk_wanted(self, lane: Lane) -> None:
        """The peer asks for a bulk lane."""

    def ended(self, lane: Lane, *, rudely: bool = False) -> None:
        """This lane is of no more use."""


class Lane:
    """To send to one device; told of by ``on_up`` and ``on_down`` of ``Links``."""

    def __init__(
        self,
        peer: bytes,
        kind: LaneKind,
        connection: Connection,
        *,
        owner: Owner,
        clock: Clock,
        dialled: bool,
    ) -> None:
        self.peer = peer
        self.kind = kind
        self.dialled = dialled
        self.is_up = False
        self.has_ended = False
        self.used = clock.monotonic()
        self.connection = connection
        self._owner = owner
        self._clock = clock
        self._outgoing = Outgoing()
        self._incoming = Incoming()
        self._turn = asyncio.Lock()
        self._credit: asyncio.Future[None] | None = None

    @property
    def version(self) -> int:
        """The protocol version both sides speak on this lane; 0 before it is up."""
        session = self.connection.channel.current
        return session.version if session else 0

    @property
    def is_busy(self) -> bool:
        """Whether bulk is under way, or waits for credit."""
        return self._turn.locked() or self._outgoing.under_way > 0

    @property
    def flow(self) -> Flow:
        """How bulk goes on it."""
        return self._outgoing.flow

    def send(self, payload: bytes) -> bool:
        """Seal and queue a payload: False when the lane is down or its queue full.

        True promises nothing about arrival. TooLarge above 1.5 MiB.
        """
        if len(payload) > PAYLOAD_MAX:
            raise TooLarge
        self.used = self._clock.monotonic()
        return self.tell(Content.PAYLOAD, payload)

    async def send_bulk(
        self, payload: bytes, is_due: Callable[[], bool] = lambda: True
    ) -> bool:
        """Send as soon as there is credit, in the order of the calls.

        False when by then it is not due any more: nothing was sent. PeerUnreachable when the
        lane goes down before that; TooLarge above 1.5 MiB.
        """
        async with self._turn:
            while self.is_up and not self._outgoing.has_room(len(payload)):
                self._credit = asyncio.get_running_loop().create_future()
                await self._credit
            if not self.is_up:
                raise PeerUnreachable
            while is_due():
                if self.send(payload):
                    self._outgoing.went(len(payload), self.used)
                    return True
                if not self.is_up:
                    raise PeerUnreachable
                await asyncio.sleep(RETRY_SECONDS)
            return False

    def release(self, size: int) -> None:
        """Tell the sender that ``size`` bytes of payload were dealt with."""
        self._incoming.release(size)
        self._give_back()

    def _give_back(self) -> None:
        """Tell what is owed; while the queue is full, with what comes or is released next."""
        owed = self._incoming.owed
        if owed and self.tell(Content.CREDIT, owed.to_bytes(COUNT_SIZE, "big")):
            self._incoming.owed = 0

    def close(self) -> None:
        """End the lane in good order; what is queued still goes if the peer dialled."""
        self.tell(Content.FAREWELL)
        self._owner.ended(self)

    def tell(self, content: Content, body: bytes = b"") -> bool:
        """Seal and queue one record; False when it could not go."""
        if not self.is_up:
            return False
        try:
            record = self.connection.channel.seal(bytes([content]) + body)
        except BadSeal:
            self._owner.ended(self, rudely=True)
            return False
        sent = self.connection.write(record)
        if sent is Sent.GONE:
            self._owner.ended(self)
        self._renew_in_time()
        return sent is Sent.TAKEN

    def take(self, plaintext: bytes) -> None:
        """Deal with what a record said; BadFrame when that cannot be."""
        if not plaintext:
            raise BadFrame("This record says nothing.")
        body = plaintext[1:]
        match plaintext[0]:
            case Content.PAYLOAD:
                self._take_payload(body)
            case Content.CREDIT:
                self._take_credit(_count(body))
            case Content.ARRIVED:
                self._outgoing.arrived(_count(body), self._clock.monotonic())
                self._wake()
            case Content.BULK_WANTED:
                self._owner.bulk_wanted(self)
            case Content.IDLE if not self.is_busy:
                self.close()
            case Content.FAREWELL:
                self._owner.ended(self)
            case _:
                pass
        self._give_back()
        self._renew_in_time()

    def went_down(self) -> None:
        """Nothing goes any more: whoever waits for credit is told."""
        self.is_up = False
        self.has_ended = True
        self._wake()

    def _take_payload(self, payload: bytes) -> None:
        self.used = self._clock.monotonic()
        if self.kind is LaneKind.BULK:
            self._incoming.take(len(payload))
            self.tell(Content.ARRIVED, len(payload).to_bytes(COUNT_SIZE, "big"))
        self._owner.received(self, payload)

    def _take_credit(self, size: int) -> None:
        self._outgoing.give(size, self._clock.monotonic())
        self._wake()

    def _wake(self) -> None:
        if self._credit is not None and not self._credit.done():
            self._credit.set_result(None)

    def _renew_in_time(self) -> None:
        session = self.connection.channel.current
        if self.dialled and self.is_up and session and session.is_due(self._clock.monotonic()):
            self.connection.renew()


def _count(body: bytes) -> int:
    if len(body) != COUNT_SIZE:
        raise BadFrame("This number of bytes cannot be read.")
    return int.from_bytes(body, "big")
