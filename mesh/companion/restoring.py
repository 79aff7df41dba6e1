"""A backup back in: merged under what stands, block by block, while the node lives on.

    first    the whole file is opened once: if it was cut or changed, nothing happens
    then     block by block: a commit each, facts judged as ever, known ones left aside

What is here stays, what was forgotten since stays forgotten, and nothing comes twice: a restore
that was interrupted is done again. A device that is alone may take in the past of another
family as its own: ``Past`` says by which rights that is judged and under which names it wrote.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, BinaryIO, TypeVar

from mesh.companion.archive import Archive, Contents, Entries, Facts
from mesh.companion.pace import OnProgress, Pace
from mesh.companion.sources.opening import open_file
from mesh.errors import BackupDamaged, BadFact, ProtocolError
from mesh.family.book import Book
from mesh.model.device import author_tag
from mesh.storage.copying import Kept
from mesh.storage.records import Intake

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator
    from pathlib import Path

    from mesh.clock import Clock
    from mesh.companion.author import Author
    from mesh.model.roster import Roster
    from mesh.storage.database import Database
    from mesh.storage.objects import Connection, Outcome, Rules

T = TypeVar("T")
Right = Callable[[bytes, int], bool]


@dataclass(frozen=True, slots=True)
class Past:
    """What a backup says of where it comes from; every byte of it was opened already.

    ``facts``: how many are in there; ``entries``: the signed entries of its family.
    """

    contents: Contents
    entries: tuple[bytes, ...]
    roster: Roster

    @property
    def tags(self) -> tuple[bytes, ...]:
        """The names that device and its own devices wrote under, its own last.

        Of those that never had full rights none: what they may say needs no right.
        """
        until = self.roster.rights.until
        removed = {author_tag(key) for key in self.roster.revoked}
        full = sorted(tag for tag, (full, _) in until.items() if full >= 0)
        own = set(self.contents.tags)
        gone = [tag for tag in full if tag in removed and tag not in own]
        here = [tag for tag in full if tag not in removed and tag not in own]
        return (*gone, *here, *self.contents.tags)

    def rules(self, rules: Rules) -> Rules:
        """The same rules, for facts that the family of the backup had judged already."""
        old, may_choose = self.roster, rules.may_choose or rules.was_full_at
        return replace(
            rules,
            was_full_at=_either(old.was_full_at, rules.was_full_at),
            may_choose=_either(old.was_admin_at, may_choose),
            past=rules.past | frozenset(self.tags),
        )


def _either(one: Right, other: Right) -> Right:
    return lambda tag, tick: one(tag, tick) or other(tag, tick)


@dataclass(slots=True)
class Tally:
    """What came of it; ``refused``: what has no right here."""

    added: int = 0
    known: int = 0
    refused: int = 0
    seconds: float = 0.0
    is_cut: bool = False

    def note(self, outcome: Outcome) -> None:
        """One block more."""
        self.added += outcome.added
        self.known += outcome.known
        self.refused += outcome.refused


@dataclass(frozen=True, slots=True)
class Taking:
    """How facts are judged, and what of them becomes this device's own."""

    rules: Rules
    own: Kept


class Opened:
    """A backup whose every byte was checked. ``close`` it."""

    def __init__(self, file: BinaryIO, archive: Archive, past: Past) -> None:
        self._file = file
        self._archive = archive
        self.past = past

    def blocks(self) -> Iterator[Facts]:
        """The facts, block by block."""
        return (block for block in self._archive.blocks() if isinstance(block, Facts))

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


