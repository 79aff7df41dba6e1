"""Columns of a table opened: their elements, ready to be written as facts again."""

from __future__ import annotations

import itertools
import operator
from typing import TYPE_CHECKING, Any

import msgspec

from mesh.errors import BadFrame
from mesh.wire.compression import expand
from mesh.wire.ways import (
    ID_SIZE,
    NUMBER_SIZE,
    UUID_SIZE,
    UUID_TEXT,
    AsIs,
    Chosen,
    Minted,
    Near,
    Same,
    Steps,
    Uuids,
    array_head,
    as_bytes,
    as_numbers,
    joined_planes,
    milliseconds_of,
    planes,
    ticks_of,
    uuid_texts,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mesh.wire.ways import AnyWay, Block

LAST_SIX = slice(2, None)
"""Of the eight planes of numbers: milliseconds in a UUID have 48 bits."""
HEAD_MAX = 5
"""Bytes before an element, at most."""

_elements = msgspec.msgpack.Decoder(list[msgspec.Raw]).decode
_one = msgspec.msgpack.Decoder(msgspec.Raw).decode


class Opening:
    """Opens columns as long as all of them together make no more than ``limit`` bytes."""

    def __init__(self, columns: Sequence[AnyWay], limit: int) -> None:
        self._columns = columns
        self._counts: Sequence[int] = ()
        self._left = limit
        self._open: dict[int, Sequence[Any] | None] = {}

    def columns(self, counts: Sequence[int]) -> list[Sequence[Any]]:
        """All columns, of so many elements each, ready to be written; BadFrame."""
        self._counts = counts
        return [self._column(place) for place in range(len(self._columns))]

    def _column(self, place: int) -> Sequence[Any]:
        if place not in self._open:
            self._open[place] = None
            self._open[place] = self._read(self._columns[place], self._counts[place])
        found = self._open[place]
        if found is None:
            raise BadFrame("a column that goes by itself")
        return found

    def _read(self, way: AnyWay, count: int) -> Sequence[Any]:
        match way:
            case Same(element):
                self._take(len(element) * count)
                return [_one(element)] * count
            case Steps():
                return self._steps(way, count)
            case Near(base, apart):
                ticks = ticks_of(self._base(base, count))
                return list(map(operator.add, self._steps(apart, count), ticks))
            case Uuids():
                return self._uuids(way, count)
            case Minted():
                return self._minted(way, count)
            case Chosen():
                return self._chosen(way, count)
            case AsIs(elements):
                return self._array(self.block(elements), count)

    def _take(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise BadFrame("a table with too much in it")

    def block(self, block: Block) -> bytes:
        """What is in it; BadFrame."""
        found = block.content
        if block.is_packed:
            found = expand(found, self._left, by_dictionary=True)
        self._take(len(found))
        return found

    def _array(self, content: bytes, count: int) -> list[msgspec.Raw]:
        if not content.startswith(array_head(count)):
            raise BadFrame("a column of another length")
        return _elements(content)

    def _base(self, place: int, count: int) -> Sequence[int]:
        """The integers of another column."""
        if place >= len(self._columns):
            raise BadFrame("a column that goes by none")
        found = self._column(place)
        if len(found) != count or (found and type(found[0]) is not int):
            raise BadFrame("a column that goes by no times")
        return found

    def _steps(self, way: Steps, count: int) -> list[int]:
        self._take((1 + NUMBER_SIZE) * count)
        steps, found = count - 1, self.block(way.planes)
        if not found and not way.low:
            return [way.first] * count
        zeros = bytes(max(0, NUMBER_SIZE * steps - len(found)))
        numbers = as_numbers(joined_planes(found + zeros, NUMBER_SIZE, steps))
        if way.unit != 1 or way.low:
            numbers = [way.unit * (way.low + number) for number in numbers]
        return list(itertools.accumulate(numbers, initial=way.first))

    def _uuids(self, way: Uuids, count: int) -> list[str]:
        self._take((HEAD_MAX + UUID_TEXT) * count)
        found = self.block(way.planes)
        if way.apart is not None:
            times = milliseconds_of(self._base(way.base, count))
            milliseconds = map(operator.add, self._steps(way.apart, count), times)
            found = planes(as_bytes(milliseconds, is_big=True), NUMBER_SIZE, LAST_SIX) + found
        return uuid_texts(joined_planes(found, UUID_SIZE, count))

    def _minted(self, way: Minted, count: int) -> list[bytes]:
        self._take((HEAD_MAX + ID_SIZE) * count)
        ticks = map(operator.add, self._steps(way.apart, count), self._base(way.base, count))
        tails = planes(as_bytes(ticks, is_big=True), NUMBER_SIZE)
        joined = bytes(joined_planes(self.block(way.planes) + tails, ID_SIZE, count))
        return [joined[at : at + ID_SIZE] for at in range(0, len(joined), ID_SIZE)]

    def _chosen(self, way: Chosen, count: int) -> list[msgspec.Raw]:
        places = self.block(way.places)
        if len(places) != count:
            raise BadFrame("a column of another length")
        elements = self._array(self.block(way.elements), max(places) + 1)
        self._take(sum(
            len(bytes(one)) * places.count(place) for place, one in enumerate(elements)
        ))  # fmt: skip
        return list(map(elements.__getitem__, places))
