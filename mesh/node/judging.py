"""When the roster changed, what is here is judged by it, and what went is asked for again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh.companion.judging import judge
from mesh.messages import HistoryArrived, told
from mesh.storage.parting import is_believed

if TYPE_CHECKING:
    from mesh.commands.services import Services
    from mesh.storage.judging import Judged
    from mesh.storage.objects import Outcome, Rules


async def judge_here(services: Services, rules: Rules) -> bool:
    """Judge all facts by the roster of now; True when another thing may be shown by that.

    ``rules`` and the roster are of one moment.
    """
    roster = services.registry.roster
    rights = roster.rights_without(rules.undone)
    undone = [one for one in roster.undone if one.tag in rules.undone]

    def judged(done: tuple[Judged | None, Outcome | None]) -> None:
        found, wished = done
        if found is not None:
            services.sync.grew(found.outcome)
        if wished is not None:
            services.sync.grew(wished)

    found, _ = await services.database.write(
        lambda sql: judge(sql, services.author, rules, rights, undone), then=judged
    )
    if found is None or not found.asks_again:
        return False
    services.sync.ask_again()
    services.bus.publish(told(HistoryArrived(messages=0), services.device_id))
    return True


async def doubted(services: Services) -> frozenset[bytes]:
    """The author tags of whom it is said that they parted, but what they wrote says no."""
    undone = services.registry.roster.undone
    if not undone:
        return frozenset()
    return await services.database.read(
        lambda sql: frozenset(one.tag for one in undone if not is_believed(sql, one))
    )
