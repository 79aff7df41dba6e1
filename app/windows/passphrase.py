"""Choosing the passphrase that closes a profile where there is no keyring."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QLineEdit, QProgressBar, QWidget

from app.theme.tokens import TIGHT
from app.widgets.buttons import Button
from app.widgets.labels import label
from app.widgets.layout import column, row
from app.widgets.sheet import Sheet
from app.wording import tr
from mesh.clock import SystemEntropy

if TYPE_CHECKING:
    from mesh.clock import Entropy

TYPED_MAX = 256
JUDGED_MAX = 72
"""More than that the library does not look at."""
SUGGESTED_WORDS = 6


class Strength(IntEnum):
    """How long somebody who has the file would have to guess."""

    NONE = 0
    WEAK = 1
    FAIR = 2
    GOOD = 3
    STRONG = 4


ENOUGH = Strength.GOOD


@dataclass(frozen=True)
class Chosen:
    """What is typed so far."""

    passphrase: str
    again: str
    is_written_down: bool

    @property
    def strength(self) -> Strength:
        """How good it is."""
        return strength(self.passphrase)

    @property
    def is_ready(self) -> bool:
        """Whether the profile may be closed with it."""
        return (
            self.strength >= ENOUGH and self.passphrase == self.again and self.is_written_down
        )


def strength(passphrase: str) -> Strength:
    """How good a passphrase is."""
    if not passphrase.strip():
        return Strength.NONE
    from zxcvbn import zxcvbn

    score = zxcvbn(passphrase[:JUDGED_MAX])["score"]
    return Strength(max(Strength.WEAK, score))


def suggestion(entropy: Entropy) -> str:
    """Six words that nobody guesses: 66 bits of chance."""
    from mnemonic import Mnemonic

    words = Mnemonic("english").wordlist
    drawn = (int.from_bytes(entropy.draw(2)) % len(words) for _ in range(SUGGESTED_WORDS))
    return " ".join(words[number] for number in drawn)


class PassphrasePage(Sheet):
    """A passphrase, typed twice, with how strong it is; ``why``: what it closes."""

    chosen = Signal(str)
    given_up = Signal()

    def __init__(
        self, entropy: Entropy | None = None, parent: QWidget | None = None, why: str = ""
    ) -> None:
        super().__init__(parent)
        self._entropy = entropy or SystemEntropy()
        self.entitle(
            tr("Choose a passphrase"),
            why
            or tr(
                "This computer has no keyring that could keep the key of AICO mesh, so that a "
                "passphrase closes it. You type it whenever AICO mesh starts."
            ),
        )
        self.first, self.second = secret(tr("Passphrase")), secret(tr("The same again"))
        self.show_button = Button(tr("Show"))
        self.show_button.setCheckable(True)
        self.show_button.toggled.connect(self._show)
        self.suggest = Button(tr("Suggest one"), on_click=self._suggest)
        self.bar = QProgressBar()
        self.bar.setRange(0, Strength.STRONG)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(tr("Strength"))
        self.told = label("", "mute", wraps=True)
        self.written = QCheckBox(tr("I have written it down"))
        self._lay_out_fields()
        self.add_button(tr("Cancel"), self.given_up.emit)
        self.push_right()
        self.go = self.add_button(tr("Use this passphrase"), self._go, is_primary=True)
        for field in (self.first, self.second):
            field.textChanged.connect(self._typed)
            field.returnPressed.connect(self.go.click)
        self.written.toggled.connect(self._typed)
        self._typed()

    @property
    def typed(self) -> Chosen:
        """What is typed so far."""
        return Chosen(self.first.text(), self.second.text(), self.written.isChecked())

    def _lay_out_fields(self) -> None:
        fields = column(
            column(label(tr("Passphrase"), "name"), self.first, gap=TIGHT),
            column(label(tr("The same again"), "name"), self.second, gap=TIGHT),
            row(self.suggest, self.show_button, None),
        )
        why = tr("Without it nobody can open your data, not even you.")
        written = column(self.written, label(why, "mute", wraps=True), gap=TIGHT)
        self.fill(fields, column(self.bar, self.told), written, None)

    def _typed(self) -> None:
        typed = self.typed
        self.bar.setValue(typed.strength)
        self.told.setText(judgement(typed))
        self.go.setEnabled(typed.is_ready)

    def _show(self, is_shown: bool) -> None:
        mode = QLineEdit.EchoMode.Normal if is_shown else QLineEdit.EchoMode.Password
        for field in (self.first, self.second):
            field.setEchoMode(mode)
        self.show_button.setText(tr("Hide") if is_shown else tr("Show"))

    def _suggest(self) -> None:
        words = suggestion(self._entropy)
        self.first.setText(words)
        self.second.setText(words)
        self.show_button.setChecked(True)

    def _go(self) -> None:
        if self.typed.is_ready:
            self.chosen.emit(self.first.text())


def judgement(typed: Chosen) -> str:
    """What is still missing, in a sentence."""
    match typed.strength:
        case Strength.NONE:
            return tr("Several words that do not belong together are best.")
        case Strength.WEAK | Strength.FAIR:
            return tr("That would be guessed. Add another word or two.")
        case _ if not typed.again:
            return tr("That is strong enough. Type it again, so that it holds no typing error.")
        case _ if typed.passphrase != typed.again:
            return tr("The two are not the same yet.")
        case _ if not typed.is_written_down:
            return tr("Now write it down, and keep it where only you find it.")
        case _:
            return tr("That is strong enough.")


def secret(name: str) -> QLineEdit:
    """A field whose text is shown as dots."""
    field = QLineEdit()
    field.setEchoMode(QLineEdit.EchoMode.Password)
    field.setMaxLength(TYPED_MAX)
    field.setAccessibleName(name)
    field.setInputMethodHints(Qt.InputMethodHint.ImhSensitiveData)
    return field
