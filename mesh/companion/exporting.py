"""History out: one object a line, in order, into a file that is whole or not there.

The conversations of two devices with the same rights are the same lines, byte for byte.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import stat
import threading
from typing import TYPE_CHECKING, BinaryIO

from mesh.companion import terms
from mesh.companion.lines import AnyLine, MemoryLine, MessageLine, MoodLine, encode_line
from mesh.companion.pace import OnProgress, Pace
from mesh.companion.rows import encode_rows
from mesh.errors import BadInput, DiskFull
from mesh.model.fact import Level, ObjectKind
from mesh.storage import reading
from mesh.storage.objects import object_by_n
from mesh.wishes import ExportDone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from mesh.clock import Clock
    from mesh.companion.reading import Reading
    from mesh.storage.database import Database
    from mesh.storage.objects import Connection
    from mesh.storage.reading import View

KINDS = {
    "conversations": (ObjectKind.TURN,),
    "memories": (ObjectKind.MEMORY,),
    "moods": (ObjectKind.OBSERVATION,),
    "all": (ObjectKind.TURN, ObjectKind.MEMORY, ObjectKind.OBSERVATION),
}
FORMATS = ("jsonl", "aico")
NAMES = {
    ObjectKind.TURN: "message",
    ObjectKind.MEMORY: "memory",
    ObjectKind.OBSERVATION: "mood",
}
TELL_EVERY_LINES = 1000


class Cancelled(Exception):
    """The owner stopped an export; the file is not there."""


class Exporting:
    """Writes what is shown into files."""

    def __init__(self, database: Database, shown: Reading, clock: Clock) -> None:
        self._database = database
        self._shown = shown
        self._clock = clock

    async def write(
        self,
        path: Path,
        *,
        kind: str = "conversations",
        form: str = "jsonl",
        on_progress: OnProgress | None = None,
    ) -> ExportDone:
        """Export into a file, replaced only when all is written; only its owner can read it.

        BadInput when it cannot be written there; DiskFull. Cancelled like any coroutine: then
        nothing is left behind.
        """
        if form not in FORMATS:
            raise BadInput("The format is one of: jsonl, aico.")
        if kind not in KINDS:
            raise BadInput("The kind is one of: " + ", ".join(KINDS) + ".")
        loop, stop = asyncio.get_running_loop(), threading.Event()

        def job(connection: Connection) -> tuple[int, float]:
            kinds = KINDS[kind]
            total = sum(reading.count_of(connection, one) for one in kinds)
            pace = Pace(self._clock, total, on_progress and on_loop(loop, on_progress))
            written = 0
            with fresh_file(path) as file:
                lines = self._lines(connection, kinds, is_named=kind == "all")
                for piece in _ENCODERS[form](lines):
                    file.write(piece)
                    written += 1
                    if written % TELL_EVERY_LINES == 0:
                        pace.tell(written)
                        if stop.is_set():
                            raise Cancelled
            pace.tell(total)
            return written - (form == "aico"), pace.seconds

        try:
            written, seconds = await self._database.read(job)
        finally:
            stop.set()
        return ExportDone(exported=written, seconds=seconds)

    def _lines(
        self, connection: Connection, kinds: tuple[ObjectKind, ...], *, is_named: bool
    ) -> Iterator[AnyLine]:
        for kind in kinds:
            name = NAMES[kind] if is_named else None
            for seen in reading.all_of(connection, kind):
                line = self._line(connection, seen, name)
                if line is not None:
                    yield line

    def _line(self, connection: Connection, seen: View, name: str | None) -> AnyLine | None:
        if (said := self._shown.said(seen)) is not None:
            return MessageLine(
                kind=name, id=said.id, conversation_id=said.conversation_id, role=said.role,
                text=said.text, timestamp=said.timestamp, device_id=said.device_id,
                speaker=said.speaker, tags=said.tags, privacy=_privacy(connection, seen),
            )  # fmt: skip
        if (kept := self._shown.remembered(seen)) is not None:
            return MemoryLine(
                kind=name, id=kept.id, text=kept.text, tags=kept.tags, privacy=kept.privacy,
                timestamp=kept.timestamp, device_id=kept.device_id,
            )  # fmt: skip
        if (felt := self._shown.observed(seen)) is not None:
            return MoodLine(
                kind=name, id=felt.id, valence=felt.valence, arousal=felt.arousal,
                confidence=felt.confidence, timestamp=felt.timestamp, device_id=felt.device_id,
                because=reading.reason_of(connection, seen.row),
            )  # fmt: skip
        return None


def _as_lines(lines: Iterator[AnyLine]) -> Iterator[bytes]:
    return (encode_line(line) + b"\n" for line in lines)


_ENCODERS: dict[str, Callable[[Iterator[AnyLine]], Iterator[bytes]]] = {
    "jsonl": _as_lines,
    "aico": encode_rows,
}


def _privacy(connection: Connection, seen: View) -> str | None:
    """How private a message is, by itself or with its conversation; None where it is family."""
    home = object_by_n(connection, seen.row.home).level if seen.row.home else 0
    level = max(seen.row.level, home)
    return None if level == Level.FAMILY else terms.level_name(level)


def on_loop(loop: asyncio.AbstractEventLoop, told: OnProgress) -> OnProgress:
    """The same callback, called on the loop from a thread."""

    def tell(done: int, total: int, left: float | None) -> None:
        loop.call_soon_threadsafe(told, done, total, left)

    return tell


@contextlib.contextmanager
def fresh_file(path: Path) -> Iterator[BinaryIO]:
    """A file that takes the place of ``path`` when all is well, and vanishes otherwise."""
    with _typed_errors():
        target = _target(path)
        _sweep(target)
        draft = target.with_name(f".{target.name}.{os.getpid()}.new")
        descriptor = os.open(
            draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600
        )
        try:
            with os.fdopen(descriptor, "wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            draft.replace(target)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
        _sync_folder(target.parent)


def _target(path: Path) -> Path:
    """Where the file really goes; never a folder, a device or a pipe."""
    target = path.resolve()
    with contextlib.suppress(FileNotFoundError):
        if not stat.S_ISREG(target.stat().st_mode):
            raise BadInput("That is not a place for a file.")
    if not target.parent.is_dir():
        raise BadInput("There is no such folder.")
    return target


def _sweep(target: Path) -> None:
    """Drafts of processes that were killed go; those of one that lives stay."""
    begin, end = f".{target.name}.", ".new"
    for one in target.parent.iterdir():
        number = one.name.removeprefix(begin).removesuffix(end)
        is_draft = one.name == f"{begin}{number}{end}" and number.isdecimal()
        if is_draft and not _lives(int(number)):
            one.unlink(missing_ok=True)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def _sync_folder(folder: Path) -> None:
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextlib.contextmanager
def _typed_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise DiskFull from error
        raise BadInput("The file cannot be written there.") from error
