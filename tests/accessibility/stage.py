"""Shows one window after the other on a real screen, and presses the Tab key.

Told by lines on stdin, `show NAME` and `around`; answers by a line with a number.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QSocketNotifier, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.app.gallery.settling import settle
from tests.app.gallery.shots import WINDOWS

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

ACTIVE_WITHIN_MS, MOVES_WITHIN_MS = 5000, 1000
STOPS_MAX = 100
BUILDERS = {shot.name: shot.build for shot in WINDOWS}


class Stage:
    """At most one window at a time."""

    def __init__(self, app: QApplication) -> None:
        self._app = app
        self._window: QWidget | None = None

    def show(self, name: str) -> int:
        """The next window instead of the last one."""
        if self._window is not None:
            self._window.close()
            self._window.deleteLater()
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        self._window = BUILDERS[name]()
        self._window.show()
        self._come_to_front()
        settle(self._window)
        return 0

    def _come_to_front(self) -> QWidget:
        """Without a window manager the keyboard may get lost when a window goes."""
        assert self._window is not None
        if not self._window.isActiveWindow():
            self._window.activateWindow()
            if not QTest.qWaitForWindowActive(self._window, ACTIVE_WITHIN_MS):
                raise SystemExit("a window never became active")
        return self._window

    def around(self) -> int:
        """Press the Tab key until the keyboard is where it was; how often it moved."""
        first, moves = QApplication.focusWidget(), 0
        while moves < STOPS_MAX and self._press_tab():
            moves += 1
            if QApplication.focusWidget() is first:
                break
            first = first or QApplication.focusWidget()
        return moves

    def _press_tab(self) -> bool:
        """Whether the keyboard went somewhere else.

        For the sake of screen readers a key makes a way through their bus before it works.
        """
        window, before = self._come_to_front(), QApplication.focusWidget()
        waiting = QEventLoop()
        QTimer.singleShot(MOVES_WITHIN_MS, waiting.quit)

        def look(_: QWidget | None, now: QWidget | None) -> None:
            if now is not None:
                waiting.quit()

        self._app.focusChanged.connect(look)
        QTest.keyClick(before or window, Qt.Key.Key_Tab)
        if QApplication.focusWidget() is before:
            waiting.exec()
        self._app.focusChanged.disconnect(look)
        return QApplication.focusWidget() is not before


def main() -> None:
    """Answer until stdin ends; between the lines Qt is at work."""
    app = QApplication(sys.argv[:1])
    stage = Stage(app)
    sys.excepthook = _end_at_once

    def act() -> None:
        line = sys.stdin.readline().split()
        if not line:
            app.quit()
            return
        answer = stage.show(line[1]) if line[0] == "show" else stage.around()
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()

    notifier = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read)
    notifier.activated.connect(act)
    app.exec()


def _end_at_once(*error: Any) -> None:
    """What goes wrong in a slot would only be printed, and nobody would be answered."""
    sys.__excepthook__(*error)
    sys.stderr.flush()
    os._exit(1)


if __name__ == "__main__":
    main()
