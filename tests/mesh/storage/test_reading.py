from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mesh.model import fact as facts
from mesh.model.fact import Level, ObjectKind, Turn
from mesh.storage import reading
from mesh.storage.objects import object_by_id
from tests.mesh.companion.diary import NOON, HandClock, Page

if TYPE_CHECKING:
    from collections.abc import Callable

    from mesh.storage.objects import Connection

WALKS = ("dawn", "noon", "dusk")


def say(page: Page, conversation: str, level: Level) -> None:
    turn = Turn(conversation, "user", "hello", NOON)
    page.write(lambda draft: draft.begin(ObjectKind.TURN, level, turn))


def cost_of(connection: Connection, question: Callable[[], object]) -> int:
    """How many instructions the database carries out for a question; the same in every run."""
    steps = 0

    def count() -> bool:
        nonlocal steps
        steps += 1
        return False

    connection.set_progress_handler(count, 1)
    try:
        question()
    finally:
        connection.set_progress_handler(None)
    return steps


@pytest.mark.parametrize("level", [Level.FAMILY, Level.HERE])
def test_what_is_asked_of_one_conversation_costs_the_same_however_much_others_hold(
    level: Level,
) -> None:
    page = Page("laptop", HandClock())
    for conversation in ("talk", *WALKS):
        say(page, conversation, level)
    talk = object_by_id(page.connection, facts.conversation_object("talk"))
    assert talk
    questions: tuple[Callable[[], object], ...] = (
        lambda: reading.is_all_here(page.connection, talk),
        lambda: reading.conversation_label(page.connection, "talk"),
        lambda: list(reading.turns_of(page.connection, talk.n)),
    )
    first = [cost_of(page.connection, question) for question in questions]
    for number in range(200):
        say(page, WALKS[number % 3], Level.HERE if number % 2 else Level.FAMILY)
    assert [cost_of(page.connection, question) for question in questions] == first
    assert reading.is_all_here(page.connection, talk) is (level is Level.HERE)
