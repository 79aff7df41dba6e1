"""Taking a page in: checks, facts and cursor in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import chain, groupby
from typing import TYPE_CHECKING

import msgspec

from mesh.errors import BadFact
from mesh.model import fact as facts
from mesh.model import scope as scopes
from mesh.model.cursor import Cursor, unpacked
from mesh.storage import feeds
from mesh.storage.commits import Decided
from mesh.storage.known import Known
from mesh.storage.objects import Connection, Outcome, Rules
from mesh.storage.quota import CONTENT_MAX, STUBS_MAX, Room
from mesh.storage.records import Intake
from mesh.wire import frames

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mesh.model.fact import Fact
    from mesh.wire.frames import Page

DETAILS_MAX = 64
"""Pages up to this size are told fact by fact; larger ones as a count."""


NEWS_MAX = 4
NEWS_BYTES_MAX = 16 * 1024


def news_in(page: Page) -> list[bytes] | None:
    """The rows of a page of few facts that begin an object; None of any other.

    Storing them takes next to no time. A label or a forgetting may concern all that was ever
    said in a conversation.
    """
    if frames.size_of_rows(page) > NEWS_BYTES_MAX:
        return None
    rows = frames.unpack_rows(page)
    is_news = len(rows) <= NEWS_MAX and all(map(facts.begins_object, rows))
    return rows if is_news else None


class Source(msgspec.Struct, frozen=True):
    """Who sent a page: its key, and whose facts it may give (None: anybody's).

    With what it takes to accept them: the roster's rules, and who notes the newest stamp.
    ``epoch``: that of cursors when the scope was asked for, ``asked``: from where; ``is_over``:
    whether the talk is; ``now_ms``: Unix ms; ``limits``:
    how many bytes of content, and of all, a device that is not full may make this one store;
    ``known``: what of the tables need not be asked.
    """

    key: bytes
    own_tags: frozenset[bytes] | None
    since: int
    rules: Rules
    note: Callable[[Connection, int], None]
    epoch: int
    now_ms: int
    asked: Cursor
    is_over: Callable[[], bool]
    limits: tuple[int, int] = (CONTENT_MAX, STUBS_MAX)
    known: Known | None = None

    def may_give(self, scope: int, fact: Fact, identity: bytes) -> bool:
        """Whether this device may give this fact in this scope."""
        kind, is_stub, level = scopes.scope_parts(scope)
        if scopes.scope_kind(fact.object_kind, fact.kind) != kind:
            return False
        if (fact.kind in facts.STUBS) != is_stub or (fact.level > level and not is_stub):
            return False
        if self.own_tags is None:
            return True
        author = facts.author_of(identity)
        return author is None or author in self.own_tags

    def room(self, connection: Connection) -> Room | None:
        """How much it may still make this device store; None: as much as there is."""
        return None if self.own_tags is None else Room(connection, self.key, *self.limits)


class Taken(msgspec.Struct):
    """What pages did; once written, how far their scope is settled and when it was compared.

    ``is_told``: whether their news was told before it was written.
    """

    outcome: Outcome
    floor: int = 0
    audited: int = 0
    is_told: bool = False


def take_pages(
    connection: Connection, pages: Sequence[Page], source: Source, *, resets: bool
) -> list[Taken]:
    """Pages of one scope: those told fact by fact, and those told as a count, each together.

    ``resets``: with the first of them the cursor starts over.
    """
    opened = ((page, frames.unpack_rows(page)) for page in pages)
    taken: list[Taken] = []
    for details, some in groupby(opened, key=lambda one: len(one[1]) <= DETAILS_MAX):
        those, rows = zip(*some, strict=True)
        resets = resets and not taken
        decided = decide_rows(
            connection, those, [*chain(*rows)], source, details=details, resets=resets
        )
        decided.write(connection)
        taken.append(decided.result)
    return taken


def decide_rows(
    connection: Connection,
    pages: Sequence[Page],
    rows: list[bytes],
    source: Source,
    *,
    details: bool,
    resets: bool,
) -> Decided[Taken]:
    """What becomes of the facts in these pages of one scope, and the writing of it.

    Every fact is checked, taken or refused; the pages' numbers are settled either way.
    """
    scope = pages[0].scope
    intake = Intake(connection, source.rules, details=details, known=source.known)
    room = source.room(connection)
    is_stub = scopes.scope_parts(scope)[1]
    for raw, fact, identity, target, content in intake.expect(rows):
        has_room = room is None or room.has(raw, is_stub=is_stub)
        if not has_room or not source.may_give(scope, fact, identity):
            intake.outcome.refused += 1
            continue
        try:
            is_new = intake.take(raw, fact, identity, target, content, mine=False)
            if is_new and room is not None:
                room.fill(raw)
        except BadFact:
            intake.outcome.refused += 1
    if room is not None:
        room.keep()
    decided = intake.decide()
    taken = Taken(decided.result)

    def write(connection: Connection) -> None:
        decided.write(connection)
        source.note(connection, taken.outcome.newest)
        _settle(connection, pages, source, taken, resets=resets)

    return Decided(taken, write, decided.is_certain and room is None, decided.keep)


def _go_on_from(connection: Connection, page: Page, source: Source) -> Cursor | None:
    """What a page settles its numbers beside; None when it came too late to settle any.

    Another run of the other numbers anew what it no longer has: where a page is the first of
    one, what counts is what that run was told, not what a page of an earlier talk, which was
    written only after that, added to it. Where nothing is kept nothing is of another run, and
    what was asked for from may be what was dropped since.
    """
    cursor = feeds.load_cursor(connection, source.key, page.scope)
    if cursor.is_new or page.mark.run == cursor.mark.run:
        return cursor
    asked = source.asked
    return None if source.is_over() else replace(asked, settled=asked.settled.copy())


def _settle(
    connection: Connection, pages: Sequence[Page], source: Source, taken: Taken, *, resets: bool
) -> None:
    if feeds.epoch(connection) != source.epoch:
        return
    scope = pages[0].scope
    cursor = Cursor() if resets else _go_on_from(connection, pages[0], source)
    if cursor is None:
        return
    if cursor.is_new:
        cursor.audited = max(1, source.now_ms)
    for page in pages:
        cursor.take(unpacked(page.settles), page.mark)
    cursor.since = max(cursor.since, source.since)
    feeds.save_cursor(connection, source.key, scope, cursor)
    taken.floor, taken.audited = cursor.settled.floor, cursor.audited
