"""What a device knows of itself and its family at this moment, and with what it works on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mesh.model.device import Trust
from mesh.model.hlc import milliseconds_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from mesh.clock import Clock, Entropy
    from mesh.family.book import Book
    from mesh.family.identity import Identity
    from mesh.family.shelf import Shelf
    from mesh.model.roster import Member, Roster


@dataclass(frozen=True)
class Means:
    """What the family works with.

    ``tick`` gives the hybrid clock's next tick, ``curve_pair`` a fresh CURVE pair (public,
    secret; raw).
    """

    shelf: Shelf
    clock: Clock
    entropy: Entropy
    tick: Callable[[], int]
    curve_pair: Callable[[], tuple[bytes, bytes]]

    def now_ms(self) -> int:
        """Unix time in milliseconds."""
        return self.clock.wall() // 1000


@dataclass
class Household:
    """The keys of this device and the book of its family; both are replaced, never changed."""

    identity: Identity
    book: Book

    @property
    def key(self) -> bytes:
        """The public key of this device."""
        return self.identity.key

    @property
    def family(self) -> bytes:
        """The id of the family, 32 bytes."""
        return self.book.family

    @property
    def roster(self) -> Roster:
        """Who is family now."""
        return self.book.roster

    @property
    def me(self) -> Member | None:
        """This device in the roster; None once it was removed."""
        return self.roster.members.get(self.key)

    @property
    def is_full(self) -> bool:
        """Whether this device is one of the owner's own."""
        return self.me is not None and self.me.trust is Trust.FULL

    @property
    def is_admin(self) -> bool:
        """Whether this device may manage the family."""
        return self.me is not None and self.me.admin

    def undoable_until(self, key: bytes) -> int | None:
        """Until when, Unix ms, this device may undo a joining; None when it may not."""
        end = self.roster.undoable_until(key, self.key)
        return None if end is None else milliseconds_of(end)
