"""A QR code on the screen, and the codes in a picture of a screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from app import qr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPaintEvent

MODULE = 7
"""Logical pixels a module at the preferred size."""
MODULE_MIN = 5
"""The same at the smallest: below that cameras have to come close."""
ROOMY = 600
"""Logical pixels of height from which a screen has room for the preferred size."""
_MODULES_OF_NOTHING = 45
ROUND = 12
"""Corners lie in the quiet zone, far from the modules."""
PIXELS_MAX = 64_000_000
"""A larger picture is scaled down before it is looked at."""


class QrCode(QWidget):
    """One text as a QR code, dark on white in every scheme, each module of whole pixels."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[list[bool]] = []
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)

    def show_text(self, text: str) -> None:
        """Show this text, or nothing if it is empty."""
        self._rows = qr.matrix(text) if text else []
        self.updateGeometry()
        self.update()

    @override
    def sizeHint(self) -> QSize:
        is_roomy = self.screen().availableGeometry().height() >= ROOMY
        return self._square(MODULE if is_roomy else MODULE_MIN)

    @override
    def minimumSizeHint(self) -> QSize:
        return self._square(MODULE_MIN)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(Qt.GlobalColor.white)
        whole = min(self.width(), self.height())
        painter.drawRoundedRect(0, 0, whole, whole, ROUND, ROUND)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        if not self._rows:
            return
        # On the pixels of the screen itself: a module that is half a pixel wider is blurred.
        ratio = self.devicePixelRatioF()
        painter.scale(1 / ratio, 1 / ratio)
        side = round(whole * ratio)
        size = max(side // len(self._rows), 1)
        origin = (side - size * len(self._rows)) // 2
        for y, row in enumerate(self._rows):
            for x, is_dark in enumerate(row):
                if is_dark:
                    place = QRect(origin + x * size, origin + y * size, size, size)
                    painter.fillRect(place, QColor(Qt.GlobalColor.black))

    def _square(self, module: int) -> QSize:
        side = (len(self._rows) or _MODULES_OF_NOTHING) * module
        return QSize(side, side)


def codes_in(image: QImage) -> Sequence[str]:
    """The texts of the QR codes in a picture; to be called in a worker, it takes its time."""
    if image.isNull():
        return []
    if image.width() * image.height() > PIXELS_MAX:
        image = image.scaled(8000, 8000, Qt.AspectRatioMode.KeepAspectRatio)
    gray = image.convertToFormat(QImage.Format.Format_Grayscale8)
    # Lines are padded to four bytes; up to three more columns at the right do no harm.
    return qr.read(memoryview(gray.constBits()), gray.bytesPerLine(), gray.height())
