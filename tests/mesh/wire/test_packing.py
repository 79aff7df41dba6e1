"""Which form a page takes, and that it comes back."""

from __future__ import annotations

import hashlib
import random
from dataclasses import replace

import msgspec
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from mesh.errors import BadFrame
from mesh.model.cursor import Mark
from mesh.wire import compression, frames
from mesh.wire.compression import Press, compress, expand
from mesh.wire.frames import BY_DEFAULT, FORMS_OF_OLD, Packing
from tests.mesh.wire.test_columns import imported

SAID = "Do you think that it is going to rain today? I would like to go for a walk. "
FEW = [imported(number, SAID * 2) for number in range(6)]
MANY = [imported(number, SAID) for number in range(100)]
OLD = Packing(FORMS_OF_OLD)


def page(raws: list[bytes], packing: Packing = BY_DEFAULT) -> frames.Page:
    form, rows = frames.pack_rows(raws, packing)
    found = frames.Page(9, 1, False, (), Mark(b"r" * 8, 1), form, rows)
    assert frames.read(frames.write(found)) == found
    return found


@pytest.mark.parametrize(
    ("raws", "packing", "form"), [
        (FEW, BY_DEFAULT, frames.ROWS_KNOWN), (MANY, BY_DEFAULT, frames.TABLE),
        (FEW, OLD, frames.ROWS_ZSTD), (MANY, OLD, frames.ROWS_ZSTD),
        (FEW, Packing(compresses=False), frames.ROWS),
        (MANY, Packing(compresses=False), frames.TABLE),
        (MANY, Packing(FORMS_OF_OLD, compresses=False), frames.ROWS),
        (MANY[:2], BY_DEFAULT, frames.ROWS),
        (MANY[:2], Packing(pays_from=256), frames.ROWS_KNOWN),
        ([*MANY, b"\xc0"], BY_DEFAULT, frames.ROWS_ZSTD),
    ],
)  # fmt: skip
def test_a_page_takes_the_form_that_pays_and_is_read(
    raws: list[bytes], packing: Packing, form: int
) -> None:
    found = page(raws, packing)
    assert found.form == form
    assert frames.unpack_rows(found) == raws
    plain = len(page(raws, Packing((), 1 << 30)).rows)
    assert form == frames.ROWS or len(found.rows) <= 0.8 * plain


@given(st.lists(st.binary(max_size=400), max_size=30), st.sampled_from([BY_DEFAULT, OLD]))
def test_any_rows_come_back(raws: list[bytes], packing: Packing) -> None:
    for one in (packing, replace(packing, pays_from=0)):
        assert frames.unpack_rows(page(raws, one)) == raws


def test_nothing_is_compressed_below_the_threshold_or_for_less_than_a_fifth() -> None:
    size = len(page(FEW, Packing((), 1 << 30)).rows)
    assert page(FEW, Packing(pays_from=size + 1)).form == frames.ROWS
    assert page(FEW, Packing(pays_from=size)).form == frames.ROWS_KNOWN
    chance = random.Random(7)  # noqa: S311 - the same in every run
    for count in (6, 60):
        noise = [
            msgspec.msgpack.encode([n, *range(7), [chance.randbytes(300)]])
            for n in range(count)
        ]
        assert page(noise).form == frames.ROWS


def test_the_dictionary_makes_a_single_message_smaller_by_a_third() -> None:
    plain = msgspec.msgpack.encode([imported(7, SAID + "Shall we meet at the lake at noon?")])
    known = Press().press(plain, by_dictionary=True)
    assert known is not None
    assert len(known) < 0.66 * len(plain)
    assert compress(plain) is None
    assert expand(known, 1000, by_dictionary=True) == plain


def test_whoever_lacks_the_dictionary_cannot_open_and_says_so() -> None:
    known = Press().press(SAID.encode() * 3, by_dictionary=True)
    assert known is not None
    with pytest.raises(BadFrame):
        expand(known, 1000)
    foreign = zstandard.train_dictionary(2000, [f"{SAID}{n}".encode() for n in range(999)])
    other = zstandard.ZstdCompressor(dict_data=foreign).compress(SAID.encode())
    with pytest.raises(BadFrame):
        expand(other, 1000, by_dictionary=True)


@given(st.binary(max_size=300), st.integers(0, 255))
def test_any_bytes_in_any_form_are_rows_or_a_bad_frame(junk: bytes, form: int) -> None:
    found = replace_rows(page(FEW), form, junk)
    try:
        assert all(isinstance(raw, bytes) for raw in frames.unpack_rows(found))
    except BadFrame:
        return


@given(st.data(), st.sampled_from([FEW, MANY]), st.binary(max_size=3))
def test_a_page_that_was_changed_is_rows_or_a_bad_frame(
    data: st.DataObject, raws: list[bytes], other: bytes
) -> None:
    whole = page(raws)
    where = data.draw(st.integers(0, len(whole.rows) - 1))
    bent = whole.rows[:where] + other + whole.rows[where + 1 :]
    try:
        frames.unpack_rows(replace_rows(whole, whole.form, bent))
    except BadFrame:
        return


def replace_rows(found: frames.Page, form: int, rows: bytes) -> frames.Page:
    return msgspec.structs.replace(found, form=form, rows=rows)


def test_a_page_that_says_it_is_too_large_is_not_expanded() -> None:
    bomb = zstandard.compress(bytes(frames.PAGE_PLAIN_MAX + 1))
    for form in (frames.ROWS_ZSTD, frames.ROWS_KNOWN):
        found = replace_rows(page(FEW), form, bomb)
        assert frames.size_of_rows(found) == frames.PAGE_PLAIN_MAX + 1
        with pytest.raises(BadFrame):
            frames.unpack_rows(found)


def test_how_large_a_page_is_when_open_is_known_before() -> None:
    plain = len(msgspec.msgpack.encode(FEW))
    for packing in (BY_DEFAULT, OLD, Packing(())):
        assert frames.size_of_rows(page(FEW, packing)) == plain
    assert frames.size_of_rows(page(MANY)) >= sum(map(len, MANY))


def test_a_dictionary_is_never_changed_once_it_was_shipped() -> None:
    assert compression.DICTIONARY == "chat-1.zstd"
    found = hashlib.blake2b(compression.known(), digest_size=16).hexdigest()
    assert found == "392bd487589ff7cbc1a5ff4879831728"
