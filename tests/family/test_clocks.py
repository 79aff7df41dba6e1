"""A clock that is wrong is told to whoever can set it right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh.clock import SystemClock
from mesh.wishes import Health
from tests.family.household import Device, family, in_step

if TYPE_CHECKING:
    from pathlib import Path

TEN_MINUTES_US = 10 * 60 * 1_000_000


class LateClock(SystemClock):
    """Ten minutes behind."""

    def wall(self) -> int:
        return super().wall() - TEN_MINUTES_US


async def causes(device: Device) -> tuple[str, ...]:
    found: tuple[str, ...] = (await device.ask(Health())).causes
    return found


async def is_full(device: Device) -> bool:
    return bool((await device.ask(Health())).level == "full")


async def test_a_device_whose_clock_is_wrong_is_named_on_the_others(tmp_path: Path) -> None:
    async with family(tmp_path, "full", "full") as (desk, laptop, server):
        await desk.until(lambda: is_full(desk))
        await laptop.stop()
        laptop.clock = LateClock()
        await laptop.start()

        async def is_named(by: Device, cause: str) -> bool:
            return cause in await causes(by)

        await desk.until(lambda: is_named(desk, f"clock:{laptop.id}"))
        await server.until(lambda: is_named(server, f"clock:{laptop.id}"))
        await laptop.until(lambda: is_named(laptop, "clock"))
        await desk.until(lambda: is_full(desk))
        await in_step(desk, laptop, server)
