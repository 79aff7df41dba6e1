"""Undoing a first meeting within a day: what is outstanding is exchanged, then both let go.

The entry says it to everybody; what follows from it each device does by itself, also one that
was killed meanwhile or hears of it a week later (node, storage/parting.py).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from msgspec.structs import replace

from mesh.commands.leaving import FAREWELL_S
from mesh.errors import NoDeviceAnswers, NotPermitted, OnlyCopy, TooLate
from mesh.model.device import device_id
from mesh.storage import parting
from mesh.wishes import Part, PartingShown

if TYPE_CHECKING:
    from mesh.commands.services import Services, Tell
    from mesh.family.change import Change
    from mesh.model.parting import Undone
    from mesh.storage.objects import Connection

EXCHANGED_WITHIN_S = 20.0


async def part(services: Services, wish: Part, _: Tell) -> PartingShown:
    """Count what an undoing does, and do it; NotPermitted, TooLate."""
    registry = services.registry
    key = registry.key if wish.device is None else registry.directory.resolve(wish.device)
    shown = await _counted(services, key)
    if not wish.yes:
        return shown
    if not _has_not_begun(services, key) and services.holding.kept_alone(key, ever=False):
        raise OnlyCopy(
            "Some kinds of things only that device may keep, and it would let them go with the "
            "rest: let another of your devices keep them first."
        )
    is_level = await _exchange(services, key)
    change = await services.registry.part(key)
    # Once begun it is done, whoever asked for it goes away or not.
    await asyncio.shield(services.wires.own(_follow(services, key, change)))
    return replace(shown, is_done=True, is_level=is_level)


async def _exchange(services: Services, key: bytes) -> bool:
    """What is outstanding between the two, as far as they reach each other."""
    if _has_not_begun(services, key):
        return True
    wanted = services.partners if key == services.registry.key else [key]
    reached = [one for one in wanted if services.sync.flows(one)]
    try:
        done = await services.sync.catch_up(reached, EXCHANGED_WITHIN_S, services.name_of)
    except NoDeviceAnswers:
        return False
    return done.in_step and set(reached) == set(wanted)


async def _follow(services: Services, key: bytes, change: Change) -> None:
    # All hear so before lanes are cut: the one that parts, too.
    services.sync.spread()
    try:
        await asyncio.sleep(FAREWELL_S)
    finally:
        if key == services.registry.key:
            services.wires.on_leaving()
        else:
            await services.wires.on_change(change)


# ---- what it does ----------------------------------------------------------------------------


async def _counted(services: Services, key: bytes) -> PartingShown:
    """In numbers: what goes here and there; NotPermitted, TooLate."""
    registry = services.registry
    end = registry.undoable_until(key)
    if end is None:
        raise NotPermitted("That device did not join here, or this one may not undo it.")
    undone = registry.roster.undoing(key)
    if services.clock.wall() // 1000 > end or not await services.database.read(
        lambda sql: parting.is_believed(sql, undone)
    ):
        # Or this clock is wrong: what that device wrote long after is here, and others see it.
        raise TooLate
    here: dict[str, int] = {}
    there: dict[str, int] = {}
    if not _has_not_begun(services, key):
        here, there = await _numbers(services, key)
    others = services.others if key == registry.key else [key]
    return PartingShown(
        device_id=device_id(key),
        name=services.name_of(key),
        is_self=key == registry.key,
        ends=end / 1000,
        is_in_reach=any(map(services.sync.is_connected, others)),
        here=here,
        there=there,
    )


def _has_not_begun(services: Services, key: bytes) -> bool:
    """Whether an owner has not agreed to the meeting: then nothing has flowed."""
    host = services.meetings.host
    other = host if key == services.registry.key else key
    return other is not None and services.meetings.waits(other)


async def _numbers(services: Services, key: bytes) -> tuple[dict[str, int], dict[str, int]]:
    registry, gossip = services.registry, services.gossip
    undone = registry.roster.undoing(key)
    is_self = key == registry.key
    past = await services.shelf.load_past_tags() if is_self else ()
    other = services.meetings.host if is_self else key
    allowed = gossip.allowance(other or key)

    def count(sql: Connection) -> tuple[dict[str, int], dict[str, int]]:
        going = _going(sql, undone, (undone.tag, *past)) if is_self else None
        doomed = list(parting.brought(sql, undone)) if going is None else going
        stays = parting.given(sql, allowed, doomed, only_mine=gossip.gives_only_own)
        return dict(parting.counted(sql, doomed)), dict(stays)

    return await services.database.read(count)


def _going(
    connection: Connection, undone: Undone, own: tuple[bytes, ...]
) -> list[parting.Doomed]:
    since = parting.facts_before(connection, undone.began)
    return [] if since is None else list(parting.received(connection, since, own))
