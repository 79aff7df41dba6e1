"""Two devices that are about to become one, and wait for what their owners say."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mesh.model.device import Trust
from mesh.wishes import (
    Answer,
    Feel,
    Invite,
    InviteOpened,
    Join,
    MeetingAsked,
    PairingAsking,
    Remember,
    Say,
)
from tests.family.household import outcome

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from mesh.wishes import Event
    from tests.family.household import Device


@dataclass
class Met:
    """Two devices that are family, and wait for what their owners say."""

    desk: Device
    laptop: Device
    inviting: asyncio.Task[Any]
    joining: asyncio.Task[Any]
    here: MeetingAsked
    there: MeetingAsked

    async def answer(self, device: Device, *, yes: bool) -> None:
        asked = self.here if device is self.desk else self.there
        await device.ask(Answer(run=asked.run, yes=yes))

    async def both_agree(self) -> None:
        for device in (self.desk, self.laptop):
            await self.answer(device, yes=True)
        await self.joining
        await self.inviting


@asynccontextmanager
async def meeting(
    desk: Device, laptop: Device, trust: Trust = Trust.FULL, name: str | None = None
) -> AsyncIterator[Met]:
    """The pictures were the same; both owners are shown what becomes of both."""
    asked: dict[str, asyncio.Future[MeetingAsked]] = {}
    opened: asyncio.Future[InviteOpened] = asyncio.get_running_loop().create_future()
    async with asyncio.TaskGroup() as tasks:

        def hear(device: Device, event: Event) -> None:
            if isinstance(event, InviteOpened):
                opened.set_result(event)
            elif isinstance(event, PairingAsking):
                tasks.create_task(device.ask(Answer(run=event.run, yes=True)))
            elif isinstance(event, MeetingAsked):
                asked[device.name].set_result(event)

        for device in (desk, laptop):
            asked[device.name] = asyncio.get_running_loop().create_future()
        inviting = tasks.create_task(
            outcome(desk.ask(Invite(trust=trust, name=name), lambda event: hear(desk, event)))
        )
        wish = Join(invitation=(await opened).link)
        joining = tasks.create_task(
            outcome(laptop.ask(wish, lambda event: hear(laptop, event)))
        )
        here, there = await asyncio.gather(*asked.values())
        yield Met(desk, laptop, inviting, joining, here, there)
        inviting.cancel()
        joining.cancel()


async def fill(device: Device, count: int) -> None:
    """Something of each kind that would flow, and something private."""
    for number in range(count):
        await device.ask(Remember(text=f"{device.name} remembers {number}"))
        await device.ask(Say(text=f"{device.name} says {number}", conversation="c"))
    await device.ask(Feel(valence=0.5, arousal=0.1, confidence=0.9))
    await device.ask(Remember(text=f"{device.name} hides", privacy="private"))
