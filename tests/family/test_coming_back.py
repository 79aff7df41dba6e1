"""Who comes back from a family it never met is what it was, with all its owner had chosen."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from mesh.errors import PairingRefused
from mesh.model.device import Role, Trust
from mesh.wishes import (
    Leave,
    Policy,
    PolicyShown,
    Remember,
    Revoke,
    SetPolicy,
    SetRole,
    SetTrait,
    Traits,
    TraitShown,
)
from tests.family.household import PATIENCE_S, in_step, pair, strangers
from tests.family.meetings import fill, meeting

if TYPE_CHECKING:
    from pathlib import Path

    from tests.family.household import Device


@pytest.mark.parametrize("who", ["Desk", "Laptop", "nobody"])
async def test_who_comes_back_is_what_it_was_and_has_chosen_what_it_had(
    tmp_path: Path, who: str
) -> None:
    async with strangers(tmp_path, 2) as (desk, laptop):
        await fill(desk, 1)
        await fill(laptop, 1)
        await laptop.ask(SetPolicy(key="limited.memory_access", value="off"))
        await laptop.ask(SetPolicy(key="private_tags", value="diary"))
        await laptop.ask(SetPolicy(key="mood_reasons", value="off", device=laptop.id))
        await laptop.ask(SetRole(device=laptop.id, role=Role.SHARED))
        await laptop.ask(SetTrait(name="humour", text="dry"))
        await laptop.stop()
        laptop.says_name = False
        await laptop.start()
        before, first = await chosen(laptop), laptop.id
        async with meeting(desk, laptop, name="Guest room") as met:
            assert (await laptop.status()).name == "Guest room"
            if who == "nobody":
                await laptop.ask(Leave())
            else:
                await met.answer(desk if who == "Desk" else laptop, yes=False)
            assert isinstance(await met.joining, PairingRefused)
        await until_under_another_key(laptop, first)
        assert await chosen(laptop) == before
        await laptop.ask(SetPolicy(key="private_tags", value="default"))
        await laptop.stop()
        await laptop.start()
        policy, *_ = await chosen(laptop)
        assert (policy.chosen["family"], policy.chosen["limited"]) == ((), ("memory_access",))


@pytest.mark.parametrize("yes", [False, True])
async def test_what_a_joiner_would_give_back_stays_until_both_have_agreed(
    tmp_path: Path, *, yes: bool
) -> None:
    async with strangers(tmp_path, 3) as (desk, laptop, tablet):
        await pair(laptop, tablet)
        await laptop.ask(SetPolicy(key="private_to_own_devices", value="on"))
        await in_step(laptop, tablet)
        await tablet.ask(Remember(text="of the tablet", privacy="private"))
        await in_step(laptop, tablet)
        await laptop.ask(Revoke(device=tablet.id))
        await fill(desk, 1)
        await fill(laptop, 1)
        before, first = await laptop.texts(), laptop.id
        async with meeting(desk, laptop, Trust.LIMITED) as met:
            await laptop.ask(Policy())  # what counts now is followed when it is shown
            assert await laptop.texts() == before > {"of the tablet"}
            if yes:
                await met.both_agree()
            else:
                await met.answer(laptop, yes=False)
                assert isinstance(await met.joining, PairingRefused)
        if not yes:
            await until_under_another_key(laptop, first)
            assert await laptop.texts() == before
            return
        await in_step(desk, laptop)
        assert "of the tablet" not in await laptop.texts()


async def until_under_another_key(device: Device, key: str) -> None:
    """Until it has begun anew; its bus is another one then."""
    moved = asyncio.Event()
    device.node.follow(lambda _: moved.set())
    async with asyncio.timeout(PATIENCE_S):
        while device.id == key:
            moved.clear()
            await moved.wait()


async def chosen(device: Device) -> tuple[PolicyShown, tuple[str, Role], list[TraitShown]]:
    """What its owner chose; of devices only what holds for itself, under no id."""
    (shown,) = [one for one in (await device.seen()).values() if one.device_id == device.id]
    policy: PolicyShown = await device.ask(Policy())
    own = [one for one in policy.devices if one.device_id == device.id]
    alone = tuple(structs.replace(one, device_id="", name="") for one in own)
    return (
        structs.replace(policy, devices=alone),
        (shown.name, shown.role),
        await device.ask(Traits()),
    )
