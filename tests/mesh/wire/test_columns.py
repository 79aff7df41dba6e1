"""Facts come out as the bytes they went in, and what a stranger made up comes to an end."""

from __future__ import annotations

import itertools
import uuid
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh.errors import BadFrame
from mesh.model import fact as facts
from mesh.model.fact import Fact, FactKind, ObjectKind, Turn
from mesh.wire import columns, ways
from mesh.wire.columns import Table
from mesh.wire.compression import Press
from mesh.wire.ways import AnyWay, AsIs, Block, Chosen, Minted, Near, Same, Steps, Uuids
from mesh.wire.writing import Writing

if TYPE_CHECKING:
    from collections.abc import Sequence

LIMIT = 1 << 20
NOON = 1_790_000_000_000
encode = msgspec.msgpack.encode
INTEGERS = st.integers(-(1 << 63), (1 << 64) - 1)
TIMES = st.integers(NOON * 1000, NOON * 1000 + 9_999_999)
UUIDS = st.uuids().flatmap(lambda one: st.sampled_from([str(one), str(one).upper(), one.hex]))
TIMELY_UUIDS = st.builds(
    lambda at, rest: str(uuid.UUID(int=at << 80 | rest)),
    st.integers(NOON, NOON + 9999), st.integers(0, (1 << 80) - 1),
)  # fmt: skip
IDS = st.builds(
    lambda head, at: head + (at << 16).to_bytes(8, "big"),
    st.binary(min_size=8, max_size=8), st.integers(NOON, NOON + 9999),
)  # fmt: skip
VALUES = st.one_of(
    INTEGERS, UUIDS, st.text(max_size=40), st.none(), st.booleans(), st.floats(),
    st.binary(max_size=20), st.lists(INTEGERS, max_size=2),
    st.sampled_from([0, 1, 0.0, -0.0, 1.0, True, False, "", b"", " " * 36]),
)  # fmt: skip
COLUMNS = st.one_of(
    *map(st.just, [VALUES, INTEGERS, UUIDS, TIMELY_UUIDS, TIMES, IDS]),
    VALUES.map(st.just),
    st.lists(st.text(max_size=9), min_size=1, max_size=3).map(st.sampled_from),
    st.just(st.integers(NOON, NOON + 9999).map(lambda at: at << 16)),
)


@st.composite
def pages(draw: st.DrawFn) -> list[bytes]:
    """Facts whose elements are alike in columns, or not; bodies of different widths."""
    header = [draw(COLUMNS) for _ in range(columns.HEADER)]
    body = [draw(COLUMNS) for _ in range(draw(st.integers(0, 5)))]
    made = []
    for _ in range(draw(st.integers(1, 18))):
        width = draw(st.sampled_from([len(body), draw(st.integers(0, len(body)))]))
        head = [draw(one) for one in header]
        made.append(encode([*head, [draw(one) for one in body[:width]]]))
    return made


def imported(number: int, text: str = "What do you want to talk about?") -> bytes:
    at = NOON + 11_000 * number + number % 7
    source = str(uuid.UUID(int=(at << 80) | (number * 0x9E3779B97F4A7C15) % (1 << 60)))
    said = Turn("chat", ("user", "assistant")[number % 2], text, at * 1000, source=source)
    body = facts.encode_body(said)
    return facts.write(Fact(1, FactKind.ROOT, b"", b"", ObjectKind.TURN, at << 16, 1, (), body))


def minted(number: int) -> bytes:
    stamp = (NOON + 9_000 * number) << 16
    said = Turn("chat", "user", f"This is what I said on day {number}.", NOON * 1000 + number)
    identity = b"abcdefrr" + stamp.to_bytes(8, "big")
    body = facts.encode_body(said)
    return facts.write(
        Fact(1, FactKind.ROOT, identity, b"", ObjectKind.TURN, stamp, 1, (), body)
    )


def packed(raws: list[bytes], press: Press | None) -> bytes:
    found = columns.pack(raws, press)
    assert found is not None
    return found


def ways_of(raws: list[bytes]) -> list[type]:
    table = msgspec.msgpack.decode(packed(raws, Press()), type=Table)
    return [type(one) for one in table.columns]


@given(pages())
def test_facts_come_back_byte_for_byte(raws: list[bytes]) -> None:
    for press in (Press(), None):
        assert columns.unpack(packed(raws, press), LIMIT) == raws


