"""What it costs to double the store, the family and the rate: ``python -m bench.curves FILE``.

    store    so many messages on A, to a B that has none: time, bytes, CPU, peak; then 100 more
    family   so many devices, all paired with the first, which has 10,000 messages: until the
             last one that joins has all; 100 more until everybody has them; then idle
    rate     so many messages a second from A's bus to B's: p50, p99

One JSON object. FILE is in the import's jsonl form; where it is too short it is told again with
other words, so that no text comes twice.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli.household import pair
from bench.__main__ import JOINED_WITHIN_S, idle_of, joining, more, write_lines
from bench.agent import bus_to_bus
from bench.family import BenchDevice, family
from mesh.wishes import Import, Invite, Sync

if TYPE_CHECKING:
    from collections.abc import Iterator

FAMILY_MESSAGES = 10_000
SAID = 400
LONGEST_S = 20.0
"""At a low rate fewer messages are said, so that it takes no longer than this."""


def retold(lines: list[bytes]) -> Iterator[bytes]:
    """The lines, and then again and again in other conversations and other words."""
    yield from lines
    for round_ in itertools.count(1):
        for line in lines:
            told = json.loads(line)
            told["conversation_id"] = f"{told['conversation_id']} {round_}"
            told["text"] = f"{told['text']} ({round_})"
            yield json.dumps(told, ensure_ascii=False).encode()


async def store(path: Path, count: int) -> dict[str, Any]:
    """A has so many messages, B has none and joins."""
    async with family(2) as (a, b):
        return await joining(a, b, path, count)


async def of_devices(path: Path, size: int, idle_s: float) -> dict[str, Any]:
    """A family of this size around the first device."""
    async with family(size) as devices:
        first, *others = devices
        await first.ask(Import(path=str(path)))
        for other in others[:-1]:
            await pair(first, other, Invite())
            await other.ask(Sync(wait=JOINED_WITHIN_S))
        begun = time.perf_counter()
        await pair(first, others[-1], Invite())
        await others[-1].ask(Sync(device=first.name, wait=JOINED_WITHIN_S))
        joined_s = time.perf_counter() - begun
        await _all_in_step(devices)
        return {
            "devices": size,
            "last_joined_s": round(joined_s, 2),
            "more_100": await more(first, *others),
            "idle": await idle_of(devices, idle_s),
        }


async def _all_in_step(devices: list[BenchDevice]) -> None:
    for device in devices:
        await device.ask(Sync(wait=JOINED_WITHIN_S))


async def at_rate(rate: float) -> dict[str, float]:
    """From bus to bus at so many messages a second."""
    return {"rate": rate, **await bus_to_bus(min(SAID, int(rate * LONGEST_S)), rate)}


async def measure(lines: list[bytes], chosen: argparse.Namespace) -> dict[str, Any]:
    """All curves, one point after the other."""
    found: dict[str, Any] = {"store": [], "family": [], "rate": []}
    with tempfile.TemporaryDirectory(prefix="aico-bench-") as folder:
        path = Path(folder) / "part.jsonl"
        for count in chosen.messages:
            write_lines(path, list(itertools.islice(retold(lines), count)))
            found["store"].append(await store(path, count))
        write_lines(path, lines[:FAMILY_MESSAGES])
        for size in chosen.devices:
            found["family"].append(await of_devices(path, size, chosen.idle))
    for rate in chosen.rates:
        found["rate"].append(await at_rate(rate))
    return found


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(prog="bench.curves", description=__doc__)
    options.add_argument("file", type=Path)
    options.add_argument("--messages", type=int, nargs="*", default=[10**4, 10**5, 10**6])
    options.add_argument("--devices", type=int, nargs="*", default=[2, 4, 6, 8, 10])
    options.add_argument("--rates", type=float, nargs="*", default=[20, 100, 300, 1000])
    options.add_argument("--idle", type=float, default=20.0, help="seconds to watch idling")
    chosen = options.parse_args()
    lines = chosen.file.read_bytes().splitlines()
    json.dump(asyncio.run(measure(lines, chosen)), sys.stdout, indent=1)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
