"""The one gate: what may leave this device for another.

    allowance(trust, ever) -> Allowance      scopes, the oldest day, whether only own facts
    may_send(label, allowance) -> bool       for one fact

full: public and family, everything. limited: public and family, objects of the last 7 days.
guest: nothing. Private and "here" stay home. Labels, forgets and receipts (stubs) go, without
window, to every device that ever could hold what they speak of.
"""

from __future__ import annotations

from dataclasses import dataclass

from mesh.model import hlc
from mesh.model.device import Trust
from mesh.model.fact import Level, scope_parts

WINDOW_DAYS = 7
DAY_MS = 24 * 3600 * 1000


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one device may be given. ``since`` is a tick; older objects are not given."""

    holds: bool
    held: bool
    widest: int = Level.FAMILY
    since: int = 0

    def covers(self, scope: int) -> bool:
        """Whether facts counted in this scope may go at all."""
        _, is_stub, level = scope_parts(scope)
        return level <= self.widest and (self.held if is_stub else self.holds)


@dataclass(frozen=True, slots=True)
class Label:
    """What the gate must know of a fact: its counted scope and its object's newest stamp."""

    scope: int
    newest: int


def window_start(now_ms: int) -> int:
    """The tick of the UTC midnight seven days ago: a whole day, so that it rarely moves."""
    day = now_ms // DAY_MS - WINDOW_DAYS
    return hlc.tick_of(max(day, 0) * DAY_MS)


def allowance(trust: Trust, ever: Trust, now_ms: int) -> Allowance:
    """What a device may be given: by its trust now, and by the widest trust it ever had."""
    holds = trust is not Trust.GUEST
    held = holds or ever is not Trust.GUEST
    since = window_start(now_ms) if trust is Trust.LIMITED else 0
    return Allowance(holds=holds, held=held, since=since)


def may_send(label: Label, allowed: Allowance) -> bool:
    """Whether one fact may go to the device with this allowance."""
    if not allowed.covers(label.scope):
        return False
    _, is_stub, _ = scope_parts(label.scope)
    return is_stub or label.newest >= allowed.since
