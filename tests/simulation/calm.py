"""A family where nothing fails or is left to chance: a test says who is asked what."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.simulation.world import Shape, World

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mesh.model.device import Trust
    from mesh.wishes import AnyWish
    from tests.simulation.device import Device

SETTLED_S = 5.0


@contextmanager
def calm_world(*trusts: Trust) -> Iterator[World]:
    """Devices that are trusted so far; the first is the founder."""
    world = World(0, Shape(trusts, 0, 1.0, False, 0.002, {}, {}))
    world.gather()
    try:
        yield world
    finally:
        world.clean_up()


def told(world: World, *said: tuple[int, AnyWish]) -> list[Device]:
    """One wish after the other, by the number of its device; all settles in between.

    Devices that do not run start before that.
    """

    async def tell() -> None:
        for device in world.devices:
            if not device.is_running:
                await world.start(device)
        for number, wish in said:
            await asyncio.sleep(SETTLED_S)
            world.wish(world.devices[number], wish)
        await asyncio.sleep(SETTLED_S)

    world.loop.run_until_complete(tell())
    return world.devices
