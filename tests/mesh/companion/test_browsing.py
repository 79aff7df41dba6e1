from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh.companion import browsing
from mesh.errors import BadInput, NotFound
from mesh.storage import leafing
from mesh.wishes import BrowseConversations, BrowseMemories, BrowseMessages
from tests.mesh.companion.diary import MINUTE, NOON, Diary, id_of

if TYPE_CHECKING:
    from pathlib import Path

    from mesh.companion.browsing import Browsing
    from mesh.wishes import ConversationPage, MessagePage


async def say_many(device: Diary, number: int, conversation: str = "talk") -> None:
    for count in range(number):
        await device.writing.say(f"{count}", conversation=conversation)
        if count % 3:
            device.clock.turn(MINUTE)


def texts(page: MessagePage) -> list[str]:
    return [one.text for one in page.rows]


async def backwards(pages: Browsing, limit: int) -> list[str]:
    found: list[str] = []
    before: str | None = None
    while True:
        wish = BrowseMessages(conversation="talk", before=before, limit=limit)
        page = await pages.messages(wish)
        found = texts(page) + found
        if page.older is None:
            return found
        before = page.older


async def test_pages_backwards_hold_every_message_once_and_in_order(laptop: Diary) -> None:
    await say_many(laptop, 23)
    whole = [one.text for one in await laptop.reading.show("talk")]
    for limit in (1, 4, 23, 100):
        assert await backwards(laptop.browsing, limit) == whole


async def test_the_last_page_comes_first_and_says_which_way_there_is_more(
    laptop: Diary,
) -> None:
    await say_many(laptop, 10)
    page = await laptop.browsing.messages(BrowseMessages(conversation="talk", limit=4))
    assert texts(page) == ["6", "7", "8", "9"]
    assert page.newer is None
    older = BrowseMessages(conversation="talk", before=page.older, limit=4)
    earlier = await laptop.browsing.messages(older)
    assert texts(earlier) == ["2", "3", "4", "5"]
    newer = BrowseMessages(conversation="talk", after=earlier.newer, limit=4)
    again = await laptop.browsing.messages(newer)
    assert texts(again) == texts(page)
    assert (again.newer, again.older) == (None, page.older)
    after = BrowseMessages(conversation="talk", after=page.rows[1].place, limit=4)
    assert texts(await laptop.browsing.messages(after)) == ["8", "9"]


async def test_a_page_around_a_message_has_it_in_the_middle(laptop: Diary) -> None:
    await say_many(laptop, 11)
    said = (await laptop.reading.show("talk"))[5]
    page = await laptop.browsing.messages(
        BrowseMessages(conversation="talk", around=said.id, limit=4)
    )
    assert texts(page) == ["3", "4", "5", "6", "7"]
    assert page.older is not None
    assert page.newer is not None
    with pytest.raises(NotFound):
        await laptop.browsing.messages(BrowseMessages(conversation="talk", around="ff" * 16))


async def test_an_imported_message_is_found_by_the_id_of_its_line(
    laptop: Diary, tmp_path: Path
) -> None:
    lines = tmp_path / "lines.jsonl"
    lines.write_text(
        "".join(
            f'{{"id":"{n}","conversation_id":"{c}","role":"user","text":"{c}{n}",'
            f'"timestamp":{NOON / 1_000_000 + n}}}\n'
            for c in "ab"
            for n in range(5)
        )
    )
    await laptop.importing.take_in(lines)
    page = await laptop.browsing.messages(BrowseMessages(conversation="b", around="2", limit=2))
    assert texts(page) == ["b1", "b2", "b3"]
    assert page.rows[1].id == "2"
    await laptop.writing.forget(page.rows[1].object_id)
    assert [one.text for one in await laptop.reading.show("b")] == ["b0", "b1", "b3", "b4"]
    assert len(await laptop.reading.show("a")) == 5


async def test_a_message_tells_how_widely_it_is_shared_and_whether_it_was_changed(
    laptop: Diary,
) -> None:
    said = await laptop.writing.say("one", conversation="talk")
    laptop.clock.turn(MINUTE)
    await laptop.writing.say("two", conversation="talk", private=True)
    await laptop.writing.revise(said.id, "uno")
    rows = (await laptop.browsing.messages(BrowseMessages(conversation="talk"))).rows
    assert [(one.text, one.privacy, one.is_revised) for one in rows] == [
        ("uno", "family", True),
        ("two", "private", False),
    ]
    await laptop.writing.relabel("talk", "here")
    rows = (await laptop.browsing.messages(BrowseMessages(conversation="talk"))).rows
    assert [one.privacy for one in rows] == ["here", "here"]
    assert {one.device_id for one in rows} == {id_of("laptop")}


