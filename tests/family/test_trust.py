"""How far a device is trusted decides what reaches it, from the first moment and at once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from mesh.clock import SystemClock
from mesh.errors import AmbiguousName, BadInput, NotFound, NotPermitted
from mesh.model.device import Trust
from mesh.wishes import (
    Conversations,
    Feel,
    Import,
    Mood,
    Pause,
    Remember,
    Rename,
    Resume,
    Say,
    SetTrust,
)
from tests.family.household import Device, family, in_step

if TYPE_CHECKING:
    from pathlib import Path

DAY_S = 24 * 3600


def history(folder: Path) -> Path:
    """One message of two days ago and one of thirty."""
    now = SystemClock().wall() // 1_000_000
    lines = [
        {"conversation_id": f"c{days}", "role": "user", "text": f"{days} days ago",
         "timestamp": now - days * DAY_S}
        for days in (2, 30)
    ]  # fmt: skip
    path = folder / "history.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)))
    return path


async def told(teller: Device, hearer: Device) -> None:
    """Until what one device has sent on its live lane so far was heard by the other."""
    name = f"heard {len(await teller.texts())} {id(object())}"[:40]
    await teller.ask(Rename(device=hearer.id, name=name))
    await hearer.until_seen(hearer.id, lambda shown: shown.name == name)


async def conversations(device: Device) -> set[str]:
    return {row.last_text for row in await device.ask(Conversations())}


async def fill(device: Device, folder: Path) -> None:
    await device.ask(Import(path=str(history(folder))))
    await device.ask(Say(text="today"))
    for privacy in ("public", "family", "private"):
        await device.ask(Remember(text=privacy, privacy=privacy))


async def test_a_full_device_gets_all_but_what_is_private(tmp_path: Path) -> None:
    async with family(tmp_path, "full") as (desk, laptop):
        await fill(desk, tmp_path)
        await in_step(laptop)
        assert await laptop.texts() == {"public", "family"}
        assert await conversations(laptop) == {"today", "2 days ago", "30 days ago"}


async def test_a_limited_device_gets_the_last_seven_days(tmp_path: Path) -> None:
    async with family(tmp_path, "limited") as (desk, tablet):
        await fill(desk, tmp_path)
        await in_step(tablet)
        assert await tablet.texts() == {"public", "family"}
        assert await conversations(tablet) == {"today", "2 days ago"}


async def test_a_guest_gets_nothing_and_gives_nothing(tmp_path: Path) -> None:
    async with family(tmp_path, "guest", "full") as (desk, guest, laptop):
        await fill(desk, tmp_path)
        await desk.ask(Feel(valence=0.8))
        await guest.ask(Remember(text="of the guest"))
        await in_step(desk, laptop, guest)
        await told(desk, guest)
        assert await guest.texts() == {"of the guest"}
        assert await conversations(guest) == set()
        assert (await guest.ask(Mood())).label == "unknown"
        assert "of the guest" not in await desk.texts() | await laptop.texts()


async def test_a_limited_device_passes_on_only_what_it_wrote(tmp_path: Path) -> None:
    async with family(tmp_path, "limited", "full") as (desk, tablet, laptop):
        await laptop.ask(Pause(device=desk.id))
        await desk.ask(Remember(text="of the desk"))
        await tablet.ask(Remember(text="of the tablet"))
        await in_step(tablet)
        await laptop.until(lambda: _knows(laptop, "of the tablet"))
        assert await tablet.texts() == {"of the desk", "of the tablet"}
        assert await laptop.texts() == {"of the tablet"}
        await laptop.ask(Resume(device=desk.id))
        await in_step(laptop)
        assert await laptop.texts() == {"of the desk", "of the tablet"}


async def _knows(device: Device, text: str) -> bool:
    return text in await device.texts()


async def test_trust_lowered_on_a_live_link_holds_for_the_very_next_word(
    tmp_path: Path,
) -> None:
    async with family(tmp_path, "full") as (desk, laptop):
        await desk.ask(Remember(text="before"))
        await in_step(laptop)
        shown = await desk.ask(SetTrust(device="laptop", trust=Trust.GUEST))
        await desk.ask(Remember(text="after"))
        assert shown.trust is Trust.GUEST
        await laptop.until_seen(laptop.id, lambda seen: seen.trust is Trust.GUEST)
        await told(desk, laptop)
        await laptop.until(lambda: _has_nothing(laptop))


async def _has_nothing(device: Device) -> bool:
    return not await device.texts()


@pytest.mark.parametrize("low", ["guest", "limited"])
async def test_trust_raised_on_a_live_link_brings_the_rest(tmp_path: Path, low: str) -> None:
    async with family(tmp_path, low) as (desk, laptop):
        await fill(desk, tmp_path)
        await in_step(desk, laptop)
        await desk.ask(SetTrust(device=laptop.id, trust=Trust.FULL))
        await laptop.until_seen(laptop.id, lambda seen: seen.trust is Trust.FULL)
        await in_step(desk, laptop)
        assert await laptop.texts() == {"public", "family"}
        assert await laptop.export() == await desk.export()


async def test_trust_taken_and_given_back_loses_nothing(tmp_path: Path) -> None:
    async with family(tmp_path, "full") as (desk, laptop):
        for trust in (Trust.GUEST, Trust.LIMITED, Trust.FULL):
            await desk.ask(SetTrust(device=laptop.id, trust=trust))
            await desk.ask(Remember(text=f"while {trust}"))
            await laptop.ask(Remember(text=f"there while {trust}"))
        await laptop.until_seen(laptop.id, lambda seen: seen.trust is Trust.FULL)
        await in_step(desk, laptop)
        assert len(await desk.texts()) == 6
        assert await laptop.texts() == await desk.texts()


async def test_a_name_given_on_one_device_is_shown_on_all(tmp_path: Path) -> None:
    async with family(tmp_path, "full", "full") as (desk, laptop, tablet):
        shown = await desk.ask(Rename(device=tablet.id, name="  Kitchen   Tablet "))
        assert shown.name == "Kitchen Tablet"
        for device in (laptop, tablet):
            await device.until_seen(tablet.id, lambda seen: seen.name == "Kitchen Tablet")
        with pytest.raises(BadInput):
            await desk.ask(Rename(device=tablet.id, name="x" * 41))


async def test_a_name_that_two_devices_have_is_refused_and_an_id_is_not(
    tmp_path: Path,
) -> None:
    async with family(tmp_path, "full", "full") as (desk, laptop, tablet):
        for device in (laptop, tablet):
            await desk.ask(Rename(device=device.id, name="Twin"))
        with pytest.raises(AmbiguousName):
            await desk.ask(SetTrust(device="twin", trust=Trust.GUEST))
        with pytest.raises(NotFound):
            await desk.ask(SetTrust(device="nobody", trust=Trust.GUEST))
        shown = await desk.ask(SetTrust(device=laptop.id[:9].lower(), trust=Trust.LIMITED))
        assert (shown.device_id, shown.trust) == (laptop.id, Trust.LIMITED)
        assert (await desk.seen())[tablet.id].trust is Trust.FULL


async def test_only_who_manages_the_family_sets_trust(tmp_path: Path) -> None:
    async with family(tmp_path, "limited", "full") as (desk, tablet, laptop):
        for who, whom in ((tablet, laptop), (tablet, desk), (laptop, desk)):
            with pytest.raises(NotPermitted):
                await who.ask(SetTrust(device=whom.id, trust=Trust.GUEST))
        assert [one.trust for one in (await desk.seen()).values()].count(Trust.FULL) == 2
