from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mesh.errors import BadInput
from mesh.recall.search import words_of
from mesh.storage import words
from tests.mesh.companion.diary import Diary, diary, empty, id_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def laptop(tmp_path: Path) -> AsyncIterator[Diary]:
    async with diary(tmp_path) as one:
        yield one


async def found(device: Diary, query: str, limit: int = 10) -> list[str]:
    return [hit.text for hit in await device.search.search(query, limit)]


async def test_messages_and_memories_are_found_by_their_words(laptop: Diary) -> None:
    kept = await laptop.writing.remember("The café has good tea")
    said = await laptop.writing.say("Don't worry about drinking tea", conversation="talk")
    hits = {hit.id: hit for hit in await laptop.search.search("TEA")}
    assert hits.keys() == {kept.id, said.id}
    assert (hits[kept.id].kind, hits[kept.id].conversation_id) == ("memory", None)
    assert (hits[said.id].kind, hits[said.id].conversation_id) == ("message", "talk")
    assert {hit.device_id for hit in hits.values()} == {id_of("laptop")}
    assert await found(laptop, "cafe") == ["The café has good tea"]
    assert await found(laptop, "drinks") == ["Don't worry about drinking tea"]
    assert await found(laptop, "don't worry") == ["Don't worry about drinking tea"]


async def test_what_has_all_the_words_comes_before_what_has_some(laptop: Diary) -> None:
    for text in ("tea tea tea tea", "green tea in the big old house", "green green", "milk"):
        await laptop.writing.remember(text)
    hits = await laptop.search.search("green tea")
    assert hits[0].text == "green tea in the big old house"
    assert len(hits) == 3
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)
    assert min(scores) > 0
    assert len(await laptop.search.search("green tea", limit=2)) == 2


@pytest.mark.parametrize("query", ["", "  ", "'\"", "-*^():", "\N{GRINNING FACE}", "\0"])
async def test_a_query_without_words_finds_nothing(laptop: Diary, query: str) -> None:
    await laptop.writing.remember("tea")
    assert await laptop.search.search(query) == []


@pytest.mark.parametrize("limit", [0, -1, 1001])
async def test_a_limit_out_of_bounds_is_refused(laptop: Diary, limit: int) -> None:
    with pytest.raises(BadInput):
        await laptop.search.search("tea", limit)


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.text(max_size=60))
def test_nothing_anyone_types_is_taken_for_syntax(query: str) -> None:
    connection = empty()
    for glue in (" AND ", " OR "):
        quoted = glue.join(f'"{word}"' for word in words_of(query))
        if quoted:
            assert words.matches(connection, quoted, 3) == []


def test_a_query_is_bounded() -> None:
    assert len(words_of(" ".join(map(str, range(10_000))))) <= 64
    assert words_of("tea Tea tea") == ["tea", "Tea"]


async def test_only_the_text_that_stands_is_found(laptop: Diary) -> None:
    kept = await laptop.writing.remember("tea")
    assert await found(laptop, "tea") == ["tea"]
    await laptop.writing.revise(kept.id, "coffee")
    assert await found(laptop, "tea") == []
    assert await found(laptop, "coffee") == ["coffee"]


async def test_what_was_forgotten_or_withdrawn_is_not_found(
    laptop: Diary, tmp_path: Path
) -> None:
    first = await laptop.writing.remember("tea one")
    second = await laptop.writing.remember("tea two")
    async with diary(tmp_path, "phone") as phone:
        await laptop.give_all(phone)
        assert len(await found(phone, "tea")) == 2
        await laptop.writing.forget(first.id)
        await laptop.writing.relabel(second.id, "private")
        await laptop.give_all(phone)
        assert await found(phone, "tea") == []
    assert await found(laptop, "tea") == ["tea two"]


async def test_texts_that_no_longer_stand_crowd_nothing_out(laptop: Diary) -> None:
    kept = await laptop.writing.remember("tea")
    for number in range(30):
        await laptop.writing.revise(kept.id, f"tea {number}")
    await laptop.writing.remember("a cup of tea on a long and rainy day at home")
    hits = await found(laptop, "tea", 2)
    assert hits == ["tea 29", "a cup of tea on a long and rainy day at home"]


async def test_a_row_that_is_used_again_is_indexed_again(laptop: Diary) -> None:
    first = await laptop.writing.remember("tea")
    assert await found(laptop, "tea") == ["tea"]
    await laptop.writing.forget(first.id)
    for text in ("milk", "juice", "water"):
        await laptop.writing.remember(text)
        assert await found(laptop, text) == [text]


async def test_the_index_fills_in_slices_and_only_once(laptop: Diary) -> None:
    for number in range(7):
        await laptop.writing.remember(f"tea {number}")
    assert await laptop.search.refresh(5) == 5
    assert await laptop.search.refresh(5) == 2
    assert await laptop.search.refresh() == 0
    assert len(await found(laptop, "tea")) == 7


async def test_an_index_that_lost_and_regained_texts_is_sound(laptop: Diary) -> None:
    for number in range(20):
        kept = await laptop.writing.remember(f"tea number {number}")
        await laptop.search.refresh()
        await laptop.writing.revise(kept.id, f"coffee number {number}")
        if number % 2:
            await laptop.writing.forget(kept.id)
    await laptop.search.refresh()
    await laptop.database.write(
        lambda sql: sql.execute("INSERT INTO words(words) VALUES('integrity-check')")
    )
    assert len(await found(laptop, "coffee", 50)) == 10
