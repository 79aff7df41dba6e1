from __future__ import annotations

import json
from decimal import Decimal

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mesh.companion.lines import (
    SPARE_ORDINALS,
    Entry,
    LineReader,
    MessageLine,
    encode_line,
    micros,
)
from mesh.errors import BadInput
from mesh.model import fact as facts
from mesh.model import hlc
from mesh.model.fact import Level
from tests.mesh.companion.diary import NOON

HELLO = {"conversation_id": "talk", "role": "user", "text": "hello", "timestamp": 1.5e9}


def line(**changes: object) -> bytes:
    return json.dumps({**HELLO, **changes}, ensure_ascii=False).encode()


def reader() -> LineReader:
    return LineReader(NOON)


def turn_of(entry: Entry) -> facts.Turn:
    assert isinstance(entry.content, facts.Turn)
    return entry.content


def test_a_line_becomes_the_same_fact_on_every_device() -> None:
    entry = reader().read(line(id="a-1", speaker="Ann", tags=["x", "x"]))
    again = LineReader(NOON + 999).read(line(id="a-1", speaker="Ann", tags=["x", "x"]))
    assert entry == again
    turn = turn_of(entry)
    assert (turn.speaker, turn.tags, turn.source) == ("Ann", ("x",), "a-1")
    assert (entry.fact.level, entry.fact.stamp) == (
        Level.FAMILY,
        hlc.tick_of(1_500_000_000_000),
    )
    assert facts.read(entry.raw).id == b""
    assert facts.body(facts.read(entry.raw)) == turn


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"hello",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b'{"conversation_id":"t","role":"user","text":"\\ud800","timestamp":1}',
        line(text=None),
        line(text=5),
        line(conversation_id=""),
        line(conversation_id="x" * 257),
        line(role=""),
        line(role="x" * 33),
        line(speaker="x" * 257),
        line(id="x" * 257),
        line(tags=["x"] * 33),
        line(tags=[""]),
        line(tags="x"),
        line(text="x" * (facts.TEXT_MAX + 1)),
        line(text="\N{GRINNING FACE}" * 200_000),
        line(timestamp=None),
        line(timestamp="soon"),
        line(timestamp="nan"),
        line(timestamp="1e999"),
        line(timestamp=-1),
        line(timestamp=NOON / 1e6 + 86_401),
        line(timestamp=1_500_000_000_000),
        line().replace(b"1500000000.0", b"1e999"),
        line().replace(b"1500000000.0", b"NaN"),
        b"[" * 5000,
    ],
)
def test_a_bad_line_is_refused(bad: bytes) -> None:
    with pytest.raises(BadInput):
        reader().read(bad)


@given(st.binary(max_size=80) | st.text(max_size=80).map(str.encode))
def test_junk_is_refused_and_nothing_else(junk: bytes) -> None:
    with pytest.raises(BadInput):
        reader().read(junk)


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=4,
)


@given(st.sampled_from([*HELLO, "id", "speaker", "tags"]), json_values)
@example("timestamp", 1.797693134862316e302)
@example("timestamp", 10**400)
def test_any_value_in_any_field_is_read_or_refused(field: str, value: object) -> None:
    try:
        entry = reader().read(line(**{field: value}))
    except BadInput:
        return
    assert facts.turn(facts.read(entry.raw)) == entry.content


def test_what_we_do_not_know_of_a_line_is_passed_over() -> None:
    assert turn_of(reader().read(line(mood="fine", id=7))).source == "7"
    assert turn_of(reader().read(line(id="", tags=None, speaker=None))).source is None


@pytest.mark.parametrize(
    "moment",
    [1523383337, 1523383337.0, "1523383337", "1523383337.000000", "2018-04-10T18:02:17Z",
     "2018-04-10T18:02:17", "2018-04-10T20:02:17+02:00", " 2018-04-10 18:02:17.000000 "],
)  # fmt: skip
def test_a_time_is_a_number_of_seconds_or_a_date(moment: float | str) -> None:
    assert micros(moment) == 1_523_383_337_000_000


@given(st.integers(0, (1 << 32) * 1_000_000))
def test_no_digit_of_a_time_is_lost(shown: int) -> None:
    as_told = json.loads(json.dumps(shown / 1_000_000))
    assert micros(as_told) == shown
    assert micros(f"{Decimal(shown) / 1_000_000:f}") == shown
    message = MessageLine(
        id="", conversation_id="", role="", text="", timestamp=shown / 1_000_000, device_id=None
    )
    written = encode_line(message)
    assert micros(msgspec.json.decode(written)["timestamp"]) == shown


def test_a_private_tag_keeps_a_line_at_home() -> None:
    assert reader().read(line(tags=["personal"])).fact.level == Level.PRIVATE


# ---- telling lines apart ---------------------------------------------------------------------


def test_identical_lines_without_an_id_are_told_apart_by_which_one_they_are() -> None:
    file = [line(), line(text="other"), line(), line(id="named"), line()]
    first, second = reader(), reader()
    ids = [first.read(one).identity for one in file]
    assert len(set(ids)) == 5
    assert [second.read(one).identity for one in file] == ids


def test_lines_of_one_moment_keep_the_order_of_the_file() -> None:
    read = reader()
    entries = [read.read(line(text=text, id=text)) for text in "cab"]
    other = read.read(line(conversation_id="walk", id="other"))
    stamps = [entry.fact.stamp for entry in entries]
    assert stamps == sorted(set(stamps))
    assert other.fact.stamp == stamps[0]
    later = read.read(line(id="later", timestamp=1.5e9 + 1))
    assert later.fact.stamp == hlc.tick_of(1_500_000_001_000)


def test_a_line_that_comes_back_from_an_export_is_the_line_it_was() -> None:
    file = reader()
    entries = [file.read(line()) for _ in range(SPARE_ORDINALS)]
    back = reader()
    for entry in reversed(entries):
        assert back.read(line(id=entry.identity.hex())).identity == entry.identity


def test_a_message_that_comes_back_is_known_by_its_own_id() -> None:
    native = facts.minted_id(b"author", b"rr", 5)
    assert reader().read(line(id=native.hex())).known_as == (native,)
    assert reader().read(line(id="z" * 32)).known_as == ()
    assert reader().read(line(id="a-1")).known_as == ()
