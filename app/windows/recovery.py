"""The recovery words: shown once to be written down, and three of them asked for."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QLineEdit,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.theme.tokens import CLOSE, NEAR
from app.widgets.cards import Card
from app.widgets.labels import label
from app.widgets.layout import row
from app.widgets.sheet import Sheet
from app.wording import sentence, tr
from mesh.wishes import RecoveryPhrase, RecoveryShown

if TYPE_CHECKING:
    from app.viewstate import Wisher
    from mesh.errors import MeshError

COLUMNS = 3
WORD_MAX = 24
NUMBER_WIDTH = 20
WIDTH, HEIGHT = 640, 600


class WordsPage(Sheet):
    """All words in a numbered grid, read from top to bottom."""

    written = Signal()
    postponed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.entitle(
            tr("Write down your recovery words"),
            tr(
                "With them you get your family back when its devices are lost or stolen. Write "
                "them on paper, in this order, and keep it where only you find it."
            ),
        )
        self.told = label("", "mute", wraps=True)
        self._grid = QGridLayout()
        self._grid.setSpacing(NEAR)
        self.fill(self._grid, self.told, None)
        self.later = self.add_button(tr("Later"), self.postponed.emit)
        self.push_right()
        self.next = self.add_button(
            tr("I have written them down"), self.written.emit, is_primary=True
        )
        self.next.setEnabled(False)

    def show_words(self, words: tuple[str, ...]) -> None:
        """Show the words, counted from 1."""
        _clear(self._grid)
        rows = -(-len(words) // COLUMNS)
        for index, word in enumerate(words):
            self._grid.addWidget(_numbered(index + 1, word), index % rows, index // rows)
        self.told.setText(
            tr("Nobody else has them. They are erased here once you have confirmed three.")
        )
        self.next.setEnabled(bool(words))
        self.next.setFocus()

    def show_trouble(self, text: str) -> None:
        """Say why there are no words."""
        self.told.setText(text)


class CheckPage(Sheet):
    """Three of the words, typed from the paper."""

    confirmed = Signal(object)
    """Position (as text) → word, of all that was asked for."""
    back_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.entitle(
            tr("Is everything on the paper?"),
            tr("Type these three words as you have written them down."),
        )
        self.fields: dict[int, QLineEdit] = {}
        self._form = QGridLayout()
        self._form.setSpacing(NEAR)
        self.told = label("", wraps=True)
        self.told.setProperty("tone", "bad")
        self.fill(self._form, self.told, None)
        self.add_button(tr("Show the words again"), self.back_wanted.emit)
        self.push_right()
        self.check = self.add_button(tr("Confirm"), self._confirm, is_primary=True)

    def ask(self, positions: tuple[int, ...]) -> None:
        """Ask for the words at these positions."""
        _clear(self._form)
        self.fields = {}
        for line, position in enumerate(positions):
            field = QLineEdit()
            field.setMaxLength(WORD_MAX)
            field.textChanged.connect(self._typed)
            title = tr("Word {number}", number=position)
            field.setAccessibleName(title)
            self._form.addWidget(label(title, "name"), line, 0)
            self._form.addWidget(field, line, 1)
            field.returnPressed.connect(self._go_on)
            self.fields[position] = field
        self.told.setText("")
        self._typed()
        next(iter(self.fields.values())).setFocus()

    def show_trouble(self, text: str) -> None:
        """Say what is wrong; what was typed stays."""
        self.told.setText(text)
        self.check.setEnabled(True)

    def _typed(self) -> None:
        self.told.setText("")
        self.check.setEnabled(all(field.text().strip() for field in self.fields.values()))

    def _go_on(self) -> None:
        """Enter leads to the next field that is empty, and confirms when none is."""
        empty = (field for field in self.fields.values() if not field.text().strip())
        field = next(empty, None)
        if field is None:
            self.check.click()
        else:
            field.setFocus()

    def _confirm(self) -> None:
        self.check.setEnabled(False)
        typed = {str(at): field.text().strip().lower() for at, field in self.fields.items()}
        self.confirmed.emit(typed)


class RecoveryPages(QStackedWidget):
    """Both pages, and the wishes behind them."""

    ended = Signal(bool)
    """Whether the words are confirmed; False: later."""

    def __init__(self, wisher: Wisher, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._wisher = wisher
        self._ask: tuple[int, ...] = ()
        self.words, self.check = WordsPage(), CheckPage()
        for page in (self.words, self.check):
            self.addWidget(page)
        self.words.written.connect(self._ask_for_three)
        self.words.postponed.connect(partial(self.ended.emit, False))
        self.check.back_wanted.connect(partial(self.setCurrentWidget, self.words))
        self.check.confirmed.connect(self._confirm)

    def begin(self) -> None:
        """Fetch the words."""
        self.setCurrentWidget(self.words)
        self._wisher.wish(RecoveryPhrase(), done=self._show, failed=self._say)

    def _show(self, answer: object) -> None:
        if not isinstance(answer, RecoveryShown):
            return
        if answer.confirmed:
            self.ended.emit(True)
            return
        self._ask = answer.ask
        self.words.show_words(answer.words)

    def _say(self, error: MeshError) -> None:
        self.words.show_trouble(sentence(error))

    def _ask_for_three(self) -> None:
        self.check.ask(self._ask)
        self.setCurrentWidget(self.check)

    def _confirm(self, answers: dict[str, str]) -> None:
        self._wisher.wish(
            RecoveryPhrase(confirm=answers), done=self._confirmed, failed=self._refused
        )

    def _confirmed(self, _: object) -> None:
        self.words.show_words(())
        self.ended.emit(True)

    def _refused(self, error: MeshError) -> None:
        self.check.show_trouble(sentence(error))


class RecoveryDialog(QDialog):
    """The recovery words for whoever said "later" before."""

    def __init__(self, wisher: Wisher, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Recovery words"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.resize(WIDTH, HEIGHT)
        self.pages = RecoveryPages(wisher)
        self.pages.ended.connect(lambda _: self.accept())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.pages)

    def begin(self) -> None:
        """Open the window and fetch the words."""
        self.open()
        self.pages.begin()


def _numbered(number: int, word: str) -> Card:
    count = label(str(number), "mute")
    count.setMinimumWidth(NUMBER_WIDTH)
    count.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    told = label(word, "name")
    told.setAccessibleName(f"{number} {word}")
    line = row(count, told, edges=(CLOSE, NEAR, CLOSE, NEAR))
    line.setStretch(1, 1)
    return Card(line)


def _clear(grid: QGridLayout) -> None:
    while (item := grid.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.deleteLater()
