"""A long row reads as a short one, leaves nothing behind, and nobody else can read it."""

from __future__ import annotations

import random
import resource
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mesh.errors import StorageError
from mesh.model.prints import KEY_SIZE, Prints, ShortRow
from mesh.storage.spilling import BLOCK, LongRow

if TYPE_CHECKING:
    from collections.abc import Iterator

SIZE = KEY_SIZE + 8
MANY = 40_000
LITTLE = 4 * BLOCK


def without_a_name() -> dict[Path, Path]:
    """The files without a name that this process has open, and the folders they are in."""
    found = {}
    for one in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            path = one.readlink()
            if path.name.endswith("(deleted)"):
                found[one] = path.parent
    return found


@pytest.mark.parametrize("seed", range(5))
def test_it_reads_as_a_row_in_memory(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 — nothing secret
    long, short = LongRow(tmp_path, LITTLE), ShortRow()
    for _ in range(60):
        more = chance.randbytes(chance.choice((0, 1, 32, BLOCK, BLOCK + 1, 5 * BLOCK)))
        long.add(more)
        short.add(more)
        assert len(long) == len(short)
        begin, end = sorted(chance.randrange(len(short) + 1) for _ in range(2))
        assert long.read(begin, end) == short.read(begin, end)
    assert tmp_path in without_a_name().values()


def test_facts_come_into_the_same_order(tmp_path: Path) -> None:
    chance = random.Random(1)  # noqa: S311 — nothing secret
    some = [chance.randbytes(SIZE) for _ in range(MANY)]
    short, long = Prints(some), Prints(some, lambda: LongRow(tmp_path, LITTLE))
    places = [0, MANY, *(chance.randrange(MANY) for _ in range(200))]
    for place in places[2:]:
        assert (long.key(place), long.number(place)) == (short.key(place), short.number(place))
        assert long.places(short.bound(place), b"") == (place, MANY)
    for first, last in pairwise(places):
        stretch = min(first, last), max(first, last)
        assert long.print(*stretch) == short.print(*stretch)


def test_the_file_is_in_no_folder_and_gone_with_the_row(tmp_path: Path) -> None:
    row = LongRow(tmp_path, LITTLE)
    row.add(bytes(10 * LITTLE))
    assert list(tmp_path.iterdir()) == []
    assert tmp_path in without_a_name().values()
    del row
    assert tmp_path not in without_a_name().values()


def test_without_a_folder_all_stays_in_memory(tmp_path: Path) -> None:
    before = without_a_name()
    row = LongRow(None, LITTLE)
    row.add(bytes(10 * LITTLE))
    assert without_a_name() == before
    assert row.read(0, 10 * LITTLE) == bytes(10 * LITTLE)


@pytest.fixture
def file_limit() -> Iterator[int]:
    """No file of this process grows beyond so many bytes."""
    before, most = resource.getrlimit(resource.RLIMIT_FSIZE), 10 * BLOCK
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))
    yield most
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_what_finds_no_room_stays_in_memory(tmp_path: Path, file_limit: int) -> None:
    row, whole = LongRow(tmp_path, LITTLE), random.Random(1).randbytes(3 * file_limit)  # noqa: S311
    for at in range(0, len(whole), BLOCK):
        row.add(whole[at : at + BLOCK])
    assert row.read(0, len(whole)) == whole
    assert row.read(BLOCK + 1, 20 * BLOCK) == whole[BLOCK + 1 : 20 * BLOCK]


def test_who_writes_into_the_file_is_noticed_and_learns_nothing(tmp_path: Path) -> None:
    row, canary = LongRow(tmp_path, 0), b"a secret of ours" * BLOCK
    row.add(canary)
    [file_of_ours] = [one for one, folder in without_a_name().items() if folder == tmp_path]
    with file_of_ours.open("r+b") as file:
        assert b"secret" not in file.read()
        file.seek(10)
        file.write(b"!")
    with pytest.raises(StorageError):
        row.read(0, BLOCK)
    assert row.read(BLOCK, 2 * BLOCK) == canary[BLOCK : 2 * BLOCK]
