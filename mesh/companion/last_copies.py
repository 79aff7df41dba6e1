"""What a device keeps though it may not hold it: there may be no other copy.

Who wrote a thing keeps it, whatever is chosen. What no member wrote, since its author has left
or nobody can tell, is kept by the owner's own devices until another of them has it for sure:

    taken from this device ─▶ another may hold it ─▶ and is in step ─▶ noted, and let go here
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias

import msgspec

from mesh.model import policy as policies
from mesh.model.allowance import NOTHING, TIMELESS
from mesh.model.device import Trust, device_id

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection, Iterable

    from mesh.model.allowance import Allowance, Grants
    from mesh.model.policy import Policy
    from mesh.model.roster import Roster


class Span(NamedTuple):
    """The levels above one and up to another."""

    above: int
    widest: int

    def has(self, level: int) -> bool:
        """Whether this level is one of them."""
        return self.above < level <= self.widest

    def covers(self, other: Span) -> bool:
        """Whether all levels of the other are of this one too."""
        return self.above <= other.above and other.widest <= self.widest


_NO_LEVELS = Span(NOTHING, NOTHING)
Vouched: TypeAlias = Mapping[int, Mapping[bytes, Span]]
"""By scope kind: the devices that have all that was here, of which levels.

Only of those that might not be here any more: of the others more may have come since.
"""
VOUCHED, AWAITED = "vouched levels", "awaited copies"


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
        if self.vouched is not None:
            noted = self.vouched.get(kind, {}).get(key, _NO_LEVELS)
            if not noted.has(level):
                return False
        return level <= policies.grants(self.policy, Trust.FULL, device_id(key)).widest(kind)


def kept_alone(
    copies: LastCopies, key: bytes, lacking: Collection[int] = (), *, ever: bool = True
) -> frozenset[int]:
    """The scope kinds of which no other of the owner's own devices may keep as much.

    Also those for which the asking device counts on that one, and what it is still without of
    them (``lacking``). ``ever``: also what the others may keep but are not given, because it
    is too old for them.
    """
    policy, vouched = copies.policy, copies.vouched or {}
    members = copies.roster.members.items()
    others = {one for one, member in members if member.trust is Trust.FULL}
    if key not in others:
        return frozenset()
    others.remove(key)
    days = _days(policy, key)
    granted = {one: policies.grants(policy, Trust.FULL, device_id(one)) for one in others}

    def is_elsewhere(kind: int, level: int) -> bool:
        noted = vouched.get(kind, {})
        is_given = not ever or kind in TIMELESS
        return any(
            (level <= granted[one].widest(kind) and (is_given or days <= _days(policy, one)))
            or noted.get(one, _NO_LEVELS).has(level)
            for one in others
            if one != copies.key or kind not in lacking
        )

    levels = dict(policies.grants(policy, Trust.FULL, device_id(key)).levels)
    for kind, by in vouched.items():
        levels[kind] = max(levels.get(kind, NOTHING), by.get(key, _NO_LEVELS).widest)
    return frozenset(
        kind
        for kind, level in levels.items()
        if level > NOTHING and not is_elsewhere(kind, level)
    )


def _days(policy: Policy, key: bytes) -> int:
    """How far back a device of the owner's is given things."""
    return int(policy.value("time_window_days", Trust.FULL, device_id(key)))  # type: ignore[arg-type]


def left_to(
    given: Allowance, here: Grants, holds: Grants, vouched: Mapping[int, Span]
) -> dict[int, Span]:
    """Of which kinds, of which levels, a device in step has all that may not be here.

    ``given``: what this one gives it, all of it or only what is recent; ``holds``: what it says
    that it may have. Without what it was noted to have already (``vouched``).
    """
    spans = {
        kind: Span(here.widest(kind), min(given.grants.widest(kind), holds.widest(kind)))
        for kind in given.grants.levels
        if not given.since or kind in TIMELESS
    }
    return {
        kind: span
        for kind, span in spans.items()
        if span.above < span.widest and not vouched.get(kind, _NO_LEVELS).covers(span)
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
        self.awaited: Mapping[bytes, frozenset[int]] = {}
        """The kinds that are to be here again, by the device that they were left to."""

    async def open(self) -> None:
        """What was noted before."""
        kept = await self._shelf.load_secret(VOUCHED)
        if kept is not None:
            self.vouched = msgspec.msgpack.decode(kept, type=dict[int, dict[bytes, Span]])
        kept = await self._shelf.load_secret(AWAITED)
        if kept is not None:
            self.awaited = msgspec.msgpack.decode(kept, type=dict[bytes, frozenset[int]])

    def of(self, key: bytes) -> dict[int, Span]:
        """What was noted of one device: which levels of each kind it has."""
        return {kind: by[key] for kind, by in self.vouched.items() if key in by}

    @asynccontextmanager
    async def taking_over(self, key: bytes, spans: Mapping[int, Span]) -> AsyncIterator[None]:
        """A device has all of these kinds and levels: what is here of that goes in this block.

        Noted when that is done; cut before, it is found out and done again.
        """
        before = self.vouched
        added = {kind: {**before.get(kind, {}), key: span} for kind, span in spans.items()}
        self.vouched = {**before, **added}
        try:
            yield
            await self._keep(self.vouched)
        except BaseException:
            self.vouched = before
            raise

    async def forget(self, kinds: Iterable[int]) -> None:
        """Of these kinds more will be here again."""
        gone = set(kinds) & self.vouched.keys()
        if gone:
            awaited = dict(self.awaited)
            for kind in gone:
                for key in self.vouched[kind]:
                    awaited[key] = awaited.get(key, frozenset()) | {kind}
            await self._await(awaited)
            await self._keep(
                {kind: by for kind, by in self.vouched.items() if kind not in gone}
            )

    async def came_back(self, key: bytes) -> None:
        """All that a device has, and may be here, is here."""
        await self._await({one: kinds for one, kinds in self.awaited.items() if one != key})

    async def _await(self, awaited: Mapping[bytes, frozenset[int]]) -> None:
        self.awaited = awaited  # at once: another may be awaited while this is written
        await self._shelf.save_secret(AWAITED, msgspec.msgpack.encode(awaited))

    async def _keep(self, vouched: Vouched) -> None:
        await self._shelf.save_secret(VOUCHED, msgspec.msgpack.encode(vouched))
        self.vouched = vouched
