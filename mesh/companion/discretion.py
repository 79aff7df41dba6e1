"""Keeps one conversation on this device when its owner wishes so; it outlasts a restart."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Protocol

import msgspec

from mesh.model.aside import Aside

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from mesh.clock import Clock

ASIDE = "aside"


class Drawer(Protocol):
    """Where it is kept."""

    async def load_secret(self, name: str) -> bytes | None:
        """What was kept under a name."""

    async def save_secret(self, name: str, secret: bytes | None) -> None:
        """Keep, or erase."""


class Discretion:
    """``on_change`` is called on the loop with each new ``Aside``."""

    def __init__(
        self, drawer: Drawer, clock: Clock, on_change: Callable[[Aside], None]
    ) -> None:
        self._drawer, self._clock, self._on_change = drawer, clock, on_change
        self._kept = Aside()
        self._one_by_one = asyncio.Lock()

    @property
    def is_on(self) -> bool:
        """Whether a conversation stays here, as far as anybody has looked."""
        return self._kept.is_on

    @property
    def aside(self) -> Aside:
        """How it stands now."""
        return self._kept.at(self._clock.wall())

    async def load(self) -> None:
        """At a start: as it was when the device went off."""
        kept = await self._drawer.load_secret(ASIDE)
        if kept:
            self._kept = msgspec.msgpack.decode(kept, type=Aside)
        await self.look()

    async def wish(self, *, is_on: bool) -> Aside:
        """Keep the next conversation here, or share again from now on."""
        async with self._one_by_one:
            await self._become(Aside(is_on=is_on))
        return self._kept

    async def look(self) -> None:
        """Tell how it stands; it may be over by itself."""
        await self._become(self.aside)

    @contextlib.asynccontextmanager
    async def saying(self) -> AsyncIterator[Aside]:
        """How it stands while something is said: one says after another, while it is on."""
        async with self._one_by_one:
            yield self.aside

    async def said(self, conversation: str) -> None:
        """Something was said inside ``saying``, and is stored."""
        await self._become(self.aside.said(conversation, self._clock.wall()))

    async def _become(self, aside: Aside) -> None:
        if aside != self._kept:
            await self._drawer.save_secret(ASIDE, msgspec.msgpack.encode(aside))
        self._kept = aside
        self._on_change(aside)
