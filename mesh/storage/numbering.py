"""The place of facts in feeds.

A fact has a number in the feed of its scope (kind × level). When its object's level or reach
changes it gets a new number in another feed, so that a device with a part in that scope hears
of it, and one without never does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh.model import fact as facts
from mesh.model import hlc, views
from mesh.model import scope as scopes
from mesh.model.allowance import DAY_MS
from mesh.model.fact import Level, ObjectKind
from mesh.storage.objects import (
    PRESENT,
    Connection,
    Fed,
    ObjectRow,
    Outcome,
    Rules,
    held_fact,
    object_by_n,
)
from mesh.storage.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TAGGED = frozenset({ObjectKind.TURN, ObjectKind.MEMORY})
Placed = tuple[int, int, int, int | None, int, bytes]
"""A fact's row: n, kind, scope, number, mine, bytes."""


class Numbering:
    """Numbers facts inside one write transaction; ``details``: each of them in the outcome.

    ``before``: how long the feeds were when it began.
    """

    def __init__(
        self,
        connection: Connection,
        rules: Rules,
        outcome: Outcome,
        before: Mapping[int, int],
        *,
        details: bool,
    ) -> None:
        self._sql = connection
        self._rules = rules
        self._outcome = outcome
        self._before = before
        self._details = details
        self.tops: dict[int, int] = {}
        """How long the feeds are that grew."""

    def next(self, scope: int, raw: bytes, newest: int, *, mine: bool) -> int:
        """The next number in a scope's feed."""
        top = self.tops.get(scope)
        if top is None:
            top = self._before.get(scope, 0)
        self.tops[scope] = top + 1
        if self._details:
            self._outcome.fed.append(Fed(scope, top + 1, raw, newest, mine))
        return top + 1

    def finish(self) -> None:
        """Write how long the feeds are now."""
        Rows(tops=self.tops).write(self._sql)
        self._outcome.tops = dict(self.tops)

    def place(self, row: ObjectRow) -> None:
        """Give every fact of an object its place: a new number when its scope is another."""
        home_level = object_by_n(self._sql, row.home).level if row.home else 0
        found: list[Placed] = list(
            self._sql.execute(
                "SELECT n, kind, scope, number, mine, raw FROM fact WHERE object=?", (row.n,)
            )
        )
        is_recent_again = _is_recent_again(row, found)
        if self._waits_for_label(row, [raw for *_, raw in found]):
            home_level = Level.PRIVATE
            self._outcome.unlabelled.add(row.id)
        for n, kind, scope, number, mine, raw in found:
            wanted = self._scope_for(row, kind, raw, home_level)
            if number is not None and wanted == scope and not is_recent_again:
                continue
            self._outcome.has_withdrawn |= number is not None
            fresh = (
                None if wanted is None
                else self.next(wanted, raw, row.stamp, mine=bool(mine))
            )  # fmt: skip
            self._sql.execute(
                "UPDATE fact SET scope=?, number=? WHERE n=?", (wanted or 0, fresh, n)
            )

    def _waits_for_label(self, row: ObjectRow, raws: Sequence[bytes]) -> bool:
        """Whether it has a private tag and no label yet: meanwhile it is not given."""
        if row.kind not in TAGGED or row.state not in PRESENT or row.level >= Level.PRIVATE:
            return False
        tags = self._rules.private_tags
        if not any(tag.encode() in raw for tag in tags for raw in raws):
            return False
        return not tags.isdisjoint(views.tags_of([held_fact(raw) for raw in raws]))

    @staticmethod
    def _scope_for(row: ObjectRow, kind: int, raw: bytes, home_level: int) -> int | None:
        """The scope a fact counts in now; None while its object is not here."""
        scope_kind = scopes.scope_kind(row.kind, kind)
        if kind in facts.STUBS:
            return scopes.scope_of(scope_kind, row.reach, is_stub=True)
        if row.state not in PRESENT:
            return None
        level = max(facts.read(raw).level, row.level, home_level)
        return scopes.scope_of(scope_kind, level)


def _is_recent_again(row: ObjectRow, found: Sequence[Placed]) -> bool:
    """Whether a new text makes an old object recent: then all of it is offered anew.

    A device that is given only recent objects has settled the old root without getting it.
    """
    if row.state not in PRESENT or all(number is not None for _, _, _, number, _, _ in found):
        return False
    if row.kind in {ObjectKind.CONVERSATION, *facts.NAMED}:  # they go whatever their age
        return False
    stamps = [
        facts.read(raw).stamp
        for _, kind, _, number, _, raw in found
        if number is not None and kind in facts.SAID
    ]
    newest = hlc.milliseconds_of(max(stamps, default=row.stamp))
    return hlc.milliseconds_of(row.stamp) - newest > DAY_MS
