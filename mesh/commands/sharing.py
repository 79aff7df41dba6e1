"""How far the devices are, how the companion is, and stopping for a while."""

from __future__ import annotations

import asyncio

from mesh.commands.services import Services, Tell
from mesh.errors import BadInput
from mesh.model.health import HealthView
from mesh.wishes import Health, HealthShown, Pause, PauseShown, Progress, Resume, Sync, SyncDone

SOON_S = 5.0
TELL_EVERY_S = 0.5
WAIT_MAX_S = 24 * 3600.0
MINUTES_MAX = 60 * 24 * 366
MICRO = 1_000_000


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
    return services.presence.health(
        services.registry.directory.devices(),
        services.sync,
        paused=services.sync.is_paused(services.registry.key),
        full_disk=services.database.is_full,
    )


async def health(services: Services, _: Health, __: Tell) -> HealthShown:
    """How the companion is."""
    views = services.registry.directory.devices()
    return services.presence.report(views, services.sync, health_now(services))


async def pause(services: Services, wish: Pause, _: Tell) -> PauseShown:
    """Stop sharing, with one device or all; for some minutes or until resumed."""
    key = None
    if wish.device is not None:
        key = services.registry.directory.resolve(wish.device)
    if wish.minutes is not None and not 0 < wish.minutes <= MINUTES_MAX:
        raise BadInput("A pause lasts more than nothing and less than a year.")
    services.sync.pause(key)
    _forget_timer(services)
    if wish.minutes is not None:
        services.paused_until = services.clock.wall() / MICRO + wish.minutes * 60
        services.resume_timer = asyncio.get_running_loop().call_later(
            wish.minutes * 60, services.sync.resume, key
        )
    return _shown(services)


async def resume(services: Services, wish: Resume, _: Tell) -> PauseShown:
    """Share again."""
    key = None
    if wish.device is not None:
        key = services.registry.directory.resolve(wish.device)
    _forget_timer(services)
    services.sync.resume(key)
    return _shown(services)


def _forget_timer(services: Services) -> None:
    services.paused_until = None
    if services.resume_timer is not None:
        services.resume_timer.cancel()
        services.resume_timer = None


def _shown(services: Services) -> PauseShown:
    paused = [key for key in services.others if services.sync.is_paused(key)]
    everything = services.sync.is_paused(services.registry.key)
    return PauseShown(
        paused=everything or bool(paused),
        until=services.paused_until,
        devices=tuple(services.registry.directory.view_of(key).device_id for key in paused),
    )
