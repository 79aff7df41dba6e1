"""Where something is given to remember: a text, tags, and who may have it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from app.theme.tokens import CLOSE, GAP, NEAR
from app.widgets.buttons import Button
from app.widgets.cards import Card
from app.widgets.labels import label, say
from app.widgets.layout import column, row
from app.widgets.select import Select
from app.windows.conversations.compose import Field
from app.windows.lists import words
from app.windows.lists.dialogs import tags_in
from app.wording import sentence, tr
from mesh.wishes import Remember

if TYPE_CHECKING:
    from app.viewstate import Wisher
    from mesh.errors import MeshError


class Keeping(Card):
    """What is typed stays until it has been taken; the rest shows once there is a text."""

    kept = Signal()

    def __init__(self, wisher: Wisher) -> None:
        super().__init__()
        self._wisher = wisher
        self._is_sent = False
        self.field = Field()
        self.field.setAccessibleName(tr("Something to remember"))
        self.field.setPlaceholderText(tr("Something to remember"))
        self.tags = QLineEdit()
        self.tags.setAccessibleName(tr("Tags, separated by commas"))
        self.tags.setPlaceholderText(tr("Tags, separated by commas"))
        self.privacy = Select()
        self.privacy.setAccessibleName(tr("Who may have this?"))
        for level in words.LEVELS:
            self.privacy.addItem(words.shared(level), level)
        self.privacy.setCurrentIndex(words.LEVELS.index("family"))
        self.meaning = label(kind="small", wraps=True)
        self.trouble = label(wraps=True)
        self.trouble.setProperty("tone", "bad")
        self.trouble.hide()
        self.keep = Button(tr("Remember"), look="primary", on_click=self.remember)
        self._rest = QWidget()
        choices = row(self.tags, self.privacy, self.keep, gap=NEAR)
        choices.setStretch(0, 1)
        self._rest.setLayout(column(choices, self.meaning, gap=NEAR))
        self.setLayout(column(self.field, self._rest, self.trouble, gap=NEAR,
                              edges=(CLOSE, CLOSE, CLOSE, GAP - 4)))  # fmt: skip
        self.field.entered.connect(self.remember)
        self.field.textChanged.connect(self._look)
        self.privacy.currentIndexChanged.connect(self._mean)
        self._look()
        self._mean()

    def _look(self) -> None:
        has_text = bool(self.field.toPlainText().strip())
        self._rest.setVisible(has_text)
        self.keep.setEnabled(has_text and not self._is_sent)

    def _mean(self) -> None:
        say(self.meaning, words.privacy_means(str(self.privacy.currentData())))
        self.privacy.setAccessibleDescription(self.meaning.text())

    def remember(self) -> None:
        """Keep what stands here."""
        text = self.field.toPlainText().strip()
        if not text or self._is_sent:
            return
        self._become_sent(is_sent=True)
        wish = Remember(
            text=text,
            tags=tags_in(self.tags.text()),
            privacy=str(self.privacy.currentData()),
        )
        self._wisher.wish(wish, done=self._done, failed=self._fail)

    def _become_sent(self, *, is_sent: bool) -> None:
        """Nothing is typed between sending and the answer, which takes a moment."""
        self._is_sent = is_sent
        for field in (self.field, self.tags):
            field.setReadOnly(is_sent)
        self._look()

    def _done(self, _answer: object) -> None:
        self.field.clear()
        self.tags.clear()
        self.trouble.hide()
        self._become_sent(is_sent=False)
        self.kept.emit()

    def _fail(self, error: MeshError) -> None:
        self._become_sent(is_sent=False)
        self.trouble.setText(sentence(error))
        self.trouble.show()
