"""Just between us: the next conversation stays on this device."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh.messages import JustBetweenUs

if TYPE_CHECKING:
    from mesh.commands.services import Services, Tell
    from mesh.model.aside import Aside
    from mesh.wishes import BetweenUs


async def between_us(services: Services, wish: BetweenUs, _: Tell) -> JustBetweenUs:
    """Keep the next conversation here, or share again."""
    return news_of(await services.discretion.wish(is_on=wish.is_on))


def news_of(aside: Aside) -> JustBetweenUs:
    """What windows and modules hear of it."""
    return JustBetweenUs(is_on=aside.is_on, conversation_id=aside.conversation)
