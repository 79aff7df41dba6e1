"""Devices: who is family, how far they are trusted, what they are called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh.commands.leaving import go_alone
from mesh.commands.meeting import meetings
from mesh.commands.telling import registry_updated
from mesh.errors import BadInput, NotPermitted, OnlyCopy
from mesh.messages import told
from mesh.model.device import Trust, device_id
from mesh.model.hlc import tick_of
from mesh.wishes import (
    Devices,
    DoorShown,
    FamilyJoined,
    Leave,
    RecoveryPhrase,
    RecoveryShown,
    Rename,
    Revoke,
    SetRole,
    SetTrust,
    Status,
    StatusShown,
)

if TYPE_CHECKING:
    from mesh.commands.services import Services, Tell
    from mesh.messages import DeviceShown

ASKED_WORDS = 3
HOUR_MS = 3600 * 1000
HOURS_MAX = 24 * 366
"""How long what was said last may be on its way before the links go."""
WORDS = 24


def shown(services: Services, key: bytes) -> DeviceShown:
    """One device as people see it."""
    view = services.registry.directory.view_of(key)
    return services.presence.shown(view, services.sync)


async def devices(services: Services, _: Devices, __: Tell) -> list[DeviceShown]:
    """The whole family, this device first."""
    views = services.registry.directory.devices()
    return [services.presence.shown(view, services.sync) for view in views]


async def status(services: Services, _: Status, tell: Tell) -> StatusShown:
    """This device and its links."""
    registry, profile, sync = services.registry, services.profile, services.sync
    listed = await devices(services, Devices(), tell)
    record = profile.read_record()
    doors = {name: profile.endpoint(name) for name in ("publish", "subscribe", "request")}
    return StatusShown(
        device_id=services.device_id,
        name=services.name_of(registry.key),
        running=True,
        port=services.place.port,
        door=DoorShown(**doors),
        in_step=all(sync.in_step(key) for key in services.partners),
        pending=sync.pending,
        devices=tuple(listed),
        family_id=registry.family.hex(),
        paused=sync.is_paused(registry.key),
        recovery_confirmed=await registry.phrase.words() is None,
        log=str(profile.log),
        profile=str(profile.home),
        keystore=record.keystore if record else None,
        version=sync.version,
        refused=dict(services.wires.counts()),
        meetings=meetings(services),
    )


async def trust(services: Services, wish: SetTrust, _: Tell) -> DeviceShown:
    """Trust a device more or less."""
    key = services.registry.directory.resolve(wish.device)
    member = services.registry.roster.members[key]
    if wish.trust is not Trust.FULL:
        _see_that_others_keep_it(services, key, lets_go=wish.lets_go)
    is_admin = member.admin and wish.trust is Trust.FULL
    change = await services.registry.set_trust(key, wish.trust, admin=is_admin)
    await services.wires.on_change(change)
    return shown(services, key)


def _see_that_others_keep_it(services: Services, key: bytes, *, lets_go: bool) -> None:
    """OnlyCopy, where a device alone may keep something and nobody said to let that go.

    Who may not judge that device hears so from the registry.
    """
    registry = services.registry
    may_judge = registry.roster.is_senior(registry.key, key)
    if may_judge and not lets_go and services.holding.kept_alone(key):
        raise OnlyCopy


async def rename(services: Services, wish: Rename, _: Tell) -> DeviceShown:
    """Name a device."""
    key = services.registry.directory.resolve(wish.device)
    await services.registry.directory.describe(key, name=wish.name)
    return _described(services, key)


async def role(services: Services, wish: SetRole, _: Tell) -> DeviceShown:
    """Say what a device is to the companion."""
    key = services.registry.directory.resolve(wish.device)
    await services.registry.directory.describe(key, role=wish.role)
    return _described(services, key)


def _described(services: Services, key: bytes) -> DeviceShown:
    """Tell the others and this device's own modules what a device is now."""
    services.sync.spread()
    services.bus.publish(told(registry_updated(services), services.device_id))
    return shown(services, key)


async def revoke(services: Services, wish: Revoke, _: Tell) -> DeviceShown:
    """Remove a device: its entry first, then its door and lanes, then the news to others."""
    key = services.registry.directory.resolve(wish.device)
    if key == services.registry.key:
        raise NotPermitted("To remove this device from the family, let it leave.")
    _see_that_others_keep_it(services, key, lets_go=wish.lets_go)
    was = shown(services, key)
    since = None if wish.hours is None else _ago(services, wish.hours)
    await services.wires.on_change(await services.registry.revoke(key, since=since))
    return was


def _ago(services: Services, hours: float) -> int:
    """The tick so many hours ago; BadInput for less than none."""
    if not 0 <= hours <= HOURS_MAX:
        raise BadInput(f"Give between 0 and {HOURS_MAX} hours.")
    return tick_of(max(0, services.clock.wall() // 1000 - round(hours * HOUR_MS)))


async def leave(services: Services, _: Leave, __: Tell) -> FamilyJoined:
    """Leave the family; this device goes on as a family of one, under new keys."""
    if services.registry.is_alone:
        raise BadInput("This device is a family of its own already.")
    await go_alone(services)
    return FamilyJoined(
        family_id=services.registry.family.hex(),
        device_id=device_id(services.registry.key),
        name=services.name_of(services.registry.key),
    )


async def recovery_phrase(services: Services, wish: RecoveryPhrase, _: Tell) -> RecoveryShown:
    """Show the words, or erase them once three of them were typed."""
    registry = services.registry
    if wish.confirm is not None:
        answers = {_position(text): word for text, word in wish.confirm.items()}
        if len(answers) < ASKED_WORDS:
            raise BadInput("Three of the words are needed.")
        await registry.phrase.confirm(answers)
        return RecoveryShown(confirmed=True)
    words = await registry.phrase.words()
    if words is None:
        return RecoveryShown(confirmed=True)
    asked: set[int] = set()
    while len(asked) < ASKED_WORDS:
        asked.add(services.entropy.draw(1)[0] % WORDS + 1)
    return RecoveryShown(confirmed=False, words=words, ask=tuple(sorted(asked)))


def _position(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= WORDS:
        raise BadInput(f"The words are counted from 1 to {WORDS}.")
    return int(text)
