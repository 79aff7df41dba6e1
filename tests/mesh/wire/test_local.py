"""Whatever bytes come to the door, they are a call, a map, or one of our own errors."""

from __future__ import annotations

import math
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh.errors import BadInput, MeshError, NotFound, RequestFailed, TooLarge
from mesh.messages import TOPICS, UserSaid
from mesh.wire.local import (
    BODY_IN_MAX,
    DEPTH_MAX,
    Body,
    Face,
    failed,
    failure,
    read_body,
    read_call,
    shape,
)
from mesh.wishes import AnyWish

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("ab"), inner, max_size=3)
    ),
    max_leaves=10,
)
MAPS = st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), PLAIN, max_size=4)
OPENINGS = st.sampled_from([b"", b"{", b"\x81\xa1a", b'{"a":', b"\xde\xff\xff", b"\xdd\xff"])


@given(MAPS, st.sampled_from(Face))
def test_every_plain_map_survives_both_spellings(value: Body, face: Face) -> None:
    assert read_body(face.encode(value)) == value


@given(OPENINGS, st.binary(max_size=300))
def test_any_bytes_are_a_map_or_bad_input(opening: bytes, rest: bytes) -> None:
    try:
        value = read_body(opening + rest)
    except BadInput:
        return
    assert read_body(Face.MESSAGEPACK.encode(value)).keys() == value.keys()


@given(st.lists(st.binary(max_size=30), min_size=1, max_size=7), st.booleans())
def test_any_frames_are_a_call_that_can_be_answered(
    frames: list[bytes], has_topic: bool
) -> None:
    call = read_call(frames, has_topic=has_topic)
    assert call.sender == frames[0]
    assert call.fault is None or isinstance(call.fault, BadInput | TooLarge)
    assert bool(call.topic) == (has_topic and call.fault is None)


@given(MAPS, st.sampled_from(sorted(TOPICS)))
def test_any_map_is_a_message_or_bad_input_that_does_not_repeat_it(
    value: Body, topic: str
) -> None:
    try:
        message = shape(value, TOPICS[topic])
    except BadInput:
        return
    assert message.topic == topic


@pytest.mark.parametrize(
    "value",
    [
        {"wish": "secret words"},
        {"wish": "trust", "device": "d", "trust": "secret words"},
        {"wish": "say", "text": ["secret words"]},
        {"wish": "say", "text": "x", "role": 5, "conversation": "secret words"},
    ],
)
def test_a_refusal_names_the_field_and_not_what_was_in_it(value: Body) -> None:
    wish: Any = AnyWish
    with pytest.raises(BadInput) as refused:
        shape(value, wish)
    assert "secret" not in str(refused.value)
    assert "$" in str(refused.value)


def test_bounds_hold_at_their_edge() -> None:
    fits = b'{"a":"' + b"x" * (BODY_IN_MAX - 8) + b'"}'
    assert len(read_body(fits)) == 1
    with pytest.raises(TooLarge):
        read_body(fits + b" ")
    deep: Any = 1
    for _ in range(DEPTH_MAX - 1):
        deep = [deep]
    assert read_body(msgspec.msgpack.encode({"a": deep}))
    with pytest.raises(BadInput):
        read_body(msgspec.msgpack.encode({"a": [deep]}))


@pytest.mark.parametrize("body", [b'{"a":' + b"[" * 90_000, b"\x81\xa1a" + b"\x91" * 90_000])
def test_nesting_without_end_is_bad_input(body: bytes) -> None:
    with pytest.raises(BadInput):
        read_body(body)


def test_an_error_arrives_as_what_it_was() -> None:
    travelled = failed(failure(NotFound("No such memory.")))
    assert type(travelled) is NotFound
    assert travelled.sentence == "No such memory."
    assert type(failed(failure(NotFound()))) is NotFound
    unknown = failed({"error": "of_a_later_version", "message": "Wait a little."})
    assert type(unknown) is RequestFailed
    assert str(unknown) == "Wait a little."
    nonsense: list[object] = [None, [], {}, {"error": 5}]
    for junk in nonsense:
        assert isinstance(failed(junk), MeshError)


def test_what_cannot_be_spelled_is_refused() -> None:
    for value in (object(), {"a": 2**70}, {"a": "\ud800"}):
        with pytest.raises(BadInput):
            Face.MESSAGEPACK.encode(value)
    assert Face.JSON.encode({"a": math.inf}) == b'{"a":null}'
    assert shape({"text": "x"}, UserSaid) == UserSaid(text="x")
