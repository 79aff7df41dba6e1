"""The bus, by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mesh.errors import BadInput
from mesh.wishes import Done, Publish, Request, Stop

if TYPE_CHECKING:
    from mesh.commands.services import Services, Tell
    from mesh.messages import News

SECONDS_MAX = 60.0


async def publish(services: Services, wish: Publish, _: Tell) -> News:
    """Put a message on the bus, as a module would."""
    return await services.wires.publish(wish.topic, wish.body)


async def request(services: Services, wish: Request, _: Tell) -> dict[str, Any]:
    """Ask whoever answers a topic, here or on a device."""
    if not 0 < wish.seconds <= SECONDS_MAX:
        raise BadInput(f"A request waits up to {SECONDS_MAX:.0f} seconds.")
    if wish.device is None:
        found: object = await services.bus.request(wish.topic, wish.body, seconds=wish.seconds)
        return {"topic": wish.topic, "device_id": services.device_id, "body": found}
    key = services.registry.directory.resolve(wish.device)
    if key == services.registry.key:
        found = await services.bus.request(wish.topic, wish.body, seconds=wish.seconds)
    else:
        found = await services.requests.ask(key, wish.topic, wish.body, wish.seconds)
    asked = services.registry.directory.view_of(key).device_id
    return {"topic": wish.topic, "device_id": asked, "body": found}


async def stop(services: Services, _: Stop, __: Tell) -> Done:
    """End the node."""
    services.wires.on_stop()
    return Done()
