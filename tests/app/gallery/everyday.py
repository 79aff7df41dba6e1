"""The window of every day: each page in each state of the family."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from PySide6.QtWidgets import QWidget

from app.windows.devices import questions
from app.windows.lists.forgetting import Doomed
from app.windows.main import MainWindow
from app.wording import language
from mesh.model.device import Trust
from tests.app.gallery.pairing import StoppedClock
from tests.app.gallery.player import Player
from tests.app.qt import scenes

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.viewstate import ViewState

Windows: TypeAlias = "dict[str, tuple[str, Callable[[], QWidget]]]"

COMPANION = {
    "alone": "no other device yet",
    "two": "two devices in step",
    "five": "five other devices",
    "ten": "ten other devices",
    "all-offline": "nobody else is in reach",
    "catching-up": "a device that catches up",
    "sparing": "a long history waits, to spare a battery",
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
TALKS = {"five": "a conversation", "alone": "nothing was said yet"}


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


def narrow(page: str) -> QWidget:
    """As small as the window may be."""
    window = main_window(page, "five")
    window.resize(window.minimumSize())
    return window


def why() -> QWidget:
    """Where a mood comes from."""
    window = _main("five")
    window.companion.mood.why.click()
    return window


def search() -> QWidget:
    """Looking for something in all that was said and kept."""
    window = _main("five")
    window.open_page("conversations")
    window.conversations.sidebar.searching.field.setText(
        "gart" if language() == "de" else "gard"
    )
    window.conversations.sidebar.searching.search()
    return window


def forgetting() -> QWidget:
    """A moment to take it back."""
    window = _main("five")
    window.open_page("memories")
    window.memories.forgetting.forget("x3", Doomed.MEMORY)
    return window


def removing() -> QWidget:
    """Before a device is removed."""
    parent = QWidget()
    return _alone(questions.Removal(Player(), scenes.five().others[3].device, parent))


def trusting() -> QWidget:
    """Before a device is trusted less."""
    tablet = scenes.two().others[0].device
    parent = QWidget()
    return _alone(questions.TrustQuestion(Player(), tablet, Trust.LIMITED, parent))


def _alone(dialog: QWidget) -> QWidget:
    dialog.setParent(None, dialog.windowFlags())
    return dialog


def _main(scene: str) -> MainWindow:
    return MainWindow(Player(), state=scenes.SCENES[scene](), clock=StoppedClock())


def _of(page: str, states: dict[str, str]) -> Windows:
    return {name: (shows, partial(main_window, page, name)) for name, shows in states.items()}


COMPANION_WINDOWS: Windows = {
    **_of("companion", COMPANION),
    "why": ("where a mood comes from", why),
    "narrow": ("the smallest window", partial(narrow, "companion")),
}
DEVICES_WINDOWS: Windows = {
    **_of("devices", DEVICES),
    "detail": ("one device", detail),
    "trusting": ("before a device is trusted less", trusting),
    "removing": ("before a device is removed", removing),
    "narrow": ("the smallest window", partial(narrow, "devices")),
}
CONVERSATIONS_WINDOWS: Windows = {
    **_of("conversations", TALKS),
    "search": ("what was found", search),
    "narrow": ("the smallest window", partial(narrow, "conversations")),
}
MEMORIES_WINDOWS: Windows = {
    **_of("memories", {"five": "what is kept", "alone": "nothing is kept yet"}),
    "forgetting": ("a moment to take it back", forgetting),
}
