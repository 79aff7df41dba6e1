"""One of several choices as a card: a title to choose, and a sentence on what it means."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QLabel, QRadioButton, QVBoxLayout, QWidget
from typing_extensions import override

from app.widgets.hint import redress

if TYPE_CHECKING:
    from PySide6.QtGui import QMouseEvent


class ChoiceCard(QFrame):
    """A card that can be chosen with a click anywhere on it, or with the keyboard."""

    def __init__(self, title: str, meaning: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", "choice")
        self.radio = QRadioButton(title)
        self.radio.setProperty("kind", "name")
        self.radio.setAccessibleDescription(meaning)
        self._meaning = QLabel(meaning)
        self._meaning.setProperty("kind", "mute")
        self._meaning.setWordWrap(True)
        self._meaning.setIndent(26)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(4)
        column.addWidget(self.radio)
        column.addWidget(self._meaning)
        self.radio.toggled.connect(self._show_chosen)

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self.radio.isEnabled():
            self.radio.setChecked(True)
            self.radio.setFocus(Qt.FocusReason.MouseFocusReason)

    def _show_chosen(self, is_chosen: bool) -> None:
        redress(self, "chosen", is_chosen)


class Choices(QWidget):
    """Several cards of which one is chosen; each has a key."""

    chosen = Signal(str)
    """The key of the card that was chosen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cards: dict[str, ChoiceCard] = {}
        self._group = QButtonGroup(self)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)

    def add(self, key: str, title: str, meaning: str) -> ChoiceCard:
        """One more card below the others."""
        card = ChoiceCard(title, meaning)
        self._cards[key] = card
        self._group.addButton(card.radio)
        self._column.addWidget(card)
        card.radio.toggled.connect(partial(self._tell, key))
        return card

    def _tell(self, key: str, is_chosen: bool) -> None:
        if is_chosen:
            self.chosen.emit(key)

    def choose(self, key: str) -> None:
        """Choose a card."""
        self._cards[key].radio.setChecked(True)

    @property
    def key(self) -> str | None:
        """Which card is chosen."""
        return next((key for key, card in self._cards.items() if card.radio.isChecked()), None)
