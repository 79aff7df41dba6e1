"""The window before there is a companion to show: waiting, a passphrase, or what went wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDialogButtonBox,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from app.wording import tr

if TYPE_CHECKING:
    from PySide6.QtGui import QCloseEvent

SHORTEST = 8
WIDTH = 460
MARGIN = 28


class Opening(QWidget):
    """Says what is waited for, asks what is needed; ``answered`` tells what the person wants.

    None: give up. Otherwise the passphrase that was typed, or an empty text for "try again".
    """

    answered = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("AICO mesh")
        self.setMinimumWidth(WIDTH)
        self._title = QLabel()
        self._title.setObjectName("title")
        self._text = _paragraph()
        self._trouble = _paragraph()
        self._trouble.setObjectName("trouble")
        self._busy = QProgressBar()
        self._busy.setRange(0, 0)
        self._busy.setTextVisible(False)
        self._busy.setAccessibleName(tr("Waiting"))
        self._first = _secret(tr("Passphrase"))
        self._second = _secret(tr("The same passphrase again"))
        self._show = QPushButton(tr("Show what I type"))
        self._show.setCheckable(True)
        self._show.setFlat(True)
        self._show.toggled.connect(self._reveal)
        self._buttons = QDialogButtonBox()
        self._go = self._button(tr("Open"), QDialogButtonBox.ButtonRole.AcceptRole)
        self._quit = self._button(tr("Quit"), QDialogButtonBox.ButtonRole.RejectRole)
        self._buttons.accepted.connect(self._accept)
        self._buttons.rejected.connect(self._give_up)
        self._is_new = False
        self._lay_out()
        for field in (self._first, self._second):
            field.textChanged.connect(self._check)
            field.returnPressed.connect(self._go.click)
        QShortcut(QKeySequence(Qt.Key.Key_Escape), self, self._give_up)
        self.show_waiting(tr("AICO mesh is starting…"))

    def _button(self, text: str, role: QDialogButtonBox.ButtonRole) -> QPushButton:
        button = QPushButton(text)
        self._buttons.addButton(button, role)
        return button

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        column.setSpacing(MARGIN // 2)
        for part in (
            self._title, self._text, self._busy, self._first, self._second, self._show,
            self._trouble,
        ):  # fmt: skip
            column.addWidget(part)
        column.addStretch(1)
        column.addWidget(self._buttons)

    # ---- what it shows -----------------------------------------------------------------------

    def show_waiting(self, text: str) -> None:
        """Something takes a while; there is nothing to do but wait or quit."""
        self._become(tr("One moment"), text)
        self._busy.show()

    def show_trouble(self, sentence: str) -> None:
        """It does not go on like this: try again, or quit."""
        self._become(tr("AICO mesh cannot open"), sentence)
        self._go.setText(tr("Try again"))
        self._go.show()
        self._go.setFocus()

    def ask_passphrase(self, trouble: str = "") -> None:
        """The profile is closed with a passphrase; ``trouble``: why the last one did not do."""
        self._become(
            tr("Passphrase"), tr("What AICO knows on this device is closed with a passphrase.")
        )
        self._ask(trouble)
        self._go.setText(tr("Open"))

    def choose_passphrase(self) -> None:
        """There is no keyring: a new profile needs a passphrase."""
        self._become(
            tr("Choose a passphrase"),
            tr(
                "This computer has no keyring that could keep the key of your data. Choose a "
                "passphrase instead: four or five words that nobody guesses. AICO asks for it "
                "at each start. Write it down: without it nobody can open your data, not even "
                "you."
            ),
        )
        self._is_new = True
        self._ask("")
        self._second.show()
        self._go.setText(tr("Use this passphrase"))

    def _become(self, title: str, text: str) -> None:
        self._title.setText(title)
        self._text.setText(text)
        self._trouble.setText("")
        self._is_new = False
        for part in (
            self._busy,
            self._first,
            self._second,
            self._show,
            self._trouble,
            self._go,
        ):
            part.hide()

    def _ask(self, trouble: str) -> None:
        for field in (self._first, self._second):
            field.clear()
        self._trouble.setText(trouble)
        self._trouble.setVisible(bool(trouble))
        self._first.show()
        self._show.show()
        self._go.show()
        self._first.setFocus()
        self._check()

    # ---- what the person does ----------------------------------------------------------------

    def _reveal(self, shown: bool) -> None:
        mode = QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password
        self._first.setEchoMode(mode)
        self._second.setEchoMode(mode)

    def _check(self) -> None:
        """Whether what is typed can be used; a new passphrase says what is wrong with it."""
        typed, again = self._first.text(), self._second.text()
        if not self._is_new:
            self._go.setEnabled(bool(typed))
            return
        trouble = ""
        if typed and len(typed) < SHORTEST:
            trouble = tr("At least {n} characters, please.", n=SHORTEST)
        elif again and again != typed:
            trouble = tr("The two are not the same.")
        self._trouble.setText(trouble)
        self._trouble.setVisible(bool(trouble))
        self._go.setEnabled(len(typed) >= SHORTEST and again == typed)

    def _accept(self) -> None:
        typed = self._first.text()
        self._first.clear()
        self._second.clear()
        self.answered.emit(typed)

    def _give_up(self) -> None:
        self.answered.emit(None)

    @override
    def closeEvent(self, event: QCloseEvent) -> None:
        """Closing it before anything is open gives up."""
        event.ignore()
        self._give_up()


def _paragraph() -> QLabel:
    label = QLabel()
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def _secret(name: str) -> QLineEdit:
    field = QLineEdit()
    field.setEchoMode(QLineEdit.EchoMode.Password)
    field.setPlaceholderText(name)
    field.setAccessibleName(name)
    return field
