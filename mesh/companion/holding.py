"""What this device still has, against what it may hold by what is chosen now.

held ≠ grants ─▶ withdraw what may not stay, ask for what is new from nothing ─▶ settled
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from mesh.companion.last_copies import LastCopies, Vouchers, kept_alone, left_to
from mesh.companion.withdrawing import differing, start_over, withdraw
from mesh.model.allowance import FAMILY_GRANTS, Grants
from mesh.model.device import Trust
from mesh.model.policy import read_note, write_note
from mesh.storage import choices

if TYPE_CHECKING:
    from collections.abc import Callable

    from mesh.companion.last_copies import Shelf, Span
    from mesh.companion.policies import Policies
    from mesh.companion.writing import Writing
    from mesh.storage.database import Database

HELD, GUARDED = "held", "guarded tags"


class Holding:
    """Follows ``policies``; nothing is given up while ``is_joining``, which may be undone."""

    def __init__(
        self,
        database: Database,
        shelf: Shelf,
        policies: Policies,
        is_joining: Callable[[], bool],
    ) -> None:
        self._database = database
        self._shelf = shelf
        self._is_joining = is_joining
        self.policies = policies
        self.vouchers = Vouchers(shelf)
        self.held = FAMILY_GRANTS
        """What this device may still have: more than may be until the rest is withdrawn."""
        self.guarded: frozenset[str] = frozenset()
        """The private tags for which everything that is here was looked at."""

    async def open(self) -> None:
        """The policies, and what was kept of what followed from them."""
        await self.vouchers.open()
        await self.policies.open()
        kept = await self._shelf.load_secret(HELD)
        if kept is None:
            self.held = self.policies.grants
            await self._keep_held()
        else:
            self.held = read_note(kept.decode())
        if self._is_joining():
            await self.policies.refresh()
        await self._open_guarded()

    async def _open_guarded(self) -> None:
        kept = await self._shelf.load_secret(GUARDED)
        if kept is None:
            await self.guard(self.policies.private_tags)
        else:
            self.guarded = frozenset(msgspec.msgpack.decode(kept, type=list[str]))

    async def guard(self, tags: frozenset[str]) -> None:
        """Everything that is here was looked at for these private tags."""
        if tags != self.guarded:
            await self._shelf.save_secret(GUARDED, msgspec.msgpack.encode(sorted(tags)))
            self.guarded = tags

    def at_least(self) -> Grants | None:
        """What may be held whatever is chosen: all that is here, while joining."""
        return self.held if self._is_joining() else None

    @property
    def told_at(self) -> int:
        """The tick + 1 of the choices that ``held`` of a limited device follows; 0: none."""
        grants = self.policies.grants
        is_done = grants.within(self.held) and self.held.within(grants)
        return self.policies.followed_at if is_done else 0

    # ---- withdrawing -------------------------------------------------------------------------

    async def settle(self, writing: Writing) -> bool:
        """Make ``held`` what may be held: withdraw the rest, ask for what is new from nothing.

        Whether there was anything to do. Cut anywhere, it is done again at the next start.
        """
        async with self.policies.turn:
            wanted, before = self.policies.grants, self.held
            if wanted.within(before) and before.within(wanted):
                return False
            self.held = before.joined(wanted)
            await self._keep_held()
            kinds = differing(before, wanted)
            await self.vouchers.forget(k for k in kinds if wanted.widest(k) > before.widest(k))
            # What was asked for while more could be held is here first, or it would stay.
            await self._database.wait_written()
            if not before.within(wanted):
                await withdraw(self._database, writing, kinds)
            await start_over(self._database, kinds, wanted)
            self.held = wanted
            await self._keep_held()
            return True

    def left_to(self, key: bytes, holds: Grants) -> dict[int, Span]:
        """What a device will have as soon as it is in step (last_copies.py).

        ``holds``: what it says that it may have.
        """
        policies = self.policies
        if not policies.is_full or policies.trust(key) is not Trust.FULL:
            return {}
        given, vouched = policies.allowance(Trust.FULL, key), self.vouchers.of(key)
        return left_to(given, policies.grants, holds, vouched)

    def kept_alone(self, key: bytes, *, ever: bool = True) -> frozenset[int]:
        """The scope kinds of which a device of the owner's may have what no other has."""
        home, vouchers = self.policies.home, self.vouchers
        copies = LastCopies(home.key, home.roster, self.policies.policy, vouchers.vouched)
        return kept_alone(copies, key, vouchers.awaited.get(key, ()), ever=ever)

    async def leave_to(
        self, key: bytes, holds: Grants, writing: Writing, is_in_step: Callable[[], bool]
    ) -> bool:
        """Whether what a device in step has went from here: not if some is given to nobody."""
        async with self.policies.turn:
            spans = self.left_to(key, holds)
            waits = await self._database.read(lambda sql: choices.is_held_back(sql, set(spans)))
            await self._database.wait_written()  # for what came, or was chosen, meanwhile
            has_left = bool(spans) and not waits and is_in_step()
            if has_left:
                async with self.vouchers.taking_over(key, spans):
                    await withdraw(self._database, writing, set(spans))
            return has_left

    async def _keep_held(self) -> None:
        await self._shelf.save_secret(HELD, write_note(self.held).encode())
