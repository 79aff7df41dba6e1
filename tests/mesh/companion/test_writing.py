from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mesh.errors import AmbiguousName, BadInput, NotFound, TooLarge
from mesh.messages import MoodObserved, Remembered, Said
from mesh.model import fact as facts
from mesh.model import hlc, views
from mesh.model.fact import TEXT_MAX, FactKind, Level, ObjectKind, Trait
from mesh.storage import choices
from mesh.storage.objects import held_facts, object_by_id
from tests.mesh.companion.diary import (
    MINUTE,
    NOON,
    Diary,
    HandClock,
    diary,
    id_of,
    tag_of,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from mesh.storage.objects import Connection

WEEK = 7 * 24 * 60 * MINUTE


@pytest.fixture
async def phone(tmp_path: Path) -> AsyncIterator[Diary]:
    """A device of the same family that is not full."""
    async with diary(
        tmp_path, "phone", is_full=lambda tag, _tick: tag != tag_of("phone")
    ) as one:
        yield one


async def memory(device: Diary, identity: str) -> Remembered:
    found = await device.reading.item(identity)
    assert isinstance(found, Remembered)
    return found


async def texts(device: Diary, identity: str) -> list[str]:
    """Every text of a thing, latest first."""

    def job(connection: Connection) -> list[str]:
        row = object_by_id(connection, bytes.fromhex(identity))
        return [text for _, text in views.texts_of(held_facts(connection, row))] if row else []

    return await device.database.read(job)


# ---- saying ----------------------------------------------------------------------------------


async def test_what_is_said_is_shown_and_told_after_it_is_stored(laptop: Diary) -> None:
    said = await laptop.writing.say("hello", tags=["x"])
    assert (said.text, said.role, said.tags) == ("hello", "user", ("x",))
    assert (said.timestamp, said.device_id) == (NOON / 1e6, id_of("laptop"))
    assert await laptop.reading.show(said.conversation_id) == [said]
    (outcome,) = laptop.outcomes
    assert [fact.kind for _, fact, _ in outcome.fresh] == [FactKind.ROOT]
    assert len(outcome.fed) == 1


async def test_a_conversation_goes_on_for_half_an_hour(laptop: Diary) -> None:
    first = await laptop.writing.say("hello")
    laptop.clock.turn(29 * MINUTE)
    second = await laptop.writing.say("again", role="assistant")
    laptop.clock.turn(31 * MINUTE)
    third = await laptop.writing.say("a new day")
    assert second.conversation_id == first.conversation_id
    assert third.conversation_id != first.conversation_id
    fourth = await laptop.writing.say("back", conversation=first.conversation_id)
    assert fourth.conversation_id == first.conversation_id


async def test_a_message_from_the_future_does_not_draw_all_others_to_it(laptop: Diary) -> None:
    ahead = HandClock(NOON + 60 * MINUTE)
    laptop.author._clock = ahead
    future = await laptop.writing.say("tomorrow")
    laptop.author._clock = laptop.clock
    now = await laptop.writing.say("today")
    assert now.conversation_id != future.conversation_id


async def test_a_private_message_stays_home_also_where_the_conversation_goes_on(
    laptop: Diary,
) -> None:
    private = await laptop.writing.say("psst", private=True)
    tagged = await laptop.writing.say("psst too", tags=["confidential"])
    plain = await laptop.writing.say("hello")
    assert len({one.conversation_id for one in (private, tagged, plain)}) == 1
    shared = b"".join(await laptop.facts())
    assert b"psst" not in shared
    assert b"hello" in shared


async def test_what_is_said_in_a_private_conversation_stays_private_when_it_is_shared_again(
    laptop: Diary,
) -> None:
    said = await laptop.writing.say("before")
    await laptop.writing.relabel(said.conversation_id, "private")
    await laptop.writing.say("meanwhile", conversation=said.conversation_id)
    await laptop.writing.relabel(said.conversation_id, "family")
    shared = b"".join(await laptop.facts())
    assert b"before" in shared
    assert b"meanwhile" not in shared


async def test_an_edit_made_while_its_conversation_was_private_stays_private(
    laptop: Diary,
) -> None:
    said = await laptop.writing.say("before")
    await laptop.writing.relabel(said.conversation_id, "private")
    await laptop.writing.revise(said.id, "meanwhile")
    await laptop.writing.relabel(said.conversation_id, "family")
    assert b"meanwhile" not in b"".join(await laptop.facts())
    await laptop.writing.relabel(said.id, "public")
    assert b"meanwhile" in b"".join(await laptop.facts())


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": ""},
        {"text": " \n"},
        {"text": "half \ud800"},
        {"text": "x", "role": "system"},
        {"text": "x", "conversation": ""},
        {"text": "x", "conversation": "y" * 257},
        {"text": "x", "conversation": "two\nlines"},
        {"text": "x", "tags": [""]},
        {"text": "x", "tags": ["y" * 65]},
        {"text": "x", "tags": [str(number) for number in range(33)]},
    ],
)
async def test_what_cannot_be_kept_is_refused(laptop: Diary, wrong: dict[str, object]) -> None:
    with pytest.raises(BadInput):
        await laptop.writing.say(**wrong)  # type: ignore[arg-type]
    assert await laptop.reading.conversations() == []


