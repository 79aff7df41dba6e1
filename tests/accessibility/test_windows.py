"""Every window as it is heard by somebody who does not see it, and walked by keyboard alone."""

from __future__ import annotations

import fcntl
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
NEARLY = 2
"""Pixels by which two edges may differ and still be one."""


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a real screen reader hears of every window; all workers of a test run look once."""
    own = tmp_path_factory.getbasetemp()
    folder = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    path = folder / "heard.json"
    with (folder / "heard.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            audit(path, *(shot.name for shot in WINDOWS))
    whole: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return whole


def audit(path: Path, *names: str) -> None:
    """Open these windows on a screen and a session bus of their own."""
    done = subprocess.run(
        ["xvfb-run", "-a", "-s", "-screen 0 1920x1400x24", "dbus-run-session", "--",
         sys.executable, "-m", "tests.accessibility.audit", str(path), *names],
        check=False, capture_output=True, text=True, timeout=WITHIN_S,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", [shot.name for shot in WINDOWS])
def test_no_control_is_without_a_name(heard: dict[str, Any], name: str) -> None:
    window, *nodes = heard[name]["tree"]
    assert window["name"]
    controls = [node for node in nodes if node["focusable"] or node["role"] in CONTROLS]
    assert controls
    assert [node for node in controls if not node["name"].strip()] == []


@pytest.mark.parametrize("name", [shot.name for shot in WINDOWS])
def test_the_keyboard_goes_as_the_eye_does(heard: dict[str, Any], name: str) -> None:
    nodes = heard[name]["tree"]
    stops = once_around(heard[name]["stops"])
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


@pytest.mark.parametrize("name", [shot.name for shot in WINDOWS])
def test_the_keyboard_reaches_every_control(heard: dict[str, Any], name: str) -> None:
    nodes = heard[name]["tree"]
    reached = set(heard[name]["stops"])
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
