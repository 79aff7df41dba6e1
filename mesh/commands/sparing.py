"""How much batteries and metered links are spared on this device: chosen, looked at, told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh.errors import BadInput
from mesh.model.sparing import SPARING, Sparing
from mesh.wishes import SparingShown

if TYPE_CHECKING:
    from mesh.commands.services import Services, Tell
    from mesh.wishes import Spare

KEPT = "sparing"


async def sparing(services: Services, wish: Spare, _: Tell) -> SparingShown:
    """Choose, if asked to, and tell how it stands; the owner's file is read again."""
    if wish.level is not None:
        if wish.level not in set(Sparing):
            raise BadInput(f"Sparing is one of: {', '.join(Sparing)}.")
        await services.shelf.save_secret(KEPT, wish.level.encode())
    await services.follow_choices()
    return await look_around(services)


async def look_around(services: Services) -> SparingShown:
    """See what this device runs on, and let sync follow that."""
    kept = await services.shelf.load_secret(KEPT)
    chosen = Sparing(kept.decode()) if kept else Sparing.NORMAL
    said = services.policies.own.said.get(SPARING)
    restricted = Sparing(said[0]) if said else None
    counts, around = chosen.stricter(restricted), await services.around()
    services.sync.notice(around, counts)
    return SparingShown(
        level=counts,
        chosen=chosen,
        restricted=restricted,
        on_battery=around.on_battery,
        percent=around.percent,
        metered=around.metered,
        why=services.sync.spares,
    )
