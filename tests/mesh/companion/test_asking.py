"""What a limited device would change of others is asked, hidden at most, and decided once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mesh.companion.asking import Asking
from mesh.companion.telling import told_of
from mesh.errors import AmbiguousName, NotFound, NotPermitted
from mesh.messages import QuestionAsked, QuestionDecided
from tests.mesh.companion.diary import MINUTE, NAMES, Diary, HandClock, diary, id_of, tag_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from mesh.messages import Message, Remembered
    from mesh.wishes import QuestionShown

LAPTOP = {tag_of("laptop"): id_of("laptop")}


def is_full(tag: bytes, _tick: int) -> bool:
    return tag != tag_of("phone")


@pytest.fixture
async def laptop(tmp_path: Path) -> AsyncIterator[Diary]:
    async with diary(tmp_path, is_full=is_full) as one:
        yield one


@pytest.fixture
async def phone(tmp_path: Path) -> AsyncIterator[Diary]:
    """A device of the same family that is not full."""
    async with diary(tmp_path, "phone", HandClock(), is_full) as one:
        yield one


def asking(one: Diary) -> Asking:
    return Asking(one.database, one.writing, NAMES.get)


async def memory(one: Diary, identity: str) -> Remembered | None:
    found = [kept for kept in await one.reading.memories() if kept.id == identity]
    return found[0] if found else None


async def exchange(laptop: Diary, phone: Diary) -> None:
    await laptop.give_all(phone)
    await phone.give_all(laptop)


async def wished(laptop: Diary, phone: Diary) -> list[QuestionShown]:
    await exchange(laptop, phone)
    return await asking(laptop).questions()


def told(one: Diary) -> list[Message | None]:
    fresh = [each for outcome in one.outcomes for each in outcome.fresh]
    return [told_of(identity, fact, None) for identity, fact, _ in fresh]


@pytest.fixture
async def shared(laptop: Diary, phone: Diary) -> str:
    kept = await laptop.writing.remember("tea", tags=["hot"])
    await exchange(laptop, phone)
    return kept.id


async def test_a_text_is_asked_for_and_stands_once_it_is_granted(
    laptop: Diary, phone: Diary, shared: str
) -> None:
    await phone.writing.revise(shared, "coffee")
    [question] = await wished(laptop, phone)
    asked = (question.about, question.kind, question.what, question.shown, question.wanted)
    assert asked == (shared, "memory", "text", "tea", "coffee")
    assert question.device_id == id_of("phone")
    for one in (laptop, phone):
        assert (await memory(one, shared)).text == "tea"  # type: ignore[union-attr]
    assert QuestionAsked(id=question.id) in told(phone)
    await asking(laptop).decide(question.id[:20], yes=True)
    assert QuestionDecided(id=question.id) in told(laptop)
    await exchange(laptop, phone)
    for one in (laptop, phone):
        assert (await memory(one, shared)).text == "coffee"  # type: ignore[union-attr]
        assert await asking(one).questions() == []


async def test_what_is_decided_of_an_old_feeling_makes_it_no_fresh_one(
    laptop: Diary, phone: Diary
) -> None:
    old = await laptop.writing.feel(-1.0)
    laptop.clock.turn(MINUTE)
    await laptop.writing.feel(0.5)
    await exchange(laptop, phone)
    await phone.writing.relabel(old.hex(), "private")
    [question] = await wished(laptop, phone)
    laptop.clock.turn(MINUTE)
    await asking(laptop).decide(question.id, yes=False)
    await exchange(laptop, phone)
    for one in (laptop, phone):
        assert (await one.reading.mood(LAPTOP)).valence == 0.5


async def test_what_is_forgotten_without_the_right_is_hidden_until_somebody_decides(
    laptop: Diary, phone: Diary, shared: str
) -> None:
    await phone.writing.forget(shared)
    assert await memory(phone, shared) is None
    [question] = await wished(laptop, phone)
    assert (question.what, question.wanted) == ("forget", None)
    assert await memory(laptop, shared) is not None
    await asking(laptop).decide(question.id, yes=False)
    await exchange(laptop, phone)
    assert (await memory(phone, shared)).text == "tea"  # type: ignore[union-attr]
    await phone.writing.forget(shared)
    [question] = await wished(laptop, phone)
    await asking(laptop).decide(question.id, yes=True)
    await exchange(laptop, phone)
    assert (await memory(laptop, shared), await memory(phone, shared)) == (None, None)
    assert await asking(laptop).questions() == []


async def test_a_feeling_that_is_wished_away_counts_for_the_mood_until_somebody_decides(
    laptop: Diary, phone: Diary
) -> None:
    await laptop.writing.feel(-1.0)
    laptop.clock.turn(MINUTE)
    feeling = await laptop.writing.feel(0.5, because="tea")
    await exchange(laptop, phone)
    await phone.writing.forget(feeling.hex())
    [question] = await wished(laptop, phone)
    for one, because in ((laptop, "tea"), (phone, None)):
        mood = await one.reading.mood(LAPTOP, why=True)
        assert [(why.valence, why.because) for why in mood.why or ()] == [(0.5, because)]
    await asking(laptop).decide(question.id, yes=True)
    await exchange(laptop, phone)
    for one in (laptop, phone):
        assert (await one.reading.mood(LAPTOP)).valence == -1.0


async def test_a_conversation_that_is_wished_away_is_hidden_with_its_messages(
    laptop: Diary, phone: Diary
) -> None:
    await laptop.writing.say("hello", conversation="kitchen")
    await exchange(laptop, phone)
    await phone.writing.forget("kitchen")
    assert await phone.reading.conversations() == []
    [question] = await wished(laptop, phone)
    assert (question.kind, question.about) == ("conversation", "kitchen")
    await asking(laptop).decide(question.id, yes=False)
    await exchange(laptop, phone)
    [shown] = await phone.reading.conversations()
    assert shown.messages == 1


async def test_labels_and_tags_are_asked_for_too(
    laptop: Diary, phone: Diary, shared: str
) -> None:
    await phone.writing.relabel(shared, "private")
    await phone.writing.retag(shared, add=["cold"], remove=["hot"])
    questions = await wished(laptop, phone)
    assert {(one.what, one.wanted) for one in questions} == {
        ("privacy", "private"), ("tag", "cold"), ("untag", "hot"),
    }  # fmt: skip
    for question in sorted(questions, key=lambda one: one.what == "privacy"):
        await asking(laptop).decide(question.id, yes=True)
    kept = await memory(laptop, shared)
    assert kept is not None
    assert (kept.tags, kept.privacy) == (("cold",), "private")
    await exchange(laptop, phone)
    assert await memory(phone, shared) is None


async def test_the_last_wish_of_a_kind_is_the_one_that_is_asked(
    laptop: Diary, phone: Diary, shared: str
) -> None:
    for text in ("coffee", "milk"):
        await phone.writing.revise(shared, text)
    assert [one.wanted for one in await wished(laptop, phone)] == ["milk"]


async def test_who_may_not_change_it_may_not_decide_either(
    laptop: Diary, phone: Diary, shared: str
) -> None:
    await phone.writing.revise(shared, "coffee")
    [question] = await asking(phone).questions()
    with pytest.raises(NotPermitted):
        await asking(phone).decide(question.id, yes=True)
    with pytest.raises(NotFound):
        await asking(laptop).decide("ff", yes=True)
    await phone.writing.retag(shared, add=["cold"])
    with pytest.raises(AmbiguousName):
        await asking(phone).decide(question.id[:8], yes=True)


async def test_a_clock_far_ahead_wins_nothing(laptop: Diary, phone: Diary, shared: str) -> None:
    phone.clock.turn(75 * 365 * 86_400 * 1_000_000)
    await phone.writing.revise(shared, "from the year 2100")
    await exchange(laptop, phone)
    await laptop.writing.revise(shared, "coffee")
    await exchange(laptop, phone)
    for one in (laptop, phone):
        assert (await memory(one, shared)).text == "coffee"  # type: ignore[union-attr]
