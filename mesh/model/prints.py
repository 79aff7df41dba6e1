"""A frozen set of facts in the order of their keys, and fingerprints of any stretch of it.

key          stamp 8 ‖ digest 16, both of the fact's bytes: nothing local, so devices agree
fingerprint  of the sum of the digests and how many there are: equal sets, equal prints

Kept as one row of bytes and a sum for every so many facts, so that a hundred thousand facts
take some three megabytes, twice that while they are put in order, and a print of any stretch a
few hundred additions at most. Where the row is, in memory or elsewhere, is for others to say.
"""

from __future__ import annotations

import hashlib
import struct
from bisect import bisect_left
from itertools import islice
from typing import TYPE_CHECKING, Protocol

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

STAMP_SIZE = 8
DIGEST_SIZE = 16
KEY_SIZE = STAMP_SIZE + DIGEST_SIZE
PRINT_SIZE = 16
END = b""
"""The bound behind the last key."""

_NUMBER_SIZE = 8
_SIZE = KEY_SIZE + _NUMBER_SIZE
_ENTRY = struct.Struct(">Q16sQ")
_HALVES = struct.Struct(">8xQQ8x")
"""The digest of an entry as two numbers: quicker to add than one."""
_SUMMED = 32
_RUN = 1 << 14
_SAMPLES = 64
_MODULUS = 1 << 8 * DIGEST_SIZE
_from_bytes = int.from_bytes


class _Head(msgspec.Struct, array_like=True, gc=False):
    """As much of a fact as its key needs."""

    version: int
    kind: int
    id: bytes
    object: bytes
    object_kind: int
    stamp: int


_decode = msgspec.msgpack.Decoder(_Head).decode
_UNREADABLE = (msgspec.DecodeError, struct.error)


def digest_of(raw: bytes) -> bytes:
    """What a fact is known by when devices compare what they have."""
    return hashlib.blake2b(raw, digest_size=DIGEST_SIZE, person=b"aico fact").digest()


def writer_of(raw: bytes) -> bytes | None:
    """The author tag in a fact's own id; None for imported lines and what cannot be read."""
    try:
        return _decode(raw).id[:6] or None
    except _UNREADABLE:
        return None


class Row(Protocol):
    """Bytes that are written from front to back, and read anywhere."""

    def add(self, more: bytes) -> None:
        """Put these behind the last."""

    def read(self, begin: int, end: int) -> bytes:
        """What was put from one place up to another, that one not included."""

    def __len__(self) -> int:
        """How many bytes were put."""


class ShortRow:
    """A row in memory."""

    def __init__(self) -> None:
        self._all = bytearray()

    def add(self, more: bytes) -> None:
        """As in every row."""
        self._all += more

    def read(self, begin: int, end: int) -> bytes:
        """As in every row."""
        return bytes(self._all[begin:end])

    def __len__(self) -> int:
        return len(self._all)


