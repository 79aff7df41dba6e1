"""A JSON file cut into its parts, whatever its size: a list's items, a map's fields.

A streaming parser ends at the first mistake and keeps a string of any length. Here a part is
only cut out; whoever decodes it finds what is wrong with it, and the next one is none the
worse. Of a part that is too large nothing is kept but where it ends.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from mesh.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PART_MAX = 64 * 1024 * 1024
CHUNK = 256 * 1024
BACKSLASH = 0x5C
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_TOO_LARGE = "It is too large."
_CUT = "The file ends in the middle of it."

# No possessive quantifiers: Python 3.11 before 3.11.5 goes wrong in them.
_BLANK = re.compile(rb"[\x00-\x20]*")
_TO_BRACKET = re.compile(rb'[^"\[\]{}]*(?:"[^"\\]*"[^"\[\]{}]*)*')
_SCALAR = re.compile(rb"[^\"\[\]{},:\x00-\x20]*")
_OPENING = frozenset({b"[", b"{"})


class Part(NamedTuple):
    """One item or field: the list or field it is in, its bytes, or why there are none."""

    table: str | None
    raw: bytes
    trouble: BadInput | None = None


class PartReader:
    """The parts of one JSON file. ``read``: the next bytes of it, none at its end."""

    def __init__(self, read: Callable[[int], bytes], part_max: int = PART_MAX) -> None:
        self._read = read
        self._most = part_max
        self._buffer = bytearray()
        self._at = 0
        self._is_first = True
        self._is_cut = False
        self._trouble: BadInput | None = None

    def whole(self) -> Iterator[Part]:
        """The file as one part."""
        if self._peek():
            yield self._part(None)

    def parts(self) -> Iterator[Part]:
        """A list's items; a map's fields, with the items of those that are lists one by one."""
        first = self._peek()
        if first == b"[":
            self._at += 1
            yield from self._items(None)
        elif first == b"{":
            self._at += 1
            yield from self._fields()
        elif first:
            raise BadInput("That file is no JSON.")

    def _items(self, table: str | None) -> Iterator[Part]:
        while (mark := self._peek()) != b"]":
            if not mark:
                yield from self._cut(table)
                return
            if mark in b",:}":
                self._at += 1
            else:
                yield self._part(table)
        self._at += 1

    def _fields(self) -> Iterator[Part]:
        name: str | None = None
        while (mark := self._peek()) != b"}":
            if not mark:
                yield from self._cut(name)
                return
            if mark in b",:]":
                self._at += 1
            elif name is None:
                name = _name(self._part(None).raw)
            elif mark == b"[":
                self._at += 1
                yield from self._items(name)
                name = None
            else:
                yield self._part(name)
                name = None

    def _cut(self, table: str | None) -> Iterator[Part]:
        """The file ends too early; said once."""
        if not self._is_cut:
            self._is_cut = True
            yield Part(table, b"", BadInput(_CUT))

    # ---- one part ----------------------------------------------------------------------------

    def _part(self, table: str | None) -> Part:
        """The value that begins here."""
        self._drop()
        trouble = self._skip_value()
        return Part(table, b"" if trouble else bytes(self._buffer[: self._at]), trouble)

    def _skip_value(self) -> BadInput | None:
        self._trouble = None
        first = bytes(self._buffer[:1])
        if first == b'"':
            self._skip_string()
        elif first in _OPENING:
            self._skip_nested()
        else:
            self._skip_scalar()
        return self._trouble

    def _skip_nested(self) -> None:
        depth = 0
        while True:
            self._at = _end(_TO_BRACKET, self._buffer, self._at)
            mark = bytes(self._buffer[self._at : self._at + 1])
            if mark == b'"':
                if not self._skip_string():
                    return
                continue
            if not mark:
                if not self._more():
                    return
                continue
            self._at += 1
            depth += 1 if mark in _OPENING else -1
            if not depth:
                return

    def _skip_string(self) -> bool:
        """Past a string that begins here; False when the file ends in it."""
        self._at += 1
        while True:
            end = self._buffer.find(b'"', self._at)
            if end >= 0:
                self._at = end + 1
                if not self._is_escaped(end):
                    return True
            else:
                self._at = len(self._buffer) - self._is_escaping()
                if not self._more():
                    return False

    def _is_escaping(self) -> bool:
        """Whether a string that is let go as it is read ends in half a pair of backslashes."""
        is_let_go = self._trouble is not None or len(self._buffer) > self._most
        return is_let_go and self._is_escaped(len(self._buffer))

    def _is_escaped(self, place: int) -> bool:
        """Whether an odd number of backslashes stands before this quote."""
        before = place
        while before and self._buffer[before - 1] == BACKSLASH:
            before -= 1
        return (place - before) % 2 == 1

    def _skip_scalar(self) -> None:
        while True:
            self._at = _end(_SCALAR, self._buffer, self._at)
            if self._at < len(self._buffer) or not self._more():
                return

    # ---- the file ----------------------------------------------------------------------------

    def _peek(self) -> bytes:
        """The next byte that is no blank; none at the end."""
        while True:
            self._at = _end(_BLANK, self._buffer, self._at)
            if self._at < len(self._buffer):
                return bytes(self._buffer[self._at : self._at + 1])
            self._drop()
            if not self._fill():
                return b""

    def _more(self) -> bool:
        """More of the value that is being cut out; of one that is too large nothing is kept."""
        if len(self._buffer) > self._most:
            self._trouble = BadInput(_TOO_LARGE)
        if self._trouble:
            self._drop()
        if self._fill():
            return True
        self._trouble = self._trouble or BadInput(_CUT)
        self._is_cut = True
        self._at = len(self._buffer)
        return False

    def _drop(self) -> None:
        """What lies behind is not needed any more."""
        del self._buffer[: self._at]
        self._at = 0

    def _fill(self) -> bool:
        chunk = self._read(CHUNK)
        if self._is_first:
            chunk = chunk.removeprefix(_BYTE_ORDER_MARK)
            self._is_first = False
        self._buffer += chunk
        return bool(chunk)


def _end(form: re.Pattern[bytes], buffer: bytearray, at: int) -> int:
    found = form.match(buffer, at)
    return at if found is None else found.end()


def _name(raw: bytes) -> str:
    try:
        return msgspec.json.decode(raw, type=str)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""
