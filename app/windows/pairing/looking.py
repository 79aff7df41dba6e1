"""Looking for an invitation: on the screens, in a picture, in what was dropped or pasted."""

from __future__ import annotations

from enum import Enum, auto
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QFile, QObject, QThreadPool, QTimer, QUrl, Signal
from PySide6.QtGui import QGuiApplication, QImage, QImageReader
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

from app.widgets.qr import codes_in
from app.windows.pairing.steps import Reading

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtCore import QMimeData
    from PySide6.QtWidgets import QWidget

FILE_MAX = 64 * 1024 * 1024
OUT_OF_THE_WAY_MS = 350
"""How long a window manager may take until a hidden window is gone from the screen."""
_NO_GRABBING = "wayland"


class Miss(Enum):
    """Why no invitation was found."""

    NO_CODE = auto()
    OTHER_CODE = auto()
    NO_PICTURE = auto()
    NOT_ALLOWED = auto()


class Looker(QObject):
    """Looks at pictures in a worker; ``found`` or ``missed`` comes on the GUI thread."""

    found = Signal(str)
    missed = Signal(object)
    _read = Signal(int, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._turn = 0
        self._if_missed: Callable[[Miss], None] = self.missed.emit
        self._read.connect(self._tell)

    def stop(self) -> None:
        """Whatever is still being looked at is of no interest any more."""
        self._turn += 1

    def look_at_screens(self) -> None:
        """Look at all screens; if there is nothing, once more without our own windows."""
        if QGuiApplication.platformName().startswith(_NO_GRABBING):
            self.missed.emit(Miss.NOT_ALLOWED)
            return

        self._look(_screens, self._look_behind)

    def look_at_file(self, path: str) -> None:
        """Look at a picture in a file."""
        self._look(lambda: [_loaded(path)], self.missed.emit)

    def look_at_image(self, image: QImage) -> None:
        """Look at a picture."""
        self._look(lambda: [image], self.missed.emit)

    def look_at(self, dropped: QMimeData) -> None:
        """Look at what was dropped or pasted: a picture, a file with one, or a text."""
        if dropped.hasImage():
            image = dropped.imageData()
            self.look_at_image(image if isinstance(image, QImage) else QImage())
        elif path := _first_file(dropped.urls()):
            self.look_at_file(path)
        elif dropped.hasText():
            self.found.emit(dropped.text().strip())
        else:
            self.missed.emit(Miss.NO_PICTURE)

    def _look_behind(self, _: Miss) -> None:
        """Take our windows away for a moment; where nothing composes, opacity would not do."""
        hidden = [one for one in QApplication.topLevelWidgets() if one.isVisible()]
        active = QApplication.activeWindow()
        for window in hidden:
            window.hide()
        QTimer.singleShot(OUT_OF_THE_WAY_MS, self, partial(self._look_again, hidden, active))

    def _look_again(self, hidden: list[QWidget], active: QWidget | None) -> None:
        images = _screens()
        for window in hidden:
            if isValid(window):
                window.show()
        if active is not None and isValid(active):
            active.activateWindow()
        self._look(lambda: images, self.missed.emit)

    def _look(
        self, images: Callable[[], Sequence[QImage]], if_missed: Callable[[Miss], None]
    ) -> None:
        self._turn += 1
        turn, self._if_missed = self._turn, if_missed
        # Screens are grabbed here, on the GUI thread; files are read in the worker.
        seen = images() if images is _screens else None
        QThreadPool.globalInstance().start(
            lambda: self._read.emit(turn, _read(images() if seen is None else seen))
        )

    def _tell(self, turn: int, outcome: object) -> None:
        if turn != self._turn:
            return
        if isinstance(outcome, Miss):
            self._if_missed(outcome)
        else:
            self.found.emit(str(outcome))


def _read(images: Sequence[QImage]) -> str | Miss:
    """The first invitation in these pictures."""
    texts = [text for image in images for text in codes_in(image)]
    links = [text for text in texts if Reading(text).is_link]
    if links:
        return links[0]
    if all(image.isNull() for image in images):
        return Miss.NO_PICTURE
    return Miss.OTHER_CODE if texts else Miss.NO_CODE


def _screens() -> list[QImage]:
    return [screen.grabWindow(0).toImage() for screen in QGuiApplication.screens()]


def _loaded(path: str) -> QImage:
    reader = QImageReader(path)
    reader.setAutoTransform(True)
    device = reader.device()
    if not device.isOpen() and not device.open(QFile.OpenModeFlag.ReadOnly):
        return QImage()
    if device.size() > FILE_MAX:
        return QImage()
    return reader.read()


def _first_file(urls: Sequence[QUrl]) -> str | None:
    return next((url.toLocalFile() for url in urls if url.isLocalFile()), None)
