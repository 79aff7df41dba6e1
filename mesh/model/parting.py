"""Undoing a first meeting: for how long it can be, and what has to be known to do it.

    key joined at tick a ─┬─ removed, and ``parted`` at t, a ≤ t ≤ a + 24 h ─▶ undone
                          └─ anything else ─▶ a removal as any other

When it was said is its author's own word. So that nobody undoes a year by dating it back, a
device that holds something which the newcomer wrote long after that day does not believe it.

What is undone is history for nobody: the words of the device that joined are void, and what it
brought goes. Labels and forgets stay: nothing is shared by an undoing, and nothing that was
forgotten comes back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mesh.model.entry import Parted
from mesh.model.hlc import tick_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mesh.model.entry import Add, CheckedEntry

HOUR_MS = 3600 * 1000
LASTS_MS = 24 * HOUR_MS
LASTS = tick_of(LASTS_MS)
GRACE = tick_of(7 * 24 * HOUR_MS)
"""So long a device may go on that has not heard that its joining was undone."""


@dataclass(frozen=True, slots=True)
class Undone:
    """A first meeting that was undone.

    ``tag``: the own author tag of the device that joined; ``ours``: those of all others who
    ever were family. ``began`` and ``ended`` are the signed entries that say so. From the tick
    ``refuted_at`` on whatever was written under that tag shows that it was not so.
    """

    tag: bytes
    ours: frozenset[bytes]
    began: bytes
    ended: tuple[bytes, ...]
    refuted_at: int


def ends(added: Add) -> int | None:
    """Until which tick a joining can be undone; None when nobody noted when it was."""
    return added.tick + LASTS if added.tick else None


def in_time(added: Add, said: Iterable[CheckedEntry]) -> tuple[CheckedEntry, ...]:
    """Those partings that count: said within a day of the joining."""
    end = ends(added)
    return tuple(
        sorted(
            (
                entry
                for entry in said
                if end is not None
                and isinstance(entry.body, Parted)
                and added.tick <= entry.body.tick <= end
            ),
            key=lambda entry: entry.hash,
        )
    )
