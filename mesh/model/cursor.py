"""How far a device has settled another's feed: a floor, and ranges above it.

Pages come in any order, so a cursor is a set of numbers; a cut anywhere resumes with the holes.
A mark (run, top) says how the feed stood when the last page was made. It is the sender's own: a
sender that was restored from a backup no longer knows the mark, and the cursor starts over.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from mesh.errors import BadFrame

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Range = tuple[int, int]
RANGES_MAX = 200_000


class Ranges:
    """A set of positive integers as sorted, disjoint, non-adjacent inclusive ranges."""

    __slots__ = ("_ends", "_starts")

    def __init__(self, ranges: Iterable[Range] = ()) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        self.settle(ranges)

    def settle(self, ranges: Iterable[Range]) -> None:
        """Add every number of these ranges."""
        for first, last in ranges:
            if first <= last:
                self._add(first, last)

    def _add(self, first: int, last: int) -> None:
        low = bisect_left(self._ends, first - 1)
        high = bisect_left(self._starts, last + 2)
        if low < high:
            first = min(first, self._starts[low])
            last = max(last, self._ends[high - 1])
        self._starts[low:high] = [first]
        self._ends[low:high] = [last]

    def __iter__(self) -> Iterator[Range]:
        return iter(zip(self._starts, self._ends, strict=True))

    def __len__(self) -> int:
        return len(self._starts)

    def __contains__(self, number: int) -> bool:
        place = bisect_left(self._ends, number)
        return place < len(self._starts) and self._starts[place] <= number

    @property
    def floor(self) -> int:
        """The highest number up to which nothing is missing; 0 when 1 is."""
        return self._ends[0] if self._starts and self._starts[0] == 1 else 0

    @property
    def end(self) -> int:
        """The highest number of all; 0 when there is none."""
        return self._ends[-1] if self._ends else 0

    def holes(self, top: int) -> list[Range]:
        """What is missing of 1…top."""
        missing, after = [], 1
        for first, last in self:
            if after > top:
                break
            if first > after:
                missing.append((after, min(first - 1, top)))
            after = last + 1
        if after <= top:
            missing.append((after, top))
        return missing

    def goes_beyond(self, top: int) -> bool:
        """Whether anything above ``top`` is in the set: more than a mark vouches for."""
        return self.end > top

    def copy(self) -> Ranges:
        """An independent copy."""
        twin = Ranges()
        twin._starts, twin._ends = self._starts.copy(), self._ends.copy()
        return twin

    def packed(self) -> tuple[int, ...]:
        """Gap and length by turns: small numbers, whatever the size of the feed."""
        return packed(self)

    @classmethod
    def unpacked(cls, flat: tuple[int, ...]) -> Ranges:
        """The inverse of ``packed``; BadFrame when it is not one."""
        return cls(unpacked(flat))


def packed(ranges: Iterable[Range]) -> tuple[int, ...]:
    """Ascending ranges as gap and length by turns."""
    flat, after = list[int](), 0
    for first, last in ranges:
        flat += (first - after, last - first)
        after = last
    return tuple(flat)


def unpacked(flat: tuple[int, ...]) -> list[Range]:
    """The ranges that were packed so; BadFrame when there are none to be had."""
    if len(flat) % 2 or len(flat) > 2 * RANGES_MAX or min(flat, default=0) < 0:
        raise BadFrame("a cursor of the wrong shape")
    found, after = list[Range](), 0
    for gap, length in zip(flat[::2], flat[1::2], strict=True):
        found.append((after + gap, after + gap + length))
        after += gap + length
        if after >= 1 << 62:
            raise BadFrame("a cursor out of bounds")
    return found


def ranges_of(numbers: Iterable[int]) -> list[Range]:
    """Sorted numbers as inclusive ranges."""
    found: list[Range] = []
    for number in numbers:
        if found and found[-1][1] + 1 == number:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found


class Mark(msgspec.Struct, array_like=True, frozen=True):
    """How a feed stood: in which run of its sender, and how long. Opaque to the receiver."""

    run: bytes
    top: int


NO_MARK = Mark(b"", 0)


@dataclass(slots=True)
class Cursor:
    """What the receiver has settled of one scope of one peer.

    ``since`` is the window it was filled under: a wider window starts over. ``audited``: when
    what is here was last compared with the feed, Unix ms; 0: it is to be compared.
    """

    settled: Ranges = field(default_factory=Ranges)
    mark: Mark = NO_MARK
    since: int = 0
    audited: int = 0

    def take(self, ranges: Iterable[Range], mark: Mark) -> None:
        """Settle a page's numbers; of one run the farther mark stands."""
        self.settled.settle(ranges)
        if mark.run != self.mark.run or mark.top > self.mark.top:
            self.mark = mark

    @property
    def is_new(self) -> bool:
        """Whether nothing was ever settled."""
        return not self.settled and self.mark == NO_MARK

    def reaches(self, top: int) -> bool:
        """Whether nothing up to ``top`` is missing."""
        return self.settled.floor >= top


def is_known(mark: Mark, starts: list[tuple[bytes, int]], top: int) -> bool:
    """Whether this feed really stood as the mark says.

    ``starts``: for each run of this node, oldest first, how long the feed was when it began. A
    run reached as far as the next one began; the present one as far as ``top``. After a
    restore the run that was going on ends where the backup was made, so later marks of it are
    not known.
    """
    if mark == NO_MARK:
        return True
    for place, (run, _) in enumerate(starts):
        if run == mark.run:
            end = starts[place + 1][1] if place + 1 < len(starts) else top
            return mark.top <= end
    return False
