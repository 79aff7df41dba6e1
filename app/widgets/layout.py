"""Rows and columns in one line, and the way of the Tab key through them."""

from __future__ import annotations

from itertools import pairwise
from typing import TypeAlias, TypeVar

from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLayout, QVBoxLayout, QWidget

from app.theme.tokens import NEAR

Box = TypeVar("Box", bound=QBoxLayout)
Part: TypeAlias = QWidget | QLayout | None
"""What stands in a row: a widget, another layout, or None for a stretch."""
Edges: TypeAlias = tuple[int, int, int, int]
NO_EDGES: Edges = (0, 0, 0, 0)


def row(*parts: Part, gap: int = NEAR, edges: Edges = NO_EDGES) -> QHBoxLayout:
    """Parts side by side, ``gap`` logical pixels apart; edges: left, top, right, bottom."""
    return _fill(QHBoxLayout(), parts, gap, edges)


def column(*parts: Part, gap: int = NEAR, edges: Edges = NO_EDGES) -> QVBoxLayout:
    """Parts below each other."""
    return _fill(QVBoxLayout(), parts, gap, edges)


def in_order(*widgets: QWidget) -> None:
    """The Tab key goes through these one after the other; Qt alone goes by age."""
    for before, after in pairwise(widgets):
        QWidget.setTabOrder(before, after)


def _fill(box: Box, parts: tuple[Part, ...], gap: int, edges: Edges) -> Box:
    box.setSpacing(gap)
    box.setContentsMargins(*edges)
    for part in parts:
        if part is None:
            box.addStretch(1)
        elif isinstance(part, QLayout):
            box.addLayout(part)
        else:
            box.addWidget(part)
    return box
