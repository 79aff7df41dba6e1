"""A pause is with one device or with all, for its own time, and outlasts the node."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from mesh.clock import SystemClock
from mesh.errors import BadInput
from mesh.messages import RegistryUpdated, SharingPaused
from mesh.wishes import Leave, Pause, Remember, Resume
from tests.family.household import Device, family, in_step, strangers

if TYPE_CHECKING:
    from pathlib import Path

    from mesh.messages import News
    from mesh.wishes import PauseShown

MINUTE_US = 60_000_000
BLINK = 0.01
"""Minutes."""


class AheadClock:
    """A clock that some minutes were put on."""

    def __init__(self, minutes: float) -> None:
        self._real = SystemClock()
        self._ahead = int(minutes * MINUTE_US)

    def wall(self) -> int:
        return self._real.wall() + self._ahead

    def monotonic(self) -> float:
        return self._real.monotonic()


async def shown(device: Device) -> PauseShown:
    """What is paused now: a resume of a device that is not paused changes nothing."""
    answer: PauseShown = await device.ask(Resume(device=device.id))
    return answer


async def until_shared(device: Device, text: str) -> None:
    async def has() -> bool:
        return text in await device.texts()

    await device.until(has)


async def test_two_timed_pauses_end_each_at_its_own_time(tmp_path: Path) -> None:
    async with family(tmp_path, "full", "full") as (desk, laptop, tablet):
        await desk.ask(Pause(device="Laptop", minutes=BLINK))
        both = await desk.ask(Pause(device="Tablet", minutes=60))
        assert set(both.devices) == {laptop.id, tablet.id}
        await laptop.ask(Pause(device="Tablet"))
        await desk.ask(Remember(text="of the desk"))
        await until_shared(laptop, "of the desk")
        left = await shown(desk)
        assert left.devices == (tablet.id,)
        assert left.until is not None
        assert await tablet.texts() == set()


async def test_the_end_of_a_later_pause_is_not_lost_with_a_resume(tmp_path: Path) -> None:
    async with family(tmp_path, "full", "full") as (desk, laptop, tablet):
        await desk.ask(Pause(device="Tablet", minutes=BLINK))
        await desk.ask(Pause(device="Laptop", minutes=60))
        resumed = await desk.ask(Resume(device="Laptop"))
        assert laptop.id not in resumed.devices
        await tablet.ask(Pause(device="Laptop"))
        await desk.ask(Remember(text="of the desk"))
        await until_shared(tablet, "of the desk")
        assert not (await shown(desk)).paused


async def test_a_pause_outlasts_a_restart_and_a_resume_too(tmp_path: Path) -> None:
    async with family(tmp_path, "full") as (desk, laptop):
        await desk.ask(Pause())
        await desk.ask(Remember(text="of the desk"))
        await desk.stop()
        await desk.start()
        await laptop.until_seen(desk.id, lambda seen: seen.connected)
        await desk.until_seen(laptop.id, lambda seen: seen.connected)
        assert (await desk.status()).paused
        assert (await shown(desk)).paused
        await laptop.ask(Remember(text="of the laptop"))
        assert await desk.texts() == {"of the desk"}
        await desk.ask(Resume())
        await in_step(desk, laptop)
        assert await laptop.texts() == await desk.texts() == {"of the desk", "of the laptop"}
        await desk.stop()
        await desk.start()
        assert not (await shown(desk)).paused


async def test_a_timed_pause_that_ran_out_while_away_is_over(tmp_path: Path) -> None:
    async with strangers(tmp_path, 1) as (desk,):
        paused = await desk.ask(Pause(minutes=30))
        await desk.stop()
        desk.clock = AheadClock(29)
        await desk.start()
        still = await shown(desk)
        assert still.paused
        assert still.until == paused.until
        await desk.stop()
        desk.clock = AheadClock(31)
        await desk.start()
        assert not (await shown(desk)).paused


async def test_a_pause_of_all_and_of_one_are_two(tmp_path: Path) -> None:
    async with family(tmp_path, "full") as (desk, laptop):
        await desk.ask(Pause())
        await desk.ask(Pause(device="Laptop", minutes=60))
        one = await desk.ask(Resume(device="Laptop"))
        assert one.paused
        assert one.devices == ()
        assert not (await desk.ask(Resume())).paused
        await in_step(desk, laptop)


@pytest.mark.parametrize("minutes", [0.0, -1.0, 1e9, float("nan")])
async def test_a_pause_that_cannot_be_is_refused(tmp_path: Path, minutes: float) -> None:
    async with strangers(tmp_path, 1) as (desk,):
        with pytest.raises(BadInput):
            await desk.ask(Pause(minutes=minutes))
        assert not (await shown(desk)).paused


async def test_windows_hear_with_whom_nothing_is_shared(tmp_path: Path) -> None:
    async with family(tmp_path, "full") as (desk, laptop):
        told: list[SharingPaused] = []
        desk.node.follow(lambda news: _note(told, news))
        assert told == [SharingPaused(everybody=False)]
        await desk.ask(Pause(device=laptop.id))
        await desk.ask(Pause())
        await desk.ask(Resume())
        assert told[1:] == [
            SharingPaused(everybody=False, devices=(laptop.id,)),
            SharingPaused(everybody=True, devices=(laptop.id,)),
            SharingPaused(everybody=False),
        ]


async def test_a_follower_hears_a_device_that_was_given_new_keys(tmp_path: Path) -> None:
    async with family(tmp_path, "full") as (desk, laptop):
        families: list[str] = []
        anew = asyncio.Event()

        def hear(news: News) -> None:
            if isinstance(news.body, RegistryUpdated):
                families.append(news.body.family_id)
                if families[-1] != families[0]:
                    anew.set()

        laptop.node.follow(hear)
        await laptop.ask(Leave())
        async with asyncio.timeout(20):
            await anew.wait()
        assert desk.node.device_id != laptop.node.device_id


def _note(told: list[SharingPaused], news: News) -> None:
    if isinstance(news.body, SharingPaused):
        told.append(news.body)


async def test_of_two_wishes_at_one_moment_the_later_counts(tmp_path: Path) -> None:
    async with strangers(tmp_path, 1) as (desk,):
        await asyncio.gather(desk.ask(Pause()), desk.ask(Resume()))
        assert not (await shown(desk)).paused
        await asyncio.gather(desk.ask(Resume()), desk.ask(Pause()))
        await desk.stop()
        await desk.start()
        assert (await shown(desk)).paused
