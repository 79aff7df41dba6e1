"""The language of the windows: ours, and that of Qt's own dialogs and menus."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator

from app import wording
from app.windows.kept import LANGUAGE, kept_in

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from PySide6.QtCore import QCoreApplication


def chosen_language(home: Path) -> str:
    """What the person chose for the profile in that folder; empty: as the system."""
    return str(kept_in(home).value(LANGUAGE, ""))


def choose_language(
    program: QCoreApplication, environ: Mapping[str, str] | None = None, *, chosen: str = ""
) -> None:
    """Speak what was chosen, else what the session asks for.

    A system without variables has a setting of its own. A country of the chosen language that
    the system asks for stays: it says how dates are written.
    """
    told = wording.wished_by(os.environ if environ is None else environ)
    wished = told or tuple(QLocale.system().uiLanguages())
    if chosen:
        wished = (*(one for one in wished if one.lower().startswith(chosen)), chosen, *wished)
    wording.speak(*wished)
    QLocale.setDefault(QLocale(wording.locale()))
    of_qt = QTranslator(program)
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if of_qt.load(f"qtbase_{wording.language()}", folder):
        program.installTranslator(of_qt)
