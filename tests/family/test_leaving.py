"""Whoever is removed is out at once and for good; whoever leaves keeps what is its own."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from mesh.client import connect
from mesh.errors import BadInput, NoDeviceAnswers, NotPermitted
from mesh.wishes import Import, Leave, Remember, Rename, Revoke, Say, Sync
from tests.family.household import PATIENCE_S, Device, family, in_step, pair

if TYPE_CHECKING:
    from pathlib import Path


def key_of(device: Device) -> bytes:
    return device.node.services.registry.key


async def refusals(device: Device) -> int:
    return (await device.status()).refused.get("refused_unknown_key", 0)


async def test_a_removed_device_loses_its_live_links_within_a_second(tmp_path: Path) -> None:
    async with family(tmp_path, "full", "full") as (desk, laptop, tablet):
        key, gone = key_of(laptop), laptop.id
        assert desk.node.services.links.live(key)
        shown = await desk.ask(Revoke(device="Laptop"))
        assert shown.device_id == gone
        assert desk.node.services.links.live(key) is None
        assert gone not in await desk.seen()
        async with asyncio.timeout(1):
            await tablet.until_gone(gone)
            for device in (desk, tablet):
                await laptop.until_seen(device.id, lambda seen: not seen.connected)
        assert tablet.node.services.links.live(key) is None


async def test_after_a_removal_the_family_has_a_new_secret(tmp_path: Path) -> None:
    async with family(tmp_path, "full", "full") as (desk, laptop, tablet):
        registries = [device.node.services.registry for device in (desk, laptop, tablet)]
        before = await registries[0].epoch_secret()
        async with asyncio.timeout(PATIENCE_S):  # who came last hears it a moment later
            while [await one.epoch_secret() for one in registries] != [before] * 3:
                pass
        await desk.ask(Revoke(device=laptop.id))
        await desk.ask(Rename(device=tablet.id, name="Heard all"))
        await tablet.until_seen(tablet.id, lambda seen: seen.name == "Heard all")
        here, gone, there = [await one.epoch_secret() for one in registries]
        assert here not in {before, None}
        assert there == here
        assert gone in {before, None}


async def test_who_was_removed_while_away_gets_nothing_from_anybody(tmp_path: Path) -> None:
    async with family(tmp_path, "full", "full") as (desk, laptop, tablet):
        await laptop.stop()
        await desk.ask(Revoke(device="laptop"))
        await tablet.until_gone(laptop.id)
        await tablet.ask(Remember(text="after it was removed"))
        before = [await refusals(device) for device in (desk, tablet)]
        await laptop.start()
        await laptop.ask(Remember(text="written by who was removed"))
        with pytest.raises(NoDeviceAnswers) as silent:
            await laptop.ask(Sync(wait=1))
        assert "Desk" in str(silent.value)
        assert await laptop.texts() == {"written by who was removed"}
        after = [await refusals(device) for device in (desk, tablet)]
        assert all(now > then for now, then in zip(after, before, strict=True))
        await in_step(desk, tablet)
        for device in (desk, tablet):
            assert await device.texts() == {"after it was removed"}


async def test_who_was_removed_can_leave_and_come_back_as_a_new_device(
    tmp_path: Path,
) -> None:
    async with family(tmp_path, "full") as (desk, laptop):
        await desk.ask(Remember(text="of the desk"))
        await in_step(laptop)
        old = laptop.id
        await desk.ask(Revoke(device=old))
        await laptop.until_seen(desk.id, lambda seen: not seen.connected)
        new = (await laptop.ask(Leave())).device_id
        assert await laptop.texts() == {"of the desk"}
        _, joined = await pair(desk, laptop)
        assert joined.device_id == new != old
        await desk.ask(Remember(text="together again"))
        await in_step(desk, laptop)
        assert await laptop.texts() == {"of the desk", "together again"}


async def test_who_leaves_is_gone_everywhere_and_keeps_its_past(tmp_path: Path) -> None:
    async with family(tmp_path, "full", "full") as (desk, laptop, tablet):
        said = await laptop.ask(Say(text="before it left"))
        await in_step(desk, tablet)
        old = laptop.id
        left = await laptop.ask(Leave())
        assert left.device_id != old
        await asyncio.gather(desk.until_gone(old), tablet.until_gone(old))
        for device in (desk, tablet, laptop):
            assert await device.said(said.conversation_id) == ["before it left"]


async def test_who_left_comes_back_as_a_new_device_and_all_flows_again(
    tmp_path: Path,
) -> None:
    async with family(tmp_path, "full") as (desk, laptop):
        await laptop.ask(Remember(text="before it left"))
        await in_step(desk)
        old = laptop.id
        new = (await laptop.ask(Leave())).device_id
        await desk.until_gone(old)
        await laptop.ask(Remember(text="while it was away"))
        await desk.ask(Remember(text="meanwhile"))
        _, joined = await pair(desk, laptop)
        assert joined.device_id == new == laptop.id
        await in_step(desk, laptop)
        for device in (desk, laptop):
            assert await device.texts() == {"before it left", "while it was away", "meanwhile"}
            assert set(await device.seen()) == {desk.id, new}


async def test_nobody_removes_itself_or_leaves_alone(tmp_path: Path) -> None:
    async with family(tmp_path, "full") as (desk, laptop):
        with pytest.raises(NotPermitted):
            await desk.ask(Revoke(device="Desk"))
        with pytest.raises(NotPermitted):
            await laptop.ask(Revoke(device="Desk"))
        await desk.ask(Revoke(device="Laptop"))
        with pytest.raises(BadInput):
            await desk.ask(Leave())


async def until_half_anew(device: Device) -> None:
    """Let it leave its family, and come back while it is being built with its new keys."""
    anew = asyncio.Event()
    device.on_notice = lambda _: anew.set()
    # It says what is wrong with this file whenever it starts, before it listens.
    device.profile.settings.write_text("sharing:\n  memory_access: perhaps\n")
    await device.ask(Leave())
    await anew.wait()


async def test_who_is_asked_while_it_begins_anew_answers_when_it_has(tmp_path: Path) -> None:
    async with family(tmp_path, "full") as (_, laptop):
        before = await laptop.status()
        await until_half_anew(laptop)
        status = await laptop.status()
        assert (status.device_id, status.door) == (laptop.id, before.door)
        assert status.device_id != before.device_id
        assert status.port == laptop.node.port != 0
        assert set(await laptop.seen()) == {laptop.id}


async def test_who_is_ended_while_it_begins_anew_ends_in_peace(tmp_path: Path) -> None:
    async with family(tmp_path, "full") as (desk, laptop):
        await until_half_anew(laptop)
        new = laptop.id
        await laptop.stop()
        await laptop.start()
        assert set(await laptop.seen()) == {laptop.id} == {new} != {desk.id}


async def test_who_asked_before_it_begins_anew_is_answered_first(tmp_path: Path) -> None:
    lines = 40_000
    history = tmp_path / "history.jsonl"
    line = '{{"conversation_id": "c", "role": "user", "text": "{0}", "timestamp": {0}}}\n'
    history.write_text("".join(map(line.format, range(lines))))
    async with family(tmp_path, "full") as (desk, laptop), connect(laptop.profile) as client:
        old = laptop.id
        imported, left = await asyncio.gather(
            client.command(Import(path=str(history))), client.command(Leave())
        )
        assert isinstance(left, dict)
        assert isinstance(imported, dict)
        assert left["device_id"] != old
        assert imported["imported"] == lines
        await desk.until_gone(old)
