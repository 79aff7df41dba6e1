"""What new entries changed for the family, so that links and lists can follow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mesh.model.roster import Roster


@dataclass(frozen=True)
class Change:
    """Keys of devices that may take part now, may no longer, or are trusted otherwise.

    ``gone`` are removed and suspended ones alike. ``fresh`` are the signed entries that are new
    here, for the peers that are connected; ``refused`` counts those that were not taken.
    """

    added: frozenset[bytes] = frozenset()
    gone: frozenset[bytes] = frozenset()
    retrusted: frozenset[bytes] = frozenset()
    epoch: bool = False
    fresh: tuple[bytes, ...] = ()
    refused: int = 0

    def __bool__(self) -> bool:
        return bool(self.fresh)


@dataclass(frozen=True)
class Adoption:
    """What joining a family changed, and the hash of the roster that was given.

    This device may know more of that family by now, and say more in it, than it was given.
    """

    change: Change
    given: bytes


def difference(
    before: Roster, after: Roster, fresh: tuple[bytes, ...] = (), refused: int = 0
) -> Change:
    """What lies between two rosters."""
    old, new = before.members, after.members
    return Change(
        added=frozenset(new.keys() - old.keys()),
        gone=frozenset(old.keys() - new.keys()),
        retrusted=frozenset(
            key
            for key in old.keys() & new.keys()
            if (old[key].trust, old[key].admin) != (new[key].trust, new[key].admin)
        ),
        epoch=before.epoch != after.epoch,
        fresh=fresh,
        refused=refused,
    )
