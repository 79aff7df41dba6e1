"""Stroke icons on a grid of 24, one SVG file each; the colour is put in when they are drawn."""

from __future__ import annotations

import functools
from importlib.resources import files

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

_INK = b"currentColor"
SIDE = 20


@functools.cache
def _drawing(name: str) -> bytes:
    return (files("resources") / "icons" / f"{name}.svg").read_bytes()


def pixmap(name: str, color: str, side: int = SIDE, ratio: float | None = None) -> QPixmap:
    """An icon in a colour, ``side`` logical pixels wide; sharp on a screen of that ratio."""
    return _pixmap(name, color, side, ratio or _ratio())


@functools.lru_cache(maxsize=512)
def _pixmap(name: str, color: str, side: int, ratio: float) -> QPixmap:
    drawn = QPixmap(QSize(round(side * ratio), round(side * ratio)))
    drawn.fill(Qt.GlobalColor.transparent)
    drawn.setDevicePixelRatio(ratio)
    renderer = QSvgRenderer(QByteArray(_drawing(name).replace(_INK, color.encode())))
    painter = QPainter(drawn)
    renderer.render(painter, QRectF(0, 0, side, side))
    painter.end()
    return drawn


def icon(name: str, color: str, side: int = SIDE) -> QIcon:
    """The same as an icon of a button, sharp on whichever screen it is moved to."""
    made = QIcon()
    for ratio in sorted({1.0, 2.0, _ratio()}):
        made.addPixmap(pixmap(name, color, side, ratio))
    return made


def _ratio() -> float:
    return QGuiApplication.primaryScreen().devicePixelRatio()
