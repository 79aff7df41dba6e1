"""How much goes into the next page for one device. Pure.

A page takes about ``PAGE_S`` to go and to be stored there, by what was measured; two pages fit
into the window of the lane, so that one is on its way while the other is stored; and a mobile
device gets smaller ones than a server. When pages were lost the next are a quarter as large,
down to one fact each; with each one that was dealt with they double up to half of what was
lost, and grow slowly from there. That is kept from one talk to the next: a link that breaks in
the middle of each page is such a case.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from mesh.model.device import Kind

if TYPE_CHECKING:
    from mesh.links.credit import Flow
    from mesh.model.cursor import Ranges

PAGE_S: Final = 0.05
PAGE_MAX_S: Final = 0.2
LEAST: Final = 4 * 1024
LEAST_BY_PACE: Final = 32 * 1024
"""However slow it is there: who stores in the pauses of a conversation only looks slow."""
SHRINK: Final = 4
GROW_SLOWLY: Final = 16
SMOOTHING: Final = 0.25
WATCHED: Final = 64
"""Pages of which it is looked whether they came."""


@dataclass(frozen=True, slots=True)
class Limits:
    """At most so many bytes of facts, and so many facts, in a page."""

    size: int
    facts: int


MOST: Final = {
    Kind.MOBILE: Limits(32 * 1024, 250),
    Kind.DESKTOP: Limits(128 * 1024, 1500),
    Kind.SERVER: Limits(512 * 1024, 4000),
}
"""By the sort of machine that gets them."""


@dataclass(slots=True)
class Sizing:
    """How large pages for one device are, as it has gone so far."""

    _facts: int = MOST[Kind.SERVER].facts
    _ceiling: int = MOST[Kind.SERVER].facts
    """Up to there pages grow quickly."""
    _packing: float = 0.5
    """How many bytes of a page one byte of facts makes."""
    _fact_size: float = 256.0
    _dealt: int = 0
    _sent: deque[tuple[int, int, int]] = field(default_factory=lambda: deque(maxlen=WATCHED))

    def limits(self, kind: Kind, flow: Flow) -> Limits:
        """What the next page may hold."""
        self._grow(flow.dealt)
        most = MOST[kind]
        size = min(most.size, max(LEAST, flow.window / 2 / self._packing))
        if flow.rate is not None:
            page_s = min(PAGE_MAX_S, max(PAGE_S, flow.round_trip / 2))
            size = min(size, max(LEAST_BY_PACE, flow.rate * page_s / self._packing))
        facts = min(most.facts, self._facts, round(size / self._fact_size))
        return Limits(round(size), max(1, facts))

    def _grow(self, dealt: int) -> None:
        if dealt > self._dealt:
            slowly = self._facts + max(1, self._facts // GROW_SLOWLY)
            quickly = min(2 * self._facts, self._ceiling)
            self._facts = min(max(slowly, quickly), MOST[Kind.SERVER].facts)
        self._dealt = dealt

    def packed(self, facts: int, size: int, packed: int) -> None:
        """A page of so many facts, with so many bytes, became a frame of ``packed`` bytes."""
        if facts and size:
            self._packing += SMOOTHING * (min(1.0, packed / size) - self._packing)
            self._fact_size += SMOOTHING * (size / facts - self._fact_size)

    def sent(self, scope: int, number: int, facts: int) -> None:
        """A page is on its way; ``number`` is one of those it settles."""
        self._sent.append((scope, number, facts))

    def asked(self, scope: int, settled: Ranges) -> None:
        """The device asks for a scope, from what it has settled: what it lacks was lost."""
        ours = [page for page in self._sent if page[0] == scope]
        lost = [facts for _, number, facts in ours if number not in settled]
        for page in ours:
            self._sent.remove(page)
        if lost:
            self._ceiling = max(1, min(self._facts, *lost) // 2)
            self._facts = max(1, min(self._facts, *lost) // SHRINK)
