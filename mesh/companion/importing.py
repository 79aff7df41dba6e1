"""Real history in: a file of messages, read and taken in by batches while the node lives on.

    worker thread   read and check about a thousand lines
    writer thread   take in the batch before, one commit
    loop            progress, cancelling

A message that is here, or was forgotten here, is skipped: so a file can be taken in again,
after a cut or on another device, and nothing comes twice.
"""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO, TypeVar

from mesh.companion.lines import LINE_MAX, Entry, LineReader
from mesh.companion.pace import OnProgress, Pace
from mesh.errors import BadInput
from mesh.storage.records import Intake
from mesh.wishes import ImportDone

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mesh.clock import Clock
    from mesh.storage.database import Database
    from mesh.storage.objects import Connection, Outcome, Rules

BATCH_LINES = 1000
BATCH_BYTES = 4 * 1024 * 1024
BAD_NAMED_MAX = 100
FORMATS = ("auto", "jsonl")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"

T = TypeVar("T")


@dataclass(slots=True)
class Batch:
    """Lines read together, by conversation; ``done``: bytes of the file so far."""

    entries: list[Entry]
    done: int
    is_last: bool


@dataclass(slots=True)
class Tally:
    """What was found so far."""

    imported: int = 0
    skipped: int = 0
    bad: int = 0
    bad_lines: list[int] = field(default_factory=list)
    conversations: set[str] = field(default_factory=set)


class LineFile:
    """A file of lines, read in batches. Used by one thread at a time."""

    def __init__(self, file: BinaryIO, reader: LineReader, tally: Tally) -> None:
        self._file = file
        self._reader = reader
        self._tally = tally
        self._number = 0

    def next_batch(self) -> Batch:
        """The next lines that can be taken in."""
        entries: list[Entry] = []
        start = self._file.tell()
        while len(entries) < BATCH_LINES and self._file.tell() - start < BATCH_BYTES:
            line = self._next_line(LINE_MAX + 1)
            if not line:
                return Batch(_by_conversation(entries), self._file.tell(), is_last=True)
            self._number += 1
            entry = self._read(line)
            if entry is not None:
                entries.append(entry)
        return Batch(_by_conversation(entries), self._file.tell(), is_last=False)

    def _next_line(self, size: int) -> bytes:
        try:
            return self._file.readline(size)
        except OSError as error:
            raise BadInput("That file can no longer be read.") from error

    def _read(self, line: bytes) -> Entry | None:
        if len(line) > LINE_MAX:
            self._skip_rest(line)
            self._count_bad()
            return None
        if self._number == 1:
            line = line.removeprefix(_BYTE_ORDER_MARK)
            _check_is_lines(line)
        text = line.strip()
        if not text:
            return None
        try:
            return self._reader.read(text)
        except BadInput:
            self._count_bad()
            return None

    def _count_bad(self) -> None:
        self._tally.bad += 1
        if len(self._tally.bad_lines) < BAD_NAMED_MAX:
            self._tally.bad_lines.append(self._number)

    def _skip_rest(self, line: bytes) -> None:
        while line and not line.endswith(b"\n"):
            line = self._next_line(LINE_MAX)


def _check_is_lines(first: bytes) -> None:
    if first.lstrip().startswith(b"["):
        raise BadInput("That file is one long list; an import has one message a line (jsonl).")


def _by_conversation(entries: list[Entry]) -> list[Entry]:
    """Conversations in order of appearance, so that each is contiguous in the feed."""
    threads: dict[str, list[Entry]] = {}
    for entry in entries:
        threads.setdefault(entry.turn.conversation, []).append(entry)
    return [entry for thread in threads.values() for entry in thread]


class Importing:
    """Takes files in. ``on_outcome`` is called on the loop after each commit."""

    def __init__(
        self,
        database: Database,
        rules: Callable[[], Rules],
        clock: Clock,
        on_outcome: Callable[[Outcome], None],
    ) -> None:
        self._database = database
        self._rules = rules
        self._clock = clock
        self._on_outcome = on_outcome

    async def take_in(
        self,
        path: Path,
        *,
        form: str = "auto",
        on_progress: OnProgress | None = None,
        cancelled: asyncio.Event | None = None,
    ) -> ImportDone:
        """Import a file. BadInput when it cannot be read or is not one message a line.

        Bad lines are counted and the first hundred named by number; they stop nothing.
        When ``cancelled`` is set, what was taken in stays; importing again goes on.
        """
        if form not in FORMATS:
            raise BadInput("The format is one of: auto, jsonl.")
        tally = Tally()
        with ThreadPoolExecutor(1, thread_name_prefix="aico-import") as thread:
            file, total = await _in(thread, lambda: _open(path))
            try:
                lines = LineFile(file, LineReader(self._clock.wall()), tally)
                pace = Pace(self._clock, total, on_progress)
                is_cut = await self._take_all(thread, lines, tally, pace, cancelled)
            finally:
                await _in(thread, file.close)
        return ImportDone(
            imported=tally.imported, skipped=tally.skipped,
            conversations=len(tally.conversations), bad=tally.bad,
            bad_lines=tuple(tally.bad_lines), cancelled=is_cut,
            seconds=pace.seconds,
        )  # fmt: skip

    async def _take_all(
        self,
        thread: ThreadPoolExecutor,
        lines: LineFile,
        tally: Tally,
        pace: Pace,
        cancelled: asyncio.Event | None,
    ) -> bool:
        batch = await _in(thread, lines.next_batch)
        while True:
            if cancelled is not None and cancelled.is_set():
                return True
            if batch.is_last:
                await self._store(batch, tally)
                pace.tell(batch.done)
                return False
            _, following = await asyncio.gather(
                self._store(batch, tally), _in(thread, lines.next_batch)
            )
            pace.tell(batch.done)
            batch = following

    async def _store(self, batch: Batch, tally: Tally) -> None:
        if not batch.entries:
            return
        rules = self._rules()
        outcome = await self._database.write(
            lambda sql: take_entries(sql, batch.entries, rules), then=self._written
        )
        tally.imported += outcome.added
        tally.skipped += outcome.known + outcome.refused
        tally.conversations |= outcome.conversations

    def _written(self, outcome: Outcome) -> None:
        if outcome.added:
            self._on_outcome(outcome)


def take_entries(connection: Connection, entries: list[Entry], rules: Rules) -> Outcome:
    """Take a batch in; what is here or was forgotten here is counted as known."""
    intake = Intake(connection, rules, details=False)
    intake.look_up(one.identity for one in entries)
    intake.look_up(one.native for one in entries if one.native is not None)
    for one in entries:
        if one.native is not None and intake.knows(one.native):
            intake.outcome.known += 1
        else:
            intake.take_line(one.raw, one.fact, one.turn, one.identity)
    return intake.finish()


def _open(path: Path) -> tuple[BinaryIO, int]:
    try:
        if not path.is_file():
            raise BadInput("There is no such file.")
        file = path.open("rb")
        return file, os.fstat(file.fileno()).st_size
    except OSError as error:
        raise BadInput("That file cannot be read.") from error


async def _in(thread: ThreadPoolExecutor, work: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(thread, work)
