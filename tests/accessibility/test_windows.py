"""Every window as it is heard by somebody who does not see it, and walked by keyboard alone."""

from __future__ import annotations

import fcntl
import functools
import json
import os
import subprocess
import sys
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from tests.app.gallery.shots import WINDOWS

if TYPE_CHECKING:
    from pathlib import Path

CONTROLS = {
    "check box", "combo box", "dial", "link", "list", "list item", "menu item", "page tab",
    "password text", "progress bar", "push button", "radio button", "slider", "spin button",
    "table", "text", "toggle button", "tree",
}  # fmt: skip
BY_ARROWS = {"list item", "menu item", "page tab", "radio button", "table cell"}
"""The Tab key stops at one of these; arrows go on from there."""
WITHIN_S = 115
"""For a part of the windows; one takes a third of a second, much longer on a busy machine."""
NAMES = [shot.name for shot in WINDOWS]
PART = 24
PARTS = [NAMES[begin : begin + PART] for begin in range(0, len(NAMES), PART)]
NEARLY = 2
"""Pixels by which two edges may differ and still be one."""


@pytest.fixture
def heard(tmp_path_factory: pytest.TempPathFactory, name: str) -> dict[str, Any]:
    """What a real screen reader hears of a window; all workers of a run look once at a part."""
    own = tmp_path_factory.getbasetemp()
    folder = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    number = next(number for number, names in enumerate(PARTS) if name in names)
    whole = heard_part(folder, number)
    return whole[name]


@functools.cache
def heard_part(folder: Path, number: int) -> dict[str, dict[str, Any]]:
    """By window."""
    path = folder / f"heard-{number}.json"
    with (folder / f"heard-{number}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            audit(path, *PARTS[number])
    whole: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return whole


def audit(path: Path, *names: str) -> None:
    """Open these windows on a screen and a session bus of their own."""
    done = subprocess.run(
        ["xvfb-run", "-a", "-s", "-screen 0 1920x1400x24", "dbus-run-session", "--",
         sys.executable, "-m", "tests.accessibility.audit", str(path), *names],
        check=False, capture_output=True, text=True, timeout=WITHIN_S,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", NAMES)
def test_no_control_is_without_a_name(heard: dict[str, Any]) -> None:
    window, *nodes = heard["tree"]
    assert window["name"]
    controls = [node for node in nodes if node["focusable"] or node["role"] in CONTROLS]
    assert controls
    assert [node for node in controls if not node["name"].strip()] == []


@pytest.mark.parametrize("name", NAMES)
def test_the_keyboard_goes_as_the_eye_does(heard: dict[str, Any]) -> None:
    nodes = heard["tree"]
    stops = once_around(heard["stops"])
    assert stops, "the keyboard stops nowhere"
    assert -1 not in stops, "the keyboard stops at something a screen reader does not know"
    steps = [
        (nodes[a], nodes[b])
        for a, b in pairwise(stops)
        # A list and its chosen row are one stop.
        if a not in (b, nodes[b]["parent"]) and b != nodes[a]["parent"]
    ]
    back = [(a["name"], b["name"]) for a, b in steps if not follows(a["place"], b["place"])]
    # Once around, one step leads from the last to the first.
    assert len(back) <= 1, back


@pytest.mark.parametrize("name", NAMES)
def test_the_keyboard_reaches_every_control(heard: dict[str, Any]) -> None:
    nodes = heard["tree"]
    reached = set(heard["stops"])
    # Arrows go on within a group of which one is checked.
    groups = {nodes[place]["parent"] for place in reached if nodes[place]["checkable"]}
    missed = [
        node["name"]
        for place, node in enumerate(nodes)
        if node["role"] in CONTROLS - BY_ARROWS
        and node["focusable"]
        and node["enabled"]
        and place not in reached
        and not (node["checkable"] and node["parent"] in groups)
    ]
    assert missed == []


@pytest.mark.parametrize(
    ("after", "is_right"),
    [
        ([0, 100, 50, 20], True),
        ([60, 0, 50, 20], True),
        ([200, -90, 50, 20], True),
        ([0, -90, 50, 20], False),
        ([-60, 0, 50, 20], False),
        ([10, 5, 20, 5], True),
    ],
)
def test_reading_goes_on_to_the_right_or_below(after: list[int], is_right: bool) -> None:
    assert follows([0, 0, 50, 20], after) is is_right


def once_around(stops: list[int]) -> list[int]:
    """The stops until the first one comes again, and that one."""
    again = stops.index(stops[0], 1) if stops[:1] and stops[0] in stops[1:] else len(stops)
    return stops[: again + 1]


def follows(before: list[int], after: list[int]) -> bool:
    """Whether what has the second place is read after what has the first."""
    left, top, width, height = before
    x, y, *_ = after
    is_right = x >= left + width - NEARLY
    is_below = y >= top + height - NEARLY
    is_inside = left <= x < left + width and top <= y < top + height
    return is_right or is_below or is_inside
