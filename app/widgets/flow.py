"""A grid that has as many columns as there is room for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget
from typing_extensions import override

from app import theme
from app.theme.tokens import CLOSE
from app.widgets.layout import in_order

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QResizeEvent


class Tiles(QWidget):
    """Widgets in rows, each column at least ``least`` logical pixels wide.

    There are no more columns than widgets, but ``always`` so many where there is room; and no
    more than it takes, so that five in two rows are three and two.
    """

    def __init__(self, least: int, most_columns: int = 4, *, always: int = 1) -> None:
        super().__init__()
        self._least, self._most, self._always = least, most_columns, always
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(CLOSE)
        self._shown: list[QWidget] = []
        self._columns = 0
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def show_all(self, widgets: Sequence[QWidget]) -> None:
        """These, in this order; what is shown already stays as it is."""
        if list(widgets) == self._shown:
            return
        for gone in self._shown:
            if gone not in widgets:
                self._grid.removeWidget(gone)
                gone.hide()
        self._shown = list(widgets)
        self._place(self._fitting())

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        columns = self._fitting()
        if columns != self._columns:
            self._place(columns)

    def _fitting(self) -> int:
        room = self.width() + CLOSE
        number = max(self._always, len(self._shown))
        fitting = max(1, min(self._most, number, room // (theme.scaled(self._least) + CLOSE)))
        rows = -(-number // fitting)
        return -(-number // rows)

    def _place(self, columns: int) -> None:
        self._columns = columns
        for number, widget in enumerate(self._shown):
            self._grid.addWidget(widget, number // columns, number % columns)
            widget.show()
        in_order(*self._shown)
        for column in range(self._most):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)
