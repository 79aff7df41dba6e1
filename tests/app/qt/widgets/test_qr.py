"""What the window shows as a QR code, a camera reads; on every screen, in every scheme."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPalette

from app.widgets.qr import MODULE_MIN, QrCode, codes_in

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget
    from pytestqt.qtbot import QtBot

LINK = "AICO-MESH:" + "ABCDEFGH234567" * 7
LONGEST = "AICO-MESH:" + "A2" * 55


def painted(widget: QWidget, ratio: float) -> QImage:
    """The widget as a screen of that many pixels a point shows it."""
    image = QImage(widget.size() * ratio, QImage.Format.Format_ARGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.transparent)
    widget.render(image)
    return image


@pytest.fixture
def code(qtbot: QtBot) -> QrCode:
    widget = QrCode()
    qtbot.addWidget(widget)
    widget.show_text(LINK)
    return widget


@pytest.mark.parametrize("ratio", [1.0, 1.25, 1.5, 2.0])
@pytest.mark.parametrize("paper", ["white", "black"])
def test_it_is_read_back_on_every_screen(code: QrCode, ratio: float, paper: str) -> None:
    palette = QPalette()
    palette.setColor(QPalette.ColorRole.Window, QColor(paper))
    code.setPalette(palette)
    code.resize(code.sizeHint())
    assert codes_in(painted(code, ratio)) == [LINK]


def test_each_module_has_five_pixels_at_least_and_the_light_zone_four_modules(
    code: QrCode,
) -> None:
    code.show_text(LONGEST)
    code.resize(code.minimumSizeHint())
    image = painted(code, 1.0)
    dark = [
        (x, y)
        for x in range(image.width())
        for y in range(image.height())
        if image.pixelColor(x, y).lightness() < 128
    ]
    first = min(x for x, _ in dark), min(y for _, y in dark)
    assert first == (4 * MODULE_MIN, 4 * MODULE_MIN)
    edge = 2 * MODULE_MIN
    assert image.pixelColor(edge, edge) == QColor(Qt.GlobalColor.white)
    assert codes_in(image) == [LONGEST]


def test_a_code_somewhere_on_a_large_screen_is_found(code: QrCode) -> None:
    code.resize(code.sizeHint())
    screen = QImage(QSize(2561, 1440), QImage.Format.Format_RGB32)
    screen.fill(QColor("#191A1E"))
    painter = QPainter(screen)
    painter.drawImage(1234, 567, painted(code, 1.0))
    painter.end()
    assert codes_in(screen) == [LINK]


def test_where_there_is_no_picture_there_is_no_code() -> None:
    assert codes_in(QImage()) == []


def test_without_a_text_it_is_empty_paper(code: QrCode) -> None:
    code.show_text("")
    code.resize(code.sizeHint())
    assert codes_in(painted(code, 1.0)) == []
