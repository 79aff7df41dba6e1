"""Before the node is up: wait, type, choose, or learn what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.windows.opening import Opening

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

GOOD = "velvet galaxy timber ocean"


@pytest.fixture
def opening(qtbot: QtBot) -> Opening:
    window = Opening()
    qtbot.addWidget(window)
    window.show()
    return window


def test_waiting_offers_nothing_but_to_quit(opening: Opening, qtbot: QtBot) -> None:
    opening.show_waiting("Waiting for your keyring")
    assert opening.note.busy.isVisible()
    assert not opening.note.go.isVisible()
    with qtbot.waitSignal(opening.answered) as answered:
        opening.note.quit.click()
    assert answered.args == [None]


def test_trouble_is_told_and_can_be_tried_again(opening: Opening, qtbot: QtBot) -> None:
    opening.show_trouble("Your keyring is locked; unlock it and start again.")
    assert opening.note.lead.text() == "Your keyring is locked; unlock it and start again."
    with qtbot.waitSignal(opening.answered) as answered:
        opening.note.go.click()
    assert answered.args == [""]


def test_a_passphrase_is_given_with_enter_and_not_kept(opening: Opening, qtbot: QtBot) -> None:
    opening.ask_passphrase("The passphrase does not open this profile; nothing was changed.")
    assert opening.note.trouble.isVisible()
    assert not opening.note.go.isEnabled()
    QTest.keyClicks(opening.note.field, GOOD)
    with qtbot.waitSignal(opening.answered) as answered:
        QTest.keyClick(opening.note.field, Qt.Key.Key_Return)
    assert answered.args == [GOOD]
    assert opening.note.field.text() == ""


def test_a_new_passphrase_is_chosen_and_its_page_is_gone_afterwards(
    opening: Opening, qtbot: QtBot
) -> None:
    opening.choose_passphrase()
    page = opening.passphrase
    assert page is not None
    for field in (page.first, page.second):
        field.setText(GOOD)
    page.written.setChecked(True)
    with qtbot.waitSignal(opening.answered) as answered:
        page.go.click()
    assert answered.args == [GOOD]
    opening.show_waiting("AICO mesh is starting…")
    assert opening.passphrase is None


@pytest.mark.parametrize("way", ["escape", "close", "cancel"])
def test_giving_up_is_told_and_the_window_stays_until_it_is_taken_away(
    opening: Opening, qtbot: QtBot, way: str
) -> None:
    opening.choose_passphrase()
    assert opening.passphrase is not None
    with qtbot.waitSignal(opening.answered) as answered:
        if way == "escape":
            QTest.keyClick(opening, Qt.Key.Key_Escape)
        elif way == "close":
            opening.close()
        else:
            opening.passphrase.given_up.emit()
    assert answered.args == [None]
    assert opening.isVisible()
