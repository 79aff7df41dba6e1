"""A sentence on a coloured ground, for what a person should not miss."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from app.theme.tokens import CLOSE, GAP


class Hint(QFrame):
    """One sentence; ``tone``: warn, bad, ok or accent. Without a text it takes no room."""

    def __init__(self, tone: str = "warn", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", "notice")
        self.setProperty("tone", tone)
        self._label = QLabel()
        self._label.setWordWrap(True)
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        row = QHBoxLayout(self)
        row.setContentsMargins(GAP, CLOSE, GAP, CLOSE)
        row.addWidget(self._label)
        self.setVisible(False)

    def say(self, text: str, tone: str | None = None) -> None:
        """Show this sentence, or nothing."""
        self._label.setText(text)
        self.setAccessibleName(text)
        self.setVisible(bool(text))
        if tone is not None:
            redress(self, "tone", tone)

    @property
    def text(self) -> str:
        """What it says."""
        return self._label.text()


def redress(widget: QWidget, name: str, value: object) -> None:
    """Give a widget a property that the style sheet looks at, and let it be seen."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)
