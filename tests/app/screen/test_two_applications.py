"""Two applications on one screen: one reads the other's invitation from it, and both are one.

A real screen with a real tray, real processes, and a hand that presses what a person would.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.app.qt.desk import PATIENCE_S, Desk, desk

if TYPE_CHECKING:
    from pathlib import Path

SYSTEM_PYTHON = "/usr/bin/python3"
LAUNCHER = "/usr/libexec/at-spi-bus-launcher"


class Hand:
    """Finds and presses what is shown on the screen."""

    def __init__(self, place: Desk) -> None:
        hand = place.start(SYSTEM_PYTHON, "tests/app/screen/hand.py")
        assert hand.stdin is not None
        assert hand.stdout is not None
        self._say, self._hear = hand.stdin, hand.stdout
        assert self._hear.readline()

    def ask(self, what: str, pid: int, name: str) -> str:
        """Do something with what is shown under this name in that application."""
        self._say.write(json.dumps({"do": what, "pid": pid, "name": name}) + "\n")
        self._say.flush()
        answer = self._hear.readline()
        assert answer, f"nothing is shown under {name!r}"
        return str(json.loads(answer))


@dataclass(frozen=True)
class Application:
    """One device with its windows."""

    place: Desk
    home: Path
    hand: Hand
    process: subprocess.Popen[str]

    @classmethod
    def start(cls, place: Desk, name: str, hand: Hand) -> Application:
        """A device that was served without windows before, so that no first run is due."""
        home = place.folder / name.lower()
        words = ("-m", "app", "--home", str(home))
        serve = ("--host", "127.0.0.1", "--port", "0")
        node = place.start(sys.executable, *words, "--json", "node", *serve, "--name", name)
        assert node.stdout is not None
        assert json.loads(node.stdout.readline())["event"] == "ready"
        node.terminate()
        assert node.wait(PATIENCE_S) == 0
        application = place.start(sys.executable, *words, "tray", *serve)
        return cls(place, home, hand, application)

    def press(self, *names: str) -> None:
        """Press these buttons, each as soon as it is there."""
        for name in names:
            self._ask("press", name)

    def see(self, name: str) -> str:
        """What is shown under a name that begins so, as soon as it is."""
        return self._ask("see", name)

    def _ask(self, what: str, name: str) -> str:
        assert self.process.poll() is None, "the application has ended"
        return self.hand.ask(what, self.process.pid, name)

    def type(self, *words: str) -> None:
        """A command at a terminal of this device."""
        command = (sys.executable, "-m", "app", "--home", str(self.home), *words)
        environ = self.place.environ
        subprocess.run(command, env=environ, check=True, timeout=PATIENCE_S)


def test_one_reads_the_others_invitation_and_then_they_share_everything(tmp_path: Path) -> None:
    with desk(tmp_path, with_bus=True) as place:
        place.environ["QT_LINUX_ACCESSIBILITY_ALWAYS_ON"] = "1"
        place.start(LAUNCHER, "--launch-immediately")
        place.start("trayer", "--edge", "bottom", "--height", "32")
        hand = Hand(place)
        home = Application.start(place, "Home", hand)
        laptop = Application.start(place, "Laptop", hand)
        home.press("Pair a device", "Show invitation")
        home.see("Invitation as a QR code")
        laptop.press("Pair a device", "Read an invitation instead", "Look at my screen")
        laptop.see("This is an invitation.")
        laptop.press("Join")
        assert home.see("Seven pictures: ") == laptop.see("Seven pictures: ")
        for device in (home, laptop):
            device.press("They are the same")
        for device in (home, laptop):
            device.see("Both devices know the same now.")
            device.press("Done")
        home.type("say", "The kettle is on")
        home.type("feel", "0.9", "--confidence", "1")
        laptop.see("AICO feels")
        laptop.press("Conversations")
        laptop.see("The kettle is on")
