"""Backups of whole devices: back where they came from, or into a new device of the family."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mesh.errors import BackupNotOpened, WishRefused
from mesh.messages import BackupChanged
from mesh.wishes import (
    Backup,
    Forget,
    Policy,
    Progress,
    Questions,
    Remember,
    Restore,
    Revise,
    Say,
    SetPolicy,
)
from tests.family.household import Device, in_step, pair, strangers

if TYPE_CHECKING:
    from pathlib import Path

    from mesh.wishes import BackupDone, Event, RestoreDone

PASSPHRASE = "seven green boats"


async def back_up(device: Device, path: Path) -> BackupDone:
    done: BackupDone = await device.ask(Backup(path=str(path), passphrase=PASSPHRASE))
    return done


async def restore(device: Device, path: Path) -> RestoreDone:
    before = device.id
    done: RestoreDone = await device.ask(Restore(path=str(path), passphrase=PASSPHRASE))

    async def has_its_keys() -> bool:
        return (
            (await device.status()).device_id
            == done.device_id
            == device.node.services.author.device_id
        )

    if done.new_device:
        assert done.device_id != before
        await device.until(has_its_keys)
    return done


async def test_what_is_here_stays_and_what_was_forgotten_since_stays_forgotten(
    tmp_path: Path,
) -> None:
    async with strangers(tmp_path, 1) as (desk,):
        gone = await desk.ask(Remember(text="to be forgotten"))
        await desk.ask(Remember(text="from before"))
        made = await back_up(desk, tmp_path / "b")
        identity = desk.id
        await desk.ask(Forget(id=gone.id))
        await desk.ask(Remember(text="from after"))
        done = await restore(desk, tmp_path / "b")
        assert (done.restored, done.known, done.refused) == (0, made.backed_up, 0)
        assert (done.new_device, desk.id) == (False, identity)
        assert await desk.texts() == {"from before", "from after"}


async def live_apart(desk: Device, laptop: Device, path: Path) -> None:
    """Two devices that changed each other's things, a backup of one, and a forgetting since."""
    mine = await desk.ask(Remember(text="draft"))
    gone = await desk.ask(Remember(text="forgotten by the laptop"))
    later = await desk.ask(Remember(text="forgotten after the backup"))
    await desk.ask(Remember(text="only for me", privacy="private"))
    await desk.ask(Say(text="just between us", conversation="secret", private=True))
    await in_step(desk, laptop)
    await laptop.ask(Revise(id=mine.id, text="as the laptop put it"))
    await laptop.ask(Forget(id=gone.id))
    await in_step(desk, laptop)
    await back_up(desk, path)
    await laptop.ask(Forget(id=later.id))
    await in_step(desk, laptop)


async def test_a_new_device_goes_on_with_all_of_it_and_meets_the_old_family(
    tmp_path: Path,
) -> None:
    async with strangers(tmp_path, 3) as (desk, laptop, tablet):
        await pair(desk, laptop)
        await live_apart(desk, laptop, tmp_path / "b")
        done = await restore(tablet, tmp_path / "b")
        assert (done.made_on, done.new_device, done.refused) == ("Desk", True, 0)
        assert done.device_id not in {desk.id, laptop.id}
        past = {"as the laptop put it", "forgotten after the backup", "only for me"}
        assert await tablet.texts() == past
        assert await tablet.said("secret") == ["just between us"]
        again = await restore(tablet, tmp_path / "b")
        assert (again.restored, again.new_device, tablet.id) == (0, False, done.device_id)

        _, joined = await pair(desk, tablet)
        assert joined.device_id == done.device_id
        await in_step(desk, laptop, tablet)
        for device in (desk, tablet):
            assert await device.texts() == {"as the laptop put it", "only for me"}
        assert await laptop.texts() == {"as the laptop put it"}
        assert await tablet.said("secret") == ["just between us"]
        assert await desk.export("all") == await tablet.export("all")
        await tablet.ask(Remember(text="from the new device"))
        await in_step(desk, laptop, tablet)
        assert "from the new device" in await laptop.texts()


async def test_what_was_chosen_and_what_was_forgotten_at_once_needs_no_second_word(
    tmp_path: Path,
) -> None:
    async with strangers(tmp_path, 2) as (desk, tablet):
        for number in range(30):
            kept = await desk.ask(Remember(text=f"number {number}"))
            await desk.ask(Forget(id=kept.id))
        await desk.ask(SetPolicy(key="memory_access", value="off"))
        await desk.ask(SetPolicy(key="limited.privacy_levels", value="public"))
        await back_up(desk, tmp_path / "b")
        await restore(tablet, tmp_path / "b")
        assert await tablet.texts() == set()
        assert await tablet.ask(Questions()) == []
        shown = await tablet.ask(Policy())
        assert shown.family["memory_access"] == "off"
        assert shown.limited["privacy_levels"] == "public"


async def test_another_passphrase_changes_nothing_and_the_bus_knows_how_far_it_is(
    tmp_path: Path,
) -> None:
    async with strangers(tmp_path, 1) as (desk,):
        await desk.ask(Remember(text="kept"))
        told: list[Event] = []
        with desk.node.bus.listen("device/backup") as news:
            wish = Backup(path=str(tmp_path / "b"), passphrase=PASSPHRASE)
            made = await desk.ask(wish, told.append)
            seen = [(await anext(news)).body for _ in range(len(told) + 3)]
        states = [one for one in seen if isinstance(one, BackupChanged)]
        assert [one.doing for one in states][1:-2] == ["backup"] * len(told)
        assert (states[0].made_at, states[-1].made_at) == (None, made.made_at)
        assert isinstance(told[-1], Progress)
        assert told[-1].done == told[-1].total == made.backed_up > 0
        before = desk.id
        with pytest.raises(BackupNotOpened):
            await desk.ask(Restore(path=str(tmp_path / "b"), passphrase="another one"))
        assert (desk.id, await desk.texts()) == (before, {"kept"})
        with pytest.raises(WishRefused, match="8 characters"):
            await desk.ask(Backup(path=str(tmp_path / "c"), passphrase="short"))
        assert not (tmp_path / "c").exists()
