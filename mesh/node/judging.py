"""When the roster changed, what is here is judged by it, and what went is asked for again.

a joining was undone ─▶ believed: what came by it goes ─▶ let go: all flows again
                    └─▶ doubted: who joined has written long after it could be undone
"""

from __future__ import annotations

from operator import is_
from typing import TYPE_CHECKING

from mesh.companion.judging import judge
from mesh.companion.last_copies import LastCopies
from mesh.messages import HistoryArrived, told
from mesh.storage.judging import undone_before
from mesh.storage.objects import Rules
from mesh.storage.parting import is_believed

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from mesh.commands.services import Services
    from mesh.storage.judging import Judged
    from mesh.storage.objects import Outcome


class Judging:
    """Judges for one node; ``show_anew``: something else may have to be shown by that."""

    def __init__(
        self,
        current: Callable[[], Services],
        show_anew: Callable[[], Coroutine[None, None, None]],
    ) -> None:
        self._current = current
        self._show_anew = show_anew
        self._rules_of: tuple[object, ...] = (None,) * 6
        self._rules: Rules
        self._let_go: frozenset[bytes] = frozenset()
        """Whose first meetings were undone, and what came by them given back here."""
        self._believed = self._let_go
        """The same, and those of which something has still to be given back."""
        self._doubted = self._let_go
        """Of whom it is said too, but it cannot have been so."""

    async def open(self) -> None:
        """What was given back before this start."""
        services = self._current()
        self._let_go = self._believed = await services.database.read(undone_before)
        self._doubted = await doubted(services)

    async def judge(self) -> None:
        """Facts are judged by the roster as it is now, also those that came before it.

        Not while our own joining waits: after a no, all must be here as it was.
        """
        services = self._current()
        if services.meetings.is_joining:
            return
        was_parting = self.is_parting
        if was_parting:
            await self._look_at_partings()
        believed = self._believed
        if await judge_here(services, self.rules()):
            await self._show_anew()
        self._let_go |= believed
        if was_parting:
            services.sync.renew()

    async def _look_at_partings(self) -> None:
        tags = self._current().registry.roster.parted_tags
        self._doubted |= await doubted(self._current()) & tags
        self._believed |= tags - self._doubted

    @property
    def is_parting(self) -> bool:
        """Whether something is to be given back first: until then nothing flows."""
        roster = self._current().registry.roster
        return bool(roster.parted) and not roster.parted_tags <= self._let_go | self._doubted

    def rules(self) -> Rules:
        """What the roster says of authors; the same as long as nothing of it has changed."""
        services = self._current()
        policies, roster = services.policies, services.registry.roster
        grants, tags = policies.grants, policies.private_tags
        vouched = services.holding.vouchers.vouched
        of = (roster, policies.policy, grants, tags, self._believed, vouched)
        if not all(map(is_, of, self._rules_of)):
            self._rules_of = of
            self._rules = Rules(
                services.author.tag,
                roster.was_full_at,
                grants,
                tags,
                roster.was_admin_at,
                LastCopies(services.registry.key, roster, policies.policy, vouched).keeps,
                roster.past_of(services.registry.key),
                undone=roster.parted_tags & self._believed,
                gives_only_own=services.gossip.gives_only_own,
            )
        return self._rules


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
