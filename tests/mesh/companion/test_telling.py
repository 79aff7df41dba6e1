from __future__ import annotations

from typing import TYPE_CHECKING

from mesh.companion.telling import (
    forgettings_in,
    memories_in,
    messages_changed_in,
    observations_in,
    told_of,
)
from mesh.messages import AssistantSaid, Message, MoodObserved, UserSaid
from tests.mesh.companion.diary import Diary, diary

if TYPE_CHECKING:
    from pathlib import Path


def news(device: Diary) -> list[Message]:
    """What would be told of the last commit."""
    told = [told_of(identity, fact, "me") for identity, fact, _ in device.outcomes[-1].fresh]
    return [one for one in told if one is not None]


async def test_what_was_said_is_told_as_it_is_shown(laptop: Diary) -> None:
    said = await laptop.writing.say("hello", tags=["x"])
    (told,) = news(laptop)
    assert isinstance(told, UserSaid)
    assert (told.id, told.text, told.conversation_id) == (
        said.id,
        "hello",
        said.conversation_id,
    )
    assert (told.timestamp, told.tags, told.device_id) == (said.timestamp, ("x",), "me")
    await laptop.writing.say("hi", role="assistant")
    assert isinstance(news(laptop)[0], AssistantSaid)


async def test_an_imported_line_is_told_under_the_id_it_came_with(
    laptop: Diary, tmp_path: Path
) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text('{"id":"a","conversation_id":"t","role":"user","text":"x","timestamp":1}')
    async with diary(tmp_path, "phone") as phone:
        await phone.importing.take_in(path)
        laptop.outcomes.append(await laptop.take(await phone.facts()))
    (told,) = news(laptop)
    assert isinstance(told, UserSaid)
    assert told.id == "a"


async def test_sharing_an_old_message_more_widely_is_not_saying_it_again(laptop: Diary) -> None:
    said = await laptop.writing.say("hello", private=True)
    await laptop.writing.relabel(said.id, "family")
    assert news(laptop) == []


async def test_a_feeling_is_told_and_moves_the_mood(laptop: Diary) -> None:
    felt = await laptop.writing.feel(-0.5, because="rain")
    (told,) = news(laptop)
    assert isinstance(told, MoodObserved)
    assert (told.id, told.valence) == (felt.hex(), -0.5)
    assert observations_in(laptop.outcomes[-1].fresh)


async def test_memories_and_forgettings_are_looked_at_again(laptop: Diary) -> None:
    kept = await laptop.writing.remember("tea")
    identity = bytes.fromhex(kept.id)
    assert news(laptop) == []
    assert memories_in(laptop.outcomes[-1].fresh) == {identity}
    assert forgettings_in(laptop.outcomes[-1].fresh) == set()
    await laptop.writing.forget(kept.id)
    assert forgettings_in(laptop.outcomes[-1].fresh) == {identity}


async def test_a_message_that_is_not_what_it_was_is_told_and_a_new_one_is_not(
    laptop: Diary,
) -> None:
    said = await laptop.writing.say("hello", conversation="talk")
    kept = await laptop.writing.remember("tea")
    told = []
    for change in (
        laptop.writing.say("more", conversation="talk"),
        laptop.writing.revise(said.id, "good morning"),
        laptop.writing.retag(said.id, add=["x"]),
        laptop.writing.relabel(said.id, "private"),
        laptop.writing.relabel("talk", "private"),
        laptop.writing.revise(kept.id, "green tea"),
    ):
        await change
        told.append([one.hex() for one in messages_changed_in(laptop.outcomes[-1].fresh)])
    conversation = told[4][0]
    assert told == [[], [said.id], [said.id], [said.id], [conversation], []]
    assert conversation != said.id
