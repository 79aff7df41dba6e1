"""Before two pasts become one both owners see what becomes of them; nothing flows before."""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

import pytest

from app.cli.household import ChildDevice
from mesh.errors import NoDeviceAnswers, PairingRefused
from mesh.model.device import Trust
from mesh.wishes import (
    Answer,
    Conflicts,
    Forget,
    Import,
    Invite,
    InviteOpened,
    Join,
    Leave,
    Meet,
    MeetingAsked,
    Memories,
    PairingAsking,
    Remember,
    Revise,
    Say,
    Show,
    Status,
    Sync,
)
from tests.family.household import family, in_step, pair, strangers
from tests.family.meetings import fill, meeting

if TYPE_CHECKING:
    from pathlib import Path

    from mesh.wishes import Event
    from tests.family.household import Device


def counted(asked: MeetingAsked) -> tuple[int, int, int, int, int]:
    return asked.here, asked.there, asked.same, asked.to_settle, asked.lost


async def test_both_owners_are_shown_the_same_counts_and_then_it_is_so(tmp_path: Path) -> None:
    async with strangers(tmp_path, 2) as (desk, laptop):
        await fill(desk, 3)
        await fill(laptop, 2)
        async with meeting(desk, laptop) as met:
            assert counted(met.here) == (7, 5, 0, 0, 0)
            assert counted(met.there) == (5, 7, 0, 0, 0)
            kinds = {name: (kind.here, kind.there) for name, kind in met.here.kinds.items()}
            assert kinds == {"messages": (3, 2), "memories": (3, 2), "moods": (1, 1)}
            await met.both_agree()
        await in_step(desk, laptop)
        for device in (desk, laptop):
            assert len(await device.said("c")) == 5
            assert len(await device.texts()) == 6
            assert (await device.status()).meetings == ()


@pytest.mark.parametrize("first", ["Desk", "Laptop"])
async def test_nothing_flows_before_both_have_agreed(tmp_path: Path, first: str) -> None:
    async with strangers(tmp_path, 2) as devices:
        desk, laptop = devices
        await fill(desk, 2)
        await fill(laptop, 2)
        async with meeting(desk, laptop) as met:
            one, other = sorted(devices, key=lambda device: device.name != first)
            await met.answer(one, yes=True)
            for device in devices:
                await device.ask(Say(text=f"{device.name} meanwhile", conversation="c"))
                with pytest.raises(NoDeviceAnswers):
                    await device.ask(Sync(wait=0.5))
            assert await desk.texts() & await laptop.texts() == set()
            assert set(await desk.said("c")) & set(await laptop.said("c")) == set()
            await met.answer(other, yes=True)
            assert not isinstance(await met.joining, Exception)
        await in_step(desk, laptop)
        assert await desk.said("c") == await laptop.said("c")
        assert len(await desk.said("c")) == 6


@pytest.mark.parametrize("who", ["Desk", "Laptop"])
async def test_after_a_no_both_are_alone_with_what_they_had(tmp_path: Path, who: str) -> None:
    async with strangers(tmp_path, 2) as devices:
        desk, laptop = devices
        for device in devices:
            await fill(device, 1)
        before = [await device.texts() for device in devices]
        async with meeting(desk, laptop) as met:
            denier = desk if who == "Desk" else laptop
            await met.answer(denier, yes=False)
            assert isinstance(await met.joining, PairingRefused)
            assert isinstance(await met.inviting, PairingRefused)
        for device, texts in zip(devices, before, strict=True):

            async def is_alone(device: Device = device) -> bool:
                return len(await device.seen()) == 1

            await device.until(is_alone)
            assert await device.texts() == texts
            assert (await device.status()).meetings == ()
        await pair(desk, laptop)
        await in_step(desk, laptop)
        assert await desk.texts() | before[1] == await laptop.texts() | before[0]


