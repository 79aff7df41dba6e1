"""Real devices for measuring: one process and one profile each, over loopback."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import psutil

from mesh.client import Client, connect
from mesh.profile import Profile

ROOT = Path(__file__).resolve().parent.parent


class BenchDevice:
    """A headless node of its own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.process: asyncio.subprocess.Process
        self.client: Client
        self._open = contextlib.AsyncExitStack()

    @property
    def environment(self) -> dict[str, str]:
        """A passphrase, so that no keyring is asked."""
        return {**os.environ, "AICO_MESH_PASSPHRASE": "bench", "PYTHONPATH": str(ROOT)}

    async def start(self) -> None:
        """Start the node and connect to its door."""
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", "app", "--home", str(self.home), "--json", "node",
            "--host", "127.0.0.1", "--port", "0", "--no-mdns",
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
            env=self.environment,
        )  # fmt: skip
        assert self.process.stdout  # noqa: S101 — asked for above
        ready = await self.process.stdout.readline()
        if not ready:
            raise SystemExit("a node did not start")
        self.ready = msgspec.json.decode(ready)
        profile = Profile.find(str(self.home), os.environ)
        self.client = await self._open.enter_async_context(connect(profile))

    async def stop(self) -> None:
        """End it as a service manager would."""
        await self._open.aclose()
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
            await self.process.wait()

    async def ask(self, wish: Any) -> Any:
        """A wish, and its answer."""
        return await self.client.command(wish)

    def cpu_s(self) -> float:
        """Processor seconds so far."""
        times = psutil.Process(self.process.pid).cpu_times()
        return float(times.user + times.system)

    def memory_mb(self) -> float:
        """Resident memory now."""
        return float(psutil.Process(self.process.pid).memory_info().rss) / 1e6

    def peak_mb(self) -> float:
        """The highest resident memory so far."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        line = next(row for row in status.splitlines() if row.startswith("VmHWM"))
        return int(line.split()[1]) * 1024 / 1e6

    def forget_peak(self) -> None:
        """Begin a new peak."""
        Path(f"/proc/{self.process.pid}/clear_refs").write_text("5", encoding="ascii")


@contextlib.asynccontextmanager
async def family(size: int) -> AsyncIterator[list[BenchDevice]]:
    """So many devices, not yet paired; gone without trace afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="aico-bench-"))
    devices = [BenchDevice(folder / f"d{number}") for number in range(size)]
    try:
        for device in devices:
            await device.start()
        yield devices
    finally:
        for device in devices:
            with contextlib.suppress(AttributeError, ProcessLookupError):
                await device.stop()
        shutil.rmtree(folder, ignore_errors=True)


async def pair(host: BenchDevice, guest: BenchDevice) -> None:
    """Pair two devices through their command lines' wishes, both saying yes."""
    from mesh.wishes import Answer, Invite, Join

    link: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    tasks: list[asyncio.Task[Any]] = []

    def agree(device: BenchDevice) -> Any:
        def on_event(event: dict[str, Any]) -> None:
            if event["event"] == "invite":
                link.set_result(event["link"])
            elif event["event"] == "asking":
                yes = device.client.command(Answer(run=event["run"], yes=True))
                tasks.append(asyncio.get_running_loop().create_task(yes))

        return on_event

    inviting = asyncio.get_running_loop().create_task(
        host.client.command(Invite(), agree(host))
    )
    await asyncio.wait([inviting, link], return_when=asyncio.FIRST_COMPLETED)
    if inviting.done():
        inviting.result()
    await guest.client.command(Join(invitation=await link), agree(guest))
    await inviting
