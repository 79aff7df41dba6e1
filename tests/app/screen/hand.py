"""A hand and an eye for windows: finds what is shown by its name, as AT-SPI tells it.

Runs under the system's Python, which has pyatspi. Told by JSON lines on stdin, with the process
id of an application and words; answers each by a JSON line:

    {"do": "see", "pid": 1, "name": "pictures"}    the name that has these words, once it shows
    {"do": "press", "pid": 1, "name": "Join"}      the same if it begins so, and it is pressed
"""

from __future__ import annotations

import contextlib
import json
import sys
import time
from functools import partial
from typing import TYPE_CHECKING, Any

import pyatspi  # type: ignore[import-not-found]
from gi.repository import GLib  # type: ignore[import-not-found]

if TYPE_CHECKING:
    from collections.abc import Callable

PATIENCE_S = 30.0
LOOK_EVERY_S = 0.1


def applications(pid: int) -> list[Any]:
    """What this process has told of itself."""
    desktop = pyatspi.Registry.getDesktop(0)
    return [one for one in desktop if one is not None and one.get_process_id() == pid]


def shown(node: Any, is_it: Callable[[str], bool]) -> Any | None:
    """The first node below this one that is shown under such a name and can be used."""
    for child in node:
        if child is None or not child.getState().contains(pyatspi.STATE_SHOWING):
            continue
        if is_it(child.name) and child.getState().contains(pyatspi.STATE_ENABLED):
            return child
        found = shown(child, is_it)
        if found is not None:
            return found
    return None


def find(pid: int, is_it: Callable[[str], bool]) -> Any | None:
    """The same in an application, as soon as there is one; newer windows come first."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        with contextlib.suppress(GLib.GError):  # what was looked at went away meanwhile
            for application in applications(pid):
                for window in reversed([one for one in application if one is not None]):
                    found = shown(window, is_it)
                    if found is not None:
                        return found
        time.sleep(LOOK_EVERY_S)
    return None


def press(node: Any) -> None:
    """As a person would; what can be checked is pressed, not only checked."""
    actions = node.queryAction()
    names = [actions.getName(number) for number in range(actions.nActions)]
    actions.doAction(names.index("Press"))


def begins(words: str, name: str) -> bool:
    """Whether the name begins with these words."""
    return name.startswith(words)


def has(words: str, name: str) -> bool:
    """Whether these words are in the name."""
    return words in name


def main() -> None:
    """Answer until stdin ends; the first line says that the bus of the readers is up."""
    sys.stdout.write(f"{pyatspi.Registry.getDesktop(0).name}\n")
    sys.stdout.flush()
    for line in sys.stdin:
        wanted = json.loads(line)
        is_pressed = wanted["do"] == "press"
        node = find(wanted["pid"], partial(begins if is_pressed else has, wanted["name"]))
        if node is None:
            raise SystemExit(f"nothing is shown under {wanted['name']!r}")
        name = node.name
        if is_pressed:
            press(node)
        sys.stdout.write(json.dumps(name) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
