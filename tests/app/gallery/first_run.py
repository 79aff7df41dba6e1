"""The first run: welcome, name, family, recovery words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSettings, QTemporaryDir

from app.windows.first_run import FirstRun
from app.windows.recovery import RecoveryDialog
from mesh.wishes import RecoveryPhrase, RecoveryShown
from tests.app.qt import scenes
from tests.app.qt.recorder import Recorder

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

WORDS = RecoveryShown(
    confirmed=False,
    words=(
        "tea", "moon", "river", "cabin", "orbit", "lunar", "velvet", "piano", "garden",
        "window", "pepper", "cradle", "anchor", "meadow", "saddle", "thumb", "walnut",
        "breeze", "copper", "lantern", "marble", "oyster", "ribbon", "tulip",
    ),
    ask=(3, 11, 20),
)  # fmt: skip


def _first_run(recorder: Recorder) -> FirstRun:
    folder = QTemporaryDir()
    kept = QSettings(folder.filePath("kept.ini"), QSettings.Format.IniFormat)
    window = FirstRun(recorder, kept, state=scenes.alone(), machine="ada-thinkpad")
    window.begin()
    window.destroyed.connect(folder.remove)
    return window


def _welcome() -> QWidget:
    return _first_run(Recorder())


def _name() -> QWidget:
    window = _first_run(Recorder())
    window.welcome.go.click()
    return window


def _family() -> QWidget:
    window = _first_run(Recorder())
    window.welcome.go.click()
    window.naming.go.click()
    window._renamed(None)
    return window


def _words() -> QWidget:
    recorder = Recorder()
    window = RecoveryDialog(recorder)
    window.begin()
    asked = next(one for one in recorder.sent if isinstance(one.wish, RecoveryPhrase))
    asked.answer(WORDS)
    return window


def _three_words() -> QWidget:
    window = _words()
    assert isinstance(window, RecoveryDialog)
    window.pages.words.next.click()
    return window


WINDOWS: dict[str, tuple[str, Callable[[], QWidget]]] = {
    "welcome": ("the first window of all", _welcome),
    "name": ("what this device is called", _name),
    "family": ("a new family, or one that exists", _family),
    "words": ("the recovery words", _words),
    "three-words": ("three of them asked for", _three_words),
}
