"""Calls that came before: whoever asks again with the same id gets the same answer.

    once(sender, id, work)   first time        → works, keeps the answer if it is good
                             while it works    → waits for that same work
                             afterwards        → the kept answer

A failure is not kept, so that a retry may succeed. What is kept is bounded in number and size;
the oldest goes first.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import TYPE_CHECKING

from mesh.wire.local import Reply, Status

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

KEPT = 1024
KEPT_BYTES = 8 * 1024 * 1024
LONGEST_KEPT = 256 * 1024

Key = tuple[bytes, bytes]


class Answered:
    """The memory of one desk."""

    def __init__(self, kept: int = KEPT, kept_bytes: int = KEPT_BYTES) -> None:
        self._kept: OrderedDict[Key, Reply] = OrderedDict()
        self._working: dict[Key, asyncio.Future[Reply]] = {}
        self._room, self._room_bytes = kept, kept_bytes
        self._bytes = 0

    async def once(
        self, sender: bytes, call_id: bytes, work: Callable[[], Awaitable[Reply]]
    ) -> Reply:
        """The reply to that call, worked at most once at a time and never again when good."""
        key = (sender, call_id)
        if (kept := self._kept.get(key)) is not None:
            return kept
        if (working := self._working.get(key)) is not None:
            return await asyncio.shield(working)
        return await self._work(key, work)

    async def _work(self, key: Key, work: Callable[[], Awaitable[Reply]]) -> Reply:
        waiting = self._working[key] = asyncio.get_running_loop().create_future()
        try:
            reply = await work()
            waiting.set_result(reply)
        finally:
            del self._working[key]
            waiting.cancel()
        self._keep(key, reply)
        return reply

    def _keep(self, key: Key, reply: Reply) -> None:
        if reply.status is not Status.OK or len(reply.body) > LONGEST_KEPT:
            return
        self._kept[key] = reply
        self._bytes += len(reply.body)
        while len(self._kept) > self._room or self._bytes > self._room_bytes:
            _, gone = self._kept.popitem(last=False)
            self._bytes -= len(gone.body)
