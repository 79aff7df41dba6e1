"""Frames that came on a lane and wait to be handled, one after the other; bounded."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mesh.errors import BadFrame

if TYPE_CHECKING:
    from mesh.sync.circle import Lane

INBOX_MAX = 4096
INBOX_BYTES_MAX = 32 * 1024 * 1024


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

    async def take(self) -> tuple[Lane, bytes]:
        """The next frame, once there is one."""
        while not self.waiting:
            self.ready.clear()
            self.is_idle = True
            await self.ready.wait()
        self.is_idle = False
        lane, payload = self.waiting.popleft()
        self.size -= len(payload)
        return lane, payload
