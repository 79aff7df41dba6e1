"""Whole nodes: what has no right counts nowhere, and who never met sends nothing twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh.model.device import Trust
from mesh.wishes import Decide, Forget, Invite, Questions, Remember, Revise, Say, SetTrust
from tests.family.household import Device, family, in_step, pair

if TYPE_CHECKING:
    from pathlib import Path


async def test_a_limited_device_asks_and_a_person_decides(tmp_path: Path) -> None:
    async with family(tmp_path, "limited") as (desk, laptop):
        kept = await desk.ask(Remember(text="the blue cup"))
        await in_step(desk, laptop)
        shown = await laptop.ask(Forget(id=kept.id))
        assert (shown.is_wish, shown.confirmed_by) == (True, ())
        assert (await laptop.texts(), await desk.texts()) == (set(), {"the blue cup"})
        await in_step(desk, laptop)
        [question] = await desk.ask(Questions())
        assert (question.what, question.shown, question.device_id) == (
            "forget", "the blue cup", laptop.id,
        )  # fmt: skip
        await desk.ask(Decide(id=question.id, yes=False))
        await laptop.until(lambda: _remembers(laptop, "the blue cup"))
        await laptop.ask(Forget(id=kept.id))
        await in_step(desk, laptop)
        [question] = await desk.ask(Questions())
        await desk.ask(Decide(id=question.id, yes=True))
        await in_step(desk, laptop)
        assert (await laptop.texts(), await desk.texts()) == (set(), set())
        assert await desk.ask(Questions()) == []


async def _remembers(device: Device, text: str) -> bool:
    return text in await device.texts()


async def test_what_was_forgotten_after_the_end_of_trust_comes_back_everywhere(
    tmp_path: Path,
) -> None:
    async with family(tmp_path, "full", "full") as (desk, laptop, tablet):
        kept = await desk.ask(Remember(text="the blue cup"))
        other = await desk.ask(Remember(text="the red cup"))
        await in_step(desk, laptop, tablet)
        await laptop.stop()
        await tablet.stop()
        await desk.ask(SetTrust(device=laptop.id, trust=Trust.LIMITED))
        await desk.stop()
        for device in (laptop, tablet):
            await device.start()
        await laptop.ask(Forget(id=kept.id))
        await laptop.ask(Revise(id=other.id, text="the green cup"))
        await in_step(laptop, device=tablet)
        assert await tablet.texts() == {"the green cup"}
        await desk.start()
        await laptop.until(lambda: _remembers(laptop, "the blue cup"))
        await tablet.until(lambda: _remembers(tablet, "the blue cup"))
        await in_step(desk, laptop, tablet)
        for device in (desk, laptop, tablet):
            assert await device.texts() == {"the blue cup", "the red cup"}
        assert [one.wanted for one in await desk.ask(Questions())] == ["the green cup"]


async def test_two_that_meet_for_the_first_time_send_nothing_they_both_have(
    tmp_path: Path,
) -> None:
    async with family(tmp_path, "full") as (desk, laptop), family(tmp_path / "x") as (server,):
        for number in range(30):
            await desk.ask(Say(text=f"message {number}", conversation="kitchen"))
        await in_step(desk, laptop)
        await desk.stop()
        await pair(laptop, server, Invite())
        await in_step(server, device=laptop)
        await desk.start()
        await server.until_seen(desk.id, lambda shown: shown.connected)
        await in_step(server, desk, laptop)
        sync, key = server.node.services.sync, desk.node.services.registry.key
        _, received, _, sent = sync.standing(key)
        assert (received, sent) == (0, 0)
        assert len(await server.said("kitchen")) == 30
