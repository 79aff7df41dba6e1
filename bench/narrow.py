"""Live messages beside bulk on a narrow link: ``unshare -rn python -m bench.narrow``.

Two devices in network namespaces of their own, joined by 20 Mbit a second (tbf). One has long
messages that cannot be compressed and gives them to the other; meanwhile a message is said on
it 20 times a second. Prints one JSON object: how long those took from the wish on one to the
news on the other (ms), at rest and beside the bulk, and how much of the link was used.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import contextlib
import ctypes
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
from typing_extensions import override

from app.cli.household import pair
from bench.family import BenchDevice
from bench.floors import spread
from mesh.wishes import Import, Invite, Say, Sync

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from mesh.messages import News

NEAR, FAR = "10.77.0.1", "10.77.0.2"
MEGABITS, RATE = 20, 20.0
TEXT_BYTES = 3000
AT_REST = 60
CLONE_NEWNET = 0x40000000


class NarrowDevice(BenchDevice):
    """A device that listens at its end of the link."""

    def __init__(self, home: Path, name: str, address: str) -> None:
        super().__init__(home, name)
        self._address = address

    @property
    @override
    def words(self) -> list[str]:
        """As always, at another address."""
        return [self._address if word == "127.0.0.1" else word for word in super().words]


async def run(*words: str) -> None:
    """A command of the system."""
    process = await asyncio.create_subprocess_exec(*words)
    if await process.wait():
        sys.exit(f"this failed: {' '.join(words)}")


@contextlib.asynccontextmanager
async def link() -> AsyncIterator[int]:
    """Lay the link from this namespace to another, and give a process that is in that one."""
    words = ("unshare", "-n", "sh", "-c", "echo here; exec sleep infinity")
    far = await asyncio.create_subprocess_exec(*words, stdout=asyncio.subprocess.PIPE)
    try:
        if far.stdout is not None:
            await far.stdout.readline()
        there = ("nsenter", "-t", str(far.pid), "-n")
        ends = ("near", "type", "veth", "peer", "far", "netns", str(far.pid))
        await run("ip", "link", "add", *ends)
        for name, address, inside in (("near", NEAR, ()), ("far", FAR, there)):
            await run(*inside, "ip", "address", "add", f"{address}/24", "dev", name)
            await run(*inside, "ip", "link", "set", name, "up")
            shape = ("rate", f"{MEGABITS}mbit", "burst", "32kbit", "latency", "1s")
            await run(*inside, "tc", "qdisc", "add", "dev", name, "root", "tbf", *shape)
        yield far.pid
    finally:
        far.kill()
        await far.wait()


@contextlib.contextmanager
def network_of(pid: int) -> Iterator[None]:
    """Processes that are started meanwhile are in the namespace of that one."""
    libc = ctypes.CDLL(None, use_errno=True)
    with open("/proc/self/ns/net", "rb") as ours, open(f"/proc/{pid}/ns/net", "rb") as theirs:  # noqa: PTH123
        if libc.setns(theirs.fileno(), CLONE_NEWNET):
            sys.exit(os.strerror(ctypes.get_errno()))
        try:
            yield
        finally:
            libc.setns(ours.fileno(), CLONE_NEWNET)


async def live(
    a: NarrowDevice, b: NarrowDevice, until: asyncio.Event, least: int
) -> list[float]:
    """Say something on A 20 times a second and hear it on B, ms each."""
    times: list[float] = []
    async with b.client.subscribe("conversation/message/") as heard:
        news = aiter(heard)
        while len(times) < least or not until.is_set():
            text, begun = f"live {len(times)} of {least}", time.perf_counter()
            await a.ask(Say(text=text, conversation="live"))
            while not _says(await anext(news), text):
                pass
            times.append((time.perf_counter() - begun) * 1e3)
            await asyncio.sleep(max(0.0, 1 / RATE - (time.perf_counter() - begun)))
    return times


def _says(news: News, text: str) -> bool:
    return isinstance(news.body, dict) and news.body.get("text") == text


def long_messages(path: Path, count: int) -> Path:
    """A file of messages of a thousand conversations that cannot be compressed."""
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            text = base64.b85encode(os.urandom(TEXT_BYTES)).decode()
            line = {
                "conversation_id": f"c{number % 1000}",
                "role": "user",
                "text": text,
                "timestamp": 1.6e9 + number,
            }
            file.write(json.dumps(line) + "\n")
    return path


def sent_bytes() -> int:
    """What went over the link from this side."""
    return int(psutil.net_io_counters(pernic=True)["near"].bytes_sent)


async def measure(folder: Path, count: int) -> dict[str, Any]:
    """All of it."""
    a, b = NarrowDevice(folder / "a", "Near", NEAR), NarrowDevice(folder / "b", "Far", FAR)
    async with link() as pid, contextlib.AsyncExitStack() as stack:
        await a.start()
        stack.push_async_callback(a.stop)
        with network_of(pid):
            await b.start()
        stack.push_async_callback(b.stop)
        await a.ask(Import(path=str(long_messages(folder / "long.jsonl", count))))
        await pair(a, b, Invite())
        begun, bytes_before = time.perf_counter(), sent_bytes()
        done = asyncio.Event()

        async def level() -> None:
            await b.ask(Sync(wait=600))
            done.set()

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(level())
            beside = await live(a, b, done, 1)
        taken = time.perf_counter() - begun
        megabits = (sent_bytes() - bytes_before) * 8 / 1e6 / taken
        rest = await live(a, b, done, AT_REST)
    return {
        "at_rest_ms": spread(rest),
        "beside_bulk_ms": spread(beside),
        "messages": [len(rest), len(beside)],
        "seconds": round(taken, 1),
        "used_mbit_s": round(megabits, 1),
    }


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(prog="bench.narrow", description=__doc__)
    options.add_argument("--messages", type=int, default=8000, help="of 3.75 KB each")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="aico-bench-") as folder:
        found = asyncio.run(measure(Path(folder), chosen.messages))
    json.dump(found, sys.stdout, indent=1)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
