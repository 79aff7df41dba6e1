"""The handshake, bent in every way."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh.clock import SystemEntropy
from mesh.crypto import SigningKey
from mesh.errors import BadFrame, BadHandshake, ProtocolError, VersionMismatch
from mesh.links.handshake import (
    M1_SIZE,
    M2_SIZE,
    VERSIONS,
    Dialling,
    Ends,
    LaneKind,
    Reason,
    Versions,
    answer,
    lane_kind,
    read_refusal,
    refusal,
)

ENTROPY = SystemEntropy()
ALICE, BOB, EVE = (SigningKey(bytes([n]) * 32) for n in (1, 2, 3))
ENDS = Ends(ALICE.public, BOB.public, b"a" * 32, b"b" * 32, LaneKind.LIVE, bytes(32))


def dial(ends: Ends = ENDS, versions: Versions = VERSIONS) -> Dialling:
    return Dialling(ALICE, ends, ENTROPY, versions)


CALL = dial()
ANSWER = answer(BOB, ENDS, CALL.m1, entropy=ENTROPY, now=0.0)


def test_both_sides_get_one_session_that_speaks_both_ways() -> None:
    here = CALL.finish(ANSWER.m2, 0.0)
    there = ANSWER.session
    assert there.open(here.seal(b"question")) == b"question"
    assert here.open(there.seal(b"answer")) == b"answer"
    assert (len(CALL.m1), len(ANSWER.m2)) == (M1_SIZE, M2_SIZE) == (1349, 1235)


@given(st.integers(0, M1_SIZE * 8 - 1))
def test_no_bit_of_m1_can_be_bent(bit: int) -> None:
    bent = flipped(CALL.m1, bit)
    with pytest.raises(ProtocolError):
        answer(BOB, ENDS, bent, entropy=ENTROPY, now=0.0)


@given(st.integers(0, M2_SIZE * 8 - 1))
def test_no_bit_of_m2_can_be_bent(bit: int) -> None:
    with pytest.raises(ProtocolError):
        CALL.finish(flipped(ANSWER.m2, bit), 0.0)


@given(st.binary(max_size=M1_SIZE + 9))
def test_junk_is_no_handshake(junk: bytes) -> None:
    with pytest.raises(ProtocolError):
        answer(BOB, ENDS, junk, entropy=ENTROPY, now=0.0)
    with pytest.raises(ProtocolError):
        CALL.finish(junk, 0.0)


@pytest.mark.parametrize(
    "other",
    [
        {"dialler": EVE.public},
        {"answerer": EVE.public},
        {"dialler_curve": b"e" * 32},
        {"answerer_curve": b"e" * 32},
        {"kind": LaneKind.BULK},
        {"family": b"f" * 32},
    ],
)
def test_both_sides_must_mean_the_same_ends(other: dict[str, bytes]) -> None:
    theirs = replace(ENDS, **other)  # type: ignore[arg-type]
    with pytest.raises(ProtocolError):
        answer(BOB, theirs, CALL.m1, entropy=ENTROPY, now=0.0)


def test_an_answer_counts_only_for_the_call_it_answers() -> None:
    with pytest.raises(ProtocolError):
        dial().finish(ANSWER.m2, 0.0)


def test_nobody_else_can_answer() -> None:
    call = dial()
    forged = answer(EVE, ENDS, call.m1, entropy=ENTROPY, now=0.0)
    with pytest.raises(ProtocolError):
        call.finish(forged.m2, 0.0)


def test_a_repeated_m1_makes_another_session() -> None:
    again = answer(BOB, ENDS, CALL.m1, entropy=ENTROPY, now=0.0)
    first = CALL.finish(ANSWER.m2, 0.0)
    with pytest.raises(ProtocolError):
        again.session.open(first.seal(b"x"))


@pytest.mark.parametrize(
    ("ours", "theirs", "chosen"),
    [((1, 1), (1, 1), 1), ((1, 3), (2, 5), 3), ((1, 5), (2, 3), 3), ((2, 2), (1, 9), 2)],
)
def test_the_highest_common_version_is_chosen(
    ours: tuple[int, int], theirs: tuple[int, int], chosen: int
) -> None:
    call = dial(versions=Versions(*ours))
    reply = answer(BOB, ENDS, call.m1, entropy=ENTROPY, now=0.0, versions=Versions(*theirs))
    assert reply.session.version == call.finish(reply.m2, 0.0).version == chosen


@pytest.mark.parametrize(("ours", "theirs"), [((1, 1), (2, 3)), ((4, 5), (1, 3))])
def test_no_common_version_is_said(ours: tuple[int, int], theirs: tuple[int, int]) -> None:
    call = dial(versions=Versions(*ours))
    with pytest.raises(VersionMismatch):
        answer(BOB, ENDS, call.m1, entropy=ENTROPY, now=0.0, versions=Versions(*theirs))


def test_a_refusal_tells_why() -> None:
    for reason in Reason:
        assert read_refusal(refusal(reason, Versions(1, 2))) is reason
    with pytest.raises(BadFrame):
        read_refusal(b"\x01\x04\x09\x01\x01")
    with pytest.raises(BadHandshake):
        lane_kind(b"\x01\x01")


def flipped(frame: bytes, bit: int) -> bytes:
    bent = bytearray(frame)
    bent[bit // 8] ^= 1 << bit % 8
    return bytes(bent)
