"""The file of a backup: whole or refused, whatever somebody did to its bytes."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesh.companion.archive import (
    MAGIC,
    VERSION,
    Archive,
    ArchiveWriter,
    Block,
    Contents,
    Entries,
    Facts,
)
from mesh.crypto import SEAL_OVERHEAD
from mesh.errors import BackupDamaged, BackupError, BackupNotOpened, BackupTooNew
from mesh.keystore import Cost
from tests.mesh.companion.diary import Dice

if TYPE_CHECKING:
    from collections.abc import Sequence

CHEAP = Cost(memory_kib=64, passes=1, lanes=1)
WORDS = "seven green boats"
CONTENTS = Contents("0", b"f" * 32, b"k" * 32, (b"tagtag",), "Desk", 5, 3)
BLOCKS: list[Block] = [
    CONTENTS,
    Entries((b"genesis",)),
    Facts(b"\x00\x01\x02", (b"canary one", b"canary two" * 50, b"canary three")),
]


def written(blocks: Sequence[Block] = BLOCKS, words: str = WORDS, seed: int = 3) -> bytes:
    file = io.BytesIO()
    archive = ArchiveWriter(file, words, Dice(seed), CHEAP)
    for block in blocks:
        archive.add(block)
    archive.close()
    assert archive.written == len(file.getvalue())
    return file.getvalue()


def opened(content: bytes, words: str = WORDS) -> list[Block]:
    return list(Archive(io.BytesIO(content), words).blocks())


WHOLE = written()
HEADER = WHOLE[: len(MAGIC) + 3 + int.from_bytes(WHOLE[len(MAGIC) + 1 : len(MAGIC) + 3])]


def sealed_blocks() -> list[bytes]:
    """The blocks as they stand in the file, each with its length."""
    rest, parts = WHOLE[len(HEADER) :], []
    while rest:
        end = 4 + (int.from_bytes(rest[:4]) & 0x7FFFFFFF)
        parts.append(rest[:end])
        rest = rest[end:]
    return parts


def test_what_was_written_is_read_as_often_as_it_is_asked_for() -> None:
    archive = Archive(io.BytesIO(WHOLE), WORDS)
    assert list(archive.blocks()) == list(archive.blocks()) == BLOCKS


def test_nothing_of_it_is_in_clear_and_no_two_are_alike() -> None:
    for word in (b"canary", b"Desk", b"genesis", b"tagtag", WORDS.encode()):
        assert word not in WHOLE
    first, second = WHOLE[len(HEADER) :], written(seed=4)[len(HEADER) :]
    assert first[4 : 4 + SEAL_OVERHEAD] != second[4 : 4 + SEAL_OVERHEAD]


def test_the_same_passphrase_opens_it_in_whichever_form_it_was_typed() -> None:
    assert opened(written(words="gr\u00fcne Boote"), "gru\u0308ne Boote") == BLOCKS
    with pytest.raises(BackupNotOpened):
        opened(WHOLE, WORDS + " ")


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(WHOLE) - 1), st.integers(1, 255))
def test_a_single_changed_byte_anywhere_is_noticed(at: int, change: int) -> None:
    bent = WHOLE[:at] + bytes([WHOLE[at] ^ change]) + WHOLE[at + 1 :]
    with pytest.raises(BackupError):
        opened(bent)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(WHOLE) - 1))
def test_a_file_that_was_cut_anywhere_is_noticed(at: int) -> None:
    with pytest.raises(BackupDamaged):
        opened(WHOLE[:at])


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300), st.booleans())
def test_any_bytes_are_refused_by_our_own_errors(junk: bytes, has_header: bool) -> None:
    with pytest.raises(BackupError):
        opened((HEADER if has_header else MAGIC + bytes([VERSION])) + junk)


def test_blocks_cannot_be_left_out_moved_put_in_or_added() -> None:
    first, second, third = sealed_blocks()
    other = written([CONTENTS], seed=4)[len(HEADER) :]
    for parts in (
        (first, third), (second, first, third), (first, first, second, third),
        (first, second), (first, second, third, third), (first, second, third, b"\0"),
        (other,), (),
    ):  # fmt: skip
        with pytest.raises(BackupDamaged):
            opened(HEADER + b"".join(parts))
    assert opened(HEADER + first + second + third) == BLOCKS


def test_a_later_version_is_told_as_such() -> None:
    at = len(MAGIC)
    with pytest.raises(BackupTooNew):
        opened(WHOLE[:at] + bytes([VERSION + 1]) + WHOLE[at + 1 :])
    with pytest.raises(BackupDamaged):
        opened(WHOLE[:at] + b"\0" + WHOLE[at + 1 :])


@pytest.mark.parametrize("cost", [(64, 0, 1), (524_289, 1, 1), (64, 11, 1), (64, 1, 5)])
def test_a_header_cannot_ask_for_more_work_than_our_own_keys_do(
    cost: tuple[int, int, int],
) -> None:
    at = HEADER.index(bytes([64, 1, 1]))
    asked = b"".join(
        bytes([part]) if part < 128 else b"\xce" + part.to_bytes(4) for part in cost
    )
    body = HEADER[len(MAGIC) + 3 : at] + asked + HEADER[at + 3 :]
    header = HEADER[: len(MAGIC) + 1] + len(body).to_bytes(2) + body
    with pytest.raises(BackupDamaged):
        opened(header + WHOLE[len(HEADER) :])


def test_facts_without_a_reason_each_are_no_block() -> None:
    with pytest.raises(BackupDamaged):
        opened(written([CONTENTS, Facts(b"\0", (b"one", b"two"))]))
