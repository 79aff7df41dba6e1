"""One command, one JSON object: ``./run`` 's environment, ``python -m bench FILE.jsonl``.

    live      a message said on A until B hears it, 20 a second: from bus to bus between the
              two nodes' processes, and from a module's door on A to a module's door on B
    initial   10,000 and 100,000 messages from A to a B that has none: time, bytes, CPU, peak
    more      100 more, while connected
    idle      memory and CPU of both with everything in
    application   the tray application beside such a node: start until its icon, memory, CPU,
              and by how much its loop came late (worst, p99) while all messages arrive, at
              5,000 bus messages a second, and when the conversations are opened
    pages     of a list of conversations and of one very long conversation, asked over the door

Bytes are what crosses the loopback interface both ways, headers and acknowledgements included.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil

from app.cli.household import pair
from bench.agent import bus_to_bus
from bench.application import application
from bench.family import BenchDevice, family
from bench.floors import floors, spread
from bench.leafing import leafing
from mesh.wishes import Import, Invite, Say, Sync

MESSAGES, RATE = 300, 20.0
JOINED_WITHIN_S = 900.0
AT_ONCE = 50
"""How many calls one client may have open, and a bit less."""


def wire_bytes() -> int:
    """Bytes over loopback so far."""
    return int(psutil.net_io_counters(pernic=True)["lo"].bytes_sent)


async def live(a: BenchDevice, b: BenchDevice, count: int, rate: float) -> dict[str, float]:
    """From the wish on A to the news on B, ms."""
    times: list[float] = []
    hearing = b.client.subscribe("conversation/message/")
    async with asyncio.TaskGroup() as tasks, hearing as heard:
        news = aiter(heard)
        for number in range(count):
            begun = time.perf_counter()
            saying = tasks.create_task(a.ask(Say(text=f"live {number}", conversation="live")))
            await anext(news)
            times.append((time.perf_counter() - begun) * 1e3)
            await saying
            await asyncio.sleep(max(0.0, 1 / rate - (time.perf_counter() - begun)))
    return spread(times)


async def initial(path: Path, count: int, idle_s: float) -> dict[str, Any]:
    """A has ``count`` messages; B has none and joins; then they go on."""
    async with family(2) as (a, b):
        found = await joining(a, b, path, count)
        found["live"] = await live(a, b, MESSAGES, RATE)
        found["idle"] = await idle_of([a, b], idle_s)
        return found


async def joining(a: BenchDevice, b: BenchDevice, path: Path, count: int) -> dict[str, Any]:
    """A takes in what is in a file, B joins and gets all of it; then 100 more."""
    begun = time.perf_counter()
    done = await a.ask(Import(path=str(path)))
    found = {"messages": count, "import_s": round(time.perf_counter() - begun, 2), **done}
    for device in (a, b):
        await device.stop()  # their memory is to be that of a fresh start
        await device.start()
        device.forget_peak()
    cpu, wire = [a.cpu_s(), b.cpu_s()], wire_bytes()
    begun = time.perf_counter()
    await pair(a, b, Invite())
    synced = await b.ask(Sync(wait=JOINED_WITHIN_S))
    return found | {
        "in_step": synced["in_step"],
        "initial_s": round(time.perf_counter() - begun, 2),
        "initial_mb": round((wire_bytes() - wire) / 1e6, 2),
        "initial_cpu_s": [round(a.cpu_s() - cpu[0], 2), round(b.cpu_s() - cpu[1], 2)],
        "peak_mb": [round(a.peak_mb(), 1), round(b.peak_mb(), 1)],
        "more_100": await more(a, b),
    }


async def more(a: BenchDevice, *others: BenchDevice) -> dict[str, float]:
    """100 more on A, one after the other as fast as it goes, until all others have them."""
    wire, begun = wire_bytes(), time.perf_counter()
    for start in range(0, 100, AT_ONCE):
        words = [f"more {number}" for number in range(start, start + AT_ONCE)]
        await asyncio.gather(*(a.ask(Say(text=text, conversation="more")) for text in words))
    await asyncio.gather(*(other.ask(Sync(device=a.name, wait=60)) for other in others))
    return {
        "ms": round((time.perf_counter() - begun) * 1e3, 1),
        "kb": round((wire_bytes() - wire) / 1e3, 1),
    }


async def idle_of(devices: list[BenchDevice], seconds: float) -> dict[str, Any]:
    """All connected, nothing happens."""
    await asyncio.sleep(3)
    before, begun = [device.cpu_s() for device in devices], time.perf_counter()
    await asyncio.sleep(seconds)
    taken = time.perf_counter() - begun
    return {
        "memory_mb": [round(device.memory_mb(), 1) for device in devices],
        "cpu_percent": [
            round((device.cpu_s() - was) / taken * 100, 2)
            for device, was in zip(devices, before, strict=True)
        ],
    }


async def measure(lines: list[bytes], sizes: list[int], idle_s: float) -> dict[str, Any]:
    """Everything, each size in a family of its own."""
    found: dict[str, Any] = {
        "floors": floors(lines[: max(sizes)]),
        "live_bus_to_bus": await bus_to_bus(MESSAGES, RATE),
        "runs": [],
    }
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="aico-bench-") as folder:
            part = write_lines(Path(folder) / "part.jsonl", lines[:size])
            found["runs"].append(await initial(part, size, idle_s))
            if size == max(sizes):
                found["application"] = await application(part, idle_s)
    found["pages"] = await leafing(lines, max(sizes))
    return found


def write_lines(path: Path, lines: list[bytes]) -> Path:
    """A file of these lines."""
    path.write_bytes(b"\n".join(lines) + b"\n")
    return path


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(prog="bench", description=__doc__)
    options.add_argument("file", type=Path, help="messages in the import's jsonl form")
    options.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    options.add_argument("--idle", type=float, default=20.0, help="seconds to watch idling")
    chosen = options.parse_args()
    lines = chosen.file.read_bytes().splitlines()
    found = asyncio.run(measure(lines, chosen.sizes, chosen.idle))
    json.dump(found, sys.stdout, indent=1)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