class Prints:
    """Keys in order, each with the number its fact has in a feed (0: none)."""

    def __init__(self, entries: Iterable[bytes], new_row: Callable[[], Row] = ShortRow) -> None:
        """``entries``: keys, each with its number in 8 bytes behind it, in any order."""
        self._all = _in_order(entries, new_row)
        self._sums = [0]
        self._sums += self._summed()

    @classmethod
    def of(
        cls, facts: Iterable[tuple[int, bytes]], new_row: Callable[[], Row] = ShortRow
    ) -> Prints:
        """Of numbers and facts' bytes; what cannot be read is nobody's to compare."""
        return cls(_entries(facts), new_row)

    def _summed(self) -> Iterator[int]:
        total = 0
        for start in range(0, len(self) - _SUMMED + 1, _SUMMED):
            total += self._sum(start, start + _SUMMED)
            yield total

    def _sum(self, first: int, last: int) -> int:
        high = low = 0
        for upper, lower in _HALVES.iter_unpack(self._all.read(first * _SIZE, last * _SIZE)):
            high += upper
            low += lower
        return (high << 64) + low

    def __len__(self) -> int:
        return len(self._all) // _SIZE

    def key(self, place: int) -> bytes:
        """The key at a place, 0 the first."""
        return self._all.read(place * _SIZE, place * _SIZE + KEY_SIZE)

    def digest(self, place: int) -> bytes:
        """The digest of the fact at a place."""
        return self._all.read(place * _SIZE + STAMP_SIZE, place * _SIZE + KEY_SIZE)

    def number(self, place: int) -> int:
        """The number of the fact at a place."""
        found = self._all.read(place * _SIZE + KEY_SIZE, (place + 1) * _SIZE)
        return _from_bytes(found, "big")

    def places(self, lower: bytes, upper: bytes) -> tuple[int, int]:
        """Where a stretch begins and ends: an empty bound is before all, or behind all."""
        first = self._place(lower) if lower else 0
        return first, self._place(upper) if upper != END else len(self)

    def _place(self, bound: bytes) -> int:
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            if self.key(middle) < bound:
                low = middle + 1
            else:
                high = middle
        return low

    def print(self, first: int, last: int) -> bytes:
        """The fingerprint of the facts from ``first`` up to ``last``, itself not included."""
        total = self._sum_to(last) - self._sum_to(first)
        return fingerprint(total, last - first)

    def _sum_to(self, place: int) -> int:
        block = place // _SUMMED
        return self._sums[block] + self._sum(block * _SUMMED, place)

    def bound(self, place: int) -> bytes:
        """The shortest bound between the key at a place and the one before it."""
        if place >= len(self):
            return END
        before, after = self.key(place - 1), self.key(place)
        size = next((n for n in range(KEY_SIZE) if before[n] != after[n]), KEY_SIZE - 1)
        return after[: size + 1]


def fingerprint(total: int, count: int) -> bytes:
    """The print of a set by the sum of its digests and its size."""
    summed = (total % _MODULUS).to_bytes(DIGEST_SIZE, "big")
    state = hashlib.blake2b(summed, digest_size=PRINT_SIZE, person=b"aico range")
    state.update(count.to_bytes(8, "big"))
    return state.digest()


def _in_order(entries: Iterable[bytes], new_row: Callable[[], Row]) -> Row:
    """Entries of one size in order, in one row.

    A run of them at a time is sorted, then what lies between two cuts of all the runs: as
    objects of their own a million entries would take three times the memory of the row.
    """
    coming, drafts = iter(entries), new_row()
    runs: list[tuple[int, int]] = []
    samples: list[bytes] = []
    while batch := sorted(islice(coming, _RUN)):
        begin = len(drafts)
        drafts.add(b"".join(batch))
        runs.append((begin, len(drafts)))
        samples += batch[:: _RUN // _SAMPLES]
    if len(runs) <= 1:
        return drafts
    samples.sort()
    found = new_row()
    for cut in [*samples[_SAMPLES::_SAMPLES], None]:
        ends = [end if cut is None else _before(drafts, begin, end, cut) for begin, end in runs]
        part: list[bytes] = []
        for (begin, _), end in zip(runs, ends, strict=True):
            piece = drafts.read(begin, end)
            part += (piece[at : at + _SIZE] for at in range(0, len(piece), _SIZE))
        found.add(b"".join(sorted(part)))
        runs = [(end, last) for end, (_, last) in zip(ends, runs, strict=True)]
    return found


def _before(row: Row, begin: int, end: int, cut: bytes) -> int:
    """Where in a part of a row that is in order the entries below a cut end."""
    count = (end - begin) // _SIZE
    return begin + _SIZE * bisect_left(
        range(count),
        cut,
        key=lambda place: row.read(begin + place * _SIZE, begin + (place + 1) * _SIZE),
    )


def _entries(facts: Iterable[tuple[int, bytes]]) -> Iterator[bytes]:
    for number, raw in facts:
        try:
            yield _ENTRY.pack(_decode(raw).stamp, digest_of(raw), number)
        except _UNREADABLE:
            continue
