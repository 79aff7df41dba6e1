"""What a node does now and then: receipts, the index, our addresses, a heartbeat."""

from __future__ import annotations

import asyncio
import logging
from itertools import count
from typing import TYPE_CHECKING

from mesh.commands.sparing import look_around
from mesh.commands.telling import say_heartbeat
from mesh.errors import MeshError
from mesh.links.addresses import own_addresses
from mesh.node.memory import give_back

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any

    from mesh.node.following import Following

FIRST_LOOK_S = 2.0
TEND_EVERY_S = 30.0
INDEX_SLICE = 2000

log = logging.getLogger(__name__)


async def tend(following: Following, host: str) -> None:
    """Do it as long as the node lives."""
    await _tried(look_around(following.services))
    await asyncio.sleep(FIRST_LOOK_S)
    await _tried(following.make_good())
    for turn in count():
        await _tend_once(following, host, turn)
        await asyncio.sleep(TEND_EVERY_S)
        await _tried(look_around(following.services))


async def _tend_once(following: Following, host: str, turn: int) -> None:
    services = following.services
    await _tried(services.search.refresh(INDEX_SLICE))
    services.move(own_addresses(host))
    await _tried(_renew_card(following))
    say_heartbeat(services, turn)
    services.sync.audit()
    await _tried(following.sharing.follow())
    give_back()


async def _renew_card(following: Following) -> None:
    services = following.services
    if await services.registry.directory.renew_card(services.endpoints):
        services.sync.spread()


async def _tried(work: Coroutine[Any, Any, object]) -> None:
    """A full disk, or a right that just went, ends none of the rest: it is due again soon."""
    try:
        await work
    except MeshError as error:
        log.warning("not done this time: %s", error.code)
