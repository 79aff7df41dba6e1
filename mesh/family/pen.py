"""How this device writes into the book of its family: in turn, and stored before it counts."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from mesh.family.change import Change, difference
from mesh.model.entry import WORD_MAX, AnyBody, Revoke, Word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mesh.crypto import SigningKey
    from mesh.family.book import Book
    from mesh.family.household import Household, Means
    from mesh.model.device import Trust


class Pen:
    """The right to write is with whoever holds ``alone``; else a device would fork itself."""

    def __init__(self, means: Means, home: Household) -> None:
        self.alone = asyncio.Lock()
        self._means = means
        self._home = home

    def word(self, key: bytes, trust: Trust, *, admin: bool) -> Word:
        """A word about a device, above every one in force."""
        roster = self._home.roster
        n = min(roster.highest_word(key) + 1, WORD_MAX)
        return Word(key, trust, admin, n, roster.heads(key), self._means.tick())

    def removal(
        self, key: bytes, heads: Sequence[bytes] | None = None, since: int | None = None
    ) -> Revoke:
        """The removal of a device; without ``heads`` all that is known of it stays in force.

        ``since``: the tick after which its word does not count, now at the latest.
        """
        seen = self._home.roster.heads(key) if heads is None else tuple(heads)
        now = self._means.tick()
        return Revoke(key, seen, now if since is None else min(since, now))

    async def say(self, *bodies: AnyBody, signer: SigningKey | None = None) -> Change:
        """Sign and store; by this device unless another signer is given."""
        by = signer or self._home.identity.signing
        return await self.turn_to(self._home.book.draft(by, *bodies))

    async def turn_to(self, book: Book, refused: int = 0) -> Change:
        """Store what is new in that book, then let it count."""
        old = self._home.book
        fresh = tuple(book.signed(without=old.hashes()))
        if fresh:
            await self._means.shelf.save_entries(fresh, book.roster.rights_without(()))
            self._home.book = book
        return difference(old.roster, book.roster, fresh, refused)
