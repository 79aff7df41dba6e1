"""A screen reader: the tree of windows and where the keyboard is, as AT-SPI tells it.

Runs under the system's Python, which has pyatspi. Told by lines on stdin, answers
by JSON lines:

    tree   every node that shows, in the order of the tree; the keyboard's way begins anew
    stops NUMBER  the places in that tree which have had the keyboard on that way, in their
           order; so often it moved
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import pyatspi  # type: ignore[import-not-found]
from gi.repository import GLib  # type: ignore[import-not-found]

PATIENCE_S = 20.0
STEP_S = 0.02
EVENTS_WITHIN_S = 5.0


class Reader:
    """Knows the tree it told last, and hears where the keyboard goes."""

    def __init__(self) -> None:
        self._nodes: list[Any] = []
        self._parents: list[int] = []
        self._stops: list[Any] = []
        self._begun = 0
        pyatspi.Registry.registerEventListener(self._focused, "object:state-changed:focused")

    def tree(self) -> list[dict[str, Any]]:
        """Every node of the one window."""
        self._nodes, self._parents = [], []
        self._walk(self._window(), -1)
        self._pump()
        self._stops = [one for one in self._nodes if _has_keyboard(one)]
        self._begun = len(self._stops)
        return [
            {**_shown(node), "parent": parent}
            for node, parent in zip(self._nodes, self._parents, strict=True)
        ]

    def stops(self, moves: str) -> list[int]:
        """Where the keyboard has been: places in the tree, or -1 for what is not in it."""
        until = time.monotonic() + EVENTS_WITHIN_S
        while len(self._stops) < self._begun + int(moves) and time.monotonic() < until:
            self._pump()
        return [self._nodes.index(one) if one in self._nodes else -1 for one in self._stops]

    def _focused(self, event: Any) -> None:
        if event.detail1:
            self._stops.append(event.source)

    def _window(self) -> Any:
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            for application in pyatspi.Registry.getDesktop(0):
                if application is not None and application.childCount:
                    return application.getChildAtIndex(application.childCount - 1)
            time.sleep(STEP_S)
        raise SystemExit("no window came")

    def _walk(self, node: Any, parent: int) -> None:
        if parent >= 0 and not node.getState().contains(pyatspi.STATE_SHOWING):
            return
        own = len(self._nodes)
        self._nodes.append(node)
        self._parents.append(parent)
        for child in node:
            if child is not None:
                self._walk(child, own)

    def _pump(self) -> None:
        """Take in what the application has told."""
        pyatspi.Registry.pumpQueuedEvents()
        context = GLib.MainContext.default()
        while context.pending():
            context.iteration(False)


def _has_keyboard(node: Any) -> bool:
    """The chosen row of a list says so too, even while the keyboard is elsewhere."""
    is_row = node.getRoleName() == "list item"
    return not is_row and bool(node.getState().contains(pyatspi.STATE_FOCUSED))


def _shown(node: Any) -> dict[str, Any]:
    states = node.getState()
    place = node.queryComponent().getExtents(pyatspi.DESKTOP_COORDS)
    return {
        "role": node.getRoleName(),
        "name": node.name,
        "focusable": states.contains(pyatspi.STATE_FOCUSABLE),
        "checkable": states.contains(pyatspi.STATE_CHECKABLE),
        "enabled": states.contains(pyatspi.STATE_ENABLED),
        "place": [place.x, place.y, place.width, place.height],
    }


def main() -> None:
    """Answer until stdin ends."""
    reader = Reader()
    for line in sys.stdin:
        what, *given = line.split()
        answer: object = reader.tree() if what == "tree" else reader.stops(*given)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
