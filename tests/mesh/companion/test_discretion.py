"""Just between us: one conversation stays on this device, until it is over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh.model.aside import CONTINUES_US, Aside
from tests.mesh.companion.diary import MINUTE, Diary, diary

if TYPE_CHECKING:
    from pathlib import Path


async def leaves(device: Diary) -> int:
    """How many facts may leave the device."""
    return len(await device.facts())


async def test_the_next_conversation_stays_here_and_is_a_new_one(laptop: Diary) -> None:
    before = await laptop.writing.say("for all")
    left = await leaves(laptop)
    await laptop.discretion.wish(is_on=True)
    first = await laptop.writing.say("between us")
    answer = await laptop.writing.say("of course", role="assistant")
    assert first.conversation_id == answer.conversation_id != before.conversation_id
    assert await leaves(laptop) == left


async def test_a_conversation_that_is_named_stays_here_from_now_on(laptop: Diary) -> None:
    await laptop.writing.say("for all", conversation="c")
    await laptop.discretion.wish(is_on=True)
    left = await leaves(laptop)
    await laptop.writing.say("between us", conversation="c")
    assert await leaves(laptop) == left
    await laptop.discretion.wish(is_on=False)
    await laptop.writing.say("for all again", conversation="c")
    assert await leaves(laptop) > left


async def test_another_conversation_is_shared_as_ever(laptop: Diary) -> None:
    await laptop.discretion.wish(is_on=True)
    await laptop.writing.say("between us", conversation="secret")
    left = await leaves(laptop)
    await laptop.writing.say("for all", conversation="open")
    assert await leaves(laptop) > left
    assert laptop.discretion.aside.conversation == "secret"


async def test_it_is_over_when_nothing_was_said_for_half_an_hour(laptop: Diary) -> None:
    await laptop.discretion.wish(is_on=True)
    secret = await laptop.writing.say("between us")
    laptop.clock.turn(CONTINUES_US - MINUTE)
    again = await laptop.writing.say("still between us")
    assert again.conversation_id == secret.conversation_id
    laptop.clock.turn(CONTINUES_US)
    left = await leaves(laptop)
    later = await laptop.writing.say("for all")
    assert later.conversation_id != secret.conversation_id
    assert await leaves(laptop) > left
    await laptop.discretion.look()
    assert laptop.asides[-1] == Aside()


async def test_before_anything_is_said_it_waits_for_days(laptop: Diary) -> None:
    await laptop.discretion.wish(is_on=True)
    laptop.clock.turn(100 * CONTINUES_US)
    await laptop.writing.say("between us")
    assert await leaves(laptop) == 0


async def test_what_is_said_later_in_a_conversation_that_stayed_here_stays_too(
    laptop: Diary,
) -> None:
    await laptop.discretion.wish(is_on=True)
    secret = await laptop.writing.say("between us")
    await laptop.discretion.wish(is_on=False)
    await laptop.writing.say("by a module", conversation=secret.conversation_id)
    assert await leaves(laptop) == 0
    shared = await laptop.writing.say("for all")
    assert shared.conversation_id != secret.conversation_id
    assert await leaves(laptop) > 0


async def test_it_outlasts_a_restart(tmp_path: Path) -> None:
    async with diary(tmp_path) as laptop:
        await laptop.discretion.wish(is_on=True)
        secret = await laptop.writing.say("between us")
    async with diary(tmp_path, clock=laptop.clock) as laptop:
        await laptop.discretion.load()
        again = await laptop.writing.say("still between us")
        assert again.conversation_id == secret.conversation_id
        assert await leaves(laptop) == 0
