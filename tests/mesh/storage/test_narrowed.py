"""A device that may hold less than before has what one has that never might hold more."""

from __future__ import annotations

import random
from functools import partial
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from mesh.model import fact as facts
from mesh.model.allowance import Grants
from mesh.model.burst import BURST_MAX
from mesh.model.fact import FactKind, Level, Memory, Words
from mesh.model.scope import ScopeKind
from mesh.storage import choices, words
from mesh.storage.objects import Connection, Rules
from mesh.storage.records import Intake
from tests.mesh.companion.diary import (
    NOON,
    HandClock,
    Page,
    empty,
    everyone_full,
    pour,
    shareable,
    tag_of,
)
from tests.mesh.storage.test_records import Life, check_tables, lives, remembered

if TYPE_CHECKING:
    from mesh.companion.draft import Draft

PUBLIC = Grants(dict.fromkeys(map(int, ScopeKind), int(Level.PUBLIC)))
WIDE = Rules(tag_of("watch"), everyone_full)
NARROW = Rules(tag_of("watch"), everyone_full, PUBLIC)


def narrow(connection: Connection) -> None:
    """See all that may be content anew, as a device does whose owner chose so."""
    intake = Intake(connection, NARROW, details=True)
    found = choices.objects_with_content(connection, set(ScopeKind), 0)
    intake.look_again([identity for _, identity in found])
    intake.finish()


def public(page: Page) -> list[bytes]:
    sql = "SELECT raw FROM fact WHERE number IS NOT NULL AND scope & 3 = 0 ORDER BY n"
    return [raw for (raw,) in page.connection.execute(sql)]


def content(connection: Connection) -> set[bytes]:
    """What is here of things, but not of conversations, which have no text of their own."""
    stubs = ",".join(str(int(kind)) for kind in facts.STUBS)
    found = connection.execute(
        "SELECT raw FROM fact JOIN object ON object.n=fact.object"  # noqa: S608 — constants
        f" WHERE object.kind<>1 AND fact.kind NOT IN ({stubs})"
    )
    return {raw for (raw,) in found}


def forget(draft: Draft, identity: bytes) -> None:
    draft.forget(draft.subject(identity))


@lives
@given(st.integers(0, 1 << 32))
def test_it_holds_no_more_than_who_was_never_given_more(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 — the same in every run
    life = Life(chance)
    for _ in range(40):
        life.step()
    page = life.pages[0]
    before, never = empty(), empty()
    for _ in range(3):
        pour(before, shareable(page.connection), WIDE)
        pour(never, public(page), NARROW)
    narrow(before)
    check_tables(before)
    assert content(before) == content(never)


@lives
@given(st.integers(0, 1 << 32))
def test_what_gets_here_all_the_same_does_not_stay(seed: int) -> None:
    """Somebody may not have heard yet of what was chosen."""
    chance = random.Random(seed)  # noqa: S311 — the same in every run
    life = Life(chance)
    for _ in range(40):
        life.step()
    given, never = empty(), empty()
    for _ in range(3):
        pour(given, shareable(life.pages[0].connection), NARROW)
        pour(never, public(life.pages[0]), NARROW)
    check_tables(given)
    assert content(given) == content(never)


def test_the_family_words_of_a_thing_that_was_made_public_go() -> None:
    page, here = Page("laptop", HandClock()), empty()
    memory = remembered(page, "a secret")
    tea = Words("tea")
    page.write(lambda d: d.add(FactKind.TEXT, d.subject(memory), tea, sees=[memory]))
    page.write(lambda d: d.relabel(d.subject(memory), Level.PUBLIC))
    pour(here, shareable(page.connection), WIDE)
    words.index_more(here, 100)
    assert words.matches(here, "tea", 5)
    narrow(here)
    (root,) = content(here)
    assert facts.body(facts.read(root)) == Memory("tea", ("x",), NOON)
    assert [one.text for one in words.matches(here, "tea", 5)] == ["tea"]
    assert not here.execute("SELECT 1 FROM words WHERE words MATCH 'secret'").get


def test_what_waits_for_a_persons_word_on_its_forgetting_goes_too() -> None:
    page, other, here = Page("laptop", HandClock()), Page("phone", HandClock()), empty()
    for number in range(BURST_MAX + 1):
        remembered(page, f"tea {number}")
    pour(here, shareable(page.connection), WIDE)
    other.take(shareable(page.connection))
    found = [identity for (identity,) in other.connection.execute("SELECT id FROM object")]
    for one in found:
        other.write(partial(forget, identity=one))
    pour(here, shareable(other.connection), WIDE)
    assert len(content(here)) == BURST_MAX + 1
    narrow(here)
    assert not content(here)
