from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mesh.errors import AmbiguousName, NotFound
from mesh.messages import MoodObserved, Remembered, Said
from mesh.model import fact as facts
from mesh.model import hlc
from tests.mesh.companion.diary import MINUTE, NOON, Diary, diary, id_of, tag_of

if TYPE_CHECKING:
    from pathlib import Path

FAMILY = {tag_of(name): id_of(name) for name in ("laptop", "phone")}


async def test_an_empty_diary_answers_with_nothing(laptop: Diary) -> None:
    assert await laptop.reading.conversations() == []
    assert await laptop.reading.memories() == []
    assert await laptop.reading.counts() == (0, 0)
    assert (await laptop.reading.mood(FAMILY)).label == "unknown"
    for nothing in ("", "talk", "\ud800", "a" * 9999):
        with pytest.raises(NotFound):
            await laptop.reading.show(nothing)


async def test_conversations_are_listed_newest_first_with_their_last_words(
    laptop: Diary,
) -> None:
    await laptop.writing.say("one", conversation="first")
    laptop.clock.turn(MINUTE)
    await laptop.writing.say("two", conversation="second")
    laptop.clock.turn(MINUTE)
    await laptop.writing.say("three", conversation="first")
    shown = await laptop.reading.conversations()
    assert [(one.conversation_id, one.messages, one.last_text) for one in shown] == [
        ("first", 2, "three"),
        ("second", 1, "two"),
    ]
    assert shown[0].last - shown[0].first == 120.0
    assert await laptop.reading.counts() == (3, 0)


async def test_a_conversation_goes_by_its_id_or_the_only_one_that_begins_so(
    laptop: Diary,
) -> None:
    for name in ("talk", "talk-2", "100%", "100_"):
        await laptop.writing.say(name, conversation=name)
    assert [one.text for one in await laptop.reading.show("talk")] == ["talk"]
    assert [one.text for one in await laptop.reading.show("talk-")] == ["talk-2"]
    assert [one.text for one in await laptop.reading.show("100%")] == ["100%"]
    with pytest.raises(AmbiguousName):
        await laptop.reading.show("ta")
    with pytest.raises(NotFound):
        await laptop.reading.show("%")


async def test_messages_are_shown_in_the_order_they_were_said_on_every_device(
    laptop: Diary, phone: Diary
) -> None:
    for number in range(3):
        for device in (phone, laptop):
            await device.writing.say(f"{device.name} {number}", conversation="talk")
            device.clock.turn(MINUTE)
    await laptop.give_all(phone)
    await phone.give_all(laptop)
    shown = await laptop.reading.show("talk")
    assert shown == await phone.reading.show("talk")
    assert [one.timestamp for one in shown] == sorted(one.timestamp for one in shown)
    assert {one.device_id for one in shown} == {id_of("laptop"), id_of("phone")}


async def test_who_left_the_family_is_not_named(laptop: Diary, tmp_path: Path) -> None:
    async with diary(tmp_path, "stranger") as stranger:
        await stranger.writing.remember("tea")
        await stranger.give_all(laptop)
    (kept,) = await laptop.reading.memories()
    assert kept.device_id is None


async def test_look_tells_what_is_shown_now_and_none_for_what_is_not(laptop: Diary) -> None:
    said = await laptop.writing.say("hello")
    kept = await laptop.writing.remember("tea")
    gone = await laptop.writing.remember("milk")
    felt = await laptop.writing.feel(0.5)
    await laptop.writing.forget(gone.id)
    ids = [bytes.fromhex(one.id) for one in (said, kept, gone)] + [felt, bytes(16)]
    found = await laptop.reading.look(ids)
    kinds = [type(found[identity]) for identity in ids]
    assert kinds == [Said, Remembered, type(None), MoodObserved, type(None)]
    assert await laptop.reading.item(gone.id) is None


# ---- mood ------------------------------------------------------------------------------------


