"""What a stranger can leave at an open pairing window."""

from __future__ import annotations

import asyncio

from mesh.links.door import DoorKeeper
from mesh.pairing.frames import SIZE_MAX, Kind
from mesh.sockets import Context, Received

LARGEST = max(size for kind, size in SIZE_MAX.items() if kind is not Kind.WELCOME)
"""Only the inviter says more than that."""


async def test_what_no_joiner_would_say_does_not_come_in() -> None:
    heard: asyncio.Queue[Received] = asyncio.Queue()
    window, outside = Context(), Context()
    door = DoorKeeper(window)
    door.open_pairing()

    def hear(batch: list[Received]) -> None:
        for one in batch:
            heard.put_nowait(one)

    router = window.pairing_router(hear)
    router.bind("tcp://127.0.0.1:*")
    loud, joiner = (outside.pairing_dealer(lambda _: None) for _ in range(2))
    try:
        loud.connect(router.endpoint)
        loud.send([bytes(64 * 1024)])
        joiner.connect(router.endpoint)
        joiner.send([bytes(LARGEST)])
        async with asyncio.timeout(5):
            first = await heard.get()
        assert len(first.frames[1]) == LARGEST
        loud.send([b"small"])
        async with asyncio.timeout(5):
            assert (await heard.get()).frames[1] == b"small"
    finally:
        outside.close()
        door.close()
        window.close()
