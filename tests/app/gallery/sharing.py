"""The page on sharing: for the family, for one device, read only, and before a change."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from app.windows.main import MainWindow
from app.windows.sharing.change import Change, Effect
from app.windows.sharing.deciding import asking
from mesh.model.policy import FAMILY
from mesh.wishes import Policy
from tests.app.gallery.everyday import main_window, narrow
from tests.app.gallery.pairing import StoppedClock
from tests.app.gallery.player import Player
from tests.app.qt import scenes

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.viewstate import ViewState
    from mesh.wishes import AnyWish, PolicyShown

TABLET = scenes.device_id("Kitchen Tablet")


class Family(Player):
    """Answers with these choices."""

    def __init__(self, shown: PolicyShown) -> None:
        super().__init__()
        self._shown = shown

    def _answer(self, wish: AnyWish) -> object:
        return self._shown if isinstance(wish, Policy) else super()._answer(wish)


def _window(state: ViewState, shown: PolicyShown) -> MainWindow:
    window = MainWindow(Family(shown), state=state, clock=StoppedClock())
    window.open_page("sharing")
    return window


def _device() -> QWidget:
    """One device, of which this one gives less."""
    restricted = {
        f"{TABLET} conversation_continuity": "off", "limited time_window_days": "3",
    }  # fmt: skip
    window = _window(scenes.five(), scenes.choices(restricted=restricted))
    page = window.sharing
    _answer(window)
    page.target.setCurrentIndex(page.target.findData(TABLET))
    page.target.activated.emit(page.target.currentIndex())
    return window


def _answer(window: MainWindow) -> None:
    wisher = window.sharing.wisher
    assert isinstance(wisher, Family)
    wisher.last(Policy).answer(wisher._answer(Policy()))


def _reading() -> QWidget:
    me = scenes.this(admin=False)
    state = scenes.family(scenes.device("Home Desktop", admin=True), me=me)
    return _window(state, scenes.choices(state, may_choose=False))


def _limited() -> QWidget:
    state = scenes.as_limited()
    return _window(state, scenes.choices(state, may_choose=False))


def _changed() -> QWidget:
    window = _window(scenes.five(), scenes.choices())
    page = window.sharing
    _answer(window)
    page.tags.chips["personal"].cross.click()
    return window


def _asking() -> QWidget:
    """Before the family shares less."""
    effects = [
        Effect("Home Desktop", gives={"memories": 128}),
        Effect("Phone", gives={"memories": 14}),
    ]
    change = Change(FAMILY, "memory_access", "off")
    parent = QWidget()
    question = asking(scenes.choices(), change, effects, parent, is_felt_here=True)
    question.setParent(None, question.windowFlags())
    return question


def _end() -> QWidget:
    """What stands at the end of the page."""
    window = _device()
    assert isinstance(window, MainWindow)
    page = window.sharing
    page.target.setCurrentIndex(0)
    page.target.activated.emit(0)
    window.resize(window.width(), TALL)
    return window


TALL = 1360
WINDOWS: dict[str, tuple[str, Callable[[], QWidget]]] = {
    "five": ("what the whole family shares", partial(main_window, "sharing", "five")),
    "device": ("one device, of which less is given", _device),
    "changed": ("a change that can be taken back", _changed),
    "asking": ("before the family shares less", _asking),
    "end": ("the whole page, of which this device gives less", _end),
    "reading": ("this device does not manage the family", _reading),
    "as-limited": ("this device has limited trust", _limited),
    "narrow": ("the smallest window", partial(narrow, "sharing")),
}
