"""A device that forgets everything at once: hidden everywhere, erased when a person agrees."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mesh.errors import BadInput
from mesh.model.burst import BURST_MAX
from mesh.wishes import Decide, Forget, Questions, Remember, Revoke
from tests.family.household import Device, family, in_step

if TYPE_CHECKING:
    from pathlib import Path

MANY = BURST_MAX + 6


async def remember(device: Device) -> list[str]:
    """So many things; their ids."""
    return [(await device.ask(Remember(f"Thing {number}"))).id for number in range(MANY)]


async def forget(device: Device, ids: list[str]) -> None:
    for identity in ids:
        await device.ask(Forget(identity))


async def test_what_is_forgotten_all_at_once_is_erased_elsewhere_once_a_person_agrees(
    tmp_path: Path,
) -> None:
    async with family(tmp_path, "full", "full") as (desk, laptop, server):
        ids = await remember(desk)
        await in_step(desk, laptop, server)
        await forget(laptop, ids)
        await in_step(desk, laptop, server)
        for device in (desk, laptop, server):
            assert await device.texts() == set()
        assert await laptop.ask(Questions()) == []
        (question,) = await desk.ask(Questions())
        assert (question.kind, question.device_id) == ("burst", laptop.id)
        held_back = int(question.wanted or 0)
        assert 0 < held_back <= MANY
        waiting = [(await laptop.ask(Forget(one))).waiting_for for one in ids]
        assert sum(desk.id in one for one in waiting) == held_back

        with pytest.raises(BadInput, match="stays hidden"):
            await desk.ask(Decide(question.id, yes=False))
        await desk.ask(Decide(question.id, yes=True))
        assert await desk.ask(Questions()) == []
        await in_step(desk, laptop, server)
        # Two devices say so now: nobody has to be asked on the third.
        assert await server.ask(Questions()) == []
        for device in (desk, laptop, server):
            for identity in ids:

                async def is_confirmed(of: Device = device, what: str = identity) -> bool:
                    told = await of.ask(Forget(what))
                    return len(told.confirmed_by) == 3 and not told.waiting_for

                await device.until(is_confirmed)


async def test_a_few_things_are_erased_everywhere_without_a_question(tmp_path: Path) -> None:
    async with family(tmp_path, "full") as (desk, laptop):
        ids = await remember(desk)
        await in_step(desk, laptop)
        await forget(laptop, ids[:BURST_MAX])
        await in_step(desk, laptop)
        assert await desk.ask(Questions()) == []
        assert len(await desk.texts()) == MANY - BURST_MAX


async def test_who_removes_the_device_that_forgot_gets_back_what_was_held(
    tmp_path: Path,
) -> None:
    async with family(tmp_path, "full", "full") as (desk, laptop, server):
        ids = await remember(desk)
        await in_step(desk, laptop, server)
        await forget(laptop, ids)
        await in_step(desk, laptop, server)
        (question,) = await desk.ask(Questions())
        held_back = int(question.wanted or 0)
        await desk.ask(Revoke(laptop.id, hours=1))
        assert await desk.ask(Questions()) == []
        assert len(await desk.texts()) >= held_back
        await in_step(desk, server)
        assert await server.texts() == await desk.texts()
