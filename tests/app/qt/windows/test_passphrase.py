"""A passphrase is strong, typed twice and written down before it closes a profile."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QLineEdit

from app.windows.passphrase import (
    Chosen,
    PassphrasePage,
    Strength,
    judgement,
    strength,
    suggestion,
)

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

GOOD = "velvet galaxy timber ocean"


class Counting:
    """Chance that is the same in every run."""

    def __init__(self) -> None:
        self._next = 0

    def draw(self, size: int) -> bytes:
        self._next += 1
        return self._next.to_bytes(size)


@pytest.fixture
def page(qtbot: QtBot) -> PassphrasePage:
    page = PassphrasePage(Counting())
    qtbot.addWidget(page)
    return page


@pytest.mark.parametrize(
    ("typed", "least", "most"),
    [
        ("", Strength.NONE, Strength.NONE),
        ("   ", Strength.NONE, Strength.NONE),
        ("password", Strength.WEAK, Strength.WEAK),
        ("Sommer12", Strength.WEAK, Strength.FAIR),
        (GOOD, Strength.STRONG, Strength.STRONG),
        ("x" * 300, Strength.WEAK, Strength.FAIR),
    ],
)
def test_how_strong_a_passphrase_is(typed: str, least: Strength, most: Strength) -> None:
    assert least <= strength(typed) <= most


def test_a_suggestion_is_six_words_that_are_strong() -> None:
    words = suggestion(Counting())
    assert len(words.split()) == 6
    assert strength(words) is Strength.STRONG
    assert suggestion(Counting()) == words


@pytest.mark.parametrize(
    ("chosen", "is_ready"),
    [
        (Chosen("password", "password", is_written_down=True), False),
        (Chosen(GOOD, "", is_written_down=True), False),
        (Chosen(GOOD, GOOD + "x", is_written_down=True), False),
        (Chosen(GOOD, GOOD, is_written_down=False), False),
        (Chosen(GOOD, GOOD, is_written_down=True), True),
    ],
)
def test_it_must_be_strong_typed_twice_and_written_down(chosen: Chosen, is_ready: bool) -> None:
    assert chosen.is_ready is is_ready


def test_each_thing_that_is_missing_has_its_sentence() -> None:
    told = {
        judgement(Chosen(first, again, is_written_down=written))
        for first, again, written in (
            ("", "", False), ("hello", "", False), (GOOD, "", False), (GOOD, "x", False),
            (GOOD, GOOD, False), (GOOD, GOOD, True),
        )
    }  # fmt: skip
    assert len(told) == 6


def test_a_suggestion_fills_both_fields_and_is_shown(page: PassphrasePage) -> None:
    page.suggest.click()
    assert page.first.text() == page.second.text() == suggestion(Counting())
    assert page.first.echoMode() is QLineEdit.EchoMode.Normal
    assert not page.go.isEnabled()
    page.written.setChecked(True)
    assert page.go.isEnabled()


def test_what_was_chosen_is_given(page: PassphrasePage, qtbot: QtBot) -> None:
    page.first.setText(GOOD)
    page.second.setText(GOOD)
    page.written.setChecked(True)
    with qtbot.waitSignal(page.chosen) as chosen:
        page.go.click()
    assert chosen.args == [GOOD]
