"""The main window: its pages, the keyboard, and what it remembers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QScrollArea, QWidget

from app import wording
from app.windows.main import MainWindow
from mesh.clock import SystemClock
from tests.app.qt import scenes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from tests.app.qt.recorder import Recorder

PAGES = ["companion", "conversations", "memories", "devices", "sharing", "settings"]


class StandingClock(SystemClock):
    """It is always the evening of the scenes."""

    def wall(self) -> int:
        return int(scenes.NOW * 1_000_000)


@pytest.fixture
def window(qtbot: QtBot, recorder: Recorder) -> MainWindow:
    made = MainWindow(recorder, state=scenes.five(), clock=StandingClock())
    qtbot.addWidget(made)
    made.show()
    return made


def page_of(window: MainWindow) -> str:
    """Which page can be seen."""
    return next(key for key, page in window.pages.items() if page.isVisible())


def test_it_opens_at_the_companion_and_names_this_device(window: MainWindow) -> None:
    assert page_of(window) == "companion"
    assert any(
        one.text() == "Work Laptop" for one in window.findChildren(QLabel) if one.isVisible()
    )


@pytest.mark.parametrize(("number", "key"), list(enumerate(PAGES, 1)))
def test_control_and_a_number_goes_to_a_page(
    window: MainWindow, qtbot: QtBot, number: int, key: str
) -> None:
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    digit = getattr(Qt.Key, f"Key_{number}")
    QTest.keyClick(window, digit, Qt.KeyboardModifier.ControlModifier)
    assert page_of(window) == key
    assert [name for name, button in window.buttons.items() if button.isChecked()] == [key]
    assert window.focusWidget() is window.buttons[key]


def test_a_page_is_shown_the_state_that_came_while_another_was_seen(
    window: MainWindow,
) -> None:
    window.open_page("conversations")
    window.show_state(scenes.ten())
    assert len(window.companion.cards) == 5
    window.open_page("companion")
    assert len(window.companion.cards) == 10


def test_a_hidden_window_draws_nothing_and_is_right_when_it_comes_back(
    window: MainWindow,
) -> None:
    window.hide()
    window.show_state(scenes.two())
    assert len(window.companion.cards) == 5
    window.show()
    assert len(window.companion.cards) == 1


def test_a_card_of_the_companion_opens_the_page_of_that_device(window: MainWindow) -> None:
    desk = scenes.device_id("Home Desktop")
    QTest.keyClick(window.companion.cards[desk], Qt.Key.Key_Return)
    assert page_of(window) == "devices"
    assert window.devices.detail.header.name.text() == "Home Desktop"


def test_pairing_and_recovery_words_can_be_wished_on_both_pages(
    window: MainWindow, qtbot: QtBot
) -> None:
    for page in (window.companion, window.devices):
        with qtbot.waitSignals([window.pair_wanted, window.recovery_wanted]):
            page.pair_wanted.emit()
            page.recovery_wanted.emit()


def test_size_and_page_are_remembered(qtbot: QtBot, recorder: Recorder, tmp_path: Path) -> None:
    kept = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    first = MainWindow(recorder, state=scenes.two(), kept=kept)
    qtbot.addWidget(first)
    first.resize(751, 542)
    first.open_page("devices")
    first.show()
    first.hide()
    kept.sync()
    second = MainWindow(
        recorder,
        state=scenes.two(),
        kept=QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat),
    )
    qtbot.addWidget(second)
    second.show()
    assert (second.width(), second.height()) == (751, 542)
    assert page_of(second) == "devices"


def test_a_page_that_is_no_more_falls_back_to_the_companion(
    qtbot: QtBot, recorder: Recorder, tmp_path: Path
) -> None:
    kept = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    kept.setValue("main/page", "of a later version")
    made = MainWindow(recorder, state=scenes.two(), kept=kept)
    qtbot.addWidget(made)
    made.show()
    assert page_of(made) == "companion"


@pytest.fixture(params=["en", "de"])
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    wording.speak(request.param)
    yield request.param
    wording.speak("en")


@pytest.mark.usefixtures("language")
@pytest.mark.parametrize("page", ["companion", "devices", "sharing", "settings"])
def test_nothing_is_wider_than_the_smallest_window(
    qtbot: QtBot, recorder: Recorder, page: str
) -> None:
    made = MainWindow(recorder, state=scenes.alone(), clock=StandingClock())
    qtbot.addWidget(made)
    made.open_page(page)
    made.resize(made.minimumSize())
    made.show()
    assert {name: over for name in scenes.SCENES if (over := too_wide(made, page, name))} == {}


def too_wide(window: MainWindow, page: str, scene: str) -> list[int]:
    """By how much each area of the page would have to scroll to the side."""
    window.show_state(scenes.SCENES[scene]())
    QApplication.processEvents()
    areas = [one for one in window.pages[page].findChildren(QScrollArea) if one.isVisible()]
    assert areas
    contents = [(one.widget(), one.viewport().width()) for one in areas]
    over = [inner.width() - room for inner, room in contents if inner is not None]
    return [one for one in over if one > 0]


def on_the_way(window: MainWindow) -> list[QWidget]:
    """Where the Tab key stops, from the first button of the page on."""
    first: QWidget = window.buttons["companion"]
    stops, widget = [first], first.nextInFocusChain()
    while widget is not None and widget is not first:
        takes_tab = widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        if takes_tab and widget.isVisible() and widget.isEnabled():
            stops.append(widget)
        widget = widget.nextInFocusChain()
    return stops


@pytest.mark.parametrize("scene", ["five", "troubled", "ten"])
def test_the_tab_key_goes_down_the_companion_page_as_one_reads(
    qtbot: QtBot, recorder: Recorder, scene: str
) -> None:
    made = MainWindow(recorder, state=scenes.two(), clock=StandingClock())
    qtbot.addWidget(made)
    made.resize(780, 780)
    made.show()
    made.show_state(scenes.SCENES[scene]())
    QApplication.processEvents()
    page = made.companion
    stops = [one for one in on_the_way(made) if page.isAncestorOf(one)]
    assert len(stops) > 8
    inner = page.area.widget()
    assert inner is not None
    tops = [one.mapTo(inner, one.rect().bottomLeft()) for one in stops]
    heights = [place.y() // 40 for place in tops[3:]]
    assert heights == sorted(heights)


def test_the_tab_key_goes_through_the_list_and_then_through_the_device(
    qtbot: QtBot, recorder: Recorder
) -> None:
    made = MainWindow(recorder, state=scenes.two(), clock=StandingClock())
    qtbot.addWidget(made)
    made.resize(1100, 780)
    made.open_page("devices")
    made.show()
    made.show_state(scenes.five())
    stops = [one for one in on_the_way(made) if made.devices.isAncestorOf(one)]
    cards = list(made.devices.cards.values())
    assert stops[: len(cards) + 1] == [made.devices.pair, *cards]
    assert all(made.devices.detail.isAncestorOf(one) for one in stops[len(cards) + 1 :])
