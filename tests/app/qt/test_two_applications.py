"""Two applications on one machine become a family: by screen, by hand, with a real tray."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

from mesh.node import Node
from mesh.profile import Profile
from tests.app.qt.desk import PATIENCE_S, WELL, Desk, desk

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path

LAUNCHER = "/usr/libexec/at-spi-bus-launcher"


class Person:
    """Sits before one of the applications."""

    def __init__(self, place: Desk, hand: subprocess.Popen[str], name: str) -> None:
        self._hand = hand
        home = str(place.folder / name)
        self.app = place.start(
            sys.executable, "-m", "app", "--home", home, "tray",
            "--host", "127.0.0.1", "--port", "0",
        )  # fmt: skip

    def _do(self, what: str, name: str, text: str = "") -> str:
        assert self._hand.stdin is not None
        assert self._hand.stdout is not None
        asked = {"pid": self.app.pid, "do": what, "name": name, "text": text}
        self._hand.stdin.write(json.dumps(asked) + "\n")
        self._hand.stdin.flush()
        done = json.loads(self._hand.stdout.readline())
        assert done is not None, f"{what} {name}"
        return str(done)

    def press(self, name: str) -> None:
        self._do("press", name)

    def write(self, name: str, text: str) -> None:
        self._do("write", name, text)

    def sees(self, text: str) -> str:
        return self._do("see", text)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path, with_bus=True, size="2600x1000") as one:
        one.environ["QT_LINUX_ACCESSIBILITY_ALWAYS_ON"] = "1"
        one.start(LAUNCHER, "--launch-immediately")
        one.start("trayer", "--edge", "bottom", "--align", "right", "--widthtype", "request")
        yield one


async def a_second_day(place: Desk, name: str) -> None:
    """A profile that has been used before, so that no first run is due."""
    home = place.folder / name
    profile = Profile(home, place.folder / "runtime")
    node = Node.open(
        profile, host="127.0.0.1", port=0, name=name,
        passphrase=place.environ["AICO_MESH_PASSPHRASE"],
    )  # fmt: skip
    async with node:
        pass


@pytest.mark.timeout(180)
async def test_two_applications_become_a_family_on_one_screen(place: Desk) -> None:
    for name in ("Desktop", "Laptop"):
        await a_second_day(place, name)
    hand = place.start("/usr/bin/python3", "-m", "tests.app.qt.hand")
    desktop = Person(place, hand, "Desktop")
    desktop.press("Pair a device…")
    desktop.press("Show invitation")
    desktop.sees("Show this to the other device")
    laptop = Person(place, hand, "Laptop")
    laptop.press("Pair a device…")
    laptop.press("Read an invitation instead")
    _side_by_side(place, laptop)
    laptop.press("Look at my screen")
    laptop.sees("This is an invitation")
    laptop.press("Join")
    assert laptop.sees("Seven pictures") == desktop.sees("Seven pictures")
    laptop.press("They are the same")
    desktop.press("They are the same")
    for person in (laptop, desktop):
        person.press("Done")
        person.sees("In step")
    talk(desktop, laptop)
    assert place.find(WELL) is not None
    for person in (laptop, desktop):
        person.app.terminate()
        assert person.app.wait(PATIENCE_S) == 0


def talk(desktop: Person, laptop: Person) -> None:
    """What is said and felt on one is there on the other."""
    for person in (desktop, laptop):
        person.press("Conversations")
    desktop.press("New conversation")
    desktop.write("Message", "Good morning from the desktop")
    desktop.press("Send (Enter)")
    laptop.sees("Good morning from the desktop")
    for person in (desktop, laptop):
        person.press("Companion")
    desktop.press("Great")
    laptop.sees("AICO feels happy")


def _side_by_side(place: Desk, person: Person) -> None:
    """There is no window manager: windows lie over each other."""
    for window in place.xdotool(
        "search", "--onlyvisible", "--pid", str(person.app.pid)
    ).split():
        place.xdotool("windowmove", window, "1300", "0")
