"""Real devices for measuring: one process and one profile each, over loopback."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from app.cli.household import ChildDevice

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class BenchDevice(ChildDevice):
    """A device whose process is watched."""

    def cpu_s(self) -> float:
        """Processor seconds so far."""
        times = psutil.Process(self.pid).cpu_times()
        return float(times.user + times.system)

    def memory_mb(self) -> float:
        """Resident memory now."""
        return float(psutil.Process(self.pid).memory_info().rss) / 1e6

    def peak_mb(self) -> float:
        """The highest resident memory since ``forget_peak``."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        line = next(row for row in status.splitlines() if row.startswith("VmHWM"))
        return int(line.split()[1]) * 1024 / 1e6

    def forget_peak(self) -> None:
        """Begin a new peak."""
        Path(f"/proc/{self.pid}/clear_refs").write_text("5", encoding="ascii")


@contextlib.asynccontextmanager
async def family(size: int) -> AsyncIterator[list[BenchDevice]]:
    """So many devices, not yet paired; gone without trace afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="aico-bench-"))
    devices = [BenchDevice(folder / f"d{number}", f"Device {number}") for number in range(size)]
    try:
        for device in devices:
            await device.start()
        yield devices
    finally:
        for device in devices:
            await device.stop()
        shutil.rmtree(folder, ignore_errors=True)
