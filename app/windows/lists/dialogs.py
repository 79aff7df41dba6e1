"""Small windows over a list: to read, to change a text, its tags, who may have it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QLineEdit, QPlainTextEdit, QSizePolicy, QWidget
from typing_extensions import override

from app.theme.tokens import EDGE, GAP, NEAR
from app.widgets.buttons import Button
from app.widgets.choice import Choices
from app.widgets.labels import label
from app.widgets.layout import column, row
from app.windows.lists import words
from app.wording import full_date, sentence, tr

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mesh.errors import MeshError
    from mesh.wishes import TextShown

SIZE = QSize(560, 360)
EDGES = (EDGE, EDGE, EDGE, EDGE)


class Asking(QDialog):
    """A headline, what is asked, Save and Cancel; it stays until what was saved has arrived."""

    saved = Signal(object)
    """What the person wants."""

    def __init__(
        self, headline: str, lead: str, field: QWidget, yes: str, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(headline)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.yes = Button(yes, look="primary", on_click=self.save)
        self.yes.setAutoDefault(False)
        self.no = Button(tr("Cancel"), on_click=self.reject)
        self.no.setAutoDefault(False)
        self.trouble = label(wraps=True)
        self.trouble.setProperty("tone", "bad")
        self.trouble.hide()
        whole = column(label(headline, "h1", wraps=True), gap=NEAR, edges=EDGES)
        if lead:
            whole.addWidget(label(lead, "mute", wraps=True))
        whole.addSpacing(NEAR)
        whole.addWidget(field, 1)
        whole.addWidget(self.trouble)
        whole.addSpacing(GAP)
        whole.addLayout(row(None, self.no, self.yes))
        self.setLayout(whole)
        self.setMinimumWidth(SIZE.width())
        QShortcut(QKeySequence("Ctrl+Return"), self).activated.connect(self.save)

    def save(self) -> None:
        """Send what is asked for, once."""
        if self.yes.isEnabled():
            self.yes.setEnabled(False)
            self.saved.emit(self.value())

    def value(self) -> object:
        """What the field holds."""
        raise NotImplementedError

    def fail(self, error: MeshError) -> None:
        """It could not be saved; what was typed stays."""
        self.yes.setEnabled(True)
        self.trouble.setText(sentence(error))
        self.trouble.show()


class Rewording(Asking):
    """A new text for something."""

    def __init__(self, text: str, parent: QWidget) -> None:
        self.field = QPlainTextEdit(text)
        self.field.setAccessibleName(tr("Text"))
        self.field.setTabChangesFocus(True)
        super().__init__(
            tr("Change the text"),
            tr("The new text goes to every device that has the old one."),
            self.field,
            tr("Save"),
            parent,
        )
        self.resize(SIZE)
        self.field.textChanged.connect(self._look)
        self.field.moveCursor(self.field.textCursor().MoveOperation.End)

    def _look(self) -> None:
        self.yes.setEnabled(bool(self.field.toPlainText().strip()))

    @override
    def value(self) -> str:
        """The text."""
        return self.field.toPlainText()


class Tagging(Asking):
    """The tags of something, in one line."""

    def __init__(self, tags: Iterable[str], parent: QWidget) -> None:
        self.field = QLineEdit(", ".join(tags))
        self.field.setAccessibleName(tr("Tags, separated by commas"))
        self.field.setPlaceholderText(tr("for example: recipe, travel"))
        super().__init__(
            tr("Tags"),
            tr("Separate them by commas. Some tags, such as “private”, keep things here."),
            self.field,
            tr("Save"),
            parent,
        )
        self.field.returnPressed.connect(self.save)

    @override
    def value(self) -> tuple[str, ...]:
        """The tags, each once."""
        return tags_in(self.field.text())


class Sharing(Asking):
    """Who may have something."""

    def __init__(self, level: str, parent: QWidget) -> None:
        self.field = Choices()
        for each in words.LEVELS:
            self.field.add(each, words.shared(each), words.privacy_means(each))
        self.field.choose(level)
        self.field.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        super().__init__(
            tr("Who may have this?"),
            tr("What other devices got already and may not keep is taken from them."),
            self.field,
            tr("Save"),
            parent,
        )

    @override
    def value(self) -> str:
        """The level."""
        return self.field.key or "private"


class Reader(QDialog):
    """A long text, or several, to read and copy."""

    def __init__(self, headline: str, text: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(headline)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.field = QPlainTextEdit(text)
        self.field.setReadOnly(True)
        self.field.setTabChangesFocus(True)
        self.field.setAccessibleName(headline)
        self.close_button = Button(tr("Close"), on_click=self.accept)
        whole = column(label(headline, "h1"), gap=GAP, edges=EDGES)
        whole.addWidget(self.field, 1)
        whole.addLayout(row(None, self.close_button))
        self.setLayout(whole)
        self.resize(QSize(640, 480))


def earlier_texts(found: Iterable[TextShown], names: Mapping[str, str]) -> str:
    """Every text with when and where it was written, latest first."""
    parts = []
    for one in found:
        where = names.get(one.device_id or "", "")
        head = " · ".join(part for part in (full_date(one.timestamp), where) if part)
        parts.append(f"{head}\n{one.text}")
    return "\n\n".join(parts)


def tags_in(text: str) -> tuple[str, ...]:
    """The tags in a line, each once."""
    return tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