async def test_a_history_tells_every_text_latest_first(laptop: Diary) -> None:
    kept = await laptop.writing.remember("tea")
    laptop.clock.turn(MINUTE)
    await laptop.writing.revise(kept.id, "green tea")
    told = await laptop.browsing.history(kept.id)
    assert [(one.text, one.device_id) for one in told] == [
        ("green tea", id_of("laptop")),
        ("tea", id_of("laptop")),
    ]
    assert told[0].timestamp - told[1].timestamp == pytest.approx(60, abs=1)
    await laptop.writing.forget(kept.id)
    assert await laptop.browsing.history(kept.id) == []


# ---- conversations ---------------------------------------------------------------------------


def names(page: ConversationPage) -> list[str]:
    return [one.conversation_id for one in page.rows]


async def test_conversations_come_newest_first_a_page_at_a_time_both_ways(
    laptop: Diary,
) -> None:
    for name in "abcdefg":
        await say_many(laptop, 2, name)
        laptop.clock.turn(MINUTE)
    first = await laptop.browsing.conversations(BrowseConversations(limit=3))
    assert (names(first), first.newer) == (["g", "f", "e"], None)
    second = await laptop.browsing.conversations(
        BrowseConversations(before=first.older, limit=3)
    )
    third = await laptop.browsing.conversations(
        BrowseConversations(before=second.older, limit=3)
    )
    assert (names(second), names(third), third.older) == (["d", "c", "b"], ["a"], None)
    back = await laptop.browsing.conversations(BrowseConversations(after=third.newer, limit=3))
    assert names(back) == ["d", "c", "b"]
    top = await laptop.browsing.conversations(BrowseConversations(after=back.newer, limit=3))
    assert (names(top), top.newer) == (["g", "f", "e"], None)


async def test_a_conversation_is_told_by_its_first_words(laptop: Diary) -> None:
    await laptop.writing.say("  How do  I\nbake bread? " + "x" * 900, conversation="talk")
    laptop.clock.turn(MINUTE)
    await laptop.writing.say("with flour", conversation="talk", role="assistant")
    (head,) = (await laptop.browsing.conversations(BrowseConversations())).rows
    assert head.title.startswith("How do I bake bread? xxx")
    assert len(head.title) <= leafing.PREVIEW
    assert (head.last_text, head.messages, head.last - head.first) == ("with flour", 2, 60.0)
    assert (head.privacy, head.device_id) == ("public", id_of("laptop"))


async def test_a_forgotten_conversation_leaves_the_list(laptop: Diary) -> None:
    for name in "ab":
        await say_many(laptop, 2, name)
    (head, _) = (await laptop.browsing.conversations(BrowseConversations())).rows
    await laptop.writing.forget(head.object_id)
    assert names(await laptop.browsing.conversations(BrowseConversations())) == ["a"]


# ---- memories --------------------------------------------------------------------------------


async def test_memories_come_newest_first_and_by_tag_and_privacy(laptop: Diary) -> None:
    for count in range(9):
        await laptop.writing.remember(
            f"{count}",
            tags=("odd",) if count % 2 else (),
            privacy="private" if count > 5 else "family",
        )
        laptop.clock.turn(MINUTE)
    odd = await laptop.browsing.memories(BrowseMemories(tag="odd", limit=3))
    assert [one.text for one in odd.rows] == ["7", "5", "3"]
    rest = await laptop.browsing.memories(BrowseMemories(tag="odd", before=odd.older, limit=3))
    assert ([one.text for one in rest.rows], rest.older) == (["1"], None)
    back = await laptop.browsing.memories(BrowseMemories(tag="odd", after=rest.newer, limit=2))
    assert [one.text for one in back.rows] == ["5", "3"]
    private = await laptop.browsing.memories(BrowseMemories(privacy="private"))
    assert [one.text for one in private.rows] == ["8", "7", "6"]
    around = await laptop.browsing.memories(
        BrowseMemories(around=private.rows[1].object_id, limit=2)
    )
    assert [one.text for one in around.rows] == ["8", "7", "6"]


async def test_a_page_of_very_long_texts_has_fewer_rows_but_loses_none(
    laptop: Diary,
) -> None:
    for count in range(6):
        await laptop.writing.say(f"{count}" + "x" * 250_000, conversation="talk")
        laptop.clock.turn(MINUTE)
    page = await laptop.browsing.messages(BrowseMessages(conversation="talk"))
    assert 1 <= len(page.rows) < 6
    assert sum(map(len, texts(page))) <= leafing.TEXTS_MAX
    assert [text[0] for text in await backwards(laptop.browsing, 50)] == list("012345")


@pytest.mark.parametrize("limit", [0, -1, 501])
async def test_a_page_has_a_sensible_number_of_rows(laptop: Diary, limit: int) -> None:
    with pytest.raises(BadInput):
        await laptop.browsing.conversations(BrowseConversations(limit=limit))


@given(cursor=st.text(max_size=120) | st.from_regex(r"[0-9.a-f]{0,60}", fullmatch=True))
def test_a_cursor_that_is_none_is_refused(cursor: str) -> None:
    for read in (browsing._place, browsing._latest):
        try:
            read(cursor)
        except BadInput:
            continue
        assert cursor.count(".") in {1, 2}
