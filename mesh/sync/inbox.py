"""Frames that came on a lane and wait to be handled, in order; bounded.

Pages that wait behind each other on the live lane are taken out together: each is small, and
to store them all takes hardly longer than one.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mesh.errors import BadFrame
from mesh.links.handshake import LaneKind
from mesh.wire.frames import PAGE_BEGINS

if TYPE_CHECKING:
    from mesh.sync.circle import Lane

INBOX_MAX = 4096
INBOX_BYTES_MAX = 32 * 1024 * 1024
TOGETHER_MAX = 64
TOGETHER_BYTES_MAX = 64 * 1024


@dataclass(slots=True)
class Inbox:
    """Frames of one lane kind, handled in order by one task."""

    waiting: deque[tuple[Lane, bytes]] = field(default_factory=deque)
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    size: int = 0
    is_idle: bool = False
    """Whether all that came was handled."""

    def put(self, lane: Lane, payload: bytes) -> None:
        """Keep a frame; BadFrame when too much waits."""
        size = self.size + len(payload)
        if len(self.waiting) >= INBOX_MAX or size > INBOX_BYTES_MAX:
            raise BadFrame("more frames than can be handled")
        self.size = size
        self.waiting.append((lane, payload))
        self.ready.set()

    async def take(self) -> tuple[Lane, list[bytes]]:
        """The next frame, once there is one; if that is a small page, with those behind it."""
        while not self.waiting:
            self.ready.clear()
            self.is_idle = True
            await self.ready.wait()
        self.is_idle = False
        lane, payload = self.waiting.popleft()
        taken, size = [payload], len(payload)
        if payload[:2] == PAGE_BEGINS and lane.kind is LaneKind.LIVE:
            while self._follows(lane, size) and len(taken) < TOGETHER_MAX:
                taken.append(self.waiting.popleft()[1])
                size += len(taken[-1])
        self.size -= size
        return lane, taken

    def _follows(self, lane: Lane, size: int) -> bool:
        if not self.waiting:
            return False
        other, payload = self.waiting[0]
        is_page = other is lane and payload[:2] == PAGE_BEGINS
        return is_page and size + len(payload) <= TOGETHER_BYTES_MAX
