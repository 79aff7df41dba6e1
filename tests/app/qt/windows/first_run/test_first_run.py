"""The first run: a name, a family, words on paper; killed anywhere, it goes on from there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QRadioButton

from app.widgets.mood_ring import MoodRing
from app.windows.first_run import FirstRun, is_due, note_first_start
from mesh.errors import BadInput
from mesh.model.device import Trust
from mesh.wishes import FamilyJoined, Join, PairingAsking, RecoveryPhrase, RecoveryShown, Rename
from tests.app.qt import scenes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from tests.app.qt.recorder import Recorder

MACHINE = "annas-laptop"
STATE = scenes.family(me=scenes.this(MACHINE), recovery_confirmed=False)
WORDS = RecoveryShown(
    confirmed=False, words=tuple(f"word{number}" for number in range(1, 25)), ask=(3, 9, 20)
)


@pytest.fixture
def kept(tmp_path: Path) -> QSettings:
    settings = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    note_first_start(settings)
    return settings


@pytest.fixture
def start(qtbot: QtBot, recorder: Recorder, kept: QSettings) -> Callable[[], FirstRun]:
    """The application starts; twice is a start after a crash."""

    def make() -> FirstRun:
        window = FirstRun(recorder, kept, state=STATE, machine=MACHINE)
        qtbot.addWidget(window)
        window.begin()
        window.show()
        return window

    return make


def test_a_new_profile_gets_one_and_an_old_one_does_not(tmp_path: Path) -> None:
    settings = QSettings(str(tmp_path / "w.ini"), QSettings.Format.IniFormat)
    assert not is_due(settings)
    note_first_start(settings)
    assert is_due(QSettings(str(tmp_path / "w.ini"), QSettings.Format.IniFormat))


def test_the_welcome_stands_in_the_middle_of_its_window(
    start: Callable[[], FirstRun], qtbot: QtBot
) -> None:
    window = start()
    qtbot.waitExposed(window)
    page = window.welcome
    parts = [page.findChild(MoodRing), *page.findChildren(QLabel)]
    shown = [one for one in parts if one is not None and one.isVisible() and one.width() > 0]
    tops = [one.mapTo(page, one.rect().topLeft()).y() for one in shown]
    ends = [one.mapTo(page, one.rect().bottomLeft()).y() for one in shown]
    room = page.go.y()
    assert min(tops) > 0
    assert max(ends) < room
    assert abs(min(tops) - (room - max(ends))) < room / 10
    assert min(tops) < room / 4


def test_the_machines_name_is_suggested_as_one_for_people(
    start: Callable[[], FirstRun], recorder: Recorder
) -> None:
    window = start()
    window.welcome.go.click()
    assert window.naming.name.text() == "Annas laptop"
    assert "keyring" in window.naming.key.text.text()
    window.naming.name.setText("Anna's laptop")
    window.naming.go.click()
    assert recorder.wishes == [Rename(device=scenes.ME, name="Anna's laptop")]
    recorder.last(Rename).answer(None)
    assert window.pages.currentWidget() is window.family


def test_a_name_that_cannot_be_is_said_and_can_be_mended(
    start: Callable[[], FirstRun], recorder: Recorder
) -> None:
    window = start()
    window.welcome.go.click()
    window.naming.go.click()
    recorder.last(Rename).fail(BadInput("A device name cannot be empty."))
    assert window.naming.told.text() == "A device name cannot be empty."
    assert window.naming.go.isEnabled()


def at_words(window: FirstRun, recorder: Recorder) -> None:
    window.welcome.go.click()
    window.naming.go.click()
    recorder.last(Rename).answer(None)
    window.family.go.click()
    recorder.last(RecoveryPhrase).answer(WORDS)


def test_a_new_family_shows_its_words_and_asks_for_three(
    start: Callable[[], FirstRun], recorder: Recorder, qtbot: QtBot, kept: QSettings
) -> None:
    window = start()
    at_words(window, recorder)
    window.recovery.words.next.click()
    fields = window.recovery.check.fields
    assert tuple(fields) == (3, 9, 20)
    for position, field in fields.items():
        assert not window.recovery.check.check.isEnabled()
        field.setText(f" Word{position} ")
    window.recovery.check.check.click()
    wanted = {"3": "word3", "9": "word9", "20": "word20"}
    assert recorder.wishes[-1] == RecoveryPhrase(confirm=wanted)
    with qtbot.waitSignal(window.ended):
        recorder.last(RecoveryPhrase).answer(RecoveryShown(confirmed=True))
    assert not is_due(kept)


def test_enter_on_a_choice_goes_on_and_enter_in_a_field_goes_on_once(
    start: Callable[[], FirstRun], recorder: Recorder
) -> None:
    window = start()
    window.welcome.go.click()
    window.naming.name.setText("Kitchen")
    QTest.keyClick(window.naming.name, Qt.Key.Key_Return)
    assert len(recorder.wishes) == 1
    recorder.last(Rename).answer(None)
    chosen = window.family.ways.findChildren(QRadioButton)[0]
    chosen.setFocus()
    QTest.keyClick(chosen, Qt.Key.Key_Return)
    assert window.pages.currentWidget() is window.recovery
    assert isinstance(recorder.wishes[-1], RecoveryPhrase)


def test_wrong_words_are_said_and_what_was_typed_stays(
    start: Callable[[], FirstRun], recorder: Recorder
) -> None:
    window = start()
    at_words(window, recorder)
    window.recovery.words.next.click()
    check = window.recovery.check
    for field in check.fields.values():
        field.setText("wrong")
    check.check.click()
    recorder.last(RecoveryPhrase).fail(BadInput("Three of the words are needed."))
    assert check.told.text() == "Three of the words are needed."
    assert {field.text() for field in check.fields.values()} == {"wrong"}
    check.back_wanted.emit()
    assert window.recovery.currentWidget() is window.recovery.words


def test_later_ends_it_too(
    start: Callable[[], FirstRun], recorder: Recorder, qtbot: QtBot, kept: QSettings
) -> None:
    window = start()
    at_words(window, recorder)
    with qtbot.waitSignal(window.ended):
        window.recovery.words.later.click()
    assert not is_due(kept)
    assert [type(wish) for wish in recorder.wishes] == [Rename, RecoveryPhrase]


def test_killed_it_goes_on_where_it_was(
    start: Callable[[], FirstRun], recorder: Recorder, kept: QSettings
) -> None:
    first = start()
    first.welcome.go.click()
    second = start()
    assert second.pages.currentWidget() is second.naming
    second.naming.go.click()
    recorder.last(Rename).answer(None)
    third = start()
    assert third.pages.currentWidget() is third.family
    third.family.go.click()
    fourth = start()
    assert fourth.pages.currentWidget() is fourth.recovery
    recorder.last(RecoveryPhrase).answer(WORDS)
    assert fourth.recovery.words.next.isEnabled()


def test_joining_opens_the_wizard_and_ends_when_they_have_met(
    start: Callable[[], FirstRun], recorder: Recorder, qtbot: QtBot
) -> None:
    window = start()
    window.welcome.go.click()
    window.naming.go.click()
    recorder.last(Rename).answer(None)
    window.family.ways.choose("join")
    window.family.go.click()
    wizard = window.wizard
    assert wizard is not None
    wizard.reading.text.setText("AICO-MESH:ABC")
    wizard.reading.go.click()
    asking = PairingAsking(
        run="r", name="Desk", emoji=("🐕",), emoji_names=("dog",), trust=Trust.FULL
    )
    recorder.last(Join).tell(asking)
    joined = FamilyJoined(family_id="f", device_id=scenes.ME, name="Anna's laptop")
    recorder.last(Join).answer(joined)
    with qtbot.waitSignal(window.ended):
        wizard.meeting.done.click()


def test_a_wizard_that_is_closed_leads_back_to_the_choice(
    start: Callable[[], FirstRun], recorder: Recorder
) -> None:
    window = start()
    window.welcome.go.click()
    window.naming.go.click()
    recorder.last(Rename).answer(None)
    window.family.ways.choose("join")
    window.family.go.click()
    wizard = window.wizard
    assert wizard is not None
    wizard.reject()
    assert window.wizard is not wizard
    assert window.pages.currentWidget() is window.family
