"""Real history in: a file, read and taken in by batches while the node lives on.

    worker thread   read and check about a thousand lines (sources/)
    writer thread   take in the batch before, one commit
    loop            progress, cancelling

What is here, or was forgotten here, is skipped: so a file can be taken in again, after a cut or
on another device, and nothing comes twice.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from mesh.companion.draft import Draft
from mesh.companion.lines import Entry
from mesh.companion.pace import OnProgress, Pace
from mesh.companion.sources.findings import Bad, LeftOut
from mesh.companion.sources.opening import Source
from mesh.model.fact import FactKind, Level, Turn, Words
from mesh.storage.records import Intake
from mesh.wishes import BadPart, ImportDone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from mesh.clock import Clock
    from mesh.companion.author import Author
    from mesh.companion.sources.findings import Finding
    from mesh.storage.database import Database
    from mesh.storage.objects import Connection, Outcome, Rules

BATCH_LINES = 1000
BATCH_BYTES = 4 * 1024 * 1024
BAD_NAMED_MAX = 100

T = TypeVar("T")


@dataclass(slots=True)
class Batch:
    """What was read together, by conversation; ``done``: bytes of the file so far."""

    entries: list[Entry]
    done: int
    is_last: bool


@dataclass(slots=True)
class Tally:
    """What was found so far."""

    imported: int = 0
    skipped: int = 0
    left_out: int = 0
    bad: int = 0
    bad_parts: list[Bad] = field(default_factory=list)
    conversations: set[str] = field(default_factory=set)

    def note(self, one: Bad) -> None:
        """One more that cannot be taken in; the first hundred are named."""
        self.bad += 1
        if len(self.bad_parts) < BAD_NAMED_MAX:
            self.bad_parts.append(one)


class Batches:
    """A file in batches. Used by one thread at a time."""

    def __init__(self, source: Source, tally: Tally) -> None:
        self._source = source
        self._findings: Iterator[Finding] = source.findings()
        self._tally = tally

    def next_batch(self) -> Batch:
        """The next lines that can be taken in."""
        entries: list[Entry] = []
        start, size = self._source.done, 0
        while len(entries) < BATCH_LINES and max(size, self._source.done - start) < BATCH_BYTES:
            one = next(self._findings, None)
            if one is None:
                return Batch(_by_conversation(entries), self._source.total, is_last=True)
            if isinstance(one, Entry):
                entries.append(one)
                size += len(one.raw)
            elif isinstance(one, LeftOut):
                self._tally.left_out += 1
            else:
                self._tally.note(one)
        done = min(self._source.done, self._source.total - 1)
        return Batch(_by_conversation(entries), done, is_last=False)


def _by_conversation(entries: list[Entry]) -> list[Entry]:
    """Conversations in order of appearance, so that each is contiguous in the feed."""
    threads: dict[str | None, list[Entry]] = {}
    for entry in entries:
        content = entry.content
        name = content.conversation if isinstance(content, Turn) else None
        threads.setdefault(name, []).append(entry)
    return [entry for thread in threads.values() for entry in thread]


class Importing:
    """Takes files in. ``on_outcome`` is called on the loop after each commit."""

    def __init__(
        self,
        database: Database,
        rules: Callable[[], Rules],
        clock: Clock,
        author: Author,
        on_outcome: Callable[[Outcome], None],
    ) -> None:
        self._database = database
        self._rules = rules
        self._clock = clock
        self._author = author
        self._on_outcome = on_outcome

    async def take_in(
        self,
        path: Path,
        *,
        form: str = "auto",
        on_progress: OnProgress | None = None,
        cancelled: asyncio.Event | None = None,
    ) -> ImportDone:
        """Import a file. BadInput when it cannot be read or is none that is known.

        Bad parts are counted and the first hundred named; they stop nothing.
        When ``cancelled`` is set, what was taken in stays; importing again goes on.
        """
        tally, now = Tally(), self._clock.wall()
        with ThreadPoolExecutor(1, thread_name_prefix="aico-import") as thread:
            source = await _in(thread, lambda: Source(path, form, now))
            try:
                pace = Pace(self._clock, source.total, on_progress)
                batches = Batches(source, tally)
                is_cut = await self._take_all(thread, batches, tally, pace, cancelled)
            finally:
                await _in(thread, source.close)
        return ImportDone(
            imported=tally.imported, skipped=tally.skipped, left_out=tally.left_out,
            conversations=len(tally.conversations), bad=tally.bad, format=source.form,
            bad_lines=tuple(one.line for one in tally.bad_parts if one.line),
            bad_parts=tuple(_named(one) for one in tally.bad_parts), cancelled=is_cut,
            seconds=pace.seconds,
        )  # fmt: skip

    async def _take_all(
        self,
        thread: ThreadPoolExecutor,
        batches: Batches,
        tally: Tally,
        pace: Pace,
        cancelled: asyncio.Event | None,
    ) -> bool:
        batch = await _in(thread, batches.next_batch)
        while True:
            if cancelled is not None and cancelled.is_set():
                return True
            if batch.is_last:
                await self._store(batch, tally)
                pace.tell(batch.done)
                return False
            _, following = await asyncio.gather(
                self._store(batch, tally), _in(thread, batches.next_batch)
            )
            pace.tell(batch.done)
            batch = following

    async def _store(self, batch: Batch, tally: Tally) -> None:
        if not batch.entries:
            return
        rules, author = self._rules(), self._author
        outcome, _ = await self._database.write(
            lambda sql: take_entries(sql, batch.entries, rules, author), then=self._written
        )
        tally.imported += outcome.added
        tally.skipped += outcome.known + outcome.refused
        tally.conversations |= outcome.conversations

    def _written(self, outcomes: tuple[Outcome, Outcome | None]) -> None:
        for one in outcomes:
            if one is not None and (one.added or one.tops):
                self._on_outcome(one)


def take_entries(
    connection: Connection, entries: list[Entry], rules: Rules, author: Author
) -> tuple[Outcome, Outcome | None]:
    """Take a batch in; what is here or was forgotten here is counted as known.

    The second outcome is of what this device adds in its own name.
    """
    intake = Intake(connection, rules, details=False)
    intake.look_up(one.identity for one in entries)
    intake.look_up(other for one in entries for other in one.known_as)
    reasons: list[Entry] = []
    for one in entries:
        if any(intake.knows(other) for other in one.known_as):
            intake.outcome.known += 1
        elif intake.take_line(one.raw, one.fact, one.content, one.identity) and one.because:
            reasons.append(one)
    outcome = intake.finish()
    return outcome, _tell_why(connection, reasons, rules, author) if reasons else None


def _tell_why(
    connection: Connection, felt: list[Entry], rules: Rules, author: Author
) -> Outcome:
    """Why somebody felt so is a fact of its own, and this device's word if it may say it.

    Else nothing is asked either: a file would make a question of every mood.
    """
    draft = Draft(connection, author, rules)
    for one in felt:
        subject = draft.subject(one.identity)
        if draft.may_rule(subject.row):
            draft.add(FactKind.REASON, subject, Words(one.because or ""), level=Level.FAMILY)
    return draft.finish()


def _named(one: Bad) -> BadPart:
    return BadPart(
        why=one.why.sentence, line=one.line, conversation=one.conversation, title=one.title,
        message=one.message,
    )  # fmt: skip


async def _in(thread: ThreadPoolExecutor, work: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(thread, work)
