"""What the node tells of itself: to its own bus, to the other devices, to modules that ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import msgspec

from mesh.commands import sharing, talking
from mesh.companion.newsroom import grant_published
from mesh.errors import BadInput
from mesh.messages import (
    HealthChanged,
    Heartbeat,
    MemoryAsked,
    Message,
    RegistryQuery,
    RegistryUpdated,
    SearchAsked,
    SearchDone,
    SyncStatus,
)
from mesh.model.allowance import may_send
from mesh.storage.reading import conversation_label
from mesh.wire.told import write_told
from mesh.wishes import Search

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from mesh.commands.services import Services
    from mesh.messages import ContextUpdated
    from mesh.wire.frames import Tell

Asked = Message | dict[str, object]
SPARED_BEATS = 4
"""Of so many heartbeats one is said where battery or link are to be spared."""
Kind = TypeVar("Kind", bound=Message)


def registry_updated(services: Services) -> RegistryUpdated:
    """The family as it stands."""
    views = services.registry.directory.devices()
    shown = tuple(services.presence.shown(view, services.sync) for view in views)
    return RegistryUpdated(family_id=services.registry.family.hex(), devices=shown)


def bulletin(services: Services) -> list[Message]:
    """How the family, the talks and the companion are now."""
    updated = registry_updated(services)
    found = sharing.health_now(services)
    news: list[Message] = [updated]
    for device in updated.devices:
        if not device.is_self and device.connected:
            key = services.registry.directory.resolve(device.device_id)
            missing, received, _, sent = services.sync.standing(key)
            news.append(
                SyncStatus(
                    device_id=device.device_id,
                    in_step=device.in_step,
                    pending=missing,
                    received=received,
                    sent=sent,
                    seconds_left=services.sync.seconds_left(key),
                    waits=device.waits,
                )
            )
    news.append(
        HealthChanged(level=found.level, causes=found.causes, capabilities=found.capabilities)
    )
    return news


def heartbeat(services: Services) -> Tell:
    """That this device is here, for the others."""
    return write_told(
        Heartbeat(
            device_id=services.device_id,
            capabilities=tuple(sorted(services.presence.own_capabilities)),
            paused=services.sync.is_paused(services.registry.key),
        )
    )


def say_heartbeat(services: Services, turn: int) -> None:
    """Say it to them; where battery or link are to be spared, not in every turn."""
    if turn % (SPARED_BEATS if services.sync.spares else 1):
        return
    beat = heartbeat(services)
    for key in services.sync.peers():
        services.sync.say(key, beat)


async def tell_holders(services: Services, message: ContextUpdated) -> None:
    """To the devices that may hold this conversation, by the same gate as its messages."""
    if services.discretion.aside.keeps(message.conversation_id):
        return
    label = await services.database.read(
        lambda sql: conversation_label(sql, message.conversation_id)
    )
    frame = write_told(message)
    for key in services.sync.peers():
        allowed = services.gossip.allowance(key)
        if may_send(label, allowed) and services.sync.flows(key):
            services.sync.say(key, frame)


def answerers(
    current: Callable[[], Services],
) -> dict[str, Callable[[Asked], Awaitable[object]]]:
    """Requests of modules, and of the own devices, that the node itself answers."""

    async def search(asked: Asked) -> SearchDone:
        wanted = _typed(asked, SearchAsked)
        wish = Search(query=wanted.query, everywhere=wanted.everywhere, limit=wanted.limit)
        hits = await talking.search(current(), wish, lambda _: None)
        return SearchDone(hits=tuple(hits))

    async def query(_: Asked) -> RegistryUpdated:
        return registry_updated(current())

    async def keep(asked: Asked) -> Message | None:
        services = current()
        members = services.tags_of_members()
        wanted = _typed(asked, MemoryAsked)
        return await grant_published(services.writing, services.reading, members, wanted)

    return {
        SearchAsked.topic: search,
        RegistryQuery.topic: query,
        MemoryAsked.topic: keep,
    }


def answerers_to_others(
    current: Callable[[], Services],
) -> dict[str, Callable[[bytes, dict[str, object]], Awaitable[object]]]:
    """What the owner's other devices may ask here. A search finds only what may go to them."""

    async def search(key: bytes, asked: dict[str, object]) -> SearchDone:
        services, wanted = current(), _typed(asked, SearchAsked)
        allowed = services.gossip.allowance(key)
        found = services.search.search(
            wanted.query, wanted.limit, may_find=lambda label: may_send(label, allowed)
        )
        return SearchDone(hits=tuple(await found))

    async def query(_key: bytes, _: dict[str, object]) -> RegistryUpdated:
        return registry_updated(current())

    return {SearchAsked.topic: search, RegistryQuery.topic: query}


def _typed(asked: Asked, kind: type[Kind]) -> Kind:
    """Another device's question comes as a map."""
    if isinstance(asked, kind):
        return asked
    try:
        return msgspec.convert(asked, kind)
    except msgspec.ValidationError as error:
        raise BadInput("That is not what this topic asks for.") from error