ODD: Sequence[Sequence[object]] = [
    [1, True, 1.0] * 4, [0.0, -0.0], [[1], [True]], ["", None, b""] * 9, [1 << 62, -(1 << 62)],
    [(1 << 63) - 1, -(1 << 63), (1 << 64) - 1], [str(uuid.UUID(int=7)), " " * 36],
    [str(uuid.UUID(int=7)), "é" * 36], [uuid.UUID(int=7).hex, uuid.UUID(int=8).hex],
    [b"x" * 16, b"y" * 16], [b"x" * 16, b"x" * 15], list(range(300)),
    [str(uuid.UUID(int=7)), "ab" + " " * 34], ["a"] * 64 + [str(n) for n in range(300)],
]  # fmt: skip


@pytest.mark.parametrize("column", ODD)
def test_elements_that_only_look_alike_come_back_as_they_were(column: Sequence[object]) -> None:
    raws = [encode([one, *[NOON << 16] * 7, [NOON * 1000, one]]) for one in column]
    for press in (Press(), None):
        assert columns.unpack(packed(raws, press), LIMIT) == raws


def test_a_page_of_many_comes_back_and_is_a_third_as_large() -> None:
    texts = itertools.cycle(["I like it.", "What do you want to do there?", "Grüße\n", ""])
    raws = [imported(number, next(texts)) for number in range(columns.ROWS_MAX)]
    assert columns.unpack(packed(raws, Press()), LIMIT) == raws
    assert 3 * len(packed(raws, Press())) < sum(map(len, raws))


def test_each_column_is_written_in_the_shortest_way_it_allows() -> None:
    assert ways_of([imported(number) for number in range(100)]) == [
        Same, Same, Same, Same, Same, Near, Same, Same,
        Same, Chosen, Same, Steps, Same, Same, Uuids, Same,
    ]  # fmt: skip
    assert ways_of([minted(number) for number in range(100)]) == [
        Same, Same, Minted, Same, Same, Steps, Same, Same,
        Same, Same, AsIs, Steps, Same, Same, Same, Same,
    ]  # fmt: skip


def test_what_follows_from_the_times_is_not_sent() -> None:
    alike = len(packed([imported(number) for number in range(1000)], Press()))
    assert alike < 1000 * (10 + 3)  # the random part of an id and a step


@pytest.mark.parametrize(
    "raw", [
        b"", b"\xc0", b"\x93\x01\x02\x03", imported(1)[:-1], imported(1) + b"\xc0",
        encode([1, 2, 3, 4, 5, 6, 7, 8, "no body"]), encode([1, 2, 3, 4, 5, 6, 7, 8, {}]),
        encode([1, 2, 3, 4, 5, 6, 7, 8, list(range(16))]),
        b"\xdc\x00\x09" + imported(1)[1:],
        imported(1).replace(b"\xd9\x24", b"\xda\x00\x24"),
        encode([1, 2, 3, 4, 5, 6, 7, 8])[:-1] + b"\xcc\x08" + encode([]),
    ],
)  # fmt: skip
def test_facts_of_another_shape_go_row_by_row(raw: bytes) -> None:
    assert columns.pack([imported(0), raw], Press()) is None


# ---- what a stranger made up -----------------------------------------------------------------

NOTHING = Same(b"\xc0")


def table(*body: AnyWay, widths: tuple[int, ...] = (1,), rows: int | None = None) -> bytes:
    """A table whose facts have a header of nothing."""
    header = (NOTHING,) * columns.HEADER
    count = len(widths) if rows is None else rows
    return encode(Table(count, Block(bytes(widths)), (*header, *body)))


@given(st.binary(max_size=200))
def test_any_bytes_come_to_an_end(junk: bytes) -> None:
    with pytest.raises(BadFrame):
        columns.unpack(junk, LIMIT)


@given(st.data(), st.integers(0, 255), st.binary(max_size=3))
def test_a_table_that_was_changed_comes_to_an_end(
    data: st.DataObject, place: int, other: bytes
) -> None:
    whole = packed([imported(number) for number in range(12)], Press())
    where = data.draw(st.integers(0, len(whole) - 1))
    try:
        columns.unpack(whole[:where] + other + whole[where + place % 3 :], LIMIT)
    except BadFrame:
        return


