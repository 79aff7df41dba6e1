"""The tags that make private what carries them: a chip each, and a field for one more."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from app import theme
from app.theme.tokens import CLOSE, GAP, NEAR, TIGHT
from app.widgets.buttons import Button
from app.widgets.cards import Card
from app.widgets.flow import Tiles
from app.widgets.labels import Line, label
from app.widgets.layout import column, row
from app.widgets.question import Question
from app.windows.devices.sections import explain
from app.windows.sharing.change import TAGS
from app.wording import tr
from mesh.model.choices import TAG_MAX, words_in

if TYPE_CHECKING:
    from mesh.wishes import PolicyShown

CHIP = 148
NONE = "none"


class Chip(QWidget):
    """A tag, and a cross to take it from the list."""

    def __init__(self, tag: str) -> None:
        super().__init__()
        self.tag = tag
        self.text = Line(tag)
        self.text.setProperty("chip", "on")
        self.cross = Button(
            look="flat", icon="cross", name=tr("Take “{tag}” from the list", tag=tag)
        )
        layout: QHBoxLayout = row(self.text, self.cross, None, gap=0)
        self.setLayout(layout)


class Tags(Card):
    """``added`` and ``removed`` tell the tag and the whole list as it would be."""

    added = Signal(str, str)
    removed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._tags: tuple[str, ...] | None = None
        self.chips: dict[str, Chip] = {}
        self._tiles = Tiles(CHIP, 5)
        self.nothing = label(tr("No tag makes anything private now."), "small")
        self.field = QLineEdit()
        self.field.setMaxLength(TAG_MAX)
        self.field.setPlaceholderText(tr("One more tag"))
        self.field.setAccessibleName(tr("One more private tag"))
        self.add = Button(tr("Add"), icon="plus", on_click=self._add)
        self.field.returnPressed.connect(self.add.click)
        self.field.textChanged.connect(self._look)
        lead = tr(
            "What carries one of these is private. This is chosen for the family as a whole."
        )
        adding = row(self.field, self.add, gap=NEAR)
        adding.setStretch(0, 1)
        head = column(
            label(tr("Private tags"), "h2"), label(lead, "mute", wraps=True), gap=TIGHT
        )
        self.setLayout(
            column(head, self._tiles, self.nothing, adding, gap=CLOSE, edges=(20, GAP, 20, GAP))
        )
        self._why_not = ""

    def show_choice(self, shown: PolicyShown, why_not: str) -> None:
        """The list as it counts; what is being typed stays."""
        text = shown.family.get(TAGS, NONE)
        tags = () if text == NONE else words_in(text)
        self._why_not = why_not
        if tags != self._tags:
            self._tags = tags
            self._make()
        for chip in self.chips.values():
            chip.cross.setVisible(not why_not)
        explain(why_not, self.field, self.add)
        self.field.setReadOnly(bool(why_not))
        self._look()

    def _make(self) -> None:
        before, self.chips = self.chips, {tag: Chip(tag) for tag in self._tags or ()}
        for chip in self.chips.values():
            chip.cross.clicked.connect(partial(self._remove, chip.tag))
        self._tiles.show_all(list(self.chips.values()))
        self._tiles.setMaximumWidth(theme.scaled((CHIP + CLOSE) * len(self.chips)))
        self._tiles.setVisible(bool(self.chips))
        self.nothing.setVisible(not self.chips)
        for chip in before.values():
            chip.deleteLater()

    def clear(self) -> None:
        """What was typed has been taken."""
        self.field.clear()

    def _typed(self) -> str:
        return " ".join(self.field.text().replace(",", " ").split())

    def _look(self, _: object = None) -> None:
        is_new = self._typed() not in {"", NONE, *(self._tags or ())}
        self.add.setEnabled(is_new and not self._why_not)

    def _add(self) -> None:
        tag = self._typed()
        self.added.emit(tag, ", ".join(sorted((*(self._tags or ()), tag))))

    def _remove(self, tag: str, _checked: bool = False) -> None:
        left = [one for one in self._tags or () if one != tag]
        self.removed.emit(", ".join(left) or NONE)


def adding(tag: str, parent: QWidget) -> Question:
    """Before a tag makes things private."""
    question = Question(
        tr("Is “{tag}” private?", tag=tag),
        tr("This holds for what is there already, too."),
        tr("Make it private"),
        parent=parent,
    )
    question.add_point(
        "lock", "warn",
        tr(
            "Whatever carries this tag becomes private: other devices give it back, unless "
            "private things may go there."
        ),
    )  # fmt: skip
    question.add_point(
        "info", "off",
        tr("It stays private when you take the tag from the list, until you share it anew."),
    )  # fmt: skip
    return question
