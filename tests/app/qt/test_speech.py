"""Windows, and the menus and dialogs of Qt itself, speak the language of the session."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QCoreApplication, QLocale, QTranslator

from app import wording
from app.application.speech import choose_language

if TYPE_CHECKING:
    from collections.abc import Iterator

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


def test_what_nobody_translated_is_english(program: QApplication) -> None:
    choose_language(program, {"LANG": "tlh_KX.UTF-8"})
    assert wording.language() == "en"
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "Cancel"