@pytest.mark.parametrize("text", ["x" * (TEXT_MAX + 1), "\N{GRINNING FACE}" * 200_000])
async def test_what_is_too_long_to_travel_is_never_stored(laptop: Diary, text: str) -> None:
    with pytest.raises(TooLarge):
        await laptop.writing.say(text)
    assert (await laptop.reading.counts()).messages == 0


# ---- memories --------------------------------------------------------------------------------


async def test_a_memory_is_revised_tagged_and_shared_anew(laptop: Diary) -> None:
    kept = await laptop.writing.remember("tea", tags=["drink", "drink"])
    await laptop.writing.revise(kept.id, "coffee")
    await laptop.writing.retag(kept.id, add=["hot"], remove=["drink", "never there"])
    await laptop.writing.relabel(kept.id, "public")
    found = await memory(laptop, kept.id)
    assert (found.text, found.tags, found.privacy) == ("coffee", ("hot",), "public")
    assert (found.timestamp, found.device_id) == (kept.timestamp, kept.device_id)
    assert await laptop.reading.memories() == [found]


async def test_an_edit_made_after_seeing_wins_whatever_the_clocks_say(
    laptop: Diary, phone: Diary
) -> None:
    phone.clock.turn(WEEK)
    kept = await phone.writing.remember("tea")
    await phone.writing.revise(kept.id, "coffee")
    await phone.give_all(laptop)
    await laptop.writing.revise(kept.id, "milk")
    await laptop.give_all(phone)
    for device in (laptop, phone):
        assert (await memory(device, kept.id)).text == "milk"
        assert await texts(device, kept.id) == ["milk", "coffee", "tea"]


async def test_a_trait_said_after_seeing_wins_whatever_the_clocks_say(
    laptop: Diary, tmp_path: Path
) -> None:
    async with diary(tmp_path, "tablet", clock=HandClock(NOON + WEEK)) as tablet:
        for device, other, text in ((tablet, laptop, "shy"), (laptop, tablet, "bold")):
            trait = Trait("manner", text, device.author.now())
            await device.writing.declare(ObjectKind.TRAIT, trait)
            await device.give_all(other)
        for device in (laptop, tablet):
            assert [one.text for one in await device.database.read(choices.traits)] == ["bold"]


async def test_a_private_tag_put_on_later_makes_it_private(laptop: Diary, phone: Diary) -> None:
    kept = await laptop.writing.remember("tea")
    await laptop.give_all(phone)
    await laptop.writing.retag(kept.id, add=["personal"])
    await laptop.give_all(phone)
    assert (await memory(laptop, kept.id)).privacy == "private"
    assert await phone.reading.memories() == []
    with pytest.raises(BadInput, match="tag"):
        await laptop.writing.relabel(kept.id, "family")
    await laptop.writing.retag(kept.id, remove=["personal"])
    assert (await memory(laptop, kept.id)).privacy == "private"
    await laptop.writing.relabel(kept.id, "family")
    await laptop.give_all(phone)
    assert len(await phone.reading.memories()) == 1


async def test_who_raises_from_here_to_private_says_so_as_far_as_the_thing_ever_went(
    laptop: Diary, tmp_path: Path
) -> None:
    async with diary(tmp_path, "tablet") as tablet:
        kept = await laptop.writing.remember("tea")
        await laptop.give_all(tablet)
        await tablet.writing.relabel(kept.id, "here")
        await tablet.give_all(laptop)
        # Neither has heard of the other: one shares it anew, one lets it be private.
        await tablet.writing.relabel(kept.id, "family")
        await laptop.writing.relabel(kept.id, "private")
        await tablet.give_all(laptop)
        await laptop.give_all(tablet)
        privacy = [(await memory(one, kept.id)).privacy for one in (laptop, tablet)]
        assert privacy == ["private", "private"]
        await tablet.writing.relabel(kept.id, "family")
        await tablet.give_all(laptop)
        assert (await memory(laptop, kept.id)).privacy == "family"


