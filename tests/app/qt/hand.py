"""A hand on the windows of several applications, through AT-SPI as a helping program has it.

Runs under the system's Python, which has pyatspi. JSON lines ``{"pid", "do", "name", "text"}``
on stdin, each answered by a JSON line when it is done, or by null when time is up:

    press   the control with this name
    write   this text into the field with this name
    see     something whose name or text holds this; answered with all of it
"""

from __future__ import annotations

import contextlib
import json
import sys
import time
from typing import TYPE_CHECKING, Any

import pyatspi  # type: ignore[import-not-found]
from gi.repository import GLib  # type: ignore[import-not-found]

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE_S = 20.0
STEP_S = 0.05


def showing(pid: int) -> Iterator[Any]:
    """Every node that shows in an application, the newest window first."""
    for application in pyatspi.Registry.getDesktop(0):
        if application is not None and application.get_process_id() == pid:
            for window in reversed(list(application)):
                yield from _below(window)


def _below(node: Any) -> Iterator[Any]:
    if node is None or not node.getState().contains(pyatspi.STATE_SHOWING):
        return
    yield node
    for child in node:
        yield from _below(child)


def press(node: Any, asked: dict[str, Any]) -> str | None:
    """Press it, when it can be pressed."""
    if node.name != asked["name"] or not node.getState().contains(pyatspi.STATE_SENSITIVE):
        return None
    try:
        action = node.queryAction()
    except NotImplementedError:
        return None
    names = [action.getName(number).lower() for number in range(action.nActions)]
    wanted = next((n for n in ("press", "toggle", "click") if n in names), None)
    if wanted is None:
        return None
    action.doAction(names.index(wanted))
    return str(node.name)


def write(node: Any, asked: dict[str, Any]) -> str | None:
    """Write into it, when it can be written into."""
    if node.name != asked["name"] or not node.getState().contains(pyatspi.STATE_EDITABLE):
        return None
    node.queryEditableText().setTextContents(asked["text"])
    return str(node.name)


def see(node: Any, asked: dict[str, Any]) -> str | None:
    """What it is called, or says."""
    said = [str(node.name)]
    with contextlib.suppress(NotImplementedError):
        said.append(str(node.queryText().getText(0, -1)))
    return next((text for text in said if asked["name"] in text), None)


DO = {"press": press, "write": write, "see": see}


def reach(asked: dict[str, Any]) -> str | None:
    """Try until it works."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        try:
            for node in showing(asked["pid"]):
                done = DO[asked["do"]](node, asked)
                if done is not None:
                    return done
        except (GLib.GError, LookupError, RuntimeError):
            pass  # a window that has just gone
        _pump()
        time.sleep(STEP_S)
    return None


def _pump() -> None:
    """Take in what the applications have told: the tree is kept on this side."""
    pyatspi.Registry.pumpQueuedEvents()
    context = GLib.MainContext.default()
    while context.pending():
        context.iteration(False)


def main() -> None:
    """Answer until stdin ends."""
    for line in sys.stdin:
        sys.stdout.write(json.dumps(reach(json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
