"""A file that was chosen: whose it is, and what is found in it, part after part.

Everything here runs in the thread that reads, one call at a time. Nothing is kept of a file
but the part that is being read, so its size does not matter.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, BinaryIO, Protocol

from mesh.companion.lines import LINE_MAX, LineReader
from mesh.companion.sources import chatgpt
from mesh.companion.sources.aico import RowReader
from mesh.companion.sources.archive import MAGIC, Archive
from mesh.companion.sources.findings import Bad, Finding
from mesh.companion.sources.parts import Part, PartReader
from mesh.companion.sources.recognising import HEAD, Form, Shape, form_of, shape_of
from mesh.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Begin = Callable[[], Callable[[int], bytes]]

FORMATS = ("auto", *Form)
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class _Sort(Protocol):
    def findings(self, part: Part) -> Iterator[Finding]:
        """What is in one part."""


class _Lines:
    """Our own lines."""

    def __init__(self, reader: LineReader) -> None:
        self._reader = reader

    def findings(self, part: Part) -> Iterator[Finding]:
        if part.trouble:
            yield Bad(part.trouble)
            return
        try:
            yield self._reader.read(part.raw)
        except BadInput as error:
            yield Bad(error)


class _Conversations:
    """Conversations of a ChatGPT export."""

    def __init__(self, reader: LineReader) -> None:
        self._reader = reader

    def findings(self, part: Part) -> Iterator[Finding]:
        return chatgpt.findings(part, self._reader)


_SORTS: dict[Form, Callable[[LineReader], _Sort]] = {
    Form.JSONL: _Lines,
    Form.CHATGPT: _Conversations,
    Form.AICO: RowReader,
}


class Source:
    """One open file. ``total``: bytes to read; ``done``: how many of them are read."""

    def __init__(self, path: Path, form: str, now_us: int) -> None:
        """BadInput when the file cannot be read, or is none of these."""
        if form not in FORMATS:
            raise BadInput("The format is one of: auto, jsonl, chatgpt, aico.")
        self._file = open_file(path)
        self.done = 0
        try:
            self._begin(form, now_us)
        except BaseException:
            self._file.close()
            raise

    def _begin(self, form: str, now_us: int) -> None:
        head = _read(self._file, HEAD)
        self._rewind()
        if head.startswith(MAGIC):
            archive = Archive(self._file)
            self.total, self._readers = archive.total, archive.readers()
            self.form, self._shape = Form.CHATGPT, Shape.LIST
        else:
            self.total = os.fstat(self._file.fileno()).st_size
            self._readers = [lambda: lambda size: _read(self._file, size)]
            self.form = form_of(head) if form == "auto" else Form(form)
            self._shape = shape_of(head)
        self._sort = _SORTS[self.form](LineReader(now_us))

    def _rewind(self) -> None:
        try:
            self._file.seek(0)
        except OSError as error:
            raise BadInput("That file cannot be read.") from error

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def findings(self) -> Iterator[Finding]:
        """All that is in the file, in its order. BadInput when it can no longer be read."""
        for begin in self._readers:
            read = self._counted(begin())
            if self._shape is Shape.LINES or (self._shape, self.form) == (
                Shape.ONE,
                Form.JSONL,
            ):
                yield from self._of_lines(read)
            else:
                yield from self._of_parts(PartReader(read))

    def _counted(self, read: Callable[[int], bytes]) -> Callable[[int], bytes]:
        def counted(size: int) -> bytes:
            chunk = read(size)
            self.done += len(chunk)
            return chunk

        return counted

    def _of_lines(self, read: Callable[[int], bytes]) -> Iterator[Finding]:
        for number, part in enumerate(_lines(read), 1):
            for one in self._sort.findings(part) if part else ():
                yield _numbered(one, number)

    def _of_parts(self, reader: PartReader) -> Iterator[Finding]:
        is_one = self._shape is Shape.ONE and self.form is Form.CHATGPT
        parts = reader.whole() if is_one else reader.parts()
        for number, part in enumerate(parts, 1):
            for one in self._sort.findings(part):
                yield _numbered(one, number)


def _numbered(one: Finding, number: int) -> Finding:
    if not isinstance(one, Bad):
        return one
    return Bad(one.why, number, one.conversation, one.title, one.message)


def _lines(read: Callable[[int], bytes]) -> Iterator[Part | None]:
    """The lines of a file, blank ones as None; of one that is too long only that it was."""
    rest, is_long = b"", False
    is_first = True
    while chunk := read(LINE_MAX):
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield _line(line, is_first=is_first, is_long=is_long)
            is_first = is_long = False
        if len(rest) > LINE_MAX:
            rest, is_long = b"", True
    if rest or is_long:
        yield _line(rest, is_first=is_first, is_long=is_long)


def _line(line: bytes, *, is_first: bool, is_long: bool) -> Part | None:
    if is_first:
        line = line.removeprefix(_BYTE_ORDER_MARK)
    if is_long or len(line) > LINE_MAX:
        return Part(None, b"", BadInput("A line that is too long."))
    text = line.strip()
    return Part(None, text) if text else None


def open_file(path: Path) -> BinaryIO:
    """A file to read; BadInput when there is none."""
    try:
        if not path.is_file():
            raise BadInput("There is no such file.")
        return path.open("rb")
    except OSError as error:
        raise BadInput("That file cannot be read.") from error


def _read(file: BinaryIO, size: int) -> bytes:
    try:
        return file.read(size)
    except OSError as error:
        raise BadInput("That file can no longer be read.") from error
