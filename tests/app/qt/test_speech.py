"""Windows, and the menus and dialogs of Qt itself, speak the language of the session."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QCoreApplication, QLocale, QTranslator

from app import wording
from app.application.speech import choose_language, chosen_language
from app.windows.kept import LANGUAGE, kept_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from PySide6.QtWidgets import QApplication


@pytest.fixture
def program(qapp: QApplication) -> Iterator[QApplication]:
    """The program, and afterwards again as it was."""
    before = QLocale()
    yield qapp
    for translator in qapp.findChildren(QTranslator):
        qapp.removeTranslator(translator)
        translator.deleteLater()
    QLocale.setDefault(before)
    wording.speak()


def test_our_texts_and_those_of_qt_are_in_one_language(program: QApplication) -> None:
    choose_language(program, {"LANG": "de_AT.UTF-8"})
    assert (wording.language(), QLocale().name()) == ("de", "de_AT")
    assert wording.tr("Quit") == "Beenden"
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "Abbrechen"


def test_what_was_chosen_goes_before_what_the_system_speaks(
    program: QApplication, tmp_path: Path
) -> None:
    assert chosen_language(tmp_path) == ""
    kept = kept_in(tmp_path)
    kept.setValue(LANGUAGE, "de")
    kept.sync()
    choose_language(program, {"LANG": "en_US.UTF-8"}, chosen=chosen_language(tmp_path))
    assert wording.language() == "de"
    choose_language(program, {"LANG": "de_AT.UTF-8"}, chosen="de")
    assert wording.locale() == "de_AT"


def test_what_nobody_translated_is_english(program: QApplication) -> None:
    choose_language(program, {"LANG": "tlh_KX.UTF-8"})
    assert wording.language() == "en"
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "Cancel"
