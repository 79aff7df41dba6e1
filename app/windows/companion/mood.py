"""How the companion feels: why, and a way to say how it is going."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QLineEdit, QProgressBar, QVBoxLayout, QWidget

from app.theme.tokens import CLOSE, GAP, NEAR, TIGHT
from app.widgets.buttons import Button
from app.widgets.cards import Card
from app.widgets.flow import Tiles
from app.widgets.labels import Line, label, say
from app.widgets.layout import column, row
from app.windows.companion import words
from app.wording import feeling, percent, sentence, tr, when
from mesh.model.views import mood_label
from mesh.wishes import Feel, Mood, MoodShown

if TYPE_CHECKING:
    from app.viewstate import ViewState, Wisher
    from mesh.errors import MeshError
    from mesh.wishes import ReasonShown

STEPS = (-0.8, -0.4, 0.0, 0.4, 0.8)
BECAUSE_MAX = 500
REASONS_MAX = 12
STEP_WIDTH = 112
BAR_WIDTH = 72
NOTED_MS = 6000
"""So long it is said that an answer was noted."""


class Reason(QWidget):
    """One observation: how much it counts, who noted what when, and why."""

    def __init__(self, shown: ReasonShown, name: str, now: float) -> None:
        super().__init__()
        share = QProgressBar()
        share.setRange(0, 100)
        share.setValue(round(shown.weight * 100))
        share.setTextVisible(False)
        share.setFixedWidth(BAR_WIDTH)
        felt = feeling(mood_label(shown.valence, shown.arousal))
        felt = felt[:1].upper() + felt[1:]
        self.said = tr(
            "{feeling} · {name}, {time}",
            feeling=felt, name=name, time=when(shown.timestamp, now),
        )  # fmt: skip
        counts = tr("Counts {share}", share=percent(shown.weight))
        share.setAccessibleName(counts)
        share.setToolTip(counts)
        text = column(label(self.said, wraps=True), gap=1)
        if shown.because is not None:
            quoted = tr("“{because}”", because=shown.because)
            text.addWidget(label(quoted, "mute", wraps=True))
        layout = row(share, text, gap=CLOSE)
        layout.setStretch(1, 1)
        self.setLayout(layout)


class MoodCard(Card):
    """The mood in words, what it is made of, and five ways to answer "how is it going?"."""

    def __init__(self, wisher: Wisher) -> None:
        super().__init__()
        self._wisher = wisher
        self._names: dict[str, str] = {}
        self._now = 0.0
        self.feels = label(kind="h2")
        self.sources = Line(kind="small")
        self.why = Button(tr("Why?"), look="link", on_click=self._toggle_why)
        self.why.setAccessibleName(tr("Why does AICO feel so?"))
        self.because = QLineEdit()
        self.because.setMaxLength(BECAUSE_MAX)
        self.because.setPlaceholderText(tr("What happened? (if you like)"))
        self.because.setAccessibleName(tr("What happened?"))
        self.steps = [self._step(valence) for valence in STEPS]
        self.told = label(kind="small", wraps=True)
        self.told.hide()
        self._rest = _timer(self, QApplication.doubleClickInterval())
        self._noted = _timer(self, NOTED_MS)
        self._noted.timeout.connect(self.told.hide)
        self.reasons = QWidget()
        self._list = QVBoxLayout(self.reasons)
        self._list.setContentsMargins(0, TIGHT, 0, TIGHT)
        self._list.setSpacing(CLOSE)
        self.reasons.hide()
        self._lay_out()

    def _lay_out(self) -> None:
        head = row(self.feels, self.why, None, gap=NEAR)
        asked = row(label(tr("How is it going?"), "mute"), self.because, gap=CLOSE)
        asked.setStretch(1, 1)
        answers = Tiles(STEP_WIDTH, len(STEPS))
        answers.show_all(self.steps)
        parts = (column(head, self.sources, gap=2), self.reasons, asked, answers, self.told)
        self.setLayout(column(*parts, gap=CLOSE, edges=(GAP + 4, 14, GAP + 4, GAP)))

    def _step(self, valence: float) -> Button:
        names = {
            -0.8: tr("Bad"), -0.4: tr("Not so good"), 0.0: tr("So-so"), 0.4: tr("Good"),
            0.8: tr("Great"),
        }  # fmt: skip
        return Button(names[valence], on_click=partial(self._feel, valence))

    def show_state(self, state: ViewState, now: float) -> None:
        """Show how it feels now."""
        self._names, self._now = state.names, now
        say(self.feels, words.mood(state))
        source = words.contributors(state.mood, state.names) if state.mood else ""
        say(self.sources, source)
        self.sources.setVisible(bool(source))
        self.why.setVisible(state.mood is not None)
        if state.mood is None:
            self.reasons.hide()

    # ---- wishes ------------------------------------------------------------------------------

    def _feel(self, valence: float) -> None:
        if self._rest.isActive():  # a double click is one answer
            return
        self._rest.start()
        because = self.because.text().strip() or None
        wish = Feel(valence=valence, because=because)
        self._wisher.wish(wish, done=self._felt, failed=self._failed)

    def _felt(self, _mood: object) -> None:
        self.because.clear()
        self._tell(tr("Noted."))
        self._noted.start()
        if self.reasons.isVisibleTo(self):
            self._ask_why()

    def _failed(self, error: MeshError) -> None:
        self._tell(sentence(error))

    def _tell(self, text: str) -> None:
        self._noted.stop()
        say(self.told, text)
        self.told.show()

    def _toggle_why(self) -> None:
        if self.reasons.isVisibleTo(self):
            self.reasons.hide()
            self.why.setText(tr("Why?"))
        else:
            self._ask_why()

    def _ask_why(self) -> None:
        self._wisher.wish(Mood(why=True), done=self._show_why, failed=self._failed)

    def _show_why(self, mood: object) -> None:
        if not isinstance(mood, MoodShown):
            return
        while (old := self._list.takeAt(0)) is not None:
            widget = old.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        heaviest = sorted(mood.why or (), key=lambda one: -one.weight)
        for shown in heaviest[:REASONS_MAX]:
            name = self._names.get(shown.device_id or "", tr("A device"))
            self._list.addWidget(Reason(shown, name, self._now))
        if not heaviest:
            self._list.addWidget(label(tr("Nothing was noted yet."), "mute"))
        self.why.setText(tr("Hide"))
        self.reasons.show()


def _timer(parent: QWidget, milliseconds: int) -> QTimer:
    """One that ends once, whenever it is started."""
    timer = QTimer(parent)
    timer.setSingleShot(True)
    timer.setInterval(milliseconds)
    return timer
