"""The window before there is a companion to show: waiting, a passphrase, or what went wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QCheckBox,
    QLineEdit,
    QProgressBar,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from app.widgets.labels import label
from app.widgets.sheet import Sheet
from app.windows.passphrase import PassphrasePage, secret
from app.wording import tr

if TYPE_CHECKING:
    from PySide6.QtGui import QCloseEvent

WIDTH, HEIGHT = 600, 540
"""Of the window in which a passphrase is chosen; the others are …"""
SMALL = 300
"""… this high."""


class NotePage(Sheet):
    """One thing to wait for, to type, or to know."""

    typed = Signal(str)
    """The passphrase, or nothing for "try again"."""
    given_up = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.busy = QProgressBar()
        self.busy.setRange(0, 0)
        self.busy.setTextVisible(False)
        self.busy.setAccessibleName(tr("Waiting"))
        self.field = secret(tr("Passphrase"))
        self.shown = QCheckBox(tr("Show what I type"))
        self.shown.toggled.connect(self._reveal)
        self.trouble = label("", wraps=True)
        self.trouble.setProperty("tone", "bad")
        self.fill(self.busy, self.field, self.shown, self.trouble, None)
        self.quit = self.add_button(tr("Quit"), self.given_up.emit)
        self.push_right()
        self.go = self.add_button("", self._go, is_primary=True)
        self.field.textChanged.connect(self._check)
        self.field.returnPressed.connect(self.go.click)

    def show_waiting(self, text: str) -> None:
        """Only wait, or quit."""
        self._become(tr("One moment"), text, self.busy)

    def show_trouble(self, sentence: str) -> None:
        """It does not go on like this."""
        self._become(tr("AICO mesh cannot open"), sentence, self.go)
        self._offer(tr("Try again"), is_enabled=True)

    def ask_passphrase(self, trouble: str) -> None:
        """The passphrase; ``trouble``: why the last one did not do."""
        self._become(
            tr("Your passphrase"),
            tr("What AICO knows on this device is closed with a passphrase."),
            self.field,
            self.shown,
            self.go,
        )
        self.trouble.setText(trouble)
        self.trouble.setVisible(bool(trouble))
        self._offer(tr("Open"), is_enabled=False)
        self.field.setFocus()

    def _become(self, title: str, text: str, *parts: QWidget) -> None:
        self.entitle(title, text)
        self.field.clear()
        self.shown.setChecked(False)
        for part in (self.busy, self.field, self.shown, self.trouble, self.go):
            part.setVisible(part in parts)

    def _offer(self, text: str, *, is_enabled: bool) -> None:
        self.go.setText(text)
        self.go.setEnabled(is_enabled)
        self.go.setFocus()

    def _check(self) -> None:
        if self.field.isVisibleTo(self):
            self.go.setEnabled(bool(self.field.text()))

    def _reveal(self, is_shown: bool) -> None:
        hidden, plain = QLineEdit.EchoMode.Password, QLineEdit.EchoMode.Normal
        self.field.setEchoMode(plain if is_shown else hidden)

    def _go(self) -> None:
        typed = self.field.text()
        self.field.clear()
        self.typed.emit(typed)


class Opening(QWidget):
    """Says what is waited for, asks what is needed; ``answered`` tells what the person wants.

    None: give up. Otherwise the passphrase that was typed, or an empty text for "try again".
    """

    answered = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("AICO mesh")
        self.setObjectName("ground")
        self.note = NotePage()
        self.note.typed.connect(self.answered.emit)
        self.note.given_up.connect(self._give_up)
        self.passphrase: PassphrasePage | None = None
        self._pages = QStackedWidget()
        self._pages.addWidget(self.note)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._pages)
        QShortcut(QKeySequence(Qt.Key.Key_Escape), self, self._give_up)
        self.show_waiting(tr("AICO mesh is starting…"))

    def show_waiting(self, text: str) -> None:
        """Something takes a while; there is nothing to do but wait or quit."""
        self._show_note()
        self.note.show_waiting(text)

    def show_trouble(self, sentence: str) -> None:
        """It does not go on like this: try again, or quit."""
        self._show_note()
        self.note.show_trouble(sentence)

    def ask_passphrase(self, trouble: str = "") -> None:
        """The profile is closed with a passphrase; ``trouble``: why the last one did not do."""
        self._show_note()
        self.note.ask_passphrase(trouble)

    def choose_passphrase(self) -> None:
        """There is no keyring: a new profile needs a passphrase."""
        self._drop_passphrase()
        page = self.passphrase = PassphrasePage()
        page.chosen.connect(self.answered.emit)
        page.given_up.connect(self._give_up)
        self._pages.addWidget(page)
        self._pages.setCurrentWidget(page)
        self.resize(WIDTH, HEIGHT)
        page.first.setFocus()

    def _show_note(self) -> None:
        self._drop_passphrase()
        self._pages.setCurrentWidget(self.note)
        self.resize(WIDTH, SMALL)

    def _drop_passphrase(self) -> None:
        """What was typed does not stay in memory longer than it must."""
        if self.passphrase is not None:
            self._pages.removeWidget(self.passphrase)
            self.passphrase.deleteLater()
            self.passphrase = None

    def _give_up(self) -> None:
        self.answered.emit(None)

    @override
    def closeEvent(self, event: QCloseEvent) -> None:
        """Closing it before anything is open gives up."""
        event.ignore()
        self._give_up()