async def test_all_devices_feel_the_same_and_can_say_why(laptop: Diary, phone: Diary) -> None:
    await laptop.writing.feel(-0.9, because="an old story")
    laptop.clock.turn(MINUTE)
    await laptop.writing.feel(-0.5, confidence=0.5, because="rain")
    phone.clock.turn(2 * MINUTE)
    await phone.writing.feel(0.7)
    await laptop.give_all(phone)
    await phone.give_all(laptop)
    mood = await laptop.reading.mood(FAMILY, why=True)
    assert mood == await phone.reading.mood(FAMILY, why=True)
    assert mood.contributing_devices == tuple(sorted(FAMILY.values()))
    assert mood.why is not None
    assert {one.because for one in mood.why} == {"rain", None}
    assert sum(one.weight for one in mood.why) == pytest.approx(1.0, abs=1e-5)
    assert (await laptop.reading.mood(FAMILY)).why is None


async def test_what_only_one_device_may_know_does_not_move_the_mood(
    laptop: Diary, phone: Diary
) -> None:
    await laptop.writing.feel(0.4)
    laptop.clock.turn(MINUTE)
    felt = await laptop.writing.feel(-0.9)
    await laptop.writing.relabel(felt.hex(), "here")
    await laptop.give_all(phone)
    assert (await laptop.reading.mood(FAMILY)).valence == 0.4
    assert await laptop.reading.mood(FAMILY) == await phone.reading.mood(FAMILY)


async def test_what_is_said_of_an_old_feeling_makes_it_no_fresh_one(
    laptop: Diary, phone: Diary
) -> None:
    old = await laptop.writing.feel(-1.0)
    laptop.clock.turn(MINUTE)
    await laptop.writing.feel(0.5)
    laptop.clock.turn(MINUTE)
    await laptop.writing.relabel(old.hex(), "public")
    # One that may hold what is public only never gets the root before.
    await phone.take(raw for raw in await laptop.facts() if facts.read(raw).id != old)
    assert (await laptop.reading.mood(FAMILY)).valence == 0.5
    assert (await phone.reading.mood(FAMILY)).valence == 0.5


async def test_a_device_that_is_no_longer_family_does_not_count(
    laptop: Diary, phone: Diary
) -> None:
    await phone.writing.feel(-1.0)
    await phone.give_all(laptop)
    alone = {tag_of("laptop"): id_of("laptop")}
    assert (await laptop.reading.mood(alone)).label == "unknown"
    await laptop.writing.feel(0.5)
    assert (await laptop.reading.mood(alone)).valence == 0.5


async def test_a_feeling_from_the_day_after_tomorrow_does_not_count(
    laptop: Diary, phone: Diary
) -> None:
    await phone.writing.feel(0.25)
    phone.clock.turn(24 * 60 * MINUTE + 1000)
    await phone.writing.feel(-1.0)
    await phone.give_all(laptop)
    assert (await laptop.reading.mood(FAMILY)).valence == 0.25
    laptop.clock.turn(MINUTE)
    assert (await laptop.reading.mood(FAMILY)).valence == -1.0
    assert hlc.AHEAD_MAX_MS == 24 * 3600 * 1000
    assert laptop.clock.wall() == NOON + MINUTE


async def test_of_a_device_with_a_past_only_its_newest_feeling_counts(
    laptop: Diary, phone: Diary
) -> None:
    past = {tag_of("phone"): id_of("laptop"), tag_of("laptop"): id_of("laptop")}
    for one, other in ((laptop, phone), (phone, laptop)):
        one.clock.turn(MINUTE)
        other.clock.turn(MINUTE)
        await one.writing.feel(-0.5)
        one.clock.turn(MINUTE)
        other.clock.turn(MINUTE)
        await other.writing.feel(0.75)
        await phone.give_all(laptop)
        mood = await laptop.reading.mood(past, why=True)
        assert mood.valence == 0.75
        assert mood.why is not None
        assert [one.weight for one in mood.why] == [1.0]


async def test_a_forgotten_feeling_no_longer_counts(laptop: Diary) -> None:
    await laptop.writing.feel(0.25)
    laptop.clock.turn(MINUTE)
    felt = await laptop.writing.feel(-1.0)
    await laptop.writing.forget(felt.hex())
    assert (await laptop.reading.mood(FAMILY)).valence == 0.25
