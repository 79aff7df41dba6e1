"""Sealed records, and the switch from one session to the next."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh.errors import BadFrame, BadSeal
from mesh.links.session import (
    RECORD_OVERHEAD,
    RECORDS_MAX,
    RENEW_RECORDS,
    RENEW_SECONDS,
    Channel,
    FrameType,
    Session,
    frame_type,
)


def sessions(secret: bytes = b"s" * 32) -> tuple[Session, Session]:
    said = b"t" * 32
    return (
        Session(secret, said, 1, 0.0, dialled=True),
        Session(secret, said, 1, 0.0, dialled=False),
    )


@given(st.lists(st.binary(max_size=200), min_size=1, max_size=8))
def test_records_open_in_order_and_hide_what_they_say(texts: list[bytes]) -> None:
    here, there = sessions()
    for text in texts:
        record = here.seal(text)
        assert len(record) == len(text) + RECORD_OVERHEAD
        assert frame_type(record) is FrameType.RECORD
        assert len(text) < 8 or text not in record
        assert there.open(record) == text


@given(st.data())
def test_no_bit_of_a_record_can_be_bent(data: st.DataObject) -> None:
    here, there = sessions()
    record = bytearray(here.seal(b"what was said"))
    bit = data.draw(st.integers(16, len(record) * 8 - 1))
    record[bit // 8] ^= 1 << bit % 8
    with pytest.raises(BadSeal):
        there.open(bytes(record))


@given(st.permutations(range(6)))
def test_counters_may_leave_gaps_but_never_fall(order: list[int]) -> None:
    here, there = sessions()
    records = [here.seal(b"%d" % number) for number in range(6)]
    highest = -1
    for number in order:
        if number > highest:
            assert there.open(records[number]) == b"%d" % number
            highest = number
        else:
            with pytest.raises(BadSeal):
                there.open(records[number])


def test_nobody_opens_what_he_sealed_himself() -> None:
    here, _ = sessions()
    with pytest.raises(BadSeal):
        here.open(here.seal(b"echo"))


@given(st.binary(max_size=60))
def test_junk_opens_nothing(junk: bytes) -> None:
    channel = Channel()
    channel.adopt(sessions()[0])
    with pytest.raises(BadSeal):
        channel.open(junk)
    with pytest.raises(BadSeal):
        sessions()[0].open(junk)


@pytest.mark.parametrize("frame", [b"", b"\x01", b"\x02\x03", b"\x01\x00", b"\x01\x09xx"])
def test_frames_of_no_known_type_are_bad(frame: bytes) -> None:
    with pytest.raises(BadFrame):
        frame_type(frame)


def test_a_session_is_due_after_an_hour_or_enough_records_either_way() -> None:
    here, there = sessions()
    assert not here.is_due(RENEW_SECONDS - 1)
    assert here.is_due(RENEW_SECONDS)
    here._next = RENEW_RECORDS - 1
    assert not here.is_due(0.0)
    there.open(here.seal(b"last"))
    assert here.is_due(0.0)
    there._seen = RENEW_RECORDS
    assert there.is_due(0.0)


def test_a_session_that_is_never_renewed_ends() -> None:
    here, _ = sessions()
    here._next = RECORDS_MAX
    with pytest.raises(BadSeal):
        here.seal(b"too much")


def test_a_renewal_loses_nothing_that_was_under_way() -> None:
    old_here, old_there = sessions(b"o" * 32)
    new_here, new_there = sessions(b"n" * 32)
    dialler, answerer = Channel(), Channel()
    dialler.adopt(old_here)
    answerer.offer(old_there)
    assert answerer.open(dialler.seal(b"first")) == b"first"

    answerer.offer(new_there)
    under_way = answerer.seal(b"still the old session")
    before = dialler.seal(b"also the old session")
    dialler.adopt(new_here)
    assert dialler.open(under_way) == b"still the old session"
    assert answerer.open(before) == b"also the old session"
    assert answerer.current is old_there
    assert answerer.open(dialler.seal(b"new")) == b"new"
    assert answerer.current is new_there
    late = old_there.seal(b"too late")
    assert dialler.open(answerer.seal(b"new too")) == b"new too"
    with pytest.raises(BadSeal):
        dialler.open(late)


def test_an_offer_nobody_takes_changes_nothing() -> None:
    old_here, old_there = sessions(b"o" * 32)
    dialler, answerer = Channel(), Channel()
    dialler.adopt(old_here)
    answerer.offer(old_there)
    answerer.open(dialler.seal(b"first"))
    for number in range(5):
        answerer.offer(sessions(bytes([number]) * 32)[1])
        assert answerer.open(dialler.seal(b"x")) == b"x"
        assert dialler.open(answerer.seal(b"y")) == b"y"
    assert answerer.current is old_there


def test_nothing_is_sealed_before_there_is_a_session() -> None:
    channel = Channel()
    channel.offer(sessions()[1])
    with pytest.raises(BadSeal):
        channel.seal(b"x")
