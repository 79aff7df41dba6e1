"""How the companion feels: why, and a way to say how it is going."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.theme.tokens import CLOSE, GAP, NEAR, TIGHT
from app.widgets.buttons import Button
from app.widgets.cards import Card
from app.widgets.labels import label, say
from app.widgets.layout import column, row
from app.windows.companion import words
from app.wording import percent, signed, tr, when
from mesh.wishes import Feel, Mood, MoodShown

if TYPE_CHECKING:
    from app.viewstate import ViewState, Wisher
    from mesh.errors import MeshError
    from mesh.wishes import ReasonShown

STEPS = (-0.8, -0.4, 0.0, 0.4, 0.8)


class MoodCard(Card):
    """The mood in words, what it is made of, and five ways to answer "how is it going?"."""

    def __init__(self, wisher: Wisher) -> None:
        super().__init__()
        self._wisher = wisher
        self._names: dict[str, str] = {}
        self._now = 0.0
        self.feels = label(kind="h2")
        self.sources = label(kind="small")
        self.why = Button(tr("Why?"), look="link", on_click=self._toggle_why)
        self.why.setAccessibleName(tr("Why does AICO feel so?"))
        self.steps = [self._step(valence) for valence in STEPS]
        self.told = label(kind="small")
        self._reasons = QWidget()
        self._list = QVBoxLayout(self._reasons)
        self._list.setContentsMargins(0, NEAR, 0, 0)
        self._list.setSpacing(TIGHT)
        self._reasons.hide()
        self._lay_out()

    def _lay_out(self) -> None:
        asked = label(tr("How is it going?"), "mute")
        head = row(self.feels, self.why, None, gap=NEAR)
        answers = row(asked, *self.steps, self.told, None, gap=NEAR)
        self.setLayout(
            column(
                column(head, self.sources, gap=2),
                answers,
                self._reasons,
                gap=CLOSE,
                edges=(GAP, 14, GAP, 14),
            )
        )

    def _step(self, valence: float) -> Button:
        names = {
            -0.8: tr("Bad"), -0.4: tr("Not so good"), 0.0: tr("So-so"), 0.4: tr("Good"),
            0.8: tr("Great"),
        }  # fmt: skip
        return Button(names[valence], on_click=lambda: self._feel(valence))

    def show_state(self, state: ViewState, now: float) -> None:
        """Show how it feels now."""
        self._names, self._now = state.names, now
        say(self.feels, words.mood(state))
        source = words.contributors(state.mood, state.names) if state.mood else ""
        say(self.sources, source)
        self.sources.setVisible(bool(source))
        self.why.setVisible(state.mood is not None)

    # ---- wishes ------------------------------------------------------------------------------

    def _feel(self, valence: float) -> None:
        self._wisher.wish(Feel(valence=valence), done=self._felt, failed=self._failed)

    def _felt(self, _mood: object) -> None:
        say(self.told, tr("Noted on all your devices."))
        if self._reasons.isVisibleTo(self):
            self._ask_why()

    def _failed(self, error: MeshError) -> None:
        from app.wording import sentence

        say(self.told, sentence(error))

    def _toggle_why(self) -> None:
        if self._reasons.isVisibleTo(self):
            self._reasons.hide()
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
                widget.deleteLater()
        reasons = sorted(mood.why or (), key=lambda one: -one.weight)
        for reason in reasons:
            self._list.addWidget(label(self._reason(reason), "mute", wraps=True))
        if not reasons:
            self._list.addWidget(label(tr("Nothing was noted yet."), "mute"))
        self._reasons.show()

    def _reason(self, reason: ReasonShown) -> str:
        """One observation in a line: how much it counts, who noted what when, and why."""
        said = tr(
            "{share} · {name}, {time}: {valence}",
            share=percent(reason.weight),
            name=self._names.get(reason.device_id or "", tr("A device")),
            time=when(reason.timestamp, self._now),
            valence=signed(reason.valence),
        )
        if reason.because is None:
            return said
        return tr("{said} – “{because}”", said=said, because=reason.because)
