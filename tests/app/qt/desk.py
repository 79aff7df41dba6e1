"""A screen of its own (Xvfb) with or without a tray, and the application on it as a process."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mesh.profile import Profile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

WELL = "#2e9e6b"
"""The heart in the tray when all is well."""
PATIENCE_S = 20
GONE_S = 5
LOOK_EVERY_S = 0.05


@dataclass
class Desk:
    """One display; what is started on it ends with it."""

    folder: Path
    environ: dict[str, str]
    started: list[subprocess.Popen[str]] = field(default_factory=list)
    eye: subprocess.Popen[str] | None = None

    def start(self, *words: str) -> subprocess.Popen[str]:
        """A process on this display."""
        process = subprocess.Popen(
            words,
            env=self.environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.started.append(process)
        return process

    def application(self, *words: str) -> subprocess.Popen[str]:
        """The application."""
        home = str(self.folder / "profile")
        serve = ("--home", home, "tray", "--host", "127.0.0.1", "--port", "0")
        return self.start(sys.executable, "-m", "app", *serve, *words)

    def wait_until_served(self) -> None:
        """Until the node of the application is up."""
        profile = Profile.find(str(self.folder / "profile"), self.environ)
        door = profile.sockets / "command.sock"
        self.until(lambda: profile.is_running() and door.exists())

    def until(self, is_so: Callable[[], bool]) -> None:
        """Until something is so on this display."""
        deadline = time.monotonic() + PATIENCE_S
        while not is_so():
            assert time.monotonic() < deadline
            time.sleep(LOOK_EVERY_S)

    def open_eye(self) -> None:
        """Be able to look at the screen."""
        self.eye = self.start(sys.executable, "-m", "tests.app.qt.eye")
        assert self.eye.stdout is not None
        assert self.eye.stdout.readline() == "ready\n"

    def find(self, colour: str, seconds: float = PATIENCE_S) -> tuple[int, int] | None:
        """Where a colour is seen, as soon as it is."""
        assert self.eye is not None
        assert self.eye.stdin is not None
        assert self.eye.stdout is not None
        self.eye.stdin.write(f"{colour} {seconds}\n")
        self.eye.stdin.flush()
        seen = self.eye.stdout.readline().split()
        return None if seen == ["none"] else (int(seen[0]), int(seen[1]))

    def xdotool(self, *words: str) -> str:
        """What a hand would do."""
        done = subprocess.run(
            ["xdotool", *words],
            env=self.environ,
            check=True,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
        )
        return done.stdout.strip()

    def click(self, button: int, at: tuple[int, int]) -> None:
        """Press a button of the mouse there."""
        self.xdotool("mousemove", str(at[0]), str(at[1]), "click", str(button))

    def windows(self) -> set[str]:
        """All that is shown, menus too."""
        found = self.xdotool("search", "--onlyvisible", "--maxdepth", "1", "--class", ".*")
        return set(found.split())

    def window(self, title: str) -> str:
        """Wait for a window with this title."""
        return self.xdotool("search", "--sync", "--onlyvisible", "--name", title)

    def end(self) -> None:
        """End what was started here."""
        for process in reversed(self.started):
            process.terminate()
        for process in self.started:
            try:
                process.wait(GONE_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()


@contextlib.contextmanager
def desk(folder: Path, *, with_bus: bool, size: str = "1280x900") -> Iterator[Desk]:
    """An empty screen; ``with_bus``: with a session bus, as desktops have it."""
    runtime = folder / "runtime"
    runtime.mkdir(mode=0o700)
    environ = {
        **os.environ,
        "HOME": str(folder),
        "XDG_RUNTIME_DIR": str(runtime),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "QT_QPA_PLATFORM": "xcb",
        "AICO_MESH_PASSPHRASE": "four odd words here",
        "DBUS_SESSION_BUS_ADDRESS": "disabled:",
    }
    place = Desk(folder, environ)
    try:
        screen = place.start("Xvfb", "-displayfd", "1", "-screen", "0", f"{size}x24")
        assert screen.stdout is not None
        environ["DISPLAY"] = f":{screen.stdout.readline().strip()}"
        if with_bus:
            bus = place.start("dbus-daemon", "--session", "--print-address", "--nofork")
            assert bus.stdout is not None
            environ["DBUS_SESSION_BUS_ADDRESS"] = bus.stdout.readline().strip()
        place.open_eye()
        yield place
    finally:
        place.end()