BLOCKS = st.builds(Block, st.binary(max_size=40), st.booleans())
WHOLES = st.integers(-(1 << 62), 1 << 62)
STEPS = st.builds(Steps, WHOLES, WHOLES, WHOLES, BLOCKS)
PLACES = st.integers(0, 31)
WAYS = st.one_of(
    st.builds(Same, st.binary(max_size=9)), STEPS, st.builds(Near, PLACES, STEPS),
    st.builds(Uuids, BLOCKS, PLACES, st.none() | STEPS),
    st.builds(Minted, BLOCKS, PLACES, STEPS),
    st.builds(Chosen, BLOCKS, BLOCKS), st.builds(AsIs, BLOCKS),
)  # fmt: skip


@given(
    st.lists(WAYS, max_size=3), st.lists(st.integers(0, 3), max_size=5),
    st.none() | st.integers(0, 5),
)  # fmt: skip
def test_any_column_comes_to_an_end(
    body: list[AnyWay], widths: list[int], rows: int | None
) -> None:
    try:
        found = columns.unpack(table(*body, widths=tuple(widths), rows=rows), LIMIT)
    except BadFrame:
        return
    assert len(found) == (len(widths) if rows is None else rows)


ONE, TWO = Block(encode([1])), (1, 1)
ZEROS = Steps(0, 1, 0, Block(b""))


@pytest.mark.parametrize(
    "junk", [
        table(widths=()), table(widths=(), rows=1), table(NOTHING, widths=(1, 1), rows=3),
        table(widths=(1,)), table(Same(b""), widths=(1,)),
        table(NOTHING, widths=(0,)), table(*[NOTHING] * 15, NOTHING, widths=(16,)),
        encode(Table(4097, Block(b"\1"), (NOTHING,) * 9)),
        table(Same(b"\xc0\xc0")), table(Same(b"\x91")),
        table(AsIs(Block(encode([1, 2])))), table(AsIs(ONE), widths=TWO),
        table(Steps(0, 1 << 62, 1 << 62, Block(b"")), widths=TWO),
        table(Steps(0, 1, 0, Block(b"x" * 9)), widths=TWO),
        table(Uuids(Block(b"x" * 17))), table(Uuids(Block(b"x" * 10), 0, ZEROS)),
        table(Near(7, ZEROS)), table(Near(8, ZEROS)), table(Near(20, ZEROS)),
        table(Near(9, ZEROS), Near(8, ZEROS), widths=(2,)),
        table(Minted(Block(b"x" * 8), 8, ZEROS)), table(Minted(Block(b"x"), 9, ZEROS), ZEROS),
        table(Chosen(ONE, Block(b"\1"))), table(Chosen(ONE, Block(b""))),
        table(Chosen(Block(encode([1, 2])), Block(b"\0"))),
    ],
)  # fmt: skip
def test_a_table_that_does_not_add_up_is_a_bad_frame(junk: bytes) -> None:
    with pytest.raises(BadFrame):
        columns.unpack(junk, LIMIT)


MANY = (1,) * columns.ROWS_MAX
LONG = Block(encode(["x" * 1000]))
ZSTD = Block(Press().press(encode(["x" * LIMIT]), by_dictionary=False) or b"", is_packed=True)


@pytest.mark.parametrize(
    "bomb", [
        table(Same(encode("x" * 1000)), widths=MANY),
        table(Chosen(LONG, Block(bytes(columns.ROWS_MAX))), widths=MANY),
        table(AsIs(ZSTD)),
        table(*[AsIs(Block(encode(["x" * (LIMIT // 3)])))] * 4, widths=(4,)),
    ],
)  # fmt: skip
def test_what_would_grow_beyond_the_bound_is_a_bad_frame(bomb: bytes) -> None:
    with pytest.raises(BadFrame):
        columns.unpack(bomb, LIMIT)
    assert columns.unpack(bomb, 8 * LIMIT)  # and nothing else is wrong with it


def test_columns_have_the_bytes_the_protocol_names() -> None:
    writing = Writing(None, 3)
    assert encode(writing.write(8, [5, 8, 14])).hex() == "950105030192c4020001c2"
    assert encode(writing.write(9, [0, 0])).hex() == "9200c40100"


def test_planes_are_the_first_bytes_and_then_the_second_ones() -> None:
    assert ways.planes(b"a1b2c3", 2) == b"abc123"
    assert ways.joined_planes(b"abc123", 2, 3) == b"a1b2c3"
    with pytest.raises(BadFrame):
        ways.joined_planes(b"abc12", 2, 3)
