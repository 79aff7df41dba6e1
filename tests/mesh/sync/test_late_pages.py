"""A page that is written after the next talk has asked says nothing of what that one told."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from mesh.model.cursor import Cursor, Mark, Ranges
from mesh.model.scope import ScopeKind, scope_of
from mesh.storage import feeds
from mesh.storage.objects import Rules
from mesh.sync.comparing import _go_beyond
from mesh.sync.intake import Source, take_pages
from mesh.wire.frames import Page, pack_rows
from tests.mesh.companion.diary import empty, everyone_full, tag_of

if TYPE_CHECKING:
    from mesh.storage.objects import Connection

KEY = b"k" * 32
SCOPE = scope_of(ScopeKind.MEMORY, 1)
BEFORE, AFTER = b"before"[:8].ljust(8), b"after".ljust(8)
RULES = Rules(tag_of("desk"), everyone_full)


@pytest.fixture
def here() -> Connection:
    """Six numbers are settled, of the run that was."""
    connection = empty()
    feeds.save_cursor(connection, KEY, SCOPE, Cursor(Ranges([(1, 6)]), Mark(BEFORE, 6)))
    return connection


def cursor(here: Connection) -> Cursor:
    return feeds.load_cursor(here, KEY, SCOPE)


def take(here: Connection, asked: Cursor, mark: Mark, number: int, *, is_over: bool) -> None:
    """Store a page of no facts that settles one number."""
    page = Page(SCOPE, 1, False, Ranges([(number, number)]).packed(), mark, *pack_rows([]))
    epoch = feeds.epoch(here)
    source = Source(KEY, None, 0, RULES, lambda *_: None, epoch, 1, asked, lambda: is_over)
    take_pages(here, [page], source, resets=False)


def test_what_a_late_page_settled_is_nothing_to_a_run_that_was_not_told(
    here: Connection,
) -> None:
    asked = cursor(here)
    take(here, asked, Mark(BEFORE, 8), 8, is_over=True)
    assert list(cursor(here).settled) == [(1, 6), (8, 8)]
    take(here, asked, Mark(AFTER, 8), 7, is_over=False)
    assert list(cursor(here).settled) == [(1, 7)]
    assert cursor(here).mark == Mark(AFTER, 8)


def test_a_page_of_an_ended_talk_settles_nothing_of_a_run_that_came_after(
    here: Connection,
) -> None:
    asked = cursor(here)
    take(here, asked, Mark(AFTER, 7), 7, is_over=False)
    before = replace(cursor(here))
    take(here, asked, Mark(BEFORE, 9), 9, is_over=True)
    assert list(cursor(here).settled) == list(before.settled) == [(1, 7)]
    assert cursor(here).mark == before.mark


@pytest.mark.parametrize("run", [BEFORE, AFTER])
def test_what_was_dropped_since_it_was_asked_for_is_not_settled_again(
    here: Connection, run: bytes
) -> None:
    asked = cursor(here)
    feeds.drop_cursor(here, KEY, SCOPE)
    take(here, asked, Mark(run, 7), 7, is_over=False)
    assert list(cursor(here).settled) == [(7, 7)]


def test_the_first_page_of_all_settles_its_numbers_however_late(here: Connection) -> None:
    feeds.drop_cursor(here, KEY, SCOPE)
    take(here, cursor(here), Mark(BEFORE, 1), 1, is_over=True)
    assert list(cursor(here).settled) == [(1, 1)]
    assert cursor(here).mark == Mark(BEFORE, 1)


@pytest.mark.parametrize(("run", "kept"), [(BEFORE, [(1, 6)]), (AFTER, [(1, 6), (8, 8)])])
def test_an_audit_keeps_beyond_what_it_compared_only_numbers_of_the_same_run(
    run: bytes, kept: list[tuple[int, int]]
) -> None:
    found = Cursor(Ranges([(1, 6)]), Mark(AFTER, 6))
    _go_beyond(found, Cursor(Ranges([(1, 6), (8, 8)]), Mark(run, 8)))
    assert list(found.settled) == kept
