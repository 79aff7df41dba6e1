"""Two windows of two processes on one screen: one shows an invitation, one looks for it.

``show TEXT``: says ``shown`` once it stands there; ``look``: a window over the whole screen
looks, and says what it found.
"""

from __future__ import annotations

import sys

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget

from app.widgets.qr import QrCode
from app.windows.pairing.looking import Looker

SOON_MS = 400


def say(text: object) -> None:
    """One line to whoever started this."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def show(text: str) -> QWidget:
    """A code somewhere on the screen."""
    code = QrCode()
    code.show_text(text)
    code.resize(code.sizeHint())
    code.move(300, 200)
    code.show()
    QTimer.singleShot(SOON_MS, lambda: say("shown"))
    return code


def look() -> QWidget:
    """A window in the way of everything, which looks behind itself."""
    wall = QWidget()
    wall.setGeometry(QApplication.primaryScreen().geometry())
    wall.show()
    looker = Looker(wall)
    looker.found.connect(say)
    looker.missed.connect(say)
    QTimer.singleShot(SOON_MS, looker.look_at_screens)
    return wall


def main() -> None:
    """As the first word says."""
    app = QApplication([])
    app.setQuitOnLastWindowClosed(False)
    window = show(sys.argv[2]) if sys.argv[1] == "show" else look()
    app.exec()
    del window


if __name__ == "__main__":
    main()