class Restoring:
    """Takes backups in. ``on_outcome`` is called on the loop after each commit."""

    def __init__(
        self,
        database: Database,
        author: Author,
        rules: Callable[[], Rules],
        clock: Clock,
        on_outcome: Callable[[Outcome], None],
    ) -> None:
        self._database = database
        self._author = author
        self._rules = rules
        self._clock = clock
        self._on_outcome = on_outcome

    async def open(self, path: Path, passphrase: str) -> Opened:
        """Open a file and check all of it; nothing is changed by that.

        BadInput, BackupNotOpened, BackupDamaged, BackupTooNew.
        """
        with ThreadPoolExecutor(1, thread_name_prefix="aico-import") as thread:
            return await _in(thread, lambda: _checked(path, passphrase))

    async def take_in(
        self,
        opened: Opened,
        *,
        is_heir: bool,
        on_progress: OnProgress | None = None,
        stopped: threading.Event | None = None,
    ) -> Tally:
        """Merge the facts in; what is in stays when it is ``stopped`` or fails.

        ``is_heir``: this device will go on for the family of the backup: its facts are judged
        as they were there, and what was private to it is kept. DiskFull, StorageError.
        """
        pace, tally = Pace(self._clock, opened.past.contents.facts, on_progress), Tally()
        done, blocks = 0, opened.blocks()
        with ThreadPoolExecutor(1, thread_name_prefix="aico-import") as thread:
            while block := await _in(thread, lambda: next(blocks, None)):
                if stopped is not None and stopped.is_set():
                    tally.is_cut = True
                    break
                taking = self._taking(opened.past, is_heir=is_heir)
                tally.note(await self._store(block, taking))
                done += len(block.rows)
                pace.tell(done)
        tally.seconds = pace.seconds
        return tally

    def _taking(self, past: Past, *, is_heir: bool) -> Taking:
        rules = self._rules()
        if is_heir:
            return Taking(past.rules(rules), Kept.MINE | Kept.PRIVATE)
        is_own = not {rules.own, *rules.past}.isdisjoint(past.contents.tags)
        return Taking(rules, Kept.MINE if is_own else Kept.BY_TRUST)

    async def _store(self, block: Facts, taking: Taking) -> Outcome:
        def job(connection: Connection) -> Outcome:
            outcome = take_block(connection, block, taking)
            self._author.see(connection, outcome.newest)
            return outcome

        return await self._database.write(job, then=self._written)

    def _written(self, outcome: Outcome) -> None:
        if outcome.added:
            self._on_outcome(outcome)


def take_block(connection: Connection, block: Facts, taking: Taking) -> Outcome:
    """One block in one transaction; what is here or was forgotten here counts as known."""
    why = dict(zip(block.rows, map(Kept, block.kept), strict=True))
    intake = Intake(connection, taking.rules, details=False)
    for one in intake.expect(block.rows):
        try:
            intake.take(*one, mine=bool(why[one[0]] & taking.own))
        except BadFact:
            intake.outcome.refused += 1
    return intake.finish()


def _checked(path: Path, passphrase: str) -> Opened:
    file = open_file(path)
    try:
        archive = Archive(file, passphrase)
        return Opened(file, archive, _look_through(archive))
    except BaseException:
        file.close()
        raise


def _look_through(archive: Archive) -> Past:
    """Open every block once; what is said at the beginning must be what follows."""
    blocks = archive.blocks()
    contents, entries, facts = next(blocks), list[bytes](), 0
    if not isinstance(contents, Contents):
        raise BackupDamaged
    for block in blocks:
        if isinstance(block, Contents):
            raise BackupDamaged
        if isinstance(block, Entries):
            entries += block.rows
        else:
            facts += len(block.rows)
    if facts != contents.facts:
        raise BackupDamaged
    return Past(contents, tuple(entries), _roster(contents, entries))


def _roster(contents: Contents, entries: list[bytes]) -> Roster:
    """What its family was, as the device that made it knew it; the seal vouches for that."""
    try:
        book = Book.stored(entries)
    except ProtocolError as error:
        raise BackupDamaged from error
    if book is None or book.family != contents.family:
        raise BackupDamaged
    return book.roster


async def _in(thread: ThreadPoolExecutor, work: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(thread, work)
