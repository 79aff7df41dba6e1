"""The page before two pasts become one: how much there is on each side, and the question."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QProgressBar, QWidget

from app.theme.tokens import EDGE, GAP, NEAR
from app.widgets.cards import Card, Notice
from app.widgets.labels import label
from app.widgets.layout import column
from app.widgets.sheet import Sheet
from app.wording import grouped, meeting_kind, meeting_outcome, tr

if TYPE_CHECKING:
    from app.windows.pairing.steps import Uniting


class UnitingPage(Sheet):
    """What is here, what is there, what both have; nothing flows before both owners agree."""

    answered = Signal(bool)
    given_up = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.counts = QGridLayout()
        self.counts.setHorizontalSpacing(GAP)
        self.counts.setVerticalSpacing(NEAR)
        self.counts.setColumnStretch(0, 1)
        self.table = QWidget()
        self.table.setLayout(self.counts)
        self.table.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.outcome = Notice("check", "ok")
        self.busy = QProgressBar()
        self.busy.setRange(0, 0)
        self.busy.setTextVisible(False)
        self.busy.setAccessibleName(tr("Waiting"))
        self.waiting = label("", "mute", wraps=True)
        card = Card(column(self.table, edges=(GAP, EDGE, GAP, EDGE)))
        self.fill(card, self.outcome, column(self.busy, self.waiting), None)
        self.add_button(tr("Later"), self.given_up.emit)
        self.push_right()
        self.no = self.add_button(tr("Keep them apart"), lambda: self.answered.emit(False))
        self.yes = self.add_button(
            tr("Let them become one"), lambda: self.answered.emit(True), is_primary=True
        )

    def show_step(self, step: Uniting) -> None:
        """Show what would become of both."""
        self.show_mark("devices", "accent")
        self.entitle(
            tr("Shall the two become one?"),
            tr(
                "This device and {name} would share all of this. Nothing flows before "
                "somebody has agreed on both.",
                name=step.name,
            ),
        )
        self._show_counts(step)
        self.outcome.show_notice("check", "ok", meeting_outcome(step.asked.to_settle))
        for button in (self.no, self.yes):
            button.setEnabled(not step.agreed)
        self.busy.setVisible(step.agreed)
        self.waiting.setVisible(step.agreed)
        self.waiting.setText(tr("Waiting until somebody agrees on {name} too…", name=step.name))
        if not step.agreed:
            # Nobody should say yes by pressing Enter once too often.
            self.table.setFocus()

    def _show_counts(self, step: Uniting) -> None:
        while (item := self.counts.takeAt(0)) is not None:
            shown = item.widget()
            if shown is not None:
                shown.deleteLater()
        asked = step.asked
        rows = [("", tr("Here"), tr("There"), tr("On both"))]
        rows += [
            (meeting_kind(kind), grouped(one.here), grouped(one.there), grouped(one.same))
            for kind, one in asked.kinds.items()
        ]
        for number, words in enumerate(rows):
            for place, text in enumerate(words):
                self.counts.addWidget(_cell(text, number, place), number, place)
        self.table.setAccessibleName(
            tr(
                "{here} here, {there} there, {same} on both",
                here=grouped(asked.here),
                there=grouped(asked.there),
                same=grouped(asked.same),
            )
        )


def _cell(text: str, number: int, place: int) -> QLabel:
    made = label(text, "mute" if number == 0 else "name" if place == 0 else "")
    side = Qt.AlignmentFlag.AlignLeft if place == 0 else Qt.AlignmentFlag.AlignRight
    made.setAlignment(side | Qt.AlignmentFlag.AlignVCenter)
    return made
