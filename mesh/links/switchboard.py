"""The switchboard: which lanes are up, who may make one now, and who is told.

At most one live and one bulk lane join two devices, though both may dial. Of two handshakes at
the same time the one of the lower device key (compared as bytes) stands:

    before m1      nobody dials while a lane is up, or a handshake it answered may yet succeed
    at m1          the lower one refuses (reason 3) while its own m1 is unanswered
    at m2          the higher one drops its own call if it has answered the lower one's m1
    first record   a lane that comes up in place of another one means that the peer has lost
                   that one: it goes down first

So nothing is ever said on a lane that is about to lose. A handshake counts as under way for
five seconds, or until its connection is lost.
"""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from mesh.errors import BadHandshake, BadSignature, ProtocolError, VersionMismatch
from mesh.links.handshake import Ends, LaneKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mesh.clock import Clock, Entropy
    from mesh.crypto import SigningKey
    from mesh.links.lane import Lane
    from mesh.sockets import CurvePair

HANDSHAKE_SECONDS: Final = 5.0

What = TypeVar("What")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Me:
    """Who this device is on a link, and its time and chance."""

    key: SigningKey
    curve: CurvePair
    family: Callable[[], bytes]
    clock: Clock
    entropy: Entropy

    def calling(self, peer: bytes, curve: bytes, kind: LaneKind) -> Ends:
        """The ends of a lane we dial."""
        return Ends(self.key.public, peer, self.curve[0], curve, kind, self.family())

    def called(self, peer: bytes, curve: bytes, kind: LaneKind) -> Ends:
        """The ends of a lane the peer dials."""
        return Ends(peer, self.key.public, curve, self.curve[0], kind, self.family())


@dataclass(frozen=True, slots=True)
class Listeners:
    """What ``Links`` was given to tell its owner."""

    on_up: Callable[[Lane], None]
    on_down: Callable[[Lane], None]
    on_frame: Callable[[Lane, bytes], None]
    on_bulk_wanted: Callable[[Lane], None]
    on_change: Callable[[Lane], None]


class Switchboard:
    """The lanes of this device."""

    def __init__(self, me: Me, listeners: Listeners) -> None:
        self.me = me
        self.counts: Counter[str] = Counter()
        self.curves: Mapping[bytes, bytes] = {}
        self.mismatched: set[bytes] = set()
        self.lanes: dict[tuple[bytes, LaneKind], Lane] = {}
        self._listeners = listeners
        self._calling: dict[tuple[bytes, LaneKind], float] = {}
        self._answered: dict[tuple[bytes, LaneKind], float] = {}

    def may_call(self, peer: bytes, kind: LaneKind) -> bool:
        """Whether to send m1 now."""
        return (peer, kind) not in self.lanes and not self._pending(self._answered, peer, kind)

    def may_answer(self, peer: bytes, kind: LaneKind) -> bool:
        """Whether to answer an m1 that came now."""
        ours_stands = self.me.key.public < peer
        return not (ours_stands and self._pending(self._calling, peer, kind))

    def may_take(self, peer: bytes, kind: LaneKind) -> bool:
        """Whether to use the lane that an m2 gives us now."""
        theirs_stands = peer < self.me.key.public
        if (peer, kind) in self.lanes:
            return False
        return not (theirs_stands and self._pending(self._answered, peer, kind))

    def called(self, peer: bytes, kind: LaneKind) -> None:
        """We sent m1."""
        self._calling[peer, kind] = self.me.clock.monotonic() + HANDSHAKE_SECONDS

    def call_over(self, peer: bytes, kind: LaneKind) -> None:
        """Our m1 was answered, refused or lost."""
        self._calling.pop((peer, kind), None)

    def answered(self, peer: bytes, kind: LaneKind) -> None:
        """We sent m2."""
        self._answered[peer, kind] = self.me.clock.monotonic() + HANDSHAKE_SECONDS

    def answer_over(self, peer: bytes, kind: LaneKind) -> None:
        """Whoever got our m2 hung up before its first record."""
        self._answered.pop((peer, kind), None)

    def went_up(self, lane: Lane) -> None:
        """Both sides have the session of this lane."""
        former = self.lanes.get((lane.peer, lane.kind))
        if former is not None:
            self.ended(former)
        self._answered.pop((lane.peer, lane.kind), None)
        self.mismatched.discard(lane.peer)
        self.lanes[lane.peer, lane.kind] = lane
        lane.is_up = True
        self.counts["sessions"] += 1
        self._listeners.on_change(lane)
        self._listeners.on_up(lane)

    def ended(self, lane: Lane, *, rudely: bool = False) -> None:
        """Take a lane down, once; a bulk lane goes with its live lane."""
        was_up = lane.is_up
        lane.went_down()
        lane.connection.hang_up(rudely=rudely)
        if not was_up:
            return
        del self.lanes[lane.peer, lane.kind]
        bulk = self.lanes.get((lane.peer, LaneKind.BULK))
        if lane.kind is LaneKind.LIVE and bulk is not None:
            self.ended(bulk, rudely=rudely)
        self._listeners.on_change(lane)
        self.guarded(self._listeners.on_down, lane)

    def received(self, lane: Lane, payload: bytes) -> None:
        """Pass a payload to the owner."""
        self._listeners.on_frame(lane, payload)

    def bulk_wanted(self, lane: Lane) -> None:
        """Dial a bulk lane for the peer."""
        self._listeners.on_bulk_wanted(lane)

    def guarded(self, deal: Callable[[What], None], sent: What) -> bool:
        """Deal with what a peer sent: False if it must be cut off. Nothing gets past this."""
        try:
            deal(sent)
        except (BadHandshake, BadSignature, VersionMismatch):
            self.counts["bad_handshakes"] += 1
        except ProtocolError:
            self.counts["bad_frames"] += 1
        except Exception as error:  # noqa: BLE001 - one peer's frame must not stop the others'
            self.counts["failures"] += 1
            _log.error("a frame could not be dealt with: %s", type(error).__name__)
        else:
            return True
        return False

    def _pending(
        self, table: dict[tuple[bytes, LaneKind], float], peer: bytes, kind: LaneKind
    ) -> bool:
        until = table.get((peer, kind))
        if until is None:
            return False
        if until > self.me.clock.monotonic():
            return True
        del table[peer, kind]
        return False
