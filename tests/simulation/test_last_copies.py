"""What nobody in reach wrote is never let go of by all who have it at the same moment."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mesh.commands.desk import grant
from mesh.messages.memory import Remembered
from mesh.model.burst import BURST_MAX
from mesh.model.device import device_id
from mesh.storage.database import TEND_EVERY_S
from mesh.wishes import Forget, Import, Remember, Revoke, SetPolicy
from tests.simulation.families import FULL
from tests.simulation.world import Shape, World

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from tests.simulation.device import Device

ARCHIVE = Path(__file__).parent / "archives" / "diary.jsonl"
MEETING_S, LONG_S = 5.0, 120.0
LINES = (
    "SELECT count(*) FROM fact JOIN object ON object.n=fact.object"
    " WHERE fact.kind=1 AND fact.id IS NULL AND object.state=0"
)

HELD_BACK = (
    "SELECT count(*) FROM fact JOIN object ON object.n=fact.object"
    " WHERE fact.kind=1 AND object.state=5"
)


def lines(device: Device) -> int:
    """How many imported lines are shown there."""
    return int(device.connection.execute(LINES).get)


def held_back(device: Device) -> int:
    """Of how many things the content is there, though somebody forgot them."""
    return int(device.connection.execute(HELD_BACK).get)


async def takes_from_itself(
    device: Device, after: float, what: str = "conversation_continuity"
) -> None:
    await asyncio.sleep(after)
    choice = SetPolicy(key=what, value="off", device=device_id(device.key))
    await grant(device.services, choice, lambda _: None)


def own(count: int, seed: int) -> World:
    """A family of so many full devices, on a quick network."""
    return World(
        seed, Shape((FULL,) * count, 0, 0.0, False, 0.02, {"say": 1.0}, {"start": 1.0})
    )


async def the_third_brings_a_diary(world: World) -> int:
    """All three have it then, and the third is away; how many lines there are."""
    for device in world.devices:
        await world.start(device)
    await asyncio.sleep(MEETING_S)
    third = world.devices[2]
    await grant(third.services, Import(path=str(ARCHIVE)), lambda _: None)
    await asyncio.sleep(MEETING_S)
    brought = lines(third)
    assert [lines(device) for device in world.devices] == [brought] * 3
    third.crash()
    await asyncio.sleep(MEETING_S)
    assert brought
    return brought


async def remembered(device: Device, text: str) -> str:
    """The id of a new memory."""
    made = await grant(device.services, Remember(text=text), lambda _: None)
    assert isinstance(made, Remembered)
    return made.id


def play(world: World, run: Coroutine[None, None, None]) -> None:
    """In made time."""
    try:
        world.gather()
        world.loop.run_until_complete(run)
    finally:
        world.clean_up()


@pytest.mark.parametrize("apart_ms", [0, 1, 3, 6, 10, 15, 20, 30, 50])
def test_of_two_that_give_a_kind_up_together_one_keeps_what_the_third_brought(
    apart_ms: int,
) -> None:
    world = own(3, apart_ms)

    async def run() -> None:
        brought = await the_third_brings_a_diary(world)
        one, other, _ = world.devices
        await asyncio.gather(
            takes_from_itself(one, 0.0), takes_from_itself(other, apart_ms / 1000)
        )
        await asyncio.sleep(LONG_S)
        assert max(lines(one), lines(other)) == brought

    play(world, run())


@pytest.mark.parametrize("commits", range(12))
def test_what_another_has_goes_also_when_that_was_cut_short(commits: int) -> None:
    world = own(3, commits)

    async def run() -> None:
        brought = await the_third_brings_a_diary(world)
        one, other, _ = world.devices
        await takes_from_itself(one, 0.0)
        assert one.disk is not None
        one.disk.crash_in = commits
        await asyncio.sleep(LONG_S)
        one.crash()
        await world.start(one)
        await asyncio.sleep(LONG_S)
        assert (lines(one), lines(other)) == (0, brought)

    play(world, run())


def test_what_another_has_just_confirmed_stays_until_a_power_cut_there_cannot_take_it() -> None:
    world = own(3, 0)

    async def run() -> None:
        brought = await the_third_brings_a_diary(world)
        one, other, _ = world.devices
        await takes_from_itself(one, 0.0)
        await asyncio.sleep(2 * TEND_EVERY_S)
        assert one.services.sync.in_step(other.key)
        assert lines(one) == brought
        await asyncio.sleep(LONG_S)
        assert (lines(one), lines(other)) == (0, brought)

    play(world, run())


def test_what_is_held_back_from_a_burst_is_left_to_nobody() -> None:
    world = own(4, 0)

    async def run() -> None:
        for device in world.devices:
            await world.start(device)
        await asyncio.sleep(MEETING_S)
        one, other, third, fourth = world.devices
        made = [await remembered(fourth, str(n)) for n in range(BURST_MAX + 5)]
        await asyncio.sleep(MEETING_S)
        await grant(one.services, Revoke(device=device_id(fourth.key)), lambda _: None)
        third.crash()
        await asyncio.sleep(MEETING_S)
        for memory in made:
            await grant(other.services, Forget(id=memory), lambda _: None)
        await asyncio.sleep(MEETING_S)
        kept = held_back(one)
        assert kept
        await takes_from_itself(one, 0.0, "memory_access")
        await asyncio.sleep(LONG_S)
        assert one.services.sync.in_step(other.key)
        assert held_back(one) == kept

    play(world, run())
