"""The language of the windows: ours, and that of Qt's own dialogs and menus."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator

from app import wording

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtCore import QCoreApplication


def choose_language(
    program: QCoreApplication, environ: Mapping[str, str] | None = None
) -> None:
    """Speak what the session asks for; a system without variables has a setting of its own."""
    told = wording.wished_by(os.environ if environ is None else environ)
    wording.speak(*(told or QLocale.system().uiLanguages()))
    QLocale.setDefault(QLocale(wording.locale()))
    of_qt = QTranslator(program)
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if of_qt.load(f"qtbase_{wording.language()}", folder):
        program.installTranslator(of_qt)