async def test_after_a_no_a_limited_device_has_what_it_had_edited(tmp_path: Path) -> None:
    """In that family it would have had no right to: it is nobody's line."""
    line = {"conversation_id": "old", "role": "user", "text": "helo", "timestamp": 1.7e9}
    history = tmp_path / "history.jsonl"
    history.write_text(json.dumps(line))
    async with strangers(tmp_path, 2) as (desk, laptop):
        for device in (desk, laptop):
            await fill(device, 1)
        await laptop.ask(Import(path=str(history)))
        (said,) = await laptop.ask(Show("old"))
        await laptop.ask(Revise(id=said.id, text="hello"))
        async with meeting(desk, laptop, Trust.LIMITED) as met:
            await met.answer(laptop, yes=True)
            await met.answer(desk, yes=False)
            assert isinstance(await met.joining, PairingRefused)
        assert await laptop.said("old") == ["hello"]


async def test_a_device_that_stopped_waits_on_and_is_met_later(tmp_path: Path) -> None:
    async with strangers(tmp_path, 2) as (desk, laptop):
        await fill(desk, 1)
        await fill(laptop, 1)
        async with meeting(desk, laptop):
            pass
        for device in (desk, laptop):
            await device.stop()
        for device in (desk, laptop):
            await device.start()
        for device, other in ((desk, laptop), (laptop, desk)):

            async def is_counted(device: Device = device) -> bool:
                waiting = (await device.status()).meetings
                return bool(waiting) and waiting[0].here is not None

            await device.until(is_counted)
            shown = await device.ask(Meet(device=other.id))
            assert (shown.here, shown.there, shown.agreed) == (3, 3, False)
            assert len(await device.texts()) == 2
            await device.ask(Meet(device=other.id, yes=True))
        await in_step(desk, laptop)
        assert len(await desk.texts()) == len(await laptop.texts()) == 3


async def test_others_of_the_family_wait_too(tmp_path: Path) -> None:
    async with strangers(tmp_path, 3) as (desk, laptop, tablet):
        await pair(desk, tablet)
        await fill(desk, 1)
        await fill(laptop, 1)
        await in_step(desk, tablet)
        async with meeting(desk, laptop) as met:
            await laptop.until_seen(tablet.id, lambda shown: shown.connected)
            await met.answer(desk, yes=True)
            assert len(await laptop.texts()) == 2
            assert await tablet.texts() == {"Desk remembers 0"}
            await met.answer(laptop, yes=True)
            assert not isinstance(await met.joining, Exception)
        await in_step(desk, laptop, tablet)
        assert await tablet.texts() == {"Desk remembers 0", "Laptop remembers 0"}


async def test_what_both_changed_is_counted_as_to_settle(tmp_path: Path) -> None:
    async with family(tmp_path, "full") as (desk, laptop):
        for text in ("one", "two", "three", "four"):
            await desk.ask(Remember(text=text))
        await in_step(desk, laptop)
        await laptop.ask(Leave())
        await desk.until_gone(laptop.id) if len(await desk.seen()) > 1 else None
        for device in (desk, laptop):
            for memory in await device.ask(Memories()):
                if memory.text in {"one", "two"}:
                    await device.ask(Revise(id=memory.id, text=f"{memory.text} {device.name}"))
                elif memory.text == "three" and device is desk:
                    await device.ask(Revise(id=memory.id, text="three changed"))
        async with meeting(desk, laptop) as met:
            assert counted(met.here) == (4, 4, 4, 2, 0)
            assert counted(met.there) == (4, 4, 4, 2, 0)
            await met.both_agree()
        await in_step(desk, laptop)
        for device in (desk, laptop):
            assert len(await device.ask(Conflicts())) == 2


@pytest.mark.parametrize("filled", ["Desk", "Laptop"])
async def test_nothing_is_asked_when_one_side_brings_nothing(
    tmp_path: Path, filled: str
) -> None:
    async with strangers(tmp_path, 2) as (desk, laptop):
        await fill(desk if filled == "Desk" else laptop, 2)
        host, guest = await pair(desk, laptop)
        assert not isinstance(host, Exception)
        assert not isinstance(guest, Exception)
        for device in (desk, laptop):
            assert (await device.status()).meetings == ()
        await in_step(desk, laptop)
        assert await desk.said("c") == await laptop.said("c")


