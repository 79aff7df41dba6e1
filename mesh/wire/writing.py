"""Columns of a table written in the shortest way (``ways``) that gives back their elements."""

from __future__ import annotations

import math
import operator
from typing import TYPE_CHECKING

import msgspec

from mesh.wire.ways import (
    CHOICE_MAX,
    ID_HEAD,
    ID_SIZE,
    NUMBER_SIZE,
    UUID_MS,
    UUID_SIZE,
    UUID_TEXT,
    WHOLE,
    AsIs,
    Block,
    Chosen,
    Minted,
    Near,
    Same,
    Steps,
    Uuids,
    array_head,
    as_bytes,
    as_numbers,
    milliseconds_of,
    planes,
    ticks_of,
    uuid_texts,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mesh.wire.compression import Press
    from mesh.wire.ways import AnyWay, Column

COMPRESS_FROM = 64
"""Smaller columns are not worth trying."""
LOOKED_AT = 64
"""So many elements tell whether it is worth counting the different ones."""
SPACES_IN_PROSE, READ_OF_IT = 1 / 12, 1024
NEAR = 1 << 31

_encode = msgspec.msgpack.Encoder().encode


class Writing:
    """Writes the columns of one table, body first, as the others go by its times."""

    def __init__(self, press: Press | None, rows: int) -> None:
        self._press = press
        self._rows = rows
        self._bases: list[tuple[int, Column]] = []

    def write(self, place: int, column: Column) -> AnyWay:
        """The shortest way for this column, the ``place``-th of the table."""
        same = _same(column)
        if same is not None:
            return same
        kinds = set(map(type, column))
        if kinds == {int}:
            found = self._integers(place, column)
        elif kinds <= {str, bytes, type(None)}:
            found = self._chosen(column) or self._identities(column, kinds)
        else:
            found = None
        return found or AsIs(self.block(_encode(column), is_text=kinds == {str}))

    def block(self, content: bytes, *, is_text: bool = False) -> Block:
        """Bytes under zstd if that pays; prose with the dictionary, which is made of it."""
        if self._press is None or len(content) < COMPRESS_FROM:
            return Block(content)
        packed = self._press.press(content, by_dictionary=is_text and _is_prose(content))
        return Block(content) if packed is None else Block(packed, is_packed=True)

    def _integers(self, place: int, column: Column) -> AnyWay | None:
        found = self._near(column) or self._steps(column)
        if found is not None and len(column) == self._rows:
            self._bases.append((place, column))
        return found

    def _steps(self, column: Column) -> Steps | None:
        if max(column) > WHOLE // 2 or min(column) < -WHOLE // 2:
            return None  # a step could be larger than what is read
        if column.count(column[0]) == len(column):
            return Steps(column[0], 1, 0, Block(b""))
        steps = list(map(operator.sub, column[1:], column))
        unit = math.gcd(*steps) or 1
        if unit > 1:
            steps = [step // unit for step in steps]
        low = min(steps, default=0)
        if low:
            steps = [step - low for step in steps]
        size = (max(steps, default=0).bit_length() + 7) // 8
        found = planes(as_bytes(steps), NUMBER_SIZE, slice(size))
        return Steps(column[0], unit, low, self.block(found))

    def _near(self, column: Column) -> Near | None:
        found = self._apart(column, ticks_of)
        return None if found is None else Near(*found)

    def _apart(
        self, column: Column, of: Callable[[Sequence[int]], Sequence[int]]
    ) -> tuple[int, Steps] | None:
        """How far a column is from what is made ``of`` another one, if that is near."""
        for base, others in self._bases:
            if len(column) != len(others) or abs(column[0] - of(others[:1])[0]) >= NEAR:
                continue
            apart = list(map(operator.sub, column, of(others)))
            if max(apart) < NEAR and min(apart) > -NEAR and (found := self._steps(apart)):
                return base, found
        return None

    def _chosen(self, column: Column) -> Chosen | None:
        some = column[:LOOKED_AT]
        if 2 * len(set(some)) > len(some):
            return None
        places = {element: place for place, element in enumerate(dict.fromkeys(column))}
        if len(places) > CHOICE_MAX:
            return None
        where = bytes(map(places.__getitem__, column))
        return Chosen(self.block(_encode(list(places))), self.block(where))

    def _identities(self, column: Column, kinds: set[type]) -> Uuids | Minted | None:
        sizes = set(map(len, column)) if len(kinds) == 1 else set()
        if kinds == {str} and sizes == {UUID_TEXT}:
            return self._uuids(column)
        return self._minted(column) if kinds == {bytes} and sizes == {ID_SIZE} else None

    def _uuids(self, column: Column) -> Uuids | None:
        joined = _uuid_bytes(column)
        if joined is None:
            return None
        numbers = as_numbers(joined, is_big=True)
        found = self._apart([number >> 16 for number in numbers[::2]], milliseconds_of)
        if found is None:
            return Uuids(self.block(planes(joined, UUID_SIZE)))
        return Uuids(self.block(planes(joined, UUID_SIZE, slice(UUID_MS, None))), *found)

    def _minted(self, column: Column) -> Minted | None:
        joined = b"".join(column)
        found = self._apart(as_numbers(joined, is_big=True)[1::2], list)
        heads = planes(joined, ID_SIZE, slice(ID_HEAD))
        return None if found is None else Minted(self.block(heads), *found)


def _same(column: Column) -> Same | None:
    """By their bytes: 1, 1.0 and true are equal to Python."""
    if column[0] != column[-1]:
        return None
    first = _encode(column[0])
    is_same = _encode(column) == array_head(len(column)) + first * len(column)
    return Same(first) if is_same else None


def _is_prose(content: bytes) -> bool:
    some = content[:READ_OF_IT]
    return some.count(b" ") >= len(some) * SPACES_IN_PROSE


def _uuid_bytes(column: Column) -> bytes | None:
    """All the UUIDs of a column, if these are written so."""
    try:
        joined = bytes.fromhex("".join(column).replace("-", ""))
    except ValueError:
        return None
    is_whole = len(joined) == UUID_SIZE * len(column)
    return joined if is_whole and uuid_texts(joined) == column else None
