"""Which of two handshakes stands, and in which order lanes come and go."""

from __future__ import annotations

import pytest

from mesh.clock import SystemEntropy
from mesh.crypto import SigningKey
from mesh.errors import BadFrame, BadHandshake, BadSignature, VersionMismatch
from mesh.links.handshake import LaneKind
from mesh.links.lane import Lane
from mesh.links.session import Channel
from mesh.links.switchboard import HANDSHAKE_SECONDS, Listeners, Me, Switchboard
from mesh.sockets import Sent, curve_keypair
from tests.mesh.links.devices import FAMILY, ShiftedClock

LIVE, BULK = LaneKind.LIVE, LaneKind.BULK


class Wire:
    """A connection that only remembers what was written and how it was let go."""

    def __init__(self) -> None:
        self.channel = Channel()
        self.let_go: list[bool] = []
        self.written: list[bytes] = []

    def write(self, frame: bytes) -> Sent:
        self.written.append(frame)
        return Sent.TAKEN

    def renew(self) -> None:
        """Nothing to renew."""

    def hang_up(self, *, rudely: bool) -> None:
        self.let_go.append(rudely)


def ignore(*_told: object) -> None:
    """Not looked at here."""


class Side:
    """A switchboard and what it told."""

    def __init__(self) -> None:
        self.news: list[tuple[str, Lane]] = []
        self.clock = ShiftedClock()
        key = SigningKey.generate(SystemEntropy())
        me = Me(key, curve_keypair(), lambda: FAMILY, self.clock, SystemEntropy())
        self.board = Switchboard(
            me,
            Listeners(
                on_up=lambda lane: self.news.append(("up", lane)),
                on_down=lambda lane: self.news.append(("down", lane)),
                on_frame=ignore,
                on_bulk_wanted=ignore,
                on_change=ignore,
            ),
        )
        self.lower = bytes(32)
        self.higher = b"\xff" * 32

    def lane(self, peer: bytes, kind: LaneKind = LIVE) -> Lane:
        return Lane(peer, kind, Wire(), owner=self.board, clock=self.clock, dialled=True)


def test_nobody_dials_a_peer_that_is_linked() -> None:
    side = Side()
    assert side.board.may_call(side.higher, LIVE)
    lane = side.lane(side.higher)
    side.board.went_up(lane)
    assert not side.board.may_call(side.higher, LIVE)
    assert not side.board.may_take(side.higher, LIVE)
    assert side.board.may_call(side.lower, LIVE)
    side.board.ended(lane)
    assert side.board.may_call(side.higher, LIVE)


def test_nobody_dials_while_an_answered_handshake_may_succeed() -> None:
    side = Side()
    side.board.answered(side.higher, LIVE)
    assert not side.board.may_call(side.higher, LIVE)
    assert side.board.may_call(side.higher, BULK)
    side.clock.ahead += HANDSHAKE_SECONDS
    assert side.board.may_call(side.higher, LIVE)


def test_the_lower_key_refuses_while_it_calls_itself() -> None:
    side = Side()
    for peer in (side.higher, side.lower):
        side.board.called(peer, LIVE)
    assert not side.board.may_answer(side.higher, LIVE)
    assert side.board.may_answer(side.lower, LIVE)
    side.board.call_over(side.higher, LIVE)
    assert side.board.may_answer(side.higher, LIVE)


def test_a_call_that_is_never_answered_stops_nobody_for_long() -> None:
    side = Side()
    side.board.called(side.higher, LIVE)
    side.clock.ahead += HANDSHAKE_SECONDS
    assert side.board.may_answer(side.higher, LIVE)


def test_the_higher_key_gives_way_to_a_call_it_answered() -> None:
    side = Side()
    for peer in (side.higher, side.lower):
        side.board.answered(peer, LIVE)
    assert not side.board.may_take(side.lower, LIVE)
    assert side.board.may_take(side.higher, LIVE)


def test_a_lane_that_is_replaced_goes_down_first() -> None:
    side = Side()
    old, bulk, new = side.lane(side.lower), side.lane(side.lower, BULK), side.lane(side.lower)
    for lane in (old, bulk, new):
        side.board.went_up(lane)
    told = [("up", old), ("up", bulk), ("down", bulk), ("down", old), ("up", new)]
    assert side.news == told
    assert side.board.lanes == {(side.lower, LIVE): new}
    side.board.ended(old)
    assert side.news == told


@pytest.mark.parametrize("rudely", [True, False])
def test_a_lane_ends_once_and_its_connection_with_it(rudely: bool) -> None:
    side = Side()
    lane = side.lane(side.lower)
    side.board.went_up(lane)
    side.board.ended(lane, rudely=rudely)
    assert isinstance(lane.connection, Wire)
    assert lane.connection.let_go == [rudely]
    assert (lane.is_up, lane.has_ended) == (False, True)
    assert not lane.send(b"x")
    assert side.news == [("up", lane), ("down", lane)]


def test_a_listener_that_fails_keeps_no_lane_up() -> None:
    side = Side()
    lane = side.lane(side.lower)
    side.board.went_up(lane)
    side.news = None  # type: ignore[assignment]
    side.board.ended(lane)
    assert side.board.lanes == {}
    assert side.board.counts["failures"] == 1


def test_what_goes_wrong_is_counted_and_goes_no_further() -> None:
    board = Side().board

    def fail(error: Exception) -> None:
        raise error

    for error in (BadHandshake(), BadSignature(), VersionMismatch(), BadFrame(), KeyError()):
        assert not board.guarded(fail, error)
    assert board.guarded(lambda _: None, None)
    assert board.counts == {"bad_handshakes": 3, "bad_frames": 1, "failures": 1}
