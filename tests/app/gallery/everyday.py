"""The window of every day: each page in each state of the family."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from app.windows.main import MainWindow
from tests.app.gallery.pairing import StoppedClock
from tests.app.gallery.player import Player
from tests.app.qt import scenes

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from app.viewstate import ViewState

COMPANION = {
    "alone": "no other device yet",
    "two": "two devices in step",
    "five": "five other devices",
    "ten": "ten other devices",
    "all-offline": "nobody else is in reach",
    "catching-up": "a device that catches up",
    "paused": "sharing is paused",
    "just-between-us": "the next conversation stays here",
    "troubled": "everything that wants attention at once",
    "removed": "this device was removed",
    "long-names": "very long names",
    "as-guest": "this device is a guest",
}
DEVICES = {
    "alone": "no other device yet",
    "five": "five other devices",
    "ten": "ten other devices",
    "all-offline": "nobody else is in reach",
    "long-names": "very long names",
    "as-guest": "this device is a guest",
    "as-limited": "this device has limited trust",
}
TALKS = {"two": "a conversation", "alone": "nothing was said yet"}


def main_window(page: str, scene: str) -> QWidget:
    """The window at that page; alone, nothing was ever said or kept."""
    state: ViewState = scenes.SCENES[scene]()
    window = MainWindow(Player(is_empty=scene == "alone"), state=state, clock=StoppedClock())
    window.open_page(page)
    return window


def detail() -> QWidget:
    """All about another device."""
    window = MainWindow(Player(), state=scenes.five(), clock=StoppedClock())
    window.open_device(scenes.device_id("Kitchen Tablet"))
    return window


def _of(page: str, states: dict[str, str]) -> dict[str, tuple[str, Callable[[], QWidget]]]:
    return {name: (shows, partial(main_window, page, name)) for name, shows in states.items()}


COMPANION_WINDOWS = _of("companion", COMPANION)
DEVICES_WINDOWS = {**_of("devices", DEVICES), "detail": ("one device", detail)}
CONVERSATIONS_WINDOWS = _of("conversations", TALKS)
MEMORIES_WINDOWS = _of("memories", {"two": "what is kept", "alone": "nothing is kept yet"})
