"""Facts column by column: what is alike lies side by side, and zstd sees it.

A fact is a MessagePack array whose last element is an array too, its body (protocol.md, 8). A
page of many is turned on its side: the first column holds the first element of every fact, and
so on; then come the elements of the bodies, each of as many facts as have it. How a column can
be written is in ``ways``. Facts in a shape of their own (of a later version), and such as are
not written the shortest way, are not turned: ``pack`` gives None.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta

from mesh.errors import BadFrame
from mesh.wire.opening import Opening
from mesh.wire.ways import AnyWay, Block, Column, array_head
from mesh.wire.writing import Writing

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mesh.wire.compression import Press

HEADER = 8
"""Elements of a fact before its body."""
STAMP_FIRST = (5, 0, 1, 2, 3, 4, 6, 7)
"""Ids go by the stamps, and these by the times in the bodies."""
BODY_MAX = 15
ROWS_MAX = 4096


AnyFact = tuple[
    object, object, object, object, object, object, object, object,
    Annotated[list[object], Meta(max_length=BODY_MAX)],
]  # fmt: skip
"""A header and a body, whatever they hold."""


class Table(msgspec.Struct, array_like=True, frozen=True):
    """So many facts on their side; ``widths``: how many elements each body has, a byte each.

    One byte stands for all.
    """

    rows: Annotated[int, Meta(ge=1, le=ROWS_MAX)]
    widths: Block
    columns: Annotated[
        tuple[AnyWay, ...], Meta(min_length=HEADER, max_length=HEADER + BODY_MAX)
    ]


_encode = msgspec.msgpack.Encoder().encode
_facts = msgspec.msgpack.Decoder(list[AnyFact]).decode
_table = msgspec.msgpack.Decoder(Table).decode
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError)


def pack(raws: Sequence[bytes], press: Press | None) -> bytes | None:
    """Facts as a table, compressed by ``press``; None when one of them has another shape."""
    facts = _read(raws)
    if facts is None:
        return None
    *header, bodies = zip(*facts, strict=True)
    widths = bytes(map(len, bodies))
    columns = [*map(list, header), *_turned(bodies, widths)]
    writing = Writing(press, len(raws))
    order = [*range(HEADER, len(columns)), *STAMP_FIRST]
    written = {place: writing.write(place, columns[place]) for place in order}
    ways = tuple(written[place] for place in range(len(columns)))
    wide = writing.block(widths[:1] if _are_alike(widths) else widths)
    return _encode(Table(len(raws), wide, ways))


def _read(raws: Sequence[bytes]) -> list[AnyFact] | None:
    """The elements of each fact, if they are put together again as they were."""
    joined = array_head(len(raws)) + b"".join(raws)
    try:
        found = _facts(joined)
        is_same = _encode(found) == joined
    except (*_UNREADABLE, TypeError, OverflowError):
        return None
    return found if is_same else None


def _are_alike(widths: bytes) -> bool:
    return widths.count(widths[0]) == len(widths)


def _turned(bodies: Sequence[list[object]], widths: bytes) -> list[Column]:
    if _are_alike(widths):
        return [list(one) for one in zip(*bodies, strict=True)]
    return [
        [body[place] for body in bodies if len(body) > place] for place in range(max(widths))
    ]


def unpack(packed: bytes, limit: int) -> list[bytes]:
    """The facts of a table, about ``limit`` bytes of them at most; BadFrame."""
    try:
        table = _table(packed)
        return _rows(table, limit)
    except BadFrame:
        raise
    except (*_UNREADABLE, TypeError, OverflowError) as error:
        raise BadFrame("a table that cannot be read") from error


def _rows(table: Table, limit: int) -> list[bytes]:
    opening = Opening(table.columns, limit)
    widths = opening.block(table.widths)
    if len(widths) == 1:
        widths *= table.rows
    if len(widths) != table.rows:
        raise BadFrame("a table of another length")
    counts = _counts(widths, len(table.columns) - HEADER)
    columns = opening.columns([table.rows] * HEADER + counts)
    bodies = _turned_back(columns[HEADER:], widths)
    return list(map(_encode, zip(*columns[:HEADER], bodies, strict=True)))


def _counts(widths: bytes, wide: int) -> list[int]:
    """How many elements each column of the bodies has."""
    if max(widths) != wide:
        raise BadFrame("a table of another width")
    if _are_alike(widths):
        return [len(widths)] * wide
    return [sum(width > place for width in widths) for place in range(wide)]


def _turned_back(columns: Sequence[Sequence[object]], widths: bytes) -> Iterable[object]:
    if not columns:
        return [()] * len(widths)
    if _are_alike(widths):
        return zip(*columns, strict=True)
    rest = [iter(column) for column in columns]
    return [tuple(map(next, rest[:width])) for width in widths]
