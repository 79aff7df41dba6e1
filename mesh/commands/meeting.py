"""The first meeting: both owners see what becomes of two pasts before anything flows."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from mesh.commands.leaving import go_alone
from mesh.errors import NotFound, PairingRefused
from mesh.family.change import Change
from mesh.family.meetings import Stage
from mesh.model.device import device_id
from mesh.wishes import Meet, MeetingAsked, MeetingShown, Met

if TYPE_CHECKING:
    from mesh.commands.services import Services, Tell
    from mesh.model.meeting import Preview

COUNTED_WITHIN_S = 10.0
"""Devices that do not find each other by then meet later; the pairing stands."""
OTHER_WITHIN_S = 120.0
FAREWELL_S = 0.4


class _Question:
    """The question to our owner as a running wish."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self.yes: bool | None = None
        self.is_left = False

    def answer(self, *, yes: bool) -> None:
        self.yes = yes
        self._services.meetings.look_again()

    def cancel(self) -> None:
        """The meeting waits on; the pairing stands."""
        self.is_left = True
        self._services.meetings.look_again()


async def meet_first(services: Services, run: str, key: bytes, tell: Tell) -> None:
    """Ask our owner, and wait for the other; PairingRefused when one of them does not want it.

    It is left to itself when the devices do not find each other, when nobody answers there in
    time, and when our owner stops the wish: then it waits, and ``Meet`` goes on with it.
    """
    meetings = services.meetings
    if meetings.stage(key) is None and key not in meetings.previews:
        return
    question = services.running[run] = _Question(services)
    try:
        await _counted(services, question, key)
        await _asked(services, question, run, key, tell)
        await _until_over(services, question, key)
    finally:
        del services.running[run]
        if meetings.stage(key) is None:
            meetings.previews.pop(key, None)
    if not _are_family(services, key):
        raise PairingRefused


def _are_family(services: Services, key: bytes) -> bool:
    members = services.registry.roster.members
    return key in members and services.registry.key in members


async def _counted(services: Services, question: _Question, key: bytes) -> None:
    meetings = services.meetings

    def is_known() -> bool:
        known = key in meetings.previews or not _are_family(services, key)
        return known or question.is_left

    await meetings.until(is_known, COUNTED_WITHIN_S)


async def _asked(
    services: Services, question: _Question, run: str, key: bytes, tell: Tell
) -> None:
    preview = services.meetings.previews.get(key)
    if preview is None or preview.is_plain or not _are_family(services, key):
        return
    identity, name = device_id(key), services.name_of(key)
    tell(MeetingAsked(run=run, device_id=identity, name=name, **_counts(preview)))
    if services.meetings.stage(key) is not Stage.OPEN:
        return
    await services.meetings.until(
        lambda: (
            question.yes is not None
            or question.is_left
            or services.meetings.stage(key) is not Stage.OPEN
        )
    )
    if question.yes is False:
        await part(services, key)
    elif question.yes:
        await agree(services, key)


async def _until_over(services: Services, question: _Question, key: bytes) -> None:
    meetings = services.meetings
    if key not in meetings.previews:
        return
    await meetings.until(
        lambda: meetings.is_over(key) or question.is_left or not _are_family(services, key),
        OTHER_WITHIN_S,
    )


async def agree(services: Services, key: bytes) -> None:
    """Our owner agrees: from now on it is the other one that is waited for, if anybody."""
    await services.meetings.agree(key)
    await services.wires.on_change(Change())
    services.sync.renew()


async def part(services: Services, key: bytes) -> None:
    """Our owner does not want it: who joined is alone again, and nothing has flowed.

    Once begun it is done, whoever asked for it goes away or not.
    """
    await asyncio.shield(services.wires.own(_part(services, key)))


async def _part(services: Services, key: bytes) -> None:
    if key == services.meetings.host:
        await go_alone(services)
        return
    change = await services.registry.revoke(key)
    # It hears so itself before its lanes are cut, and goes on as a family of its own.
    services.sync.spread()
    await asyncio.sleep(FAREWELL_S)
    await services.wires.on_change(change)


async def settle(services: Services) -> None:
    """Another device said hello; its owner may have agreed as the last one."""
    if await services.meetings.settle():
        await services.wires.on_change(Change())
        services.sync.renew()


async def counted(services: Services, key: bytes, preview: Preview) -> None:
    """It is known what becomes of both; where nothing is to be asked, that is a yes."""
    if await services.meetings.surveyed(key, preview):
        await agree(services, key)


async def meet(services: Services, wish: Meet, _: Tell) -> MeetingShown:
    """Go on with a meeting that waits."""
    key = services.registry.directory.resolve(wish.device)
    if services.meetings.stage(key) is None:
        raise NotFound("No first meeting is waiting with that device.")
    shown = _shown(services, key)
    if wish.yes is False:
        await part(services, key)
    elif wish.yes:
        await agree(services, key)
        shown = _shown(services, key)
    return shown


def meetings(services: Services) -> tuple[MeetingShown, ...]:
    """The meetings that wait."""
    return tuple(_shown(services, key) for key in services.meetings.partners)


def _shown(services: Services, key: bytes) -> MeetingShown:
    preview = services.meetings.previews.get(key)
    counts = {} if preview is None else _counts(preview)
    return MeetingShown(
        device_id=device_id(key),
        name=services.name_of(key),
        agreed=services.meetings.stage(key) is not Stage.OPEN,
        **counts,
    )


def _counts(preview: Preview) -> dict[str, Any]:
    kinds = {name: Met(**counts._asdict()) for name, counts in preview.kinds.items()}
    return {
        "here": preview.here,
        "there": preview.there,
        "same": preview.same,
        "to_settle": preview.to_settle,
        "kinds": kinds,
    }
