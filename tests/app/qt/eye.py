"""Looks at the screen of a display, in a process of its own: where is this colour?

A line ``#rrggbb SECONDS`` on stdin; ``X Y`` on stdout, the middle of such pixels, as soon as
there are some, or ``none`` when the seconds are over.
"""

from __future__ import annotations

import sys
import time

from PySide6.QtGui import QColor, QGuiApplication, QImage

LOOK_EVERY_S = 0.05


def find(image: QImage, wanted: QColor) -> tuple[int, int] | None:
    """The middle of the pixels of a colour."""
    plain = image.convertToFormat(QImage.Format.Format_RGB32)
    raw, line = bytes(plain.constBits()), plain.bytesPerLine()
    exact = bytes((wanted.blue(), wanted.green(), wanted.red()))
    found = []
    at = raw.find(exact)
    while at >= 0:
        if at % 4 == 0:
            found.append((at % line // 4, at // line))
        at = raw.find(exact, at + 1)
    if not found:
        return None
    return sum(x for x, _ in found) // len(found), sum(y for _, y in found) // len(found)


def main() -> None:
    """Answer until the input ends."""
    app = QGuiApplication([])
    print("ready", flush=True)  # noqa: T201 — it speaks on a pipe
    for line in sys.stdin:
        colour, seconds = line.split()
        deadline = time.monotonic() + float(seconds)
        seen = None
        while seen is None and time.monotonic() < deadline:
            app.processEvents()
            seen = find(app.primaryScreen().grabWindow(0).toImage(), QColor(colour))
            if seen is None:
                time.sleep(LOOK_EVERY_S)
        print(*(seen or ("none",)), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
