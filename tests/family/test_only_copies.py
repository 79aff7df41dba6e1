"""What one device alone has is not let go unawares, and nobody is warned in vain."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from mesh.errors import NotPermitted, OnlyCopy
from mesh.model.device import Trust
from mesh.wishes import Part, PartingShown, Remember, Revoke, SetPolicy, SetTrust
from tests.family.household import Device, family, in_step, strangers
from tests.family.meetings import fill, meeting

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


async def choose(device: Device, key: str, value: str, whom: Device) -> None:
    await device.ask(SetPolicy(key=key, value=value, device=whom.id))


async def until_remembers(device: Device, *texts: str) -> None:
    async def holds() -> bool:
        return await device.texts() == set(texts)

    await device.until(holds)


async def until_all_is_back(device: Device) -> None:
    async def is_here() -> bool:
        return not device.node.services.holding.vouchers.awaited

    await device.until(is_here)


@asynccontextmanager
async def with_what_is_left_to_one(folder: Path) -> AsyncIterator[tuple[Device, Device]]:
    """What a removed device wrote is on the laptop only: the desk has left it to that one."""
    async with family(folder, "full", "full") as (desk, laptop, phone):
        await phone.ask(Remember(text="of the phone"))
        await in_step(desk, laptop)
        await desk.ask(Revoke(device=phone.id))
        await phone.stop()
        await choose(desk, "memory_access", "off", desk)
        await until_remembers(desk)
        yield desk, laptop


async def test_what_this_device_left_to_another_is_not_lost_when_nobody_may_have_it_any_more(
    tmp_path: Path,
) -> None:
    async with with_what_is_left_to_one(tmp_path) as (desk, laptop):
        await choose(desk, "memory_access", "off", laptop)
        await in_step(desk, laptop)
        assert await laptop.texts() == {"of the phone"}
        with pytest.raises(OnlyCopy):
            await desk.ask(Revoke(device=laptop.id))
        await choose(desk, "memory_access", "on", desk)
        await until_remembers(desk, "of the phone")
        await until_all_is_back(desk)
        await desk.ask(Revoke(device=laptop.id))


async def test_what_may_come_back_is_not_taken_to_be_here_before_it_is(tmp_path: Path) -> None:
    async with with_what_is_left_to_one(tmp_path) as (desk, laptop):
        await laptop.stop()
        await choose(desk, "memory_access", "on", desk)
        with pytest.raises(OnlyCopy):
            await desk.ask(Revoke(device=laptop.id))
        await laptop.start()
        await until_remembers(desk, "of the phone")
        await until_all_is_back(desk)
        await desk.ask(Revoke(device=laptop.id))


async def test_who_is_given_only_what_is_recent_does_not_stand_in_for_who_has_all(
    tmp_path: Path,
) -> None:
    async with family(tmp_path, "full") as (desk, laptop):
        await choose(desk, "time_window_days", "30", desk)
        with pytest.raises(OnlyCopy):
            await desk.ask(Revoke(device=laptop.id))
        await choose(desk, "time_window_days", "30", laptop)
        await desk.ask(Revoke(device=laptop.id))


async def test_who_may_not_judge_a_device_hears_that_and_nothing_else(tmp_path: Path) -> None:
    async with family(tmp_path, "limited") as (desk, laptop):
        for device, wish in (
            (laptop, Revoke(device=desk.id)),
            (desk, SetTrust(device=desk.id, trust=Trust.LIMITED)),
        ):
            with pytest.raises(NotPermitted):
                await device.ask(wish)


async def test_a_joining_with_which_nothing_has_flowed_is_undone_whoever_may_keep_what(
    tmp_path: Path,
) -> None:
    async with strangers(tmp_path, 2) as (desk, laptop):
        for device in (desk, laptop):
            await fill(device, 1)
        await choose(desk, "memory_access", "off", desk)
        async with meeting(desk, laptop):
            shown: PartingShown = await desk.ask(Part(device=laptop.id, yes=True))
            assert shown.is_done
