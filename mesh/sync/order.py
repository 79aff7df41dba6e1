"""In which order what another device lacks goes to it. Pure.

A *session* is what was said in one conversation without a long pause; it stays together, and
the newest session goes first. Of everything else the newest objects go first, each with all
that was said of it. What is *recent* of a kind goes before older things of any kind.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from heapq import nlargest
from itertools import chain, groupby, islice
from operator import attrgetter
from typing import TYPE_CHECKING, Final, NamedTuple

from mesh.model.scope import ScopeKind, scope_parts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

PAUSE_US: Final = 3600 * 1_000_000
RECENT_US: Final = 7 * 24 * 3600 * 1_000_000
RECENT_TICKS: Final = (RECENT_US // 1000) << 16
RECENT_MAX: Final = 1000
PLANNED_MAX: Final = 65_536
"""So many facts of a scope are put in order at once, the newest; then those before them."""

_KINDS = (
    ScopeKind.SETTING, ScopeKind.CONVERSATION, ScopeKind.EMOTION, ScopeKind.REASON,
    ScopeKind.MEMORY, ScopeKind.PERSONALITY,
)  # fmt: skip
_AGING = {ScopeKind.CONVERSATION, ScopeKind.EMOTION, ScopeKind.REASON, ScopeKind.MEMORY}


def priority(scope: int) -> tuple[int, int, int]:
    """Sorts scopes: stubs, settings, conversations, emotion, memories, personality."""
    kind, is_stub, level = scope_parts(scope)
    place = _KINDS.index(ScopeKind(kind)) if kind in set(_KINDS) else len(_KINDS)
    return (not is_stub, place, level)


class Row(NamedTuple):
    """A fact to give: its number in the feed, its object, and where and when that belongs.

    ``home``: a turn's conversation; ``shown``: µs, what people see; ``stamp``: a tick, newest.
    """

    number: int
    thing: int
    home: int | None
    shown: int
    stamp: int


@dataclass(frozen=True, slots=True)
class Order:
    """Numbers in the order they go; at which places a session begins; how many are recent.

    ``newest``: what recent is measured from, in the rows' own measure.
    """

    numbers: list[int]
    starts: list[int]
    recent: int
    newest: int = 0

    def first(self, count: int) -> Order:
        """Only so many of them."""
        return Order(self.numbers[:count], self.starts, min(self.recent, count), self.newest)

    def starts_after(self, place: int, count: int) -> list[int]:
        """How far from a place sessions begin, up to the first one after ``count``; the end."""
        first = bisect_right(self.starts, place)
        last = bisect_right(self.starts, place + count)
        end = len(self.numbers)
        return [min(one, end) - place for one in [*self.starts[first : last + 1], end]]


def first_of(scope: int, rows: Iterable[Row], count: int) -> list[Row]:
    """Of what is missing of a scope those that go first, at most so many."""
    coming = iter(rows)
    found = list(islice(coming, count + 1))
    if len(found) <= count:
        return found
    all_rows = chain(_drained(found), coming)
    kind, is_stub, _ = scope_parts(scope)
    if is_stub or kind not in _AGING:
        return nlargest(count, all_rows, key=attrgetter("number"))
    age = "shown" if kind == ScopeKind.CONVERSATION else "stamp"
    return nlargest(count, all_rows, key=attrgetter(age, "number"))


def _drained(rows: list[Row]) -> Iterator[Row]:
    """Each of them, held no longer."""
    while rows:
        yield rows.pop()


def ordered(scope: int, rows: Iterable[Row], newest: int = 0) -> Order:
    """The order for what is missing of a scope; ``newest``: what was given of it before."""
    kind, is_stub, _ = scope_parts(scope)
    if is_stub or kind not in _AGING:
        numbers = sorted((row.number for row in rows), reverse=True)
        return Order(numbers, [], len(numbers))
    if kind == ScopeKind.CONVERSATION:
        return _by_session(rows, newest)
    found = sorted(rows, key=lambda row: (-row.stamp, row.thing, row.number))
    newest = max(newest, found[0].stamp) if found else newest
    recent = sum(row.stamp >= newest - RECENT_TICKS for row in found)
    return Order([row.number for row in found], [], min(recent, RECENT_MAX), newest)


def _by_session(rows: Iterable[Row], newest: int) -> Order:
    said = sorted((row.home or 0, row.shown, row.number) for row in rows)
    sessions = [
        session
        for _, talk in groupby(said, key=lambda row: row[0])
        for session in _split([(shown, number) for _, shown, number in talk])
    ]
    sessions.sort(key=lambda session: session[-1], reverse=True)
    newest = max(newest, sessions[0][-1][0]) if sessions else newest
    order, recent = Order([], [], 0), 0
    for session in sessions:
        order.starts.append(len(order.numbers))
        order.numbers.extend(number for _, number in session)
        if session[-1][0] >= newest - RECENT_US:
            recent = len(order.numbers)
    return Order(order.numbers, order.starts, min(recent, RECENT_MAX), newest)


def _split(talk: list[tuple[int, int]]) -> Iterable[list[tuple[int, int]]]:
    """What was said in one conversation, in order, cut at each long pause."""
    begun = 0
    for place in range(1, len(talk)):
        if talk[place][0] - talk[place - 1][0] > PAUSE_US:
            yield talk[begun:place]
            begun = place
    yield talk[begun:]


def fill(sizes: Sequence[int], starts: Sequence[int], size: int) -> int:
    """How many of the next facts go into a page of about ``size`` bytes: at least one.

    ``sizes``: bytes of each, as many as a page may have; ``starts``: after how many of them
    another session begins, and last after how many there are no more at all. A session that a
    page could hold is not cut.
    """
    count = total = 0
    for one in sizes:
        if count and total + one > size:
            break
        count, total = count + 1, total + one
    begun = max((start for start in starts if start <= count), default=0)
    after = min((start for start in starts if start > count), default=count)
    is_whole = begun in {0, count} or count == starts[-1]
    return count if is_whole or after - begun > count else begun
