"""The icon and its menu: how the companion is, and the few things one wants at hand."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QMenu

from app.desktop.autostart import File
from app.tray import Mark, Tray, drawn, headline, mark_of
from app.viewstate import ViewState
from mesh.clock import SystemClock
from mesh.errors import DiskFull
from mesh.wishes import BetweenUs, Pause, Resume, Sync
from tests.app.qt import scenes
from tests.app.qt.scenes import NOW

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtGui import QAction
    from pytestqt.qtbot import QtBot

    from tests.app.qt.recorder import Recorder


@pytest.fixture
def tray(qtbot: QtBot, recorder: Recorder) -> Tray:
    return Tray(recorder, SystemClock())


def actions(menu: QMenu) -> dict[str, QAction]:
    """All that can be chosen, by its text, submenus included."""
    found: dict[str, QAction] = {}
    for action in menu.actions():
        sub = action.menu()
        found |= actions(sub) if isinstance(sub, QMenu) else {action.text(): action}
    return found


def choose(tray: Tray, text: str) -> None:
    tray.menu.aboutToShow.emit()
    actions(tray.menu)[text].trigger()


@pytest.mark.parametrize(
    ("scene", "mark"),
    [
        (scenes.two, Mark.WELL), (scenes.alone, Mark.WELL), (scenes.five, Mark.LIMITED),
        (scenes.all_offline, Mark.OFFLINE), (scenes.paused, Mark.PAUSED),
        (scenes.one_paused, Mark.LIMITED), (ViewState, Mark.OFFLINE),
    ],
)  # fmt: skip
def test_the_mark_says_how_the_companion_is(scene: type[ViewState], mark: Mark) -> None:
    assert mark_of(scene()) is mark


def test_marks_differ_by_shape_without_any_colour(qtbot: QtBot) -> None:
    shapes = set()
    for mark, is_asking in product(Mark, (False, True)):
        image = drawn(mark, is_asking).pixmap(22, 22).toImage()
        alpha = image.convertToFormat(QImage.Format.Format_Alpha8)
        shapes.add(bytes(alpha.constBits()))
    assert len(shapes) == 2 * len(Mark)


def test_what_waits_for_a_decision_is_offered_and_said_while_it_does(
    tray: Tray, qtbot: QtBot
) -> None:
    tray._make()  # as if a desktop had taken it
    tray.show_state(scenes.two())
    tray.show_open(2, "Two things wait.")
    assert tray._icon is not None
    assert tray._icon.toolTip().endswith("\nTwo things wait.")
    with qtbot.waitSignal(tray.decide_wanted, timeout=1000):
        choose(tray, "Decide… (2)")
    tray.show_open(0, "")
    assert "Two things wait." not in tray._icon.toolTip()
    assert not any(text.startswith("Decide") for text in actions(tray.menu))


def test_a_click_on_what_was_said_leads_to_what_it_is_about(tray: Tray, qtbot: QtBot) -> None:
    tray._make()  # as if a desktop had taken it
    assert tray._icon is not None
    tray.tell("AICO asks you", "Two things wait.", tray.decide_wanted)
    with qtbot.waitSignal(tray.decide_wanted, timeout=1000):
        tray._icon.messageClicked.emit()
    tray.tell("AICO mesh goes on", "Open it again.")
    with qtbot.waitSignal(tray.open_wanted, timeout=1000):
        tray._icon.messageClicked.emit()


@pytest.mark.parametrize("scene", scenes.SCENES)
def test_the_first_line_is_health_in_words(tray: Tray, scene: str) -> None:
    state = scenes.SCENES[scene]()
    tray.show_state(state)
    first = tray.menu.actions()[0]
    assert first.text().replace("&&", "&") == tray._headline()
    assert not first.isEnabled()


def test_a_pause_says_until_when() -> None:
    assert headline(scenes.paused(), NOW).startswith("Sharing is paused until ")


def test_many_causes_are_cut_to_what_fits_a_line() -> None:
    assert headline(scenes.all_offline(), NOW).count("is not connected") == 2


def test_before_the_node_is_up_only_opening_and_quitting_are_offered(tray: Tray) -> None:
    tray.show_state(ViewState(), "Waiting for your keyring")
    offered = [text for text, one in actions(tray.menu).items() if text and one.isEnabled()]
    assert tray.menu.actions()[0].text() == "Waiting for your keyring"
    assert offered == ["Open AICO mesh", "Quit"]


@pytest.mark.parametrize(("text", "minutes"), [("For 1 hour", 60.0), ("Until I resume", None)])
def test_a_pause_is_wished(
    tray: Tray, recorder: Recorder, text: str, minutes: float | None
) -> None:
    tray.show_state(scenes.two())
    choose(tray, text)
    assert recorder.wishes == [Pause(minutes=minutes)]


def test_a_pause_until_tomorrow_ends_within_a_day_and_some(
    tray: Tray, recorder: Recorder
) -> None:
    tray.show_state(scenes.two())
    choose(tray, "Until tomorrow")
    (wish,) = recorder.wishes
    assert isinstance(wish, Pause)
    assert wish.minutes is not None
    assert 180 <= wish.minutes <= 27 * 60


def test_what_is_paused_can_be_resumed(tray: Tray, recorder: Recorder) -> None:
    tray.show_state(scenes.paused())
    choose(tray, "Resume sharing")
    assert recorder.wishes == [Resume()]
    assert "For 1 hour" not in actions(tray.menu)


@pytest.mark.parametrize(
    ("scene", "text"),
    [
        (scenes.two, "Until I resume"),
        (scenes.paused, "Resume sharing"),
        (scenes.two, "Just between us: the next conversation stays here"),
    ],
)
def test_what_could_not_be_done_is_told(
    tray: Tray, recorder: Recorder, qtbot: QtBot, scene: type[ViewState], text: str
) -> None:
    tray.show_state(scene())
    choose(tray, text)
    with qtbot.waitSignal(tray.failed, timeout=1000):
        recorder.sent[-1].fail(DiskFull())


def test_what_waits_to_be_spared_is_said_and_can_be_had_now(
    tray: Tray, recorder: Recorder
) -> None:
    tray.show_state(scenes.two())
    assert "Sync now" not in actions(tray.menu)
    tray.show_state(scenes.sparing())
    assert "A long history waits to spare the battery of Phone" in actions(tray.menu)
    choose(tray, "Sync now")
    assert recorder.wishes == [Sync()]


def test_just_between_us_is_switched_and_shown(tray: Tray, recorder: Recorder) -> None:
    text = "Just between us: the next conversation stays here"
    tray.show_state(scenes.two())
    choose(tray, text)
    tray.show_state(scenes.just_between_us())
    assert actions(tray.menu)[text].isChecked()
    choose(tray, text)
    assert recorder.wishes == [BetweenUs(is_on=True), BetweenUs(is_on=False)]


def test_starting_with_the_computer_is_switched(
    qtbot: QtBot, recorder: Recorder, tmp_path: Path
) -> None:
    start = File(tmp_path / "autostart" / "x.desktop", b"")
    tray = Tray(recorder, SystemClock(), start)
    tray.show_state(scenes.two())
    choose(tray, "Start with this computer")
    assert start.is_on()
    choose(tray, "Start with this computer")
    assert not start.is_on()


@pytest.mark.parametrize(
    ("text", "signal"),
    [
        ("Open AICO mesh", "open_wanted"),
        ("Pair a device…", "pair_wanted"),
        ("Quit", "quit_wanted"),
    ],
)
def test_the_rest_is_asked_of_the_application(
    tray: Tray, qtbot: QtBot, text: str, signal: str
) -> None:
    tray.show_state(scenes.two())
    with qtbot.waitSignal(getattr(tray, signal), timeout=1000):
        choose(tray, text)


def test_the_menu_is_made_anew_each_time_without_leaving_anything(tray: Tray) -> None:
    tray.show_state(scenes.two())
    before = len(actions(tray.menu))
    for _ in range(5):
        tray.menu.aboutToShow.emit()
    assert len(actions(tray.menu)) == before


def test_the_same_state_again_keeps_the_menu_as_it_is(tray: Tray) -> None:
    tray.show_state(scenes.two())
    first = tray.menu.actions()[0]
    tray.show_state(scenes.two())
    assert tray.menu.actions()[0] is first
