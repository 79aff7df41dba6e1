"""What a device will know: by the very gate that everything passes which leaves this one."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mesh.model.allowance import Allowance, Grants, Label, may_send
from mesh.model.fact import Level
from mesh.model.scope import ScopeKind, scope_parts
from mesh.storage import previewing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mesh.storage.objects import Connection
    from mesh.storage.previewing import Thing

SENT, WITHHELD, WITHDRAWN = "would_send", "withheld", "would_withdraw"


@dataclass(slots=True)
class Outlook:
    """What one device would be given (``then``) and could keep, and what it may have now."""

    tags: frozenset[bytes]
    then: Allowance
    kept: Grants
    now: Allowance
    samples: int
    counts: dict[str, Counter[str]] = field(
        default_factory=lambda: {SENT: Counter(), WITHHELD: Counter(), WITHDRAWN: Counter()}
    )
    chosen: list[tuple[Thing, str]] = field(default_factory=list)
    keeps_last: Callable[[int, int, bytes | None], bool] | None = None
    """What it keeps all the same, by scope kind, level and author."""
    written: frozenset[bytes] = frozenset()
    """What it wrote about: that it keeps too when it gets private, and traits always."""

    def fates(self, thing: Thing) -> Iterator[str]:
        """What becomes of a thing."""
        if any(may_send(label, self.then) for label in thing.labels):
            yield SENT
            return
        yield WITHHELD
        if any(self._goes_back(label, thing) for label in thing.labels):
            yield WITHDRAWN

    def _goes_back(self, label: Label, thing: Thing) -> bool:
        if self.kept.covers(label.scope) or not may_send(label, self.now):
            return False
        kind, _, level = scope_parts(label.scope)
        # Of what goes by a name all who said it are authors.
        is_own = kind == ScopeKind.PERSONALITY or self.kept.widest(kind) >= Level.FAMILY
        if thing.id in self.written and is_own:
            return False
        return self.keeps_last is None or not self.keeps_last(kind, level, thing.author)

    def look(self, connection: Connection, *, only_mine: bool) -> None:
        """Count everything that is here."""
        about = (previewing.written_about(connection, tag) for tag in self.tags)
        self.written = frozenset().union(*about)
        for thing in previewing.things(connection, only_mine=only_mine):
            if thing.author in self.tags:
                continue
            for fate in self.fates(thing):
                self.counts[fate][thing.kind] += 1
                if self.counts[fate][thing.kind] <= self.samples:
                    self.chosen.append((thing, fate))
