"""What another device lacks, in pages: planned scope by scope, the most important next.

A plan says in which order the facts of a scope go (order.py). After each page it is looked
again what matters most now: what is recent of any kind goes before what is old.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mesh.errors import PeerUnreachable
from mesh.links.credit import Flow
from mesh.links.steering import WINDOW
from mesh.model.cursor import Ranges, packed, ranges_of
from mesh.model.scope import is_stub
from mesh.storage import feeds
from mesh.sync.order import PLANNED_MAX, Order, Row, fill, first_of, ordered, priority
from mesh.wire import frames

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mesh.model.allowance import Allowance
    from mesh.model.cursor import Range
    from mesh.storage.objects import Connection
    from mesh.sync.pacing import Pacing
    from mesh.sync.plan import Giving
    from mesh.sync.talk import Talk
    from mesh.wire.frames import Page

    IsDue = Callable[[], bool]
    Make = Callable[[Giving, tuple[int, ...], list[bytes], int], Page]

LIVE_FACTS = 64
LIVE_SIZE = 16 * 1024
"""A page this small, after which nothing is left, goes by the live lane."""


@dataclass(slots=True)
class Agenda:
    """What of one scope is still to go, as of the moment it was planned."""

    giving: Giving
    top: int
    order: Order
    dead: list[Range]
    is_due: IsDue
    at: int = 0

    @property
    def is_recent(self) -> bool:
        """Whether what comes next is recent, or there is nothing but numbers to settle."""
        return self.at < self.order.recent or not self.order.numbers

    @property
    def is_done(self) -> bool:
        """Whether all of it has gone."""
        return not self.dead and self.at >= len(self.order.numbers)

    def part(self, facts: int) -> list[int]:
        """The numbers of at most one page, either recent ones or older ones."""
        end = self.order.recent if self.is_recent else len(self.order.numbers)
        return self.order.numbers[self.at : min(end, self.at + facts)]


@dataclass(frozen=True, slots=True)
class Made:
    """A page that was read: of how many numbers, facts and bytes; as a frame."""

    frame: bytes
    covered: list[Range]
    numbers: int
    facts: int
    size: int

    @property
    def is_small(self) -> bool:
        """Whether it may go by the live lane."""
        return self.facts <= LIVE_FACTS and len(self.frame) <= LIVE_SIZE


class Rounds:
    """Gives to one device what it lacks: ``make`` writes a page, ``went`` counts its facts."""

    def __init__(
        self,
        talk: Talk,
        scopes: dict[int, Giving],
        pacing: Pacing,
        make: Make,
        went: Callable[[int], None],
    ) -> None:
        self._talk = talk
        self._scopes = scopes
        self._pacing = pacing
        self._make = make
        self._went = went
        self.planned_at_once = PLANNED_MAX
        """So many facts of a scope; what is before them is planned when they have gone."""
        self._agendas: dict[int, Agenda] = {}
        self._flow = Flow(WINDOW)

    def importance(self, scope: int) -> tuple[bool, bool, tuple[int, int, int]]:
        """Sorts scopes by what is to be given next of each: the least goes first."""
        agenda = self._agendas.get(scope)
        is_old = agenda is not None and not agenda.is_recent
        return (not is_stub(scope), is_old, priority(scope))

    async def give(self, scope: int, allowed: Allowance) -> bool:
        """Give the next page of a scope; False when nothing of it is lacking."""
        agenda = self._agendas.get(scope)
        giving = self._scopes[scope]
        if agenda is None or agenda.giving is not giving or not agenda.is_due():
            top = self._talk.circle.tops.get(scope, 0)
            holes = giving.holes(top)
            if not holes or self._pacing.holds(giving, holes):
                return False
            self._agendas[scope] = await self._plan(giving, holes, top, allowed)
            return True  # something else may matter more, now that it is known how old this is
        if agenda.is_done or not await self._give_next(agenda) or agenda.is_done:
            self._agendas.pop(scope, None)
        return True

    async def _plan(
        self, giving: Giving, holes: list[Range], top: int, allowed: Allowance
    ) -> Agenda:
        echo = self._talk.echoes.of(giving.scope)
        only_mine = self._talk.own_only
        is_due = self._as_of_now(giving, allowed)

        def plan(connection: Connection) -> tuple[Order, list[Range]]:
            alive = Ranges()
            found = feeds.pending(connection, giving.scope, holes, allowed, only_mine=only_mine)
            noted = _noted(found, echo, alive)
            rows = first_of(giving.scope, noted, self.planned_at_once)
            order = ordered(giving.scope, rows, giving.newest)
            return order, feeds.dead_numbers(holes, alive)

        order, dead = await self._talk.circle.database.read(plan)
        giving.newest = order.newest
        may_go = self._pacing.portion(giving, holes, order.numbers)
        return Agenda(giving, top, order.first(len(may_go)), dead, is_due)

    def _as_of_now(self, giving: Giving, allowed: Allowance) -> IsDue:
        """Whether what is read from now on may still go, at any later moment.

        Not once the scope was asked for anew or somebody is trusted otherwise, nor after
        anything was narrowed or forgotten: it may be in a page that waits for credit.
        """
        talk, circle = self._talk, self._talk.circle
        withdrawals, changes = circle.withdrawals, self._pacing.changes
        return lambda: (
            talk.allowed is allowed
            and self._scopes.get(giving.scope) is giving
            and circle.withdrawals == withdrawals
            and self._pacing.changes == changes
        )

    async def _give_next(self, agenda: Agenda) -> bool:
        """One page, at first of the numbers nothing will be sent for; whether it went."""
        if agenda.dead:
            page = self._make(agenda.giving, packed(agenda.dead), [], agenda.top)
            made = Made(frames.write(page), agenda.dead, 0, 0, 0)
            agenda.dead = []
        else:
            made = await self._read(agenda)
        if not await self._send(agenda, made):
            return False
        agenda.at += made.numbers
        agenda.giving.sent.settle(made.covered)
        self._went(made.facts)
        return True

    async def _read(self, agenda: Agenda) -> Made:
        """Read and compress off the loop. Numbers that moved away meanwhile are settled too."""
        talk = self._talk
        limits = talk.sizing.limits(talk.circle.hooks.kind_of(talk.key), self._flow)
        numbers = agenda.part(limits.facts)
        starts = agenda.order.starts_after(agenda.at, len(numbers))

        def job(connection: Connection) -> Made:
            found = dict(feeds.numbered_facts(connection, agenda.giving.scope, numbers))
            sizes = [len(found.get(number, b"")) for number in numbers]
            count = fill(sizes, starts, limits.size)
            raws = [found[number] for number in numbers[:count] if number in found]
            covered = ranges_of(sorted(numbers[:count]))
            page = self._make(agenda.giving, packed(covered), raws, agenda.top)
            return Made(frames.write(page), covered, count, len(raws), sum(sizes[:count]))

        made = await talk.circle.database.read(job)
        talk.sizing.packed(made.facts, made.size, len(made.frame))
        return made

    async def _send(self, agenda: Agenda, made: Made) -> bool:
        is_last = agenda.at + made.numbers == len(agenda.order.numbers)
        if made.is_small and (is_last or not made.facts):
            return agenda.is_due() and self._send_live(made.frame)
        await self._pacing.turn()
        lane = await self._talk.circle.hooks.bulk_lane(self._talk.key)
        has_gone = await lane.send_bulk(made.frame, agenda.is_due)
        self._flow = lane.flow
        if has_gone and made.covered:
            self._talk.sizing.sent(agenda.giving.scope, made.covered[0][0], made.facts)
        return has_gone

    def _send_live(self, frame: bytes) -> bool:
        if not self._talk.lane.send(frame):
            raise PeerUnreachable
        return True


def _noted(found: Iterable[feeds.Pending], echo: Ranges, alive: Ranges) -> Iterator[Row]:
    """What is to be given, its numbers noted as they pass; none of what the other gave."""
    first, last = 0, -1
    for row in found:
        number = row[0]
        if number in echo:
            continue
        if number != last + 1:
            alive.settle([(first, last)] if first else [])
            first = number
        last = number
        yield Row(*row)
    alive.settle([(first, last)] if first else [])
