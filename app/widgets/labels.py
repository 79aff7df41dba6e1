"""Texts: plain, as a pill, and as one line that is shortened where there is no room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QLabel, QSizePolicy, QStyleOption, QWidget
from typing_extensions import override

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent


def label(text: str = "", kind: str = "", *, wraps: bool = False) -> QLabel:
    """A text; plain text always, whatever it holds. ``kind``: see ``app.theme.style``."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wraps)
    if kind:
        made.setProperty("kind", kind)
    return made


def restyle(widget: QWidget, **properties: object) -> None:
    """Say of a widget what it is now; its look follows. Nothing happens when it is the same."""
    changed = False
    for name, value in properties.items():
        if widget.property(name) != value:
            widget.setProperty(name, value)
            changed = True
    if changed:
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def say(widget: QLabel, text: str) -> None:
    """Give a label its text, unless it has it."""
    if widget.text() != text:
        widget.setText(text)


class Pill(QLabel):
    """A short state on a ground of its own."""

    def __init__(self, text: str = "", tone: str = "off") -> None:
        super().__init__(text)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("pill", tone)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)

    def show_state(self, text: str, tone: str) -> None:
        """Another text, another tone."""
        say(self, text)
        restyle(self, pill=tone)


class Line(QLabel):
    """One line of a text of any length; what does not fit is in the tooltip."""

    def __init__(self, text: str = "", kind: str = "", *, in_middle: bool = False) -> None:
        super().__init__(text)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self._in_middle = in_middle
        if kind:
            self.setProperty("kind", kind)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    @override
    def minimumSizeHint(self) -> QSize:
        least = min(self.sizeHint().width(), 5 * self.fontMetrics().averageCharWidth())
        return QSize(least, self.sizeHint().height())

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        room = self.contentsRect()
        metrics = self.fontMetrics()
        where = Qt.TextElideMode.ElideMiddle if self._in_middle else Qt.TextElideMode.ElideRight
        shown = metrics.elidedText(self.text(), where, room.width())
        self.setToolTip("" if shown == self.text() else self.text())
        option = QStyleOption()
        option.initFrom(self)
        painter = QPainter(self)
        self.style().drawItemText(
            painter,
            room,
            int(self.alignment()),
            option.palette,
            self.isEnabled(),
            shown,
            self.foregroundRole(),
        )
