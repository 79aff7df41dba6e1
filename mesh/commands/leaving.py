"""How this device leaves its family: it goes on as a family of one, under new keys."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

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
    await services.registry.directory.describe(services.registry.key, name=name)
    try:
        await asyncio.sleep(FAREWELL_S)
    finally:
        services.wires.on_leaving()
