"""What was seen of an object before counts no longer once it stands otherwise."""

from __future__ import annotations

from mesh.model import fact as facts
from mesh.model.burst import BURST_MAX
from mesh.model.fact import Level, ObjectKind, Turn
from mesh.storage.objects import Connection, Rules, object_by_id
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
from tests.mesh.storage.test_records import remembered, shown

WATCH = Rules(tag_of("watch"), everyone_full)


def say(page: Page, conversation: str) -> bytes:
    turn = Turn(conversation, "user", "hello", NOON)
    return page.write(lambda draft: draft.begin(ObjectKind.TURN, Level.FAMILY, turn)).id


def forget(page: Page, identity: bytes) -> None:
    page.write(lambda draft: draft.forget(draft.subject(identity)))


def test_what_is_said_where_a_forgetting_waits_for_a_person_is_hidden_too() -> None:
    page, other, here = Page("laptop", HandClock()), Page("phone", HandClock()), empty()
    names = [f"talk {number}" for number in range(BURST_MAX + 1)]
    for name in names:
        say(page, name)
    other.take(shareable(page.connection))
    pour(here, shareable(page.connection), WATCH)
    for name in names:
        forget(other, facts.conversation_object(name))
    pour(here, shareable(other.connection), WATCH)
    assert shown_turns(here) == []
    later = say(page, names[0])
    pour(here, shareable(page.connection), WATCH)
    assert later not in shown_turns(here)


def shown_turns(connection: Connection) -> list[object]:
    return [row[0] for row in shown(connection)]


def test_what_came_and_went_in_one_page_is_not_handed_on() -> None:
    page, here = Page("laptop", HandClock()), empty()
    memory = remembered(page)
    bag = shareable(page.connection)
    forget(page, memory)
    outcome = pour(here, [*bag, *shareable(page.connection)], WATCH)
    kept = {raw for (raw,) in here.execute("SELECT raw FROM fact")}
    assert {one.raw for one in outcome.fed} == kept
    assert not kept & set(bag)


def test_a_label_that_turns_out_to_be_void_widened_nothing() -> None:
    page, other, here = Page("laptop", HandClock()), Page("phone", HandClock()), empty()
    memory = remembered(page)
    other.take(shareable(page.connection))
    pour(here, shareable(page.connection), WATCH)
    other.write(lambda draft: draft.relabel(draft.subject(memory), Level.PUBLIC))
    pour(here, shareable(other.connection), WATCH)
    row = object_by_id(here, memory)
    assert row is not None
    assert row.reach == Level.PUBLIC
    intake = Intake(here, WATCH, details=False)
    found = here.execute("SELECT n, kind, raw FROM fact WHERE object=?", (row.n,))
    intake.drop(memory, [one for one in found if facts.read(one[2]).id[:6] != memory[:6]])
    intake.finish()
    row = object_by_id(here, memory)
    assert row is not None
    assert (row.level, row.reach) == (Level.FAMILY, Level.FAMILY)
