"""A limited device cannot fill the others' disks; what it forgets it still may say."""

from __future__ import annotations

import pytest

from mesh.model import fact as facts
from mesh.model.cursor import Cursor, Mark
from mesh.model.fact import Fact, FactKind, Level, ObjectKind
from mesh.model.scope import ScopeKind, scope_of
from mesh.storage.quota import ROW
from mesh.sync.intake import Source, Taken, take_pages
from mesh.wire.frames import Page, pack_rows
from tests.mesh.companion.diary import HandClock, key_of, tag_of
from tests.mesh.companion.diary import Page as Sheet

TABLET, LAPTOP = key_of("tablet"), key_of("laptop")
CONTENT, ALL = 4000, 6000
MEMORIES = scope_of(ScopeKind.MEMORY, Level.FAMILY)
STUBS = scope_of(ScopeKind.MEMORY, Level.FAMILY, is_stub=True)


def memory(number: int) -> bytes:
    identity = facts.minted_id(tag_of("tablet"), b"rr", number)
    body = facts.encode_body(facts.Memory("x" * 800, (), number))
    return facts.write(
        Fact(1, FactKind.ROOT, identity, b"", ObjectKind.MEMORY, number, 1, (), body)
    )


def forgetting(number: int) -> bytes:
    identity = facts.minted_id(tag_of("tablet"), b"rr", 1000 + number)
    target = facts.minted_id(tag_of("tablet"), b"rr", number)
    body = facts.encode_body(facts.Forgetting())
    about = (identity, target, ObjectKind.MEMORY)
    return facts.write(Fact(1, FactKind.FORGET, *about, 1000 + number, 1, (), body))


def give(here: Sheet, scope: int, *raws: bytes, is_full: bool = False) -> Taken:
    tags = None if is_full else frozenset({tag_of("tablet")})
    key = LAPTOP if is_full else TABLET
    source = Source(
        key, tags, 0, here.rules, lambda *_: None, 0, 1, Cursor(), lambda: False,
        limits=(CONTENT, ALL),
    )  # fmt: skip
    page = Page(scope, 1, False, (), Mark(b"r" * 8, 1), *pack_rows(list(raws)))
    return take_pages(here.connection, [page], source, resets=False)[0]


@pytest.fixture
def here() -> Sheet:
    return Sheet("desk", HandClock())


def test_what_goes_beyond_is_refused_also_in_a_later_page(here: Sheet) -> None:
    fits = CONTENT // (len(memory(1)) + ROW)
    outcome = give(here, MEMORIES, *map(memory, range(1, fits + 3))).outcome
    assert (outcome.added, outcome.refused) == (fits, 2)
    assert give(here, MEMORIES, memory(50)).outcome.refused == 1
    assert give(here, MEMORIES, memory(51), is_full=True).outcome.added == 1


def test_what_is_known_already_takes_no_room(here: Sheet) -> None:
    for _ in range(9):
        assert give(here, MEMORIES, memory(1)).outcome.refused == 0
    assert give(here, MEMORIES, memory(2)).outcome.added == 1


def test_who_has_no_room_left_can_still_forget_for_a_while(here: Sheet) -> None:
    give(here, MEMORIES, *map(memory, range(1, 9)))
    outcome = give(here, STUBS, forgetting(1)).outcome
    assert (outcome.added, len(outcome.forgotten)) == (1, 1)
    many = give(here, STUBS, *map(forgetting, range(2, 40))).outcome
    assert many.refused > 0
