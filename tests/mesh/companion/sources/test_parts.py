from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh.companion.sources.parts import CHUNK, PartReader
from mesh.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def by(size: int, content: bytes) -> Callable[[int], bytes]:
    """A file that gives a few bytes at a time."""
    file = io.BytesIO(content)
    return lambda _: file.read(size)


@given(
    st.lists(values, max_size=6), st.integers(1, 9), st.booleans(), st.sampled_from([None, 2])
)
def test_the_items_of_a_list_come_out_as_they_went_in(
    items: list[object], size: int, is_plain: bool, indent: int | None
) -> None:
    content = json.dumps(items, ensure_ascii=is_plain, indent=indent).encode(
        errors="surrogatepass"
    )
    found = list(PartReader(by(size, content)).parts())
    assert [json.loads(one.raw) for one in found] == items
    assert all(one.trouble is None for one in found)


@given(st.dictionaries(st.text(min_size=1), st.lists(values, min_size=1, max_size=3)))
def test_the_lists_of_a_map_come_item_by_item(tables: dict[str, list[object]]) -> None:
    content = json.dumps(tables).encode()
    found = [(one.table, json.loads(one.raw)) for one in PartReader(by(7, content)).parts()]
    assert found == [(name, item) for name, items in tables.items() for item in items]


@given(st.lists(values, min_size=1, max_size=5), st.data())
def test_of_a_file_that_was_cut_only_the_last_part_is_missing(
    items: list[object], data: st.DataObject
) -> None:
    content = json.dumps(items).encode()
    cut = content[: data.draw(st.integers(1, len(content) - 1))]
    *whole, last = PartReader(by(5, cut)).parts()
    assert last.trouble is not None
    assert [json.loads(one.raw) for one in whole] == items[: len(whole)]


@given(st.binary(max_size=200), st.integers(1, 9))
def test_any_bytes_end_and_raise_only_what_is_ours(content: bytes, size: int) -> None:
    try:
        found = list(PartReader(by(size, content)).parts())
    except BadInput:
        return
    assert sum(len(one.raw) for one in found) <= len(content)


@pytest.mark.parametrize("giant", ['"' + "x" * 5000 + '"', "[" * 2000 + "]" * 2000,
                                   '{"a":"' + "\\n\\\"" * 2000 + '"}'])  # fmt: skip
def test_what_is_too_large_is_said_and_the_next_is_none_the_worse(giant: str) -> None:
    found = list(PartReader(by(100, f'[1,{giant},"b"]'.encode()), part_max=1000).parts())
    assert [one.raw for one in found] == [b"1", b"", b'"b"']
    assert found[1].trouble is not None
    assert found[1].trouble.sentence == "It is too large."


def test_a_flood_of_blanks_costs_no_memory() -> None:
    pieces = iter([b"[", *[b" " * CHUNK] * 64, b"1]", b""])
    reader = PartReader(lambda _: next(pieces))
    assert [one.raw for one in reader.parts()] == [b"1"]
    assert len(reader._buffer) <= CHUNK