async def test_what_never_went_farther_is_raised_without_telling_anyone(laptop: Diary) -> None:
    kept = await laptop.writing.remember("tea", privacy="here")
    await laptop.writing.relabel(kept.id, "private")
    assert not await laptop.facts()


def everything(connection: Connection) -> list[bytes]:
    return [raw for (raw,) in connection.execute("SELECT raw FROM fact")]


@pytest.mark.parametrize("is_member", [True, False])
async def test_whoever_sees_a_private_tag_labels_it_and_keeps_it_only_if_no_member_made_it(
    laptop: Diary, phone: Diary, is_member: bool
) -> None:
    kept = await phone.writing.remember("tea")
    identity = bytes.fromhex(kept.id)
    await phone.writing._write(lambda draft: draft.tag(draft.shown(identity), "personal"))
    await phone.give_all(laptop)
    assert not await laptop.reading.memories()
    await laptop.take(await phone.database.read(everything))
    assert (await memory(laptop, kept.id)).privacy == "family"
    assert not await laptop.facts()
    tagged = [identity, bytes(16)]
    assert await laptop.writing.guard(tagged, lambda _: is_member) == 1
    assert await laptop.writing.guard([identity], lambda _: is_member) == 0
    kept_here = [one.privacy for one in await laptop.reading.memories()]
    assert kept_here == ([] if is_member else ["private"])
    await laptop.give_all(phone)
    assert (await memory(phone, kept.id)).privacy == "private"


async def test_a_limited_device_changes_its_own_only(laptop: Diary, phone: Diary) -> None:
    foreign = await laptop.writing.remember("tea")
    own = await phone.writing.remember("milk")
    await laptop.give_all(phone)
    await phone.writing.relabel(foreign.id, "private")
    await phone.writing.retag(foreign.id, add=["personal"])
    await phone.writing.revise(foreign.id, "coffee")
    await phone.writing.forget(own.id)
    assert [(one.text, one.privacy) for one in await phone.reading.memories()] == [
        ("tea", "family")
    ]


async def test_only_messages_and_memories_have_a_text(laptop: Diary) -> None:
    felt = await laptop.writing.feel(0.5)
    with pytest.raises(BadInput):
        await laptop.writing.revise(felt.hex(), "tea")
    with pytest.raises(BadInput):
        await laptop.writing.relabel(felt.hex(), "everyone")


# ---- feeling ---------------------------------------------------------------------------------


async def test_a_feeling_is_kept(laptop: Diary) -> None:
    identity = await laptop.writing.feel(-0.5, arousal=0.25, confidence=0.5, because="rain")
    found = await laptop.reading.item(identity.hex())
    assert isinstance(found, MoodObserved)
    assert (found.valence, found.arousal, found.confidence) == (-0.5, 0.25, 0.5)


@pytest.mark.parametrize(
    "wrong",
    [
        {"valence": 1.1},
        {"valence": float("nan")},
        {"valence": 0, "arousal": -2},
        {"valence": 0, "confidence": -0.1},
        {"valence": 0, "because": ""},
    ],
)
async def test_a_feeling_out_of_bounds_is_refused(
    laptop: Diary, wrong: dict[str, float]
) -> None:
    with pytest.raises(BadInput):
        await laptop.writing.feel(**wrong)  # type: ignore[arg-type]


# ---- forgetting ------------------------------------------------------------------------------


async def test_a_forgetting_is_confirmed_by_each_device_once(
    laptop: Diary, phone: Diary
) -> None:
    kept = await laptop.writing.remember("tea")
    await laptop.give_all(phone)
    family = {tag_of(name): id_of(name) for name in ("laptop", "phone")}
    gone = {tag_of("tablet"): id_of("tablet")}
    identity = await laptop.writing.forget(kept.id)

    async def progress(device: Diary) -> tuple[tuple[str, ...], ...]:
        shown = await device.reading.forgetting(identity, lambda *_: family, gone)
        assert shown.id == kept.id
        return shown.confirmed_by, shown.waiting_for, shown.gone

    left = (id_of("tablet"),)
    assert await progress(laptop) == ((id_of("laptop"),), (id_of("phone"),), left)
    outcome = await phone.take(await laptop.facts())
    assert outcome.forgotten == {identity}
    assert await phone.writing.confirm(outcome.forgotten) == 1
    assert await phone.writing.confirm(outcome.forgotten) == 0
    assert await phone.writing.confirm() == 0
    await phone.give_all(laptop)
    assert await progress(laptop) == (tuple(sorted(family.values())), (), left)
    assert await laptop.reading.memories() == []
    assert await laptop.writing.forget(kept.id) == identity
    assert len(laptop.outcomes[-1].fresh) == 0


