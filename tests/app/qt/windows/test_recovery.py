"""The standing reminder leads to the words; confirmed, they are gone from the screen too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.windows.recovery import RecoveryDialog
from mesh.errors import NotPermitted
from mesh.wishes import RecoveryPhrase, RecoveryShown

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from tests.app.qt.recorder import Recorder

WORDS = RecoveryShown(confirmed=False, words=("one", "two", "three", "four"), ask=(1, 2, 4))


def test_confirmed_words_close_the_window(qtbot: QtBot, recorder: Recorder) -> None:
    dialog = RecoveryDialog(recorder)
    dialog.begin()
    recorder.last(RecoveryPhrase).answer(WORDS)
    pages = dialog.pages
    pages.words.next.click()
    for position, field in pages.check.fields.items():
        field.setText(WORDS.words[position - 1])
    pages.check.check.click()
    with qtbot.waitSignal(dialog.accepted):
        recorder.last(RecoveryPhrase).answer(RecoveryShown(confirmed=True))


def test_words_confirmed_elsewhere_close_it_at_once(qtbot: QtBot, recorder: Recorder) -> None:
    dialog = RecoveryDialog(recorder)
    dialog.begin()
    with qtbot.waitSignal(dialog.accepted):
        recorder.last(RecoveryPhrase).answer(RecoveryShown(confirmed=True))


def test_why_there_are_no_words_is_said(qtbot: QtBot, recorder: Recorder) -> None:
    dialog = RecoveryDialog(recorder)
    qtbot.addWidget(dialog)
    dialog.begin()
    recorder.last(RecoveryPhrase).fail(NotPermitted("Another device keeps them."))
    assert dialog.pages.words.told.text() == "Another device keeps them."
    assert not dialog.pages.words.next.isEnabled()
