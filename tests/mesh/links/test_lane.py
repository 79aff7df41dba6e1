"""What a lane owes the other side reaches it, even if its queue is full when it falls due."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from mesh.links.handshake import LaneKind
from mesh.links.lane import COUNT_SIZE, Content, Lane
from mesh.sockets import Sent
from tests.mesh.links.devices import ShiftedClock

if TYPE_CHECKING:
    from mesh.links.session import Channel

PAYLOAD = bytes([Content.PAYLOAD]) + bytes(100)


class Open:
    """A channel that seals nothing."""

    current = None

    def seal(self, record: bytes) -> bytes:
        return record


class Wire:
    """A connection with a queue that can be full."""

    def __init__(self) -> None:
        self.channel = cast("Channel", Open())
        self.is_full = False
        self.written: list[bytes] = []

    def write(self, frame: bytes) -> Sent:
        if self.is_full:
            return Sent.FULL
        self.written.append(frame)
        return Sent.TAKEN

    def renew(self) -> None:
        """Nothing to renew."""

    def hang_up(self, *, rudely: bool) -> None:
        """Nothing to let go of."""


class Quiet:
    """An owner of lanes who does nothing with what it is told."""

    def received(self, lane: Lane, payload: bytes) -> None:
        """It is dealt with later."""

    def bulk_wanted(self, lane: Lane) -> None:
        """Not here."""

    def ended(self, lane: Lane, *, rudely: bool = False) -> None:
        """Not here."""


def credit(wire: Wire) -> list[int]:
    """What was given back, record by record."""
    records = [record for record in wire.written if record[0] == Content.CREDIT]
    assert all(len(record) == 1 + COUNT_SIZE for record in records)
    return [int.from_bytes(record[1:], "big") for record in records]


def test_credit_for_which_the_queue_had_no_room_goes_with_what_comes_next() -> None:
    wire = Wire()
    lane = Lane(
        bytes(32), LaneKind.BULK, wire, owner=Quiet(), clock=ShiftedClock(), dialled=True
    )
    lane.is_up = True
    lane.take(PAYLOAD)
    wire.is_full = True
    lane.release(60)
    wire.is_full = False
    lane.take(PAYLOAD)
    assert credit(wire) == [60]
    lane.release(140)
    assert credit(wire) == [60, 140]
