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
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bench.floors import spread
from mesh.messages import News, UserSaid
from mesh.node import Node
from mesh.profile import Profile
from mesh.wishes import (
    Answer,
    Event,
    Invite,
    InviteOpened,
    Join,
    MeetingAsked,
    PairingAsking,
    Say,
    Sync,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable
    from contextlib import AbstractAsyncContextManager

KEY = "AICO_BENCH_KEY"

CONVERSATION = "live"
LINGER_S = 1.0


async def say(node: Node, count: int, rate: float) -> None:
    """Say ``count`` messages, ``rate`` a second."""
    await node.command(Sync(wait=20), _quiet)
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

    # Listening before it is in step: the other side speaks as soon as it is.
    with node.bus.subscribe("conversation/message/", callback=heard):
        await node.command(Sync(wait=20), _quiet)
        sys.stdout.write("listening\n")
        sys.stdout.flush()
        async with asyncio.timeout(120):
            await all_here.wait()
    json.dump(times, sys.stdout)


def _quiet(_event: object) -> None:
    """Progress is not watched here."""


async def serve(home: str, what: str, count: int, rate: float) -> None:
    """Serve a profile while saying or hearing."""
    async with _node(Path(home)) as node:
        await (say(node, count, rate) if what == "say" else hear(node, count))


def _node(home: Path) -> AbstractAsyncContextManager[Node]:
    key = bytes.fromhex(os.environ[KEY])
    return Node.open(Profile(home), host="127.0.0.1", port=0, root_key=key)


# ---- the bench's side ------------------------------------------------------------------------


async def bus_to_bus(count: int, rate: float) -> dict[str, float]:
    """Two such processes, paired; p50, p99 and worst in ms."""
    with tempfile.TemporaryDirectory(prefix="aico-bench-") as folder:
        homes = [Path(folder) / name for name in ("a", "b")]
        os.environ[KEY] = bytes(32).hex()
        await _pair(*homes)
        hearing = await _start(homes[1], "hear", str(count))
        saying = await _start(homes[0], "say", str(count), str(rate))
        assert hearing.stdout is not None  # noqa: S101 — asked for in _start
        await hearing.stdout.readline()
        times = json.loads(await hearing.stdout.read())
        await asyncio.gather(hearing.wait(), saying.wait())
        return spread(times)


async def _start(home: Path, *words: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.agent", str(home), *words, stdout=asyncio.subprocess.PIPE
    )


async def _pair(host: Path, guest: Path) -> None:
    """Pair two profiles, in this process; both agree."""
    async with _node(host) as a, _node(guest) as b, asyncio.TaskGroup() as tasks:
        link = asyncio.get_running_loop().create_future()

        def agree(node: Node, event: Event) -> None:
            if isinstance(event, InviteOpened):
                link.set_result(event.link)
            elif isinstance(event, PairingAsking | MeetingAsked):
                tasks.create_task(_done(node.command(Answer(run=event.run, yes=True), _quiet)))

        tasks.create_task(_done(a.command(Invite(), partial(agree, a))))
        await b.command(Join(invitation=await link), partial(agree, b))


async def _done(asked: Awaitable[object]) -> None:
    await asked


if __name__ == "__main__":
    home_, what_, count_, *rate_ = sys.argv[1:]
    asyncio.run(serve(home_, what_, int(count_), float(rate_[0]) if rate_ else 0.0))
