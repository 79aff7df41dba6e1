from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh.errors import BadFact, TooLarge
from mesh.model import fact as facts
from mesh.model import scope as scopes
from mesh.model.fact import Fact, FactKind, Level, Memory, ObjectKind, Turn, Words
from mesh.model.imported import imported_id

AUTHOR = b"author"
LINE = Turn("talk", "user", "hello", 1_500_000_000_000_000, source="line-1")


def fact_of(
    content: facts.Body, kind: int = FactKind.ROOT, object_kind: int = ObjectKind.TURN
) -> Fact:
    identity = facts.minted_id(AUTHOR, b"rr", 77)
    return Fact(
        1, kind, identity, b"", object_kind, 77, Level.FAMILY, (), facts.encode_body(content)
    )


names = st.text(max_size=20)
turns = st.builds(
    Turn,
    conversation=names,
    role=st.text(min_size=1, max_size=10),
    text=st.text(max_size=200),
    shown=st.integers(-(1 << 61), 1 << 61),
    speaker=st.none() | names,
    tags=st.lists(st.text(min_size=1, max_size=9), max_size=4).map(tuple),
    source=st.none() | names,
    ordinal=st.integers(0, 1 << 30),
)


@given(turns)
def test_a_turn_comes_back_as_it_was_written(turn: Turn) -> None:
    written = facts.write(fact_of(turn))
    assert facts.body(facts.read(written)) == turn
    assert facts.turn(facts.read(written)) == turn


@given(st.binary(max_size=300))
def test_junk_is_refused_and_nothing_else(junk: bytes) -> None:
    try:
        facts.body(facts.read(junk))
    except BadFact:
        return
    assert facts.read(junk).version == facts.VERSION


@given(turns, st.integers(0, 400), st.integers(0, 255))
def test_a_bent_fact_is_refused_or_another_fact(turn: Turn, place: int, byte: int) -> None:
    written = bytearray(facts.write(fact_of(turn)))
    written[place % len(written)] = byte
    try:
        facts.body(facts.read(bytes(written)))
    except BadFact:
        return
    assert facts.read(bytes(written)).stamp <= facts.STAMP_MAX


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"stamp": 1 << 63},
        {"level": 4},
        {"id": bytes(17)},
        {"sees": (bytes(15),)},
        {"sees": (bytes(16),) * 65},
    ],
)
def test_a_header_out_of_bounds_is_refused(change: dict[str, object]) -> None:
    bent = msgspec.structs.replace(fact_of(LINE), **change)
    with pytest.raises(BadFact):
        facts.read(msgspec.msgpack.encode(bent))


def test_what_others_could_not_take_is_never_written() -> None:
    with pytest.raises(TooLarge):
        facts.write(fact_of(Words("\N{GRINNING FACE}" * 200_000), FactKind.TEXT))


def test_a_kind_of_a_later_version_is_read_and_kept_as_it_came() -> None:
    later = fact_of(Memory("x", (), 0), kind=99, object_kind=40)
    read = facts.read(facts.write(later))
    assert facts.body(read) is None
    assert facts.write(read) == facts.write(later)
    assert scopes.scope_kind(40, 99) == scopes.UNKNOWN_SCOPE + 40


def test_a_later_version_may_say_more_in_a_body_we_know() -> None:
    longer = msgspec.Raw(msgspec.msgpack.encode(["a text", "and something newer"]))
    told = msgspec.structs.replace(fact_of(Words(""), FactKind.TEXT), body=longer)
    assert facts.body(facts.read(facts.write(told))) == Words("a text")


# ---- ids -------------------------------------------------------------------------------------


def test_a_minted_id_tells_its_author_and_tick() -> None:
    identity = facts.minted_id(AUTHOR, b"rr", 123_456)
    assert facts.author_of(identity) == AUTHOR
    assert facts.tick_in(identity) == 123_456
    assert not facts.is_imported(identity)


def test_an_imported_line_has_no_author_and_one_id_everywhere() -> None:
    identity = imported_id(LINE)
    assert facts.author_of(identity) is None
    assert identity == imported_id(
        msgspec.structs.replace(LINE, text="corrected since", shown=5)
    )


@given(turns, turns)
def test_lines_without_an_id_are_told_apart_by_all_they_say(one: Turn, other: Turn) -> None:
    said = [
        (turn.conversation, turn.role, turn.speaker or "", turn.text, turn.shown, turn.ordinal)
        for turn in (one, other)
    ]
    bare = [msgspec.structs.replace(turn, source=None) for turn in (one, other)]
    same_id = imported_id(bare[0]) == imported_id(bare[1])
    assert same_id == (said[0] == said[1])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("ab", "c"), ("a", "bc")),
        (("a\0b", "c"), ("a", "b\0c")),
        (("talk", "1"), ("talk", "2")),
    ],
)
def test_a_conversation_and_a_source_id_never_run_together(
    one: tuple[str, str], other: tuple[str, str]
) -> None:
    ids = {
        imported_id(Turn(conversation, "user", "", 0, source=source))
        for conversation, source in (one, other)
    }
    assert len(ids) == 2


def test_a_rival_is_filed_apart_by_its_variant() -> None:
    identity = facts.minted_id(AUTHOR, b"rr", 1)
    assert facts.rival_id(identity, 0) != facts.rival_id(identity, 1)
    assert facts.is_imported(facts.rival_id(identity, 0))


@given(st.integers(0, 1 << 20), st.integers(0, 3), st.booleans())
def test_a_scope_is_one_number_and_back(kind: int, level: int, is_stub: bool) -> None:
    scope = scopes.scope_of(kind, level, is_stub=is_stub)
    assert scopes.scope_parts(scope) == (kind, is_stub, level)


@given(
    turns,
    st.sampled_from(FactKind),
    st.sampled_from([b"", bytes(16)]),
    st.sampled_from([b"", facts.minted_id(AUTHOR, b"rr", 77)]),
)
def test_a_minted_root_is_known_by_how_its_bytes_begin(
    turn: Turn, kind: FactKind, target: bytes, identity: bytes
) -> None:
    fact = msgspec.structs.replace(fact_of(turn, kind), object=target, id=identity)
    is_first = kind == FactKind.ROOT and not target and bool(identity)
    assert facts.begins_object(facts.write(fact)) == is_first


@given(turns, st.integers(0, 30), st.integers(0, 255))
def test_bytes_that_begin_like_a_root_are_one_or_cannot_be_read(
    turn: Turn, place: int, byte: int
) -> None:
    bent = bytearray(facts.write(fact_of(turn)))
    bent[place] = byte
    try:
        fact = facts.read(bytes(bent))
    except BadFact:
        return
    if facts.begins_object(bytes(bent)):
        assert (fact.kind, fact.object, len(fact.id)) == (FactKind.ROOT, b"", 16)
