"""The one gate: what may leave this device for another.

    policy.allowance(trust, …) -> Allowance   the strictest level of each kind, the oldest day
    may_send(label, allowance) -> bool        for one fact

What is offered, what a feed gives later, what is pushed at once, what a search tells and what
a preview counts all ask ``covers`` and ``floor``. Labels, forgets and receipts (stubs) go,
without window, wherever content of their scope may go now: elsewhere they would tell that
something is there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from mesh.model import hlc
from mesh.model.fact import Level
from mesh.model.scope import UNKNOWN_SCOPE, ScopeKind, scope_parts

if TYPE_CHECKING:
    from collections.abc import Mapping

DAY_MS = 24 * 3600 * 1000
NOTHING = -1
"""Below every level: nothing of that kind."""
TIMELESS = frozenset({ScopeKind.PERSONALITY, ScopeKind.SETTING})
"""What stands until it is changed is given however old it is."""


@dataclass(frozen=True, slots=True)
class Grants:
    """Which scopes a device may hold: of each kind the strictest level that may be there.

    ``others``: of kinds this version does not know.
    """

    levels: Mapping[int, int] = field(default_factory=dict)
    others: int = NOTHING

    def widest(self, kind: int) -> int:
        """The strictest level of a kind that may be held; ``NOTHING`` if none."""
        return self.levels.get(kind, self.others if kind >= UNKNOWN_SCOPE else NOTHING)

    def covers(self, scope: int) -> bool:
        """Whether facts counted in this scope may be held at all."""
        kind, _, level = scope_parts(scope)
        return level <= self.widest(kind)

    def joined(self, other: Grants) -> Grants:
        """What one or the other lets a device hold."""
        kinds = self.levels.keys() | other.levels.keys()
        levels = {kind: max(self.widest(kind), other.widest(kind)) for kind in kinds}
        return Grants(levels, max(self.others, other.others))

    def within(self, other: Grants) -> bool:
        """Whether the other lets a device hold all that this one does."""
        kinds = self.levels.keys() | other.levels.keys() | {UNKNOWN_SCOPE}
        return all(self.widest(kind) <= other.widest(kind) for kind in kinds)

    def pairs(self) -> tuple[tuple[int, int], ...]:
        """(kind, level) of what may be held; unknown kinds stand as ``UNKNOWN_SCOPE``."""
        known = [(int(kind), int(level)) for kind, level in self.levels.items()]
        rest = [(UNKNOWN_SCOPE, self.others)]
        return tuple(sorted(pair for pair in known + rest if pair[1] > NOTHING))

    @classmethod
    def of_pairs(cls, pairs: tuple[tuple[int, int], ...]) -> Grants:
        """The inverse of ``pairs``."""
        levels = {kind: level for kind, level in pairs if kind < UNKNOWN_SCOPE}
        return cls(levels, dict(pairs).get(UNKNOWN_SCOPE, NOTHING))


def _same(level: int) -> dict[int, int]:
    return dict.fromkeys(map(int, ScopeKind), int(level))


def floor_of(scope: int, since: int) -> int:
    """The oldest stamp of an object given in a scope, of a device that gives since then."""
    kind, is_stub, _ = scope_parts(scope)
    return 0 if is_stub or kind in TIMELESS else since


NO_GRANTS = Grants()
FAMILY_GRANTS = Grants(_same(Level.FAMILY), Level.FAMILY)
"""All that is not private."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one device may be given. ``since`` is a tick; older objects are not given."""

    grants: Grants
    since: int = 0

    def covers(self, scope: int) -> bool:
        """Whether facts counted in this scope may go at all."""
        return self.grants.covers(scope)

    def floor(self, scope: int) -> int:
        """The oldest stamp of an object of which facts in this scope may go."""
        return floor_of(scope, self.since)


NOTHING_ALLOWED = Allowance(NO_GRANTS)


class Label(msgspec.Struct, frozen=True, gc=False):
    """What the gate must know of a fact: its counted scope and its object's newest stamp."""

    scope: int
    newest: int


def window_start(now_ms: int, days: int) -> int:
    """The tick of the UTC midnight so many days ago: a whole day, so that it rarely moves."""
    day = now_ms // DAY_MS - days
    return hlc.tick_of(max(day, 0) * DAY_MS)


def may_send(label: Label, allowed: Allowance) -> bool:
    """Whether one fact may go to the device with this allowance."""
    return allowed.covers(label.scope) and label.newest >= allowed.floor(label.scope)
