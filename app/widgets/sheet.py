"""One page of a wizard: a headline, what it is about, a body that scrolls, and its buttons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.theme.tokens import EDGE, GAP, NEAR
from app.widgets.emblem import Emblem

if TYPE_CHECKING:
    from collections.abc import Callable


class Sheet(QWidget):
    """Give it a headline, add to ``body``, then add its buttons from left to right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.headline = _label("h1")
        self.lead = _label("mute")
        self._emblem = Emblem("info")
        self._emblem.hide()
        self.body = QVBoxLayout()
        self.body.setContentsMargins(EDGE, 0, EDGE, GAP)
        self.body.setSpacing(GAP)
        self._buttons = QHBoxLayout()
        self._buttons.setContentsMargins(EDGE, NEAR, EDGE, EDGE)
        self._buttons.setSpacing(NEAR)
        self._lay_out()

    def entitle(self, headline: str, lead: str = "") -> None:
        """Say what this page is and what to do here."""
        self.headline.setText(headline)
        self.lead.setText(lead)
        self.lead.setVisible(bool(lead))
        self.setAccessibleName(headline)

    def show_emblem(self, name: str, tone: str) -> None:
        """An icon beside the headline."""
        self._emblem.become(name, tone)
        self._emblem.show()

    def add_button(
        self, text: str, on_click: Callable[[], None], *, is_primary: bool = False
    ) -> QPushButton:
        """A button at the right end of the row."""
        button = QPushButton(text)
        button.setAutoDefault(is_primary)
        button.setProperty("primary", is_primary)
        button.clicked.connect(lambda _checked=False: on_click())
        self._buttons.addWidget(button)
        return button

    def push_right(self) -> None:
        """What is added from now on stands at the right."""
        self._buttons.addStretch(1)

    def _lay_out(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(NEAR)
        words.addWidget(self.headline)
        words.addWidget(self.lead)
        head = QHBoxLayout()
        head.setContentsMargins(EDGE, EDGE, EDGE, GAP)
        head.setSpacing(GAP)
        head.addWidget(self._emblem, 0, Qt.AlignmentFlag.AlignTop)
        head.addLayout(words, 1)
        content = QWidget()
        content.setLayout(self.body)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(content)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(head)
        whole.addWidget(scroll, 1)
        whole.addLayout(self._buttons)


def _label(kind: str) -> QLabel:
    label = QLabel()
    label.setProperty("kind", kind)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label
