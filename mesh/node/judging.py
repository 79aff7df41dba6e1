"""When the roster changed, what is here is judged by it, and what went is asked for again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh.messages import HistoryArrived, told
from mesh.storage.judging import Judged, judge_anew

if TYPE_CHECKING:
    from mesh.commands.services import Services
    from mesh.storage.objects import Rules


async def judge_here(services: Services, rules: Rules) -> bool:
    """Judge all facts by the roster of now; True when another thing may be shown by that."""
    rights = services.registry.roster.rights

    def judged(found: Judged | None) -> None:
        if found is not None:
            services.sync.grew(found.outcome)

    found = await services.database.write(
        lambda sql: judge_anew(sql, rules, rights), then=judged
    )
    if found is None or not found.asks_again:
        return False
    services.sync.ask_again()
    services.bus.publish(told(HistoryArrived(messages=0), services.device_id))
    return True
