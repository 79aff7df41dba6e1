"""The zip file an export comes in: what it holds, without unpacking more than is read.

Nothing is written to the disk, and nothing in there names a place on it. A file that unpacks
to far more than a history could is refused before it has cost anything.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from functools import partial
from typing import TYPE_CHECKING, BinaryIO

from mesh.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable

MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
LIST_MAX = 64 * 1024 * 1024
"""Bytes of the list of files in a zip file, which is read as a whole."""
FILES_MAX = 1000
EXPANDED_MAX = 64 * 1024**3
RATIO_FREE = 64 * 1024 * 1024
RATIO_MAX = 200
_CONVERSATIONS = re.compile(r"(?:.*/)?conversations(?:[-_]\d{1,6})?\.json")
_ENCRYPTED = 0x1
_TAIL = 65_557
_END = struct.Struct("<4s4H2LH")
_END_LARGE = struct.Struct("<4sQ2H2L4Q")
_PLACE_LARGE = struct.Struct("<4sLQL")
_UNREADABLE = "That zip file is damaged."
_BROKEN = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError,
    NotImplementedError, RuntimeError, UnicodeError, IndexError,
)  # fmt: skip


class Archive:
    """The conversations in a zip file, one file after the other. Used by one thread."""

    def __init__(self, file: BinaryIO) -> None:
        try:
            _check_list(file)
            self._zip = zipfile.ZipFile(file)
            self._files = sorted(_wanted(self._zip), key=lambda one: one.filename)
        except _BROKEN as error:
            raise BadInput(_UNREADABLE) from error
        _check_size(self._files)

    @property
    def total(self) -> int:
        """Bytes of all its conversations."""
        return sum(one.file_size for one in self._files)

    def readers(self) -> list[Callable[[], Callable[[int], bytes]]]:
        """For each file of conversations, how to begin reading it."""
        return [partial(self._open, one) for one in self._files]

    def _open(self, one: zipfile.ZipInfo) -> Callable[[int], bytes]:
        try:
            stream = self._zip.open(one)
        except _BROKEN as error:
            raise BadInput(_UNREADABLE) from error

        def read(size: int) -> bytes:
            try:
                return stream.read(size)
            except _BROKEN as error:
                raise BadInput(_UNREADABLE) from error

        return read


def _wanted(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    return [one for one in archive.infolist() if _CONVERSATIONS.fullmatch(one.filename)]


def _check_size(files: list[zipfile.ZipInfo]) -> None:
    if not files:
        raise BadInput("There is no conversations.json in that zip file.")
    if any(one.flag_bits & _ENCRYPTED for one in files):
        raise BadInput("That zip file asks for a password; unpack it first.")
    expanded = sum(one.file_size for one in files)
    packed = sum(one.compress_size for one in files)
    is_bomb = expanded > RATIO_FREE and expanded > packed * RATIO_MAX
    if is_bomb or expanded > EXPANDED_MAX or len(files) > FILES_MAX:
        raise BadInput("That zip file unpacks to far more than a history.")


def _check_list(file: BinaryIO) -> None:
    """The list of files is read as a whole: it must not be too long."""
    size = file.seek(0, 2)
    start = file.seek(max(0, size - _TAIL))
    tail = file.read(_TAIL)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0:
        raise BadInput(_UNREADABLE)
    length = _END.unpack_from(tail, at)[5]
    before = start + at - _PLACE_LARGE.size
    if before >= 0:
        file.seek(before)
        mark, _, place, _ = _PLACE_LARGE.unpack(file.read(_PLACE_LARGE.size))
        if mark == b"PK\x06\x07":
            file.seek(place)
            length = _END_LARGE.unpack(file.read(_END_LARGE.size))[8]
    file.seek(0)
    if length > LIST_MAX:
        raise BadInput("That zip file unpacks to far more than a history.")
