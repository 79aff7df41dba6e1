"""What only a person can decide: said on the pages, asked one by one, answered once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from app.matters import PATIENCE_S
from app.windows.main import MainWindow
from app.windows.settling.sheets import OWN, ConflictSheet, QuestionSheet
from mesh.clock import SystemClock
from mesh.errors import NotFound, NotPermitted
from mesh.messages import ConflictDetected, told
from mesh.model.device import Trust
from mesh.wishes import (
    Conflicts,
    ConflictShown,
    Decide,
    DevicePolicy,
    Policy,
    PolicyShown,
    Questions,
    QuestionShown,
    Resolve,
    Revoke,
    SideShown,
)
from tests.app.qt import scenes
from tests.app.qt.scenes import ME, NOW

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytestqt.qtbot import QtBot

    from app.windows.settling import SettlingDialog
    from tests.app.qt.recorder import Recorder

DESK = scenes.device_id("Home Desktop")
HOUR = 3600.0


class MovedClock(SystemClock):
    """Stands still until it is moved."""

    now = NOW

    def wall(self) -> int:
        return int(self.now * 1_000_000)


def conflict(number: int = 1, *texts: str, kind: str = "memory") -> ConflictShown:
    sides = tuple(
        SideShown(
            choice=str(place),
            side=f"{number:010x}{place:022x}",
            text=text,
            device_id=(ME, DESK)[place % 2],
            timestamp=NOW - place * HOUR,
        )
        for place, text in enumerate(texts or ("Coffee", "Milk"), 1)
    )
    return ConflictShown(id=f"{number:032x}", kind=kind, shown="Milk", choices=sides)


def question(number: int = 1, **fields: Any) -> QuestionShown:
    known: dict[str, Any] = {
        "id": f"{number:032x}", "about": f"{number:032x}", "kind": "memory",
        "what": "forget", "shown": "She drinks tea", "device_id": DESK,
        "timestamp": NOW - HOUR,
    }  # fmt: skip
    return QuestionShown(**{**known, **fields})


BURST = question(kind="burst", about=DESK, shown="", wanted="120", timestamp=NOW - 5 * HOUR)


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
def window(qtbot: QtBot, recorder: Recorder, clock: MovedClock) -> MainWindow:
    made = MainWindow(recorder, state=scenes.two(), clock=clock)
    qtbot.addWidget(made)
    made.show()
    return made


def answer(
    recorder: Recorder,
    conflicts: Sequence[ConflictShown] = (),
    questions: Sequence[QuestionShown] = (),
) -> None:
    recorder.last(Conflicts).answer(list(conflicts))
    recorder.last(Questions).answer(list(questions))


def opened(window: MainWindow) -> SettlingDialog:
    window.companion.banner.action.click()
    assert window.settling is not None
    return window.settling


def conflict_in(dialog: SettlingDialog) -> ConflictSheet:
    assert isinstance(dialog.sheet, ConflictSheet)
    return dialog.sheet


def question_in(dialog: SettlingDialog) -> QuestionSheet:
    assert isinstance(dialog.sheet, QuestionSheet)
    return dialog.sheet


def read(dialog: SettlingDialog) -> str:
    assert dialog.sheet is not None
    return "\n".join(one.text() for one in dialog.sheet.findChildren(QLabel))


def sent(recorder: Recorder, *kinds: type) -> list[object]:
    return [one for one in recorder.wishes if isinstance(one, kinds)]


def test_each_page_says_what_of_it_is_open(window: MainWindow, recorder: Recorder) -> None:
    banners = [window.companion.banner, window.memories.banner, window.conversations.banner]
    assert [one.isVisibleTo(window) for one in banners] == [False] * 3
    answer(recorder, [conflict()], [question(kind="message")])
    texts = "1 text was changed on two devices at once. Which version is right?"
    wishes = "Another device wishes something that you decide."
    assert [one.text.text() for one in banners] == [
        f"{texts} {wishes}",
        texts,
        wishes,
    ]
    answer(recorder)
    assert all(one.isHidden() for one in banners)


def test_a_version_is_chosen_and_counts(window: MainWindow, recorder: Recorder) -> None:
    answer(recorder, [conflict(1), conflict(2)])
    dialog = opened(window)
    sheet = conflict_in(dialog)
    assert not sheet.yes.isEnabled()
    assert "Home Desktop" in sheet.versions._cards[conflict().choices[0].side].radio.text()
    sheet.versions.choose(conflict().choices[0].side)
    sheet.yes.click()
    sheet.yes.click()
    assert sent(recorder, Resolve) == [
        Resolve(id=conflict().id, choice=conflict().choices[0].side)
    ]
    recorder.last(Resolve).answer(None)
    assert conflict_in(dialog).conflict == conflict(2)
    answer(recorder, [conflict(2)])
    assert conflict_in(dialog).conflict == conflict(2)


def test_a_version_is_chosen_by_the_keyboard_alone(
    window: MainWindow, recorder: Recorder, qtbot: QtBot
) -> None:
    answer(recorder, [conflict()])
    dialog = opened(window)
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Space, Qt.Key.Key_Return):
        focused = dialog.focusWidget()
        assert focused is not None
        QTest.keyClick(focused, key)
    assert sent(recorder, Resolve) == [
        Resolve(id=conflict().id, choice=conflict().choices[0].side)
    ]


def test_a_text_of_ones_own_counts_too(window: MainWindow, recorder: Recorder) -> None:
    answer(recorder, [conflict()])
    sheet = conflict_in(opened(window))
    assert not sheet.own.isVisible()
    sheet.versions.choose(OWN)
    assert sheet.own.isVisible()
    sheet.own.setPlainText("  ")
    assert not sheet.yes.isEnabled()
    sheet.own.setPlainText("Coffee with milk")
    sheet.yes.click()
    assert recorder.last(Resolve).wish == Resolve(id=conflict().id, text="Coffee with milk")
    recorder.last(Resolve).answer(None)
    assert window.settling is None


def test_what_was_typed_stays_when_another_version_comes(
    window: MainWindow, recorder: Recorder
) -> None:
    answer(recorder, [conflict()])
    dialog = opened(window)
    conflict_in(dialog).versions.choose(OWN)
    conflict_in(dialog).own.setPlainText("Both")
    window.matters.look()
    answer(recorder, [conflict(1, "Coffee", "Milk", "Water")])
    sheet = conflict_in(dialog)
    assert "Water" in read(dialog)
    assert (sheet.versions.key, sheet.own.toPlainText()) == (OWN, "Both")
    assert sheet.own.isVisibleTo(sheet)


def test_a_refusal_is_said_and_can_be_answered_again(
    window: MainWindow, recorder: Recorder
) -> None:
    answer(recorder, [conflict()])
    sheet = conflict_in(opened(window))
    sheet.versions.choose(conflict().choices[1].side)
    sheet.yes.click()
    recorder.last(Resolve).fail(NotFound("There is nothing to settle about that any more."))
    assert sheet.trouble.isVisible()
    assert sheet.yes.isEnabled()
    answer(recorder)
    assert window.settling is None


def test_a_refusal_after_the_dialog_was_closed_is_said_on_the_page(
    window: MainWindow, recorder: Recorder
) -> None:
    answer(recorder, [], [question()])
    dialog = opened(window)
    question_in(dialog).yes.click()
    dialog.reject()
    recorder.last(Decide).fail(NotPermitted("This device may not decide that."))
    assert window.companion.trouble.isVisible()


def test_what_is_postponed_waits_until_it_is_asked_again(
    window: MainWindow, recorder: Recorder
) -> None:
    answer(recorder, [conflict()], [question()])
    dialog = opened(window)
    conflict_in(dialog).later.click()
    question_in(dialog).later.click()
    assert window.settling is None
    assert window.companion.banner.isVisible()
    assert sent(recorder, Resolve, Decide) == []
    conflict_in(opened(window))


@pytest.mark.parametrize("yes", [True, False])
def test_a_wish_is_granted_or_refused(
    window: MainWindow, recorder: Recorder, yes: bool
) -> None:
    answer(recorder, [], [question()])
    dialog = opened(window)
    assert "Shall this be forgotten?" in read(dialog)
    assert "She drinks tea" in read(dialog)
    sheet = question_in(dialog)
    (sheet.yes if yes else sheet.no).click()
    assert recorder.last(Decide).wish == Decide(id=question().id, yes=yes)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"what": "text", "wanted": "She drinks milk"}, ["changed?", "She drinks milk"]),
        (
            {"what": "privacy", "wanted": "public"},
            ["Shall this be shared as For everyone?"],
        ),
        ({"what": "tag", "wanted": "tea"}, ["Shall this get the tag tea?"]),
        ({"what": "untag", "wanted": "tea"}, ["Shall this lose the tag tea?"]),
        ({"what": "reason", "wanted": "rain", "kind": "mood"}, ["a reason?", "rain"]),
        ({"device_id": None}, ["A device"]),
    ],
)
def test_a_wish_is_told_as_what_it_is(
    window: MainWindow, recorder: Recorder, fields: dict[str, Any], said: list[str]
) -> None:
    answer(recorder, [], [question(**fields)])
    shown = read(opened(window))
    assert [one for one in said if one not in shown] == []


def test_a_device_that_forgot_too_much_is_removed_from_before_it_did(
    window: MainWindow, recorder: Recorder
) -> None:
    answer(recorder, [], [BURST])
    dialog = opened(window)
    assert "Home Desktop forgot 120 things at once." in read(dialog)
    question_in(dialog).no.click()
    assert sent(recorder, Revoke) == []
    assert dialog.question is not None
    dialog.question.yes.click()
    assert recorder.last(Revoke).wish == Revoke(device=DESK, hours=6.0)


def test_what_it_alone_may_keep_is_said_before_who_forgot_too_much_is_removed(
    window: MainWindow, recorder: Recorder
) -> None:
    answer(recorder, [], [BURST])
    dialog = opened(window)
    question_in(dialog).no.click()
    alone = DevicePolicy(
        device_id=DESK, name="", trust=Trust.FULL, values={}, keeps_alone=("memories",)
    )
    recorder.last(Policy).answer(PolicyShown({}, {}, {}, (alone,)))
    assert dialog.question is not None
    said = [one.text() for one in dialog.question.findChildren(QLabel)]
    assert sum("may keep all of: Memories." in one for one in said) == 1
    dialog.question.yes.click()
    assert recorder.last(Revoke).wish == Revoke(device=DESK, hours=6.0, lets_go=True)


def test_news_and_time_lead_to_another_look(
    window: MainWindow, recorder: Recorder, clock: MovedClock, qtbot: QtBot
) -> None:
    answer(recorder)
    window.show_state(scenes.two())
    assert len(sent(recorder, Conflicts)) == 1
    with qtbot.waitSignal(window.matters._rest.timeout):
        for _ in range(3):
            window.take([told(ConflictDetected(id="a"), ME)])
    assert len(sent(recorder, Conflicts)) == 2
    clock.now += PATIENCE_S
    window.show_state(scenes.two())
    assert len(sent(recorder, Questions)) == 3


def test_an_old_answer_does_not_count(window: MainWindow, recorder: Recorder) -> None:
    old = recorder.last(Conflicts)
    window.matters.look()
    answer(recorder)
    old.answer([conflict()])
    assert window.matters.all == ()


def test_a_long_text_is_shown_in_part(window: MainWindow, recorder: Recorder) -> None:
    answer(recorder, [conflict(1, "a" * 50_000, "b")])
    assert max(len(line) for line in read(opened(window)).splitlines()) < 2000
