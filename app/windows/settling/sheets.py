"""One matter on a sheet: what it is about, and what can be answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPlainTextEdit, QRadioButton
from typing_extensions import override

from app.theme.tokens import CLOSE, NEAR, TIGHT
from app.widgets.cards import Card
from app.widgets.choice import Choices
from app.widgets.labels import label, say
from app.widgets.layout import column
from app.widgets.sheet import Sheet
from app.windows.settling import words
from app.wording import sentence, tr
from mesh.wishes import ConflictShown, Decide, Resolve

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.matters import Matter
    from app.widgets.buttons import Button
    from mesh.errors import MeshError
    from mesh.wishes import QuestionShown

OWN = "own"
OWN_HEIGHT = 90
EDGES = (CLOSE, NEAR, CLOSE, CLOSE)


class MatterSheet(Sheet):
    """``decided`` tells the wish that answers it; ``postponed``: not now."""

    decided = Signal(object)
    postponed = Signal()

    def __init__(self, matter: Matter) -> None:
        super().__init__()
        self.matter = matter
        self.answers: list[Button] = []
        self.trouble = label(wraps=True)
        self.trouble.setProperty("tone", "bad")
        self.trouble.hide()
        self.rest = label(kind="small")

    def begin(self) -> None:
        """Let the keyboard begin here; Enter alone decides nothing."""
        self.later.setFocus()

    def show_rest(self, count: int) -> None:
        """So many are open besides this one."""
        say(self.rest, words.more(count))

    def go_on_from(self, before: MatterSheet) -> None:
        """What was chosen and typed on the sheet shown before this one, if it is the same."""

    def fail(self, error: MeshError) -> None:
        """It could not be decided so; what was chosen and typed stays."""
        self.trouble.setText(sentence(error))
        self.trouble.show()
        self.offer()

    def offer(self) -> None:
        """Let it be answered, as far as something is chosen."""
        for button in self.answers:
            button.setEnabled(True)

    def decide(self, wish: Resolve | Decide) -> None:
        """Answer it, once."""
        self.trouble.hide()
        for button in self.answers:
            button.setEnabled(False)
        self.decided.emit(wish)

    def _add_later(self) -> None:
        self.later = self.add_button(tr("Later"), self.postponed.emit)
        self.push_right()


class ConflictSheet(MatterSheet):
    """Every version with who wrote it when, and room for one of one's own."""

    def __init__(self, conflict: ConflictShown, names: Mapping[str, str], now: float) -> None:
        super().__init__(conflict)
        self.conflict = conflict
        self.entitle(words.conflict_title(conflict), words.conflict_lead())
        self.versions = Choices()
        for one in conflict.choices:
            by = words.side(one, names, now).replace("&", "&&")
            self.versions.add(one.side, by, words.clipped(one.text))
        self.versions.add(OWN, tr("None of these"), tr("You write what is right."))
        self.own = QPlainTextEdit(conflict.shown)
        self.own.setAccessibleName(tr("What is right"))
        self.own.setTabChangesFocus(True)
        self.own.setFixedHeight(OWN_HEIGHT)
        self.own.hide()
        self.fill(self.versions, self.own, self.trouble, self.rest, None)
        self._add_later()
        self.yes = self.add_button(tr("That is right"), self._answer, is_primary=True)
        self.answers = [self.yes]
        self.offer()
        self.versions.chosen.connect(self._choose)
        self.own.textChanged.connect(self.offer)

    @override
    def begin(self) -> None:
        self.versions.findChildren(QRadioButton)[0].setFocus()

    @override
    def go_on_from(self, before: MatterSheet) -> None:
        if isinstance(before, ConflictSheet) and before.conflict.id == self.conflict.id:
            self.own.setPlainText(before.own.toPlainText())
            if before.versions.key in {OWN, *(one.side for one in self.conflict.choices)}:
                self.versions.choose(before.versions.key)

    def _choose(self, key: str) -> None:
        self.own.setVisible(key == OWN)
        self.offer()

    @override
    def offer(self) -> None:
        key = self.versions.key
        has_text = bool(self.own.toPlainText().strip())
        self.yes.setEnabled(key is not None and (key != OWN or has_text))

    def _answer(self) -> None:
        key = self.versions.key
        if key == OWN:
            self.decide(Resolve(id=self.conflict.id, text=self.own.toPlainText()))
        elif key is not None:
            self.decide(Resolve(id=self.conflict.id, choice=key))


class QuestionSheet(MatterSheet):
    """What another device wishes, and what it is about."""

    removal_wanted = Signal()
    """Nobody of the family did that: the device is to be removed."""

    def __init__(self, question: QuestionShown, names: Mapping[str, str], now: float) -> None:
        super().__init__(question)
        self._question = question
        lead = words.question_lead(question, names, now)
        self.entitle(words.question_title(question, names), lead)
        if question.shown:
            self.fill(_quoted(tr("It reads now"), question.shown))
        if question.what == "text" and question.wanted:
            self.fill(_quoted(tr("It would read"), question.wanted))
        if question.what == "reason" and question.wanted:
            self.fill(_quoted(tr("The reason"), question.wanted))
        self.fill(self.trouble, self.rest, None)
        self._add_later()
        if question.kind == words.BURST:
            self._add_burst_answers()
        else:
            self.no = self.add_button(tr("No"), self._refuse)
            self.yes = self.add_button(tr("Yes"), self._grant, is_primary=True)
        self.answers = [self.no, self.yes]

    def _add_burst_answers(self) -> None:
        self.no = self.add_button(tr("Remove the device…"), self.removal_wanted.emit)
        self.yes = self.add_button(tr("Erase here too"), self._grant)

    def _grant(self) -> None:
        self.decide(Decide(id=self._question.id, yes=True))

    def _refuse(self) -> None:
        self.decide(Decide(id=self._question.id, yes=False))


def sheet_of(matter: Matter, names: Mapping[str, str], now: float) -> MatterSheet:
    """The sheet for a matter."""
    if isinstance(matter, ConflictShown):
        return ConflictSheet(matter, names, now)
    return QuestionSheet(matter, names, now)


def _quoted(title: str, text: str) -> Card:
    said = label(words.clipped(text), wraps=True)
    said.setAccessibleName(f"{title}: {words.clipped(text)}")
    return Card(column(label(title, "small"), said, gap=TIGHT, edges=EDGES))
