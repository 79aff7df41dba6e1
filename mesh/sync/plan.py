"""What to give and what is missing: the pure half of a talk between two devices.

giving   one scope of mine, as the other has it: what was sent, what it has confirmed
taking   one scope of the other's: how far it goes, how far I have it
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mesh.model.allowance import Allowance, Label, may_send
from mesh.model.cursor import Cursor, Mark, Range, Ranges, is_known
from mesh.sync.order import priority

if TYPE_CHECKING:
    from collections.abc import Mapping

AUDIT_EVERY_MS = 24 * 3600 * 1000


def offers(tops: Mapping[int, int], allowed: Allowance) -> tuple[tuple[int, int], ...]:
    """The scopes a device may be given, and how long each feed is."""
    covered = [(scope, top) for scope, top in tops.items() if allowed.covers(scope)]
    return tuple(sorted(covered, key=lambda pair: priority(pair[0])))


@dataclass(slots=True)
class Giving:
    """One scope as the other device has asked for it."""

    scope: int
    talk: int
    fresh: bool
    sent: Ranges
    acked: int = 0
    newest: int = 0
    """How new the newest that was planned was (order.py)."""

    def holes(self, top: int) -> list[Range]:
        """What of the feed was not yet sent."""
        return self.sent.holes(top)


def begin_giving(
    scope: int,
    talk: int,
    settled: Ranges,
    mark: Mark,
    *,
    starts: list[tuple[bytes, int]],
    top: int,
) -> Giving:
    """Answer a Since: go on from its cursor, or from nothing when its mark is not ours."""
    known = is_known(mark, starts, top) and not settled.goes_beyond(mark.top)
    start = settled.copy() if known else Ranges()
    return Giving(scope, talk, not known, start, acked=start.floor)


def may_push(giving: Giving, scope: int, newest: int, allowed: Allowance) -> bool:
    """Whether a new fact may go to the other device at once."""
    return giving.scope == scope and may_send(Label(scope, newest), allowed)


@dataclass(slots=True)
class Taking:
    """One scope of the other device's: ``top`` as far as is known, ``floor`` here."""

    scope: int
    talk: int
    top: int
    floor: int = 0
    must_reset: bool = False
    """What was settled before does not count: the first page starts the cursor over."""
    is_begun: bool = False
    """Whether a page of this talk was taken."""
    epoch: int = 0
    """In which epoch of cursors it was begun: in a later one nothing of it is kept."""
    audited: int = 0
    """When the whole scope was last compared, Unix ms; 0: it was not."""
    asked: Cursor = field(default_factory=Cursor)
    """From where it was asked for: what the other was told, and goes on from."""

    @property
    def missing(self) -> int:
        """How many numbers are not settled, at most."""
        return max(0, self.top - self.floor)


def is_audit_due(taking: Taking, now_ms: int) -> bool:
    """Whether all of a scope is to be compared again: a day later, also by a wrong clock."""
    return not taking.audited or abs(now_ms - taking.audited) >= AUDIT_EVERY_MS
