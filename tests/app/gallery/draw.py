"""One process draws at one scale: windows, languages, light and dark. See `__main__`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from app import theme, wording
from tests.app.gallery.shots import SHOTS

if TYPE_CHECKING:
    from tests.app.gallery.shots import Shot

LANGUAGES = ("en", "de")
SCHEMES = ("light", "dark")


def main(folder: Path, percent: str, wanted: list[str]) -> None:
    """Draw every wanted window in both schemes and languages."""
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    for scheme in SCHEMES:
        theme.apply(app, scheme)
        for language in LANGUAGES:
            wording.speak(language)
            for shot in SHOTS:
                if not wanted or any(shot.name.startswith(each) for each in wanted):
                    draw(app, shot, folder / f"{shot.name}-{scheme}-{language}-{percent}.png")


def draw(app: QApplication, shot: Shot, path: Path) -> None:
    """One picture, in few enough colours to be small."""
    window = shot.build()
    window.show()
    for _ in range(3):
        app.processEvents()
    picture = window.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    picture.save(str(path), quality=0)
    window.close()
    window.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3:])
