"""Shows one window after the other on a real screen, and presses the Tab key.

Told by lines on stdin, answers by a line: `show NAME`, `tab NUMBER`.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication, QEvent, QSocketNotifier, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.app.gallery.shots import SHOTS

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

BUILDERS = {shot.name: shot.build for shot in SHOTS}


class Stage:
    """At most one window at a time."""

    def __init__(self) -> None:
        self._window: QWidget | None = None

    def show(self, name: str) -> None:
        """The next window instead of the last one."""
        if self._window is not None:
            self._window.close()
            self._window.deleteLater()
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        self._window = BUILDERS[name]()
        self._window.show()
        self._window.activateWindow()
        if not QTest.qWaitForWindowActive(self._window, 5000):
            raise SystemExit(f"{name} never became active")

    def tab(self, times: str) -> None:
        """Press the key."""
        for _ in range(int(times)):
            target = QApplication.focusWidget() or self._window
            assert target is not None
            QTest.keyClick(target, Qt.Key.Key_Tab)
            QCoreApplication.processEvents()


def main() -> None:
    """Answer until stdin ends; between the lines Qt is at work."""
    app = QApplication(sys.argv[:1])
    stage = Stage()
    sys.excepthook = _end_at_once

    def act() -> None:
        line = sys.stdin.readline().split()
        if not line:
            app.quit()
            return
        {"show": stage.show, "tab": stage.tab}[line[0]](line[1])
        sys.stdout.write("done\n")
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
