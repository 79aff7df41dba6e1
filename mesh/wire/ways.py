"""How a column of a table is written: in the shortest way that gives back its very elements.

    0 same     one element that stands for all
    1 steps    integers, as what each is more than the one before
    2 near     integers (ticks), as what they are more than the times of another column
    3 uuids    UUIDs in text, byte by byte; their milliseconds by the times of another column
    4 minted   ids, by the ticks of another column
    5 chosen   few different elements, and which of them stands where
    6 as is    the elements themselves

A column that others go by holds integers. Bytes are written in *planes*: the first bytes of all
elements, then the second ones, and so on. Here elements are what MessagePack makes of them; on
the way back those that nobody looks at stay MessagePack.
"""

from __future__ import annotations

import sys
from array import array
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import Meta

from mesh.errors import BadFrame
from mesh.model import hlc

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Column = list[Any]
CHOICE_MAX = 256
WHOLE = 1 << 62
MILLI = 1000
NUMBER_SIZE = 8
"""Bytes of an integer in planes, at most."""
UUID_SIZE, UUID_TEXT = 16, 36
UUID_MS = 6
"""The first bytes of a UUID, that in some are Unix milliseconds."""
DASHES = (8, 13, 18, 23)
DIGITS = tuple(place for place in range(UUID_TEXT) if place not in DASHES)
ID_SIZE, ID_HEAD = 16, 8
"""A minted id is a head and a tick of eight bytes each."""

Place = Annotated[int, Meta(ge=0, le=31)]
Whole = Annotated[int, Meta(ge=-WHOLE, le=WHOLE)]


class Block(msgspec.Struct, array_like=True, frozen=True):
    """Bytes as they are or under zstd, maybe with the dictionary."""

    content: bytes
    is_packed: bool = False


class Way(msgspec.Struct, array_like=True, frozen=True, tag_field="way"):
    """One column. ``base``: which one it goes by."""


class Same(Way, frozen=True, tag=0):
    """One element that stands for all."""

    element: bytes


class Steps(Way, frozen=True, tag=1):
    """Integers: the first, then steps of ``unit`` × (``low`` + a number in the planes)."""

    first: Whole
    unit: Whole
    low: Whole
    planes: Block


class Near(Way, frozen=True, tag=2):
    """Ticks as what they are more than the milliseconds of µs."""

    base: Place
    apart: Steps


class Uuids(Way, frozen=True, tag=3):
    """UUIDs in planes; those whose milliseconds go by µs are written without them."""

    planes: Block
    base: Place = 0
    apart: Steps | None = None


class Minted(Way, frozen=True, tag=4):
    """Ids of 16 bytes: the planes of their heads, and how far their ticks are from others."""

    planes: Block
    base: Place
    apart: Steps


class Chosen(Way, frozen=True, tag=5):
    """An array of elements, and a byte for each row: which of them."""

    elements: Block
    places: Block


class AsIs(Way, frozen=True, tag=6):
    """An array of the elements."""

    elements: Block


AnyWay = Same | Steps | Near | Uuids | Minted | Chosen | AsIs


def array_head(count: int) -> bytes:
    """How MessagePack begins an array of so many (less than 65,536)."""
    return bytes([0x90 | count]) if count < 16 else b"\xdc" + count.to_bytes(2, "big")  # noqa: PLR2004


# ---- bytes in planes -------------------------------------------------------------------------


def planes(joined: bytes, size: int, which: slice = slice(None)) -> bytes:
    """Elements of so many bytes, joined, as their planes, or some of these."""
    return b"".join(joined[place::size] for place in range(size)[which])


def joined_planes(found: bytes, size: int, count: int) -> bytearray:
    """The elements one after the other; BadFrame when there are not so many."""
    if len(found) != size * count:
        raise BadFrame("a column of another length")
    joined = bytearray(len(found))
    for place in range(size):
        joined[place::size] = found[place * count : (place + 1) * count]
    return joined


def as_bytes(numbers: Iterable[int], *, is_big: bool = False) -> bytes:
    """Eight bytes each, the lowest first unless said; OverflowError."""
    found = array("Q", numbers)
    if (sys.byteorder == "big") != is_big:
        found.byteswap()
    return found.tobytes()


def as_numbers(joined: bytes | bytearray, *, is_big: bool = False) -> list[int]:
    """The inverse."""
    found = array("Q", bytes(joined))
    if (sys.byteorder == "big") != is_big:
        found.byteswap()
    return found.tolist()


def uuid_texts(joined: bytes | bytearray) -> list[str]:
    """UUIDs, joined, in text."""
    digits = joined.hex().encode()
    count = len(joined) // UUID_SIZE
    found = bytearray(b"-" * (UUID_TEXT * count))
    for place, digit in enumerate(DIGITS):
        found[digit::UUID_TEXT] = digits[place :: 2 * UUID_SIZE]
    text = found.decode()
    return [text[at : at + UUID_TEXT] for at in range(0, len(text), UUID_TEXT)]


# ---- times -----------------------------------------------------------------------------------


def milliseconds_of(times: Sequence[int]) -> list[int]:
    """The milliseconds of µs."""
    return [time // MILLI for time in times]


def ticks_of(times: Sequence[int]) -> list[int]:
    """The ticks of µs, without a counter."""
    return [time // MILLI << hlc.COUNTER_BITS for time in times]
