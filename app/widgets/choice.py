"""One of several choices as a card: a title to choose, and a sentence on what it means."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QRadioButton, QWidget
from typing_extensions import override

from app.theme.tokens import CLOSE, GAP, NEAR, TIGHT
from app.widgets.labels import label, restyle
from app.widgets.layout import column

if TYPE_CHECKING:
    from PySide6.QtGui import QMouseEvent

INDENT = 25
"""So that the sentence begins where the title does, right of the round mark."""


class ChoiceCard(QFrame):
    """A card that can be chosen with a click anywhere on it, or with the keyboard."""

    def __init__(self, title: str, meaning: str) -> None:
        super().__init__()
        self.setProperty("card", "choice")
        self.radio = QRadioButton(title)
        self.radio.setProperty("kind", "name")
        self.radio.setAccessibleDescription(meaning)
        told = label(meaning, "mute", wraps=True)
        told.setIndent(INDENT)
        self.setLayout(column(self.radio, told, gap=TIGHT, edges=(GAP, CLOSE, GAP, CLOSE)))
        self.radio.toggled.connect(lambda chosen: restyle(self, chosen=chosen))

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self.radio.isEnabled():
            self.radio.setChecked(True)
            self.radio.setFocus(Qt.FocusReason.MouseFocusReason)


class Choices(QWidget):
    """Several cards of which one is chosen; each has a key."""

    chosen = Signal(str)
    """The key of the card that was chosen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cards: dict[str, ChoiceCard] = {}
        self._group = QButtonGroup(self)
        self._column = column(gap=NEAR)
        self.setLayout(self._column)

    def add(self, key: str, title: str, meaning: str) -> ChoiceCard:
        """One more card below the others."""
        card = ChoiceCard(title, meaning)
        self._cards[key] = card
        self._group.addButton(card.radio)
        self._column.addWidget(card)
        card.radio.toggled.connect(partial(self._tell, key))
        return card

    def choose(self, key: str) -> None:
        """Choose a card."""
        self._cards[key].radio.setChecked(True)

    def focus_chosen(self) -> None:
        """Let the keyboard begin at the chosen card."""
        chosen = self._group.checkedButton()
        if chosen is not None:
            chosen.setFocus()

    @property
    def key(self) -> str | None:
        """Which card is chosen."""
        return next((key for key, card in self._cards.items() if card.radio.isChecked()), None)

    def _tell(self, key: str, is_chosen: bool) -> None:
        if is_chosen:
            self.chosen.emit(key)
