"""What a device keeps though it may not hold it: there may be no other copy.

Who wrote a thing keeps it, whatever is chosen. What no member wrote, since its author has left
or nobody can tell, is kept by the owner's own devices until another of them has it for sure:

    taken from this device ─▶ another may hold it ─▶ and is in step ─▶ noted, and let go here
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

import msgspec

from mesh.model import policy as policies
from mesh.model.allowance import NOTHING, TIMELESS
from mesh.model.device import Trust, device_id

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mesh.model.allowance import Allowance, Grants
    from mesh.model.policy import Policy
    from mesh.model.roster import Roster

Vouched: TypeAlias = Mapping[int, Mapping[bytes, int]]
"""By scope kind: the devices that have all that was here, and up to which level."""
VOUCHED = "vouched"


@dataclass(frozen=True, slots=True)
class LastCopies:
    """Answers for one device, by the roster and the choices at a moment.

    ``vouched``: what it knows of others; None: whoever may hold a thing is taken to have it.
    """

    key: bytes
    roster: Roster
    policy: Policy
    vouched: Vouched | None = None

    def keeps(self, kind: int, level: int, author: bytes | None) -> bool:
        """Whether the device keeps what this author tag wrote of a scope kind at a level.

        None: nobody can tell who wrote it.
        """
        members = self.roster.members
        fulls = [key for key, member in members.items() if member.trust is Trust.FULL]
        if self.key not in fulls or any(author in self.roster.tags_of(key) for key in members):
            return False
        return not any(self._has(key, kind, level) for key in fulls if key != self.key)

    def _has(self, key: bytes, kind: int, level: int) -> bool:
        if self.vouched is not None and level > self.vouched.get(kind, {}).get(key, NOTHING):
            return False
        return level <= policies.grants(self.policy, Trust.FULL, device_id(key)).widest(kind)


def left_to(
    given: Allowance, here: Grants, holds: Grants, vouched: Mapping[int, int]
) -> dict[int, int]:
    """Of which kinds, up to which level, a device in step has all that may not be here.

    ``given``: what this one gives it, all of it or only what is recent; ``holds``: what it says
    that it may have. Without what it was noted to have already (``vouched``).
    """
    levels = {
        kind: min(given.grants.widest(kind), holds.widest(kind))
        for kind in given.grants.levels
        if not given.since or kind in TIMELESS
    }
    return {
        kind: level
        for kind, level in levels.items()
        if level > max(here.widest(kind), vouched.get(kind, NOTHING))
    }


class Shelf(Protocol):
    """Where small things are kept."""

    async def load_secret(self, name: str) -> bytes | None:
        """What is kept under a name."""

    async def save_secret(self, name: str, secret: bytes | None) -> None:
        """Keep it."""


class Vouchers:
    """What is known of other devices, for kinds that this one may not hold."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self.vouched: Vouched = {}
        """Another mapping after every change."""

    async def open(self) -> None:
        """What was noted before."""
        kept = await self._shelf.load_secret(VOUCHED)
        if kept is not None:
            self.vouched = msgspec.msgpack.decode(kept, type=dict[int, dict[bytes, int]])

    def of(self, key: bytes) -> dict[int, int]:
        """What was noted of one device: up to which level it has each kind."""
        return {kind: by[key] for kind, by in self.vouched.items() if key in by}

    async def add(self, key: bytes, levels: Mapping[int, int]) -> None:
        """A device has all of these kinds up to these levels."""
        added = {
            kind: {**self.vouched.get(kind, {}), key: level} for kind, level in levels.items()
        }
        await self._keep({**self.vouched, **added})

    async def forget(self, kinds: Iterable[int]) -> None:
        """Of these kinds more will be here again."""
        gone = set(kinds) & self.vouched.keys()
        if gone:
            await self._keep(
                {kind: by for kind, by in self.vouched.items() if kind not in gone}
            )

    async def _keep(self, vouched: Vouched) -> None:
        await self._shelf.save_secret(VOUCHED, msgspec.msgpack.encode(vouched))
        self.vouched = vouched
