"""The application: how soon it is there, what it weighs, and how long its loop stands still."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from typing_extensions import override

from app.cli.household import pair
from bench.family import BenchDevice
from bench.stage import TOPIC
from mesh.wishes import Import, Invite, Sync

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

STARTS = 5
RATE, SECONDS = 5_000, 5.0
AT_ONCE = 50
FLOOD, WORDS = "bench/flood", "x" * 80
SETTLE_S = 2.0


class AppDevice(BenchDevice):
    """The application with its windows, as a process."""

    @property
    @override
    def words(self) -> list[str]:
        return ["bench.stage", str(self.home)]

    async def stalls(self, **asked: object) -> dict[str, float]:
        """How long its loop stood still since it was asked last, ms."""
        answer = await self.client.request(TOPIC, asked, seconds=60)
        return msgspec.convert(answer, dict[str, float])


@contextlib.contextmanager
def screen(*, with_tray: bool) -> Iterator[bool]:
    """A screen for what is started inside; False where this machine cannot make one."""
    if not (shutil.which("Xvfb") and shutil.which("trayer")):
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        yield False
        return
    words = ["Xvfb", "-displayfd", "1", "-screen", "0", "1280x900x24"]
    server = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert server.stdout is not None  # noqa: S101 — asked for above
    os.environ["DISPLAY"] = f":{server.stdout.readline().decode().strip()}"
    tray = None
    if with_tray:
        tray = subprocess.Popen(["trayer", "--widthtype", "request"], stderr=subprocess.DEVNULL)
        time.sleep(0.5)
    try:
        yield True
    finally:
        for process in (tray, server):
            if process is not None:
                process.terminate()
                process.wait()


@contextlib.asynccontextmanager
async def two() -> AsyncIterator[tuple[BenchDevice, AppDevice]]:
    """A headless node and an application, not yet paired."""
    folder = Path(tempfile.mkdtemp(prefix="aico-bench-"))
    node, app = BenchDevice(folder / "a", "Node"), AppDevice(folder / "b", "Laptop")
    try:
        await node.start()
        await app.start()
        yield node, app
    finally:
        await app.stop()
        await node.stop()
        shutil.rmtree(folder, ignore_errors=True)


async def application(path: Path, idle_s: float) -> dict[str, Any]:
    """Everything about the application, with the messages of ``path``."""
    with screen(with_tray=True) as has_tray:
        async with two() as (node, app):
            found: dict[str, Any] = {"has_tray": has_tray}
            await node.ask(Import(path=str(path)))
            found["stall_sync_ms"] = await _arriving(node, app)
            found["stall_bus_ms"] = await _flooded(app)
            await app.stop()
            found["start_ms"] = await _starts(app)
            found |= await _idle(app, idle_s)
            found["stall_scroll_ms"] = await _opened(app)
        return found


async def _arriving(node: BenchDevice, app: AppDevice) -> dict[str, float]:
    """While all messages come from the other device, the window being open."""
    await app.stalls(page="companion")
    await asyncio.sleep(SETTLE_S)
    await app.stalls(run=True)
    await pair(node, app, Invite())
    await app.ask(Sync(wait=300))
    return await app.stalls()


async def _flooded(app: AppDevice) -> dict[str, float]:
    """While modules publish some thousand messages a second."""
    await app.stalls(run=True)
    begun, sent = time.perf_counter(), 0
    while (passed := time.perf_counter() - begun) < SECONDS:
        due = int(passed * RATE) - sent
        now = min(due, AT_ONCE)
        await asyncio.gather(*(app.client.publish(FLOOD, {"text": WORDS}) for _ in range(now)))
        sent += now
        if not now:
            await asyncio.sleep(0.001)
    return {**await app.stalls(), "a_second": round(sent / SECONDS)}


async def _starts(app: AppDevice) -> dict[str, float]:
    """From the start of the process until the icon is there and until all is known."""
    icons, ups = [], []
    for _ in range(STARTS):
        await app.start()
        icons.append(app.ready.get("icon_ms") or 0.0)
        ups.append(app.ready["up_ms"])
        await app.stop()
    await app.start()
    return {"icon": round(sorted(icons)[STARTS // 2]), "up": round(sorted(ups)[STARTS // 2])}


async def _idle(app: AppDevice, seconds: float) -> dict[str, float]:
    """With the window open and nothing to do."""
    await asyncio.sleep(3)
    memory, cpu, begun = app.memory_mb(), app.cpu_s(), time.perf_counter()
    await asyncio.sleep(seconds)
    percent = (app.cpu_s() - cpu) / (time.perf_counter() - begun) * 100
    return {"memory_mb": round(memory, 1), "cpu_percent": round(percent, 2)}


async def _opened(app: AppDevice) -> dict[str, float]:
    """When the page of conversations is opened."""
    await app.stalls(run=True, page="conversations")
    await asyncio.sleep(2)
    return {**await app.stalls(), "memory_mb": round(app.memory_mb(), 1)}
