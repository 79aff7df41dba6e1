"""Opens windows under a screen reader and writes what that hears into a file, as a JSON map.

Wants a screen and a session bus of its own: see ``tests/accessibility/test_windows.py``.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SYSTEM_PYTHON = "/usr/bin/python3"
LAUNCHER = "/usr/libexec/at-spi-bus-launcher"
WITHIN_S = 105


class Player:
    """A child process that answers each line with a line."""

    def __init__(self, *command: str, **environ: str) -> None:
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**os.environ, **environ},
        )  # fmt: skip

    def ask(self, line: str) -> str:
        """Tell it a line, wait for its answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise SystemExit(f"{self._process.args!r} ended at {line!r}")
        return answer

    def end(self) -> None:
        """Whatever it is doing."""
        self._process.kill()
        self._process.communicate()


def main(path: str, *names: str) -> None:
    """Look at these windows."""
    signal.signal(signal.SIGALRM, _give_up)
    signal.alarm(WITHIN_S)
    launcher = subprocess.Popen([LAUNCHER, "--launch-immediately"])
    stage = Player(
        sys.executable, "-m", "tests.accessibility.stage",
        QT_QPA_PLATFORM="xcb", QT_LINUX_ACCESSIBILITY_ALWAYS_ON="1",
    )  # fmt: skip
    reader = Player(SYSTEM_PYTHON, str(HERE / "reader.py"), PYTHONPATH="")
    heard: dict[str, Any] = {}
    try:
        for name in names:
            stage.ask(f"show {name}")
            tree = json.loads(reader.ask("tree"))
            moves = stage.ask("around").strip()
            heard[name] = {"tree": tree, "stops": json.loads(reader.ask(f"stops {moves}"))}
    finally:
        reader.end()
        stage.end()
        launcher.terminate()
        launcher.wait()
    Path(path).write_text(json.dumps(heard), encoding="utf-8")


def _give_up(*_: object) -> None:
    raise TimeoutError


if __name__ == "__main__":
    main(*sys.argv[1:])