async def test_owners_who_agree_beforehand_are_told_and_not_asked(tmp_path: Path) -> None:
    told: list[Event] = []
    async with strangers(tmp_path, 2) as (desk, laptop), asyncio.TaskGroup() as tasks:
        await fill(desk, 1)
        await fill(laptop, 1)
        opened: asyncio.Future[InviteOpened] = asyncio.get_running_loop().create_future()

        def hear(device: Device, event: Event) -> None:
            told.append(event)
            if isinstance(event, InviteOpened):
                opened.set_result(event)
            elif isinstance(event, PairingAsking):
                tasks.create_task(device.ask(Answer(run=event.run, yes=True)))

        inviting = tasks.create_task(
            desk.ask(Invite(agrees=True), lambda event: hear(desk, event))
        )
        wish = Join(invitation=(await opened).link, agrees=True)
        await laptop.ask(wish, lambda event: hear(laptop, event))
        await inviting
        assert sum(isinstance(event, MeetingAsked) for event in told) == 2
        await in_step(desk, laptop)
        assert len(await desk.texts()) == 3


async def test_a_limited_device_is_counted_by_what_would_flow(tmp_path: Path) -> None:
    async with strangers(tmp_path, 2) as (desk, laptop):
        await fill(desk, 2)
        await fill(laptop, 1)
        kept, *_ = await laptop.ask(Memories())
        await laptop.ask(Forget(id=kept.id))
        async with meeting(desk, laptop, Trust.LIMITED) as met:
            assert counted(met.here)[:2] in {(5, 3), (5, 2)}
            assert counted(met.there)[:2] == counted(met.here)[1::-1]
            await met.both_agree()
        await in_step(desk, laptop)
        assert len(await laptop.said("c")) == 3


async def test_killed_before_both_agreed_nothing_has_flowed_and_it_goes_on(
    tmp_path: Path,
) -> None:
    desk, laptop = ChildDevice(tmp_path / "d", "Desk"), ChildDevice(tmp_path / "l", "Laptop")
    async with AsyncExitStack() as ending:
        for device in (desk, laptop):
            ending.push_async_callback(device.stop)
            await device.start()
            await device.ask(Remember(text=device.name))
        await _until_met(desk, laptop)
        for device in (desk, laptop):
            await device.kill()
            await device.start()
            shown = await device.ask(Memories())
            assert [memory["text"] for memory in shown] == [device.name]
        for device, other in ((desk, laptop), (laptop, desk)):
            waiting = (await device.ask(Status()))["meetings"]
            assert [(one["device_id"], one["agreed"]) for one in waiting] == [
                (other.device_id, False)
            ]
            await device.ask(Meet(device=other.device_id, yes=True))
        for device in (desk, laptop):
            await device.ask(Sync(wait=20.0))
            shown = await device.ask(Memories())
            assert {memory["text"] for memory in shown} == {"Desk", "Laptop"}


async def _until_met(desk: ChildDevice, laptop: ChildDevice) -> None:
    """Both owners are shown what becomes of both; neither has answered."""
    opened: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    asked: asyncio.Queue[str] = asyncio.Queue()
    async with asyncio.TaskGroup() as tasks:

        def hear(device: ChildDevice, event: dict[str, Any]) -> None:
            if event["event"] == "invite":
                opened.set_result(event["link"])
            elif event["event"] == "asking":
                tasks.create_task(device.ask(Answer(run=event["run"], yes=True)))
            elif event["event"] == "meeting":
                asked.put_nowait(device.name)

        inviting = tasks.create_task(desk.ask(Invite(), lambda event: hear(desk, event)))
        wish = Join(invitation=await opened)
        joining = tasks.create_task(laptop.ask(wish, lambda event: hear(laptop, event)))
        assert {await asked.get(), await asked.get()} == {"Desk", "Laptop"}
        inviting.cancel()
        joining.cancel()
