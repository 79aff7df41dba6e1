"""What follows from what came in happens also where the disk takes nothing for a while."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from mesh.commands.desk import grant
from mesh.model.device import device_id
from mesh.model.meeting import Preview
from mesh.node.tending import tend
from mesh.storage import words
from mesh.wishes import Forget, Remember
from tests.simulation.families import FULL
from tests.simulation.world import Shape, World

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from mesh.storage.objects import Outcome
    from mesh.wishes import AnyWish
    from tests.simulation.device import Device

MEETING_S = 5.0
RETRY_S = 20.0


def play(scene: Callable[[Device, Device], Coroutine[Any, Any, None]]) -> None:
    """A scene of two own devices that have met."""
    shape = Shape((FULL, FULL), 0, 0.0, False, 0.002, {"say": 1.0}, {"start": 1.0})
    world = World(1, shape)

    async def run() -> None:
        for device in world.devices:
            await world.start(device)
        await asyncio.sleep(MEETING_S)
        await scene(*world.devices)

    try:
        world.gather()
        world.loop.run_until_complete(run())
    finally:
        world.clean_up()


async def ask(device: Device, wish: AnyWish) -> Any:
    """A wish and its answer."""
    return await grant(device.services, wish, lambda _: None)


def takes_nothing(device: Device, *, is_so: bool) -> None:
    """Its disk has no room, or has room again."""
    device.connection.pragma("query_only", is_so)


def test_a_receipt_that_found_no_room_is_written_once_there_is_some() -> None:
    async def scene(one: Device, other: Device) -> None:
        made = await ask(one, Remember(text="a secret"))
        await asyncio.sleep(MEETING_S)

        def took(outcome: Outcome) -> None:
            if outcome.forgotten:
                takes_nothing(other, is_so=True)

        other.following.on_took = took
        shown = await ask(one, Forget(id=made.id))
        await asyncio.sleep(RETRY_S)
        shown = await one.following.forget_progress(bytes.fromhex(made.id))
        assert shown.waiting_for == (device_id(other.key),)
        takes_nothing(other, is_so=False)
        await asyncio.sleep(2 * RETRY_S)
        shown = await one.following.forget_progress(bytes.fromhex(made.id))
        assert shown.waiting_for == ()

    play(scene)


def test_a_yes_that_found_no_room_is_said_once_there_is_some() -> None:
    async def scene(one: Device, other: Device) -> None:
        meetings = one.services.meetings
        await meetings.expect_guest(other.key, agrees=False)
        takes_nothing(one, is_so=True)
        one.following.surveyed(other.key, Preview({}))  # nothing is to be asked
        await asyncio.sleep(RETRY_S)
        assert meetings.stage(other.key) is not None
        takes_nothing(one, is_so=False)
        await asyncio.sleep(2 * RETRY_S)
        assert meetings.stage(other.key) is None

    play(scene)


def test_what_is_done_now_and_then_goes_on_after_a_full_disk() -> None:
    async def scene(one: Device, _: Device) -> None:
        await ask(one, Remember(text="findable"))
        takes_nothing(one, is_so=True)
        one.crew.spawn(tend(one.following, "127.0.0.1"))
        await asyncio.sleep(RETRY_S)
        assert words.is_behind(one.connection)
        takes_nothing(one, is_so=False)
        await asyncio.sleep(2 * RETRY_S)
        assert not words.is_behind(one.connection)

    play(scene)