async def test_a_receipt_that_was_not_written_before_a_crash_is_written_at_the_next_start(
    laptop: Diary, phone: Diary
) -> None:
    kept = await laptop.writing.remember("tea")
    await laptop.writing.forget(kept.id)
    await laptop.give_all(phone)
    assert await phone.writing.confirm([]) == 0
    assert await phone.writing.confirm() == 1


async def test_a_forgotten_object_travels_as_far_as_it_ever_was(laptop: Diary) -> None:
    kept = await laptop.writing.remember("tea", privacy="family")
    await laptop.writing.relabel(kept.id, "here")
    await laptop.writing.forget(kept.id)
    kinds = sorted(facts.read(raw).kind for raw in await laptop.facts())
    assert kinds == [FactKind.FORGET, FactKind.RECEIPT]


async def test_what_never_left_home_is_forgotten_without_telling_anyone(laptop: Diary) -> None:
    kept = await laptop.writing.remember("tea", privacy="private")
    await laptop.writing.forget(kept.id)
    assert await laptop.facts() == []


async def test_nothing_goes_on_in_a_forgotten_conversation(laptop: Diary) -> None:
    said = await laptop.writing.say("hello", conversation="talk")
    await laptop.writing.forget("talk")
    assert await laptop.reading.conversations() == []
    with pytest.raises(NotFound):
        await laptop.writing.say("again", conversation="talk")
    with pytest.raises(NotFound):
        await laptop.writing.revise(said.id, "again")
    fresh = await laptop.writing.say("elsewhere")
    assert fresh.conversation_id != "talk"


# ---- finding ---------------------------------------------------------------------------------


async def test_things_go_by_their_id_or_how_it_begins(laptop: Diary) -> None:
    kept = await laptop.writing.remember("tea")
    laptop.clock.turn(MINUTE)
    await laptop.writing.remember("milk")
    assert (await memory(laptop, kept.id[:-2])).text == "tea"
    with pytest.raises(AmbiguousName):
        await laptop.writing.revise(kept.id[:12], "coffee")
    for nothing in (
        "",
        "0000000",
        "f" * 32,
        "no such id",
        "talk/1",
        "x/y/z",
        "é" * 32,
        "\ud800",
        "a" * 9999,
    ):
        with pytest.raises(NotFound):
            await laptop.writing.revise(nothing, "coffee")


async def test_ticks_go_on_after_a_restart_even_if_the_wall_clock_was_set_back(
    tmp_path: Path,
) -> None:
    async with diary(tmp_path, clock=HandClock(NOON)) as before:
        first = await before.writing.remember("tea")
    async with diary(tmp_path, clock=HandClock(NOON - 600 * MINUTE)) as after:
        second = await after.writing.remember("milk")
        await after.writing.revise(first.id, "coffee")
        assert (await memory(after, first.id)).text == "coffee"
    assert second.id[16:] > first.id[16:]


async def test_a_stamp_seen_moves_the_clock_unless_it_is_far_ahead(laptop: Diary) -> None:
    hour = hlc.tick_of((NOON + 60 * MINUTE) // 1000)
    week = hlc.tick_of((NOON + 7 * 24 * 60 * MINUTE) // 1000)
    await laptop.database.write(lambda sql: laptop.author.see(sql, week))
    await laptop.database.write(lambda sql: laptop.author.see(sql, hour))
    kept = await laptop.writing.remember("tea")
    assert int(kept.id[16:], 16) == hour + 1


async def test_a_memory_for_all_is_written_at_that_level(laptop: Diary) -> None:
    kept = await laptop.writing.remember("tea", privacy="public")
    assert [facts.read(raw).level for raw in await laptop.facts()] == [Level.PUBLIC]
    assert kept.privacy == "public"


async def test_a_message_can_be_corrected_and_its_time_stays(laptop: Diary) -> None:
    said = await laptop.writing.say("helo")
    laptop.clock.turn(MINUTE)
    await laptop.writing.revise(said.id, "hello")
    found = await laptop.reading.item(said.id)
    assert isinstance(found, Said)
    assert (found.text, found.timestamp) == ("hello", said.timestamp)
