"""What one device may leave lying in front of another is bounded in bytes, too."""

from __future__ import annotations

import asyncio

import pytest

from mesh.errors import BadFrame
from mesh.links.handshake import LaneKind
from mesh.sync.inbox import INBOX_BYTES_MAX, Inbox
from tests.mesh.sync.loopback import LoopbackLane

MEGABYTE = bytes(1 << 20)


async def test_an_inbox_is_full_by_size_and_has_room_again_once_read() -> None:
    inbox, lane = Inbox(), LoopbackLane(bytes(32), LaneKind.LIVE)
    for _ in range(INBOX_BYTES_MAX // len(MEGABYTE)):
        inbox.put(lane, MEGABYTE)
    with pytest.raises(BadFrame):
        inbox.put(lane, b"x")
    async with asyncio.timeout(5):
        assert await inbox.take() == (lane, [MEGABYTE])
    inbox.put(lane, b"x")
