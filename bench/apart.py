"""Two devices that have nearly the same: what more costs, and meeting for the first time.

``python -m bench.apart 10000 100000`` prints a line of JSON for each size, of two whole engines
with encrypted databases in one process, joined by lanes without a network:

    more      100 messages said on A while connected, until B has them
    rejoined  100 messages said on A while apart, then both in step
    met       the same facts on both, and no cursor: both in step
    apart     one in a hundred differs, and no cursor: both in step
    cold_s    all prints of the largest scope, from the disk
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from mesh.model.device import Trust
from mesh.model.fact import Level
from mesh.model.scope import ScopeKind, scope_of
from mesh.storage import feeds
from tests.mesh.sync.loopback import Engine, LoopbackFamily, in_step, join

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

KEYS = [bytes([number]) * 32 for number in (1, 2)]
MORE = 100
BATCH = 5000
MINUTE = 60_000 << 16
WAIT_S = 600.0
TURNS = scope_of(ScopeKind.CONVERSATION, Level.FAMILY)


async def level(a: Engine, b: Engine) -> None:
    """Both ways."""
    await in_step(a, b, WAIT_S)
    await in_step(b, a, WAIT_S)


async def meet(a: Engine, b: Engine) -> None:
    """Lanes up, and both in step."""
    join(a, b)
    await level(a, b)


async def timed(
    work: Callable[[], Awaitable[object]], a: Engine, b: Engine
) -> dict[str, float]:
    """How long it took, and what went over all lanes meanwhile, bodies included."""
    lanes = [*a.lanes.values(), *b.lanes.values()]
    before, begun = sum(lane.bytes for lane in lanes), time.perf_counter()
    await work()
    taken = time.perf_counter() - begun
    lanes = list({*lanes, *a.lanes.values(), *b.lanes.values()})
    return {
        "ms": round(taken * 1e3, 1),
        "kb": round((sum(lane.bytes for lane in lanes) - before) / 1e3, 2),
    }


async def fill(a: Engine, b: Engine, count: int) -> None:
    """The same history on both, as if each had it from elsewhere."""
    began = a.mint()[1] - count * MINUTE
    for start in range(0, count, BATCH):
        raws = [
            a.turn(
                f"message {n} of about the usual length", f"c{n // 50}", at=began + n * MINUTE
            )
            for n in range(start, min(count, start + BATCH))
        ]
        for engine in (a, b):
            await engine.keep(*raws, details=False)


async def scatter(engine: Engine, count: int, size: int) -> None:
    """Messages of any time that only this device has."""
    began = engine.mint()[1] - size * MINUTE
    step = size // count
    raws = [
        engine.turn(f"only here {n}", at=began + n * step * MINUTE + 7) for n in range(count)
    ]
    await engine.keep(*raws, details=False)


async def say(engine: Engine) -> None:
    """One after the other, as they are said."""
    for number in range(MORE):
        await engine.keep(engine.turn(f"more {number}", "more"))


async def measure(folder: Path, size: int) -> dict[str, object]:
    """All of it at one size."""
    trust = dict.fromkeys(KEYS, Trust.FULL)
    a, b = [await Engine(key, LoopbackFamily(trust, key), folder).start() for key in KEYS]
    await fill(a, b, size)
    begun = time.perf_counter()
    await a.database.read(lambda sql: feeds.held_prints(sql, TURNS, 0))
    found: dict[str, object] = {"facts": size, "cold_s": round(time.perf_counter() - begun, 3)}
    found["met"] = await timed(lambda: meet(a, b), a, b)

    async def more() -> None:
        await say(a)
        await level(a, b)

    found["more"] = await timed(more, a, b)
    a.cut(b.key)
    await say(a)
    found["rejoined"] = await timed(lambda: meet(a, b), a, b)
    a.cut(b.key)
    for engine in (a, b):
        await scatter(engine, size // 200, size)
        await engine.database.write(feeds.drop_cursors)
    found["apart"] = await timed(lambda: meet(a, b), a, b)
    for engine in (a, b):
        await engine.stop()
    return found


def main() -> None:
    """Measure each size."""
    for size in map(int, sys.argv[1:] or ["10000", "100000"]):
        with tempfile.TemporaryDirectory(prefix="aico-bench-") as folder:
            found = asyncio.run(measure(Path(folder), size))
        sys.stdout.write(json.dumps(found) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
