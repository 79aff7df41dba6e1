"""One process draws at one scale: `python -m tests.app.gallery.draw FOLDER PERCENT [NAME…]`."""

from __future__ import annotations

import sys
from collections import Counter
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QLocale, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QMainWindow

from app import theme, wording
from tests.app.gallery.settling import settle
from tests.app.gallery.shots import LANGUAGES, SCHEMES, SHOTS, Look

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from tests.app.gallery.shots import Shot


OFTEN, SHADE = 192, 0xFFC0C0C0
"""So many colours as they are, and four shades of each of red, green and blue."""


def main(folder: Path, percent: int, names: list[str], *, wants_all: bool) -> None:
    """Draw what is wanted of every window whose name begins with one of the names."""
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    shots = [shot for shot in SHOTS if shot.name.startswith(tuple(names))]
    for scheme, language in product(SCHEMES, LANGUAGES):
        look = Look(scheme, language, percent)
        theme.apply(app, scheme)
        wording.speak(language)
        QLocale.setDefault(QLocale(language))
        for shot in shots:
            if wants_all or look in shot.looks:
                draw(app, shot, folder / shot.file(look))


def draw(app: QApplication, shot: Shot, path: Path) -> None:
    """One picture, as small as a picture without loss can be."""
    window = shot.build()
    window.show()
    settle(window)
    _be_without_keyboard(window)
    _in_few_colours(window.grab().toImage()).save(str(path), quality=0)
    window.close()
    window.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def _in_few_colours(picture: QImage) -> QImage:
    """With 256 colours: a third of the size, and hardly to be seen.

    Those that it has most of, and of all others one of each shade, so that none is lost.
    """
    plain = picture.convertToFormat(QImage.Format.Format_RGB32)
    often = Counter(memoryview(plain.constBits()).cast("I")).most_common()
    shades = {colour & SHADE: colour for colour, _ in reversed(often[OFTEN:])}
    table = [*(colour for colour, _ in often[:OFTEN]), *shades.values()]
    flags = Qt.ImageConversionFlag.AvoidDither | Qt.ImageConversionFlag.ThresholdDither
    return plain.convertToFormat(QImage.Format.Format_Indexed8, table, flags)


def _be_without_keyboard(window: QWidget) -> None:
    """The window of every day as with a mouse; dialogs show where they begin."""
    focused = window.focusWidget()
    if isinstance(window, QMainWindow) and focused is not None:
        focused.clearFocus()


if __name__ == "__main__":
    _, target, scale, *wanted = sys.argv
    main(
        Path(target),
        int(scale),
        [name for name in wanted if name != "--all"] or [""],
        wants_all="--all" in wanted,
    )
