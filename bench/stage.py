"""The application as a process that is watched from inside: ``python -m bench.stage HOME``.

Prints the line ``ready`` like a headless node, with the milliseconds since the process began
until its icon was shown (if there is a tray) and until it knew how the companion is. Requests
for ``bench/stalls`` are answered with how long the loop was kept from its timer since the last
one (ms), and, with a page's name, open that page.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from bench.floors import spread

if TYPE_CHECKING:
    from app.application.session import Session

TOPIC = "bench/stalls"
BEAT_MS = 4
HERTZ = os.sysconf("SC_CLK_TCK")


def age_ms() -> float:
    """How old this process is: its start is known to a hundredth of a second."""
    begun = int(
        Path("/proc/self/stat").read_text(encoding="ascii").rpartition(")")[2].split()[19]
    )
    return (time.clock_gettime(time.CLOCK_BOOTTIME) - begun / HERTZ) * 1e3


class Pulse:
    """A timer of the loop, and by how much it came late."""

    def __init__(self) -> None:
        from PySide6.QtCore import Qt, QTimer

        self._late: list[float] = []
        self._last = time.perf_counter()
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(BEAT_MS)
        self._timer.timeout.connect(self._beat)

    def run(self) -> None:
        """Begin anew."""
        self._late, self._last = [], time.perf_counter()
        self._timer.start()

    def report(self) -> dict[str, float]:
        """p50, p99 and worst since ``run``."""
        self._timer.stop()
        return spread(self._late or [0.0])

    def _beat(self) -> None:
        now = time.perf_counter()
        self._late.append((now - self._last) * 1e3 - BEAT_MS)
        self._last = now


def main() -> None:
    """Serve the profile with its windows, as the application does."""
    import qasync

    from app.application import POOL
    from app.application.choices import Choices
    from app.application.program import Program
    from app.application.session import Session
    from mesh.profile import Profile

    program = Program.start()
    choices = Choices(is_quiet="--quiet" in sys.argv, host="127.0.0.1", port=0)
    session = Session(program, Profile.find(sys.argv[1], os.environ), choices)
    icon: list[float] = []
    session.faces.tray.came.connect(lambda: icon.append(age_ms()))
    loop = qasync.QEventLoop(program)
    loop.set_default_executor(ThreadPoolExecutor(POOL))
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        sys.exit(runner.run(_watched(session, icon)))


async def _watched(session: Session, icon: list[float]) -> int:
    pulse = Pulse()
    up = asyncio.Event()

    def changed(_state: object) -> None:
        me = session.bridge.state.me
        if me is not None and not up.is_set():
            up.set()
            ready = {"event": "ready", "device_id": me.device_id, "up_ms": age_ms()}
            sys.stdout.write(json.dumps({**ready, "icon_ms": icon[0] if icon else None}) + "\n")
            sys.stdout.flush()
            _answer(session, pulse)

    session.bridge.changed.connect(changed)
    return await session.live()


def _answer(session: Session, pulse: Pulse) -> None:
    async def stalls(asked: object) -> dict[str, float]:
        page = asked.get("page") if isinstance(asked, dict) else None
        if isinstance(page, str):
            session.faces._main().show()  # noqa: SLF001 — opened as a person would
            session.faces._main().open_page(page)  # noqa: SLF001
        report = pulse.report()
        if isinstance(asked, dict) and asked.get("run"):
            pulse.run()
        return report

    session.node.bus.answer(TOPIC, stalls)


if __name__ == "__main__":
    main()
