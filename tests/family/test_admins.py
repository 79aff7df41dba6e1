"""Who may manage the family: full devices that stay at home, and they stay it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mesh.errors import NotPermitted
from mesh.model.device import Role, Trust
from mesh.wishes import Invite, SetTrust
from tests.family.household import family, in_step, pair, strangers

if TYPE_CHECKING:
    from pathlib import Path

    from tests.family.household import Device


async def admins(device: Device) -> set[str]:
    return {shown.device_id for shown in (await device.seen()).values() if shown.admin}


async def test_full_devices_manage_the_family_but_mobile_ones_do_not(tmp_path: Path) -> None:
    async with strangers(tmp_path, 4) as (desk, laptop, tablet, server):
        await pair(desk, laptop)
        await pair(desk, server, Invite(role=Role.PRIMARY))
        await pair(desk, tablet, Invite(role=Role.MOBILE))
        await in_step(desk, laptop, tablet, server)
        for device in (desk, laptop, tablet, server):
            assert await admins(device) == {desk.id, laptop.id, server.id}
        await laptop.ask(SetTrust(device=tablet.id, trust=Trust.LIMITED))
        with pytest.raises(NotPermitted):
            await tablet.ask(Invite())


@pytest.mark.parametrize("trust", ["limited", "guest"])
async def test_less_than_full_devices_manage_nothing(tmp_path: Path, trust: str) -> None:
    async with family(tmp_path, trust) as (desk, other):
        assert await admins(desk) == {desk.id}
        shown = await desk.ask(SetTrust(device=other.id, trust=Trust.FULL))
        assert (shown.trust, shown.admin) == (Trust.FULL, False)


async def test_trusting_an_admin_fully_again_takes_nothing(tmp_path: Path) -> None:
    async with family(tmp_path, "full", "limited") as (desk, laptop, tablet):
        shown = await desk.ask(SetTrust(device=laptop.id, trust=Trust.FULL))
        assert (shown.trust, shown.admin) == (Trust.FULL, True)
        assert await admins(desk) == {desk.id, laptop.id}
        await laptop.ask(SetTrust(device=tablet.id, trust=Trust.GUEST))
        lowered = await desk.ask(SetTrust(device=laptop.id, trust=Trust.LIMITED))
        assert (lowered.trust, lowered.admin) == (Trust.LIMITED, False)
