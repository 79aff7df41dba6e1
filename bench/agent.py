"""A node inside the process that measures: what a companion built on the mesh would see.

``python -m bench.agent HOME say COUNT RATE`` says so many messages, each with the time it was
said; ``… hear COUNT`` prints for each how long it took to be on this device's bus, in ms. The
clock is the machine's monotonic one, which all its processes share. The database key is in the
environment as AICO_BENCH_KEY (64 hex characters): the profile is the bench's own.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from pathlib import Path

from mesh.messages import News, UserSaid
from mesh.node import Node
from mesh.profile import Profile
from mesh.wishes import Say, Sync

CONVERSATION = "live"
LINGER_S = 1.0


async def say(node: Node, count: int, rate: float) -> None:
    """Say ``count`` messages, ``rate`` a second."""
    begun = time.monotonic()
    for number in range(count):
        await asyncio.sleep(max(0.0, begun + number / rate - time.monotonic()))
        await node.command(
            Say(text=str(time.monotonic_ns()), conversation=CONVERSATION), _quiet
        )
    await asyncio.sleep(LINGER_S)  # the last one is on its way


async def hear(node: Node, count: int) -> None:
    """Print how long each of ``count`` messages took, ms."""
    times: list[float] = []
    all_here = asyncio.Event()

    def heard(news: News) -> None:
        if isinstance(news.body, UserSaid) and news.device_id != node.device_id:
            times.append((time.monotonic_ns() - int(news.body.text)) / 1e6)
            if len(times) == count:
                all_here.set()

    with node.bus.subscribe("conversation/message/", callback=heard):
        sys.stdout.write("listening\n")
        sys.stdout.flush()
        async with asyncio.timeout(120):
            await all_here.wait()
    json.dump(times, sys.stdout)


def _quiet(_event: object) -> None:
    """Progress is not watched here."""


async def serve(home: str, what: str, count: int, rate: float) -> None:
    """Serve a profile while saying or hearing."""
    key = bytes.fromhex(os.environ["AICO_BENCH_KEY"])
    profile = Profile(Path(home))
    async with Node.open(profile, host="127.0.0.1", port=0, root_key=key) as node:
        await node.command(Sync(wait=20), _quiet)
        await (say(node, count, rate) if what == "say" else hear(node, count))


if __name__ == "__main__":
    home_, what_, count_, *rate_ = sys.argv[1:]
    asyncio.run(serve(home_, what_, int(count_), float(rate_[0]) if rate_ else 0.0))
