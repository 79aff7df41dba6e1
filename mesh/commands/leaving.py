"""How this device leaves its family: it goes on as a family of one, under new keys.

Who leaves before the first meeting was agreed is what it was before it joined.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from mesh.family.meetings import Before
from mesh.model.device import Role
from mesh.model.policy import NO_CHOICES, carried

if TYPE_CHECKING:
    from mesh.commands.services import Services

FAREWELL_S = 0.4
"""How long what was said last may be on its way before the links go."""


async def go_alone(services: Services) -> None:
    """Tell the others, take new keys, and let the node begin anew with them."""
    name = services.name_of(services.registry.key)
    await services.shelf.add_past_tags(services.author.tag)
    await services.registry.retire()
    services.sync.spread()
    await services.registry.start_anew(await services.shelf.load_past_tags())
    services.meetings.look_again()
    await services.registry.directory.describe(services.registry.key, name=name)
    try:
        await asyncio.sleep(FAREWELL_S)
    finally:
        services.wires.on_leaving()


def as_it_is(services: Services) -> Before:
    """What this device is, and what its owner chose, before it joins another family."""
    registry = services.registry
    shown = registry.directory.view_of(registry.key)
    return Before(
        family=registry.family,
        device_id=services.device_id,
        name=shown.name,
        role=shown.role,
        settings=carried(services.policies.policy, NO_CHOICES, [services.device_id]),
    )


async def take_up_again(services: Services) -> None:
    """After a first meeting that nobody wanted: be what it was, and choose again.

    Cut anywhere, it is done again at the next start. What was chosen for this device itself is
    chosen for its new key.
    """
    before = services.meetings.before
    if before is None:
        return
    registry = services.registry
    await registry.directory.describe(registry.key, name=before.name, role=Role(before.role))
    settings = {
        name.replace(before.device_id, services.device_id): value
        for name, value in before.settings.items()
    }
    await services.policies.choose_again(services.writing, settings)
    await services.follow_choices()
    await services.meetings.is_back()
