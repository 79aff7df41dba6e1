"""How far the devices are, how the companion is, and stopping for a while."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from mesh.errors import BadInput
from mesh.messages import SharingPaused, told
from mesh.model.device import device_id
from mesh.model.pauses import EVERYBODY, Pauses
from mesh.wishes import Health, HealthShown, Pause, PauseShown, Progress, Resume, Sync, SyncDone

if TYPE_CHECKING:
    from mesh.commands.services import Services, Tell
    from mesh.model.health import HealthView

SOON_S = 5.0
TELL_EVERY_S = 0.5
WAIT_MAX_S = 24 * 3600.0
MINUTES_MAX = 60 * 24 * 366
MICRO = 1_000_000
PAUSES = "pauses"


async def sync(services: Services, wish: Sync, tell: Tell) -> SyncDone:
    """Catch up now, and wait for it if asked."""
    keys = services.others
    if wish.device is not None:
        keys = [services.registry.directory.resolve(wish.device)]
        if keys == [services.registry.key]:
            raise BadInput("That is this device.")
    seconds = SOON_S if wish.wait is None else min(max(wish.wait, 0.0), WAIT_MAX_S)
    services.links.redial_now()
    telling = services.wires.own(_tell_progress(services, keys, tell))
    try:
        return await services.sync.catch_up(keys, seconds, services.name_of)
    finally:
        telling.cancel()


async def _tell_progress(services: Services, keys: list[bytes], tell: Tell) -> None:
    """Told twice a second while there is something to tell."""
    run, begun = services.new_run(), services.clock.monotonic()
    first: int | None = None
    while True:
        await asyncio.sleep(TELL_EVERY_S)
        missing = sum(services.sync.standing(key)[0] for key in keys)
        first = max(first or 0, missing)
        done = first - missing
        if missing and done:
            left = (services.clock.monotonic() - begun) / done * missing
            tell(Progress(run=run, done=done, total=first, seconds_left=round(left, 1)))


def health_now(services: Services) -> HealthView:
    """How the companion is, in typed causes."""
    partners = services.partners
    views = services.registry.directory.devices()
    return services.presence.health(
        [view for view in views if view.is_self or view.key in partners],
        services.sync,
        paused=services.sync.is_paused(services.registry.key),
        full_disk=services.database.is_full,
    )


async def health(services: Services, _: Health, __: Tell) -> HealthShown:
    """How the companion is."""
    views = services.registry.directory.devices()
    return services.presence.report(views, services.sync, health_now(services))


# ---- pauses ----------------------------------------------------------------------------------


async def pause(services: Services, wish: Pause, _: Tell) -> PauseShown:
    """Stop sharing, with one device or all; for some minutes or until resumed."""
    if wish.minutes is not None and not 0 < wish.minutes <= MINUTES_MAX:
        raise BadInput("A pause lasts more than nothing and less than a year.")
    until = None if wish.minutes is None else _now(services) + wish.minutes * 60
    await _keep(services, services.sync.pauses.begun(_whom(services, wish.device), until))
    return _shown(services)


async def resume(services: Services, wish: Resume, _: Tell) -> PauseShown:
    """Share again."""
    await _keep(services, services.sync.pauses.ended(_whom(services, wish.device)))
    return _shown(services)


async def restore_pauses(services: Services) -> None:
    """At a start: what was paused stays paused, unless its time is over."""
    await _keep(services, Pauses.decode(await services.shelf.load_secret(PAUSES)))


def _whom(services: Services, device: str | None) -> bytes:
    return EVERYBODY if device is None else services.registry.directory.resolve(device)


def _now(services: Services) -> float:
    return services.clock.wall() / MICRO


async def _keep(services: Services, pauses: Pauses) -> None:
    """Follow at once, look again when the first of them ends by itself, and store.

    In this order, so that of two wishes the later counts however slow the disk is.
    """
    standing, before = pauses.at(_now(services)), services.sync.pauses
    services.sync.set_pauses(standing)
    services.bus.publish(told(_told(services, standing), services.device_id))
    if standing.next_end is not None:
        services.wires.later(_end_some(services), standing.next_end - _now(services))
    if standing != before:
        await services.shelf.save_secret(PAUSES, standing.encode())


async def _end_some(services: Services) -> None:
    await _keep(services, services.sync.pauses)


def _shown(services: Services) -> PauseShown:
    pauses = services.sync.pauses
    return PauseShown(
        paused=bool(pauses.until), until=pauses.next_end, devices=_devices(services, pauses)
    )


def _told(services: Services, pauses: Pauses) -> SharingPaused:
    return SharingPaused(
        everybody=EVERYBODY in pauses.until,
        until=pauses.until.get(EVERYBODY),
        devices=_devices(services, pauses),
    )


def _devices(services: Services, pauses: Pauses) -> tuple[str, ...]:
    """The ids of the devices that have a pause of their own."""
    members = services.registry.roster.members
    return tuple(sorted(device_id(key) for key in pauses.until if key in members))
