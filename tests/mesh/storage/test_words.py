from __future__ import annotations

from mesh.model.fact import Level, Memory, ObjectKind
from mesh.storage import words
from tests.mesh.companion.diary import NOON, HandClock, Page


def keep(page: Page, text: str) -> None:
    memory = Memory(text, (), NOON)
    page.write(lambda draft: draft.begin(ObjectKind.MEMORY, Level.FAMILY, memory))


def test_a_row_number_that_is_given_out_again_is_indexed_again() -> None:
    page = Page("laptop", HandClock())
    keep(page, "tea")
    assert words.is_behind(page.connection)
    assert words.index_more(page.connection, 100) == 1
    assert not words.is_behind(page.connection)
    words.drop_facts(
        page.connection, list(page.connection.execute("SELECT n, kind, raw FROM fact"))
    )
    keep(page, "milk")
    assert words.is_behind(page.connection)
    words.index_more(page.connection, 100)
    assert words.matches(page.connection, "tea", 5) == []
    assert [one.text for one in words.matches(page.connection, "milk", 5)] == ["milk"]


def test_better_matches_rank_higher_and_the_limit_holds() -> None:
    page = Page("laptop", HandClock())
    for text in ("tea and a lot of other things on a long list", "tea", "milk"):
        keep(page, text)
    words.index_more(page.connection, 2)
    words.index_more(page.connection, 2)
    found = words.matches(page.connection, "tea", 5)
    assert [one.text.split()[0] for one in found] == ["tea", "tea"]
    assert found[0].text == "tea"
    assert found[0].rank > found[1].rank
    assert len(words.matches(page.connection, "tea", 1)) == 1
