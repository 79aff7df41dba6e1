"""Where something new is said. Enter sends, Shift and Enter begin a new line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QPlainTextEdit, QWidget
from typing_extensions import override

from app.theme.tokens import CLOSE, EDGE, NEAR, TIGHT
from app.widgets.buttons import Button
from app.widgets.labels import label, say
from app.widgets.layout import column, row
from app.windows.lists import words
from app.wording import tr

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

LINES_MAX = 6
PADDING = 18
DRAFTS_MAX = 50
ENTER = {Qt.Key.Key_Return, Qt.Key.Key_Enter}


class Field(QPlainTextEdit):
    """Grows with what is typed, up to some lines."""

    entered = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setTabChangesFocus(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.document().setDocumentMargin(2)
        self.textChanged.connect(self._fit)
        self._fit()

    def _fit(self) -> None:
        size = self.document().documentLayout().documentSize()
        lines = max(1, min(LINES_MAX, round(size.height())))
        height = lines * self.fontMetrics().lineSpacing() + PADDING + 4
        if height != self.height():
            self.setFixedHeight(height)

    @override
    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        self._fit()

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(80, self.fontMetrics().lineSpacing() + PADDING + 4)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        breaks = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        if event.key() in ENTER and not breaks:
            self.entered.emit()
        else:
            super().keyPressEvent(event)


class Compose(QWidget):
    """What is typed belongs to one conversation; what was not taken comes back there."""

    said = Signal(str, bool)
    """A text, and whether it stays here."""

    def __init__(self) -> None:
        super().__init__()
        self._conversation = ""
        self._drafts: dict[str, str] = {}
        self.field = Field()
        self.field.setAccessibleName(tr("Message"))
        self.field.setPlaceholderText(tr("Say something to AICO"))
        self.send = Button(look="primary", icon="send", name=tr("Send (Enter)"))
        self.send.setFixedSize(QSize(42, 38))
        self.stays = QCheckBox(tr("Keep this private"))
        self.stays.setToolTip(words.privacy_means("private"))
        self.stays.setAccessibleDescription(words.privacy_means("private"))
        self.note = label(kind="small", wraps=True)
        self.note.hide()
        self.trouble = label(wraps=True)
        self.trouble.setProperty("tone", "bad")
        self.trouble.hide()
        line = row(self.field, self.send, gap=NEAR)
        line.setAlignment(self.send, Qt.AlignmentFlag.AlignBottom)
        line.setStretch(0, 1)
        below = row(self.stays, self.note, gap=CLOSE)
        below.setStretch(1, 1)
        self.setLayout(column(self.trouble, line, below, gap=NEAR,
                              edges=(EDGE, NEAR, EDGE, CLOSE + TIGHT)))  # fmt: skip
        self.field.entered.connect(self._say)
        self.send.clicked.connect(self._say)
        self.field.textChanged.connect(self._look)
        self._look()

    def _look(self) -> None:
        self.send.setEnabled(bool(self.field.toPlainText().strip()))

    def _say(self) -> None:
        text = self.field.toPlainText().strip()
        if text:
            self.field.clear()
            self.said.emit(text, self.stays.isChecked())

    def turn_to(self, conversation: str) -> None:
        """Show what was typed for this conversation and not sent; the other is kept."""
        if conversation == self._conversation:
            return
        self._keep(self._conversation, self.field.toPlainText())
        self._conversation = conversation
        self.field.setPlainText(self._drafts.pop(conversation, ""))
        self.trouble.hide()

    def accepted(self) -> None:
        """It was taken."""
        self.trouble.hide()

    def refused(self, conversation: str, text: str, why: str) -> None:
        """It was not: it stands again before what was typed there since."""
        if conversation == self._conversation:
            self.field.setPlainText(_joined(text, self.field.toPlainText()))
        else:
            self._keep(conversation, _joined(text, self._drafts.get(conversation, "")))
        self.trouble.setText(why)
        self.trouble.show()

    def _keep(self, conversation: str, text: str) -> None:
        self._drafts.pop(conversation, None)
        if text.strip():
            self._drafts[conversation] = text
        if len(self._drafts) > DRAFTS_MAX:
            del self._drafts[next(iter(self._drafts))]

    def show_note(self, text: str) -> None:
        """A word on where what is said goes; it then stays here whatever is ticked."""
        say(self.note, text)
        self.note.setVisible(bool(text))
        self.stays.setVisible(not text)

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange:
            self.field.updateGeometry()


def _joined(text: str, later: str) -> str:
    return "\n".join(part for part in (text, later) if part.strip())
