"""The top of the page: how the companion is, in one look, and what to do about sharing."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QBoxLayout, QGridLayout, QMenu
from typing_extensions import override

from app import theme
from app.theme.tokens import EDGE, GAP, NEAR
from app.viewstate import minutes_until_morning
from app.widgets.buttons import Button
from app.widgets.cards import Card
from app.widgets.labels import Pill, label, say
from app.widgets.layout import column, row
from app.widgets.mood_ring import Feeling, MoodRing
from app.windows.companion import words
from app.windows.rights import hindrance
from app.wording import tr
from mesh.wishes import BetweenUs, Pause, Resume

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from app.viewstate import ViewState, Wisher
    from mesh.wishes import AnyWish

HOUR_MIN = 60.0
NARROW = 620
"""Below this width the buttons stand below the text."""
_BESIDE = ((0, 0, 1, 1), (1, 0, 1, 1), (2, 0, 1, 1))


class Hero(Card):
    """Mood ring, headline, what that means; pairing, pausing, "just between us"."""

    pair_wanted = Signal()
    failed = Signal(object)
    """Why something could not be done, a ``MeshError``."""

    def __init__(self, wisher: Wisher) -> None:
        super().__init__()
        self._wisher = wisher
        self._is_paused = self._is_private = False
        self._is_narrow: bool | None = None
        self._now = 0.0
        self.ring = MoodRing()
        self.headline = label(kind="h1", wraps=True)
        self.explanation = label(kind="mute", wraps=True)
        self.level = Pill()
        self.proof = label(kind="small", wraps=True)
        self.pair = Button(
            tr("Pair a device…"), look="primary", icon="plus", on_click=self.pair_wanted.emit
        )
        self.pause = Button(tr("Pause sharing"), icon="pause", on_click=self._toggle_pause)
        self.private = Button(tr("Just between us"), icon="lock", on_click=self._toggle_private)
        self.private.setToolTip(tr("Keep the next conversation on this device only"))
        self.menu = self._make_menu()
        self._lay_out()

    def _lay_out(self) -> None:
        state = row(self.level, self.proof, gap=10, edges=(0, NEAR - 2, 0, 0))
        state.setStretch(1, 1)
        text = column(None, self.headline, self.explanation, state, None, gap=4)
        look = row(self.ring, text, gap=GAP + 4)
        look.setStretch(1, 1)
        look.setAlignment(self.ring, Qt.AlignmentFlag.AlignVCenter)
        self._buttons = QGridLayout()
        self._buttons.setSpacing(NEAR)
        self._whole = row(look, self._buttons, gap=GAP, edges=(GAP + 4, GAP, GAP + 4, GAP))
        self._whole.setStretch(0, 1)
        self._whole.setAlignment(self._buttons, Qt.AlignmentFlag.AlignVCenter)
        self._arrange(is_narrow=False)
        self.setLayout(self._whole)
        self.setMinimumHeight(112 + 2 * EDGE)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange(is_narrow=self.width() < theme.scaled(NARROW))

    def _arrange(self, *, is_narrow: bool) -> None:
        """The buttons beside the text, or where that leaves it too little room, below."""
        if is_narrow == self._is_narrow:
            return
        self._is_narrow = is_narrow
        beside, below = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._whole.setDirection(below if is_narrow else beside)
        places = ((0, 0, 1, 2), (1, 0, 1, 1), (1, 1, 1, 1)) if is_narrow else _BESIDE
        for button, place in zip((self.pair, self.pause, self.private), places, strict=True):
            self._buttons.addWidget(button, *place)

    def _make_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.addAction(tr("For an hour"), lambda: self._pause(HOUR_MIN))
        menu.addAction(tr("Until tomorrow"), self._pause_until_tomorrow)
        menu.addAction(tr("Until I resume"), lambda: self._pause(None))
        return menu

    def show_state(self, state: ViewState, now: float) -> None:
        """Show how it is now."""
        self._now = now
        mood = state.mood
        feeling = Feeling(mood.valence, mood.arousal, mood.confidence) if mood else None
        self.ring.show_feeling(feeling, words.mood(state))
        say(self.headline, words.headline(state))
        say(self.explanation, words.explanation(state, now))
        look = words.level(state)
        self.level.show_state(look.words, look.tone)
        say(self.proof, words.proof(state))
        self._show_pause(is_paused=state.pause.paused)
        self._show_private(is_private=state.just_between_us)
        shares = any(one.is_partner for one in state.others)
        self.pause.setVisible(shares or state.pause.paused)
        self.private.setVisible(shares or state.just_between_us)
        why_not = hindrance(state) if state.others else ""
        self.pair.setEnabled(not why_not)
        self.pair.setToolTip(why_not)
        self.pair.setAccessibleDescription(why_not)

    def _show_pause(self, *, is_paused: bool) -> None:
        self._is_paused = is_paused
        self.pause.setText(tr("Resume sharing") if is_paused else tr("Pause sharing"))
        self.pause.show_icon("play" if is_paused else "pause")

    def _show_private(self, *, is_private: bool) -> None:
        self._is_private = is_private
        self.private.setText(tr("Share again") if is_private else tr("Just between us"))

    # ---- wishes ------------------------------------------------------------------------------

    def _send(self, wish: AnyWish) -> None:
        self._wisher.wish(wish, failed=self.failed.emit)

    def _toggle_pause(self) -> None:
        if self._is_paused:
            self._send(Resume())
        else:
            self.menu.popup(self.pause.mapToGlobal(self.pause.rect().bottomLeft()))

    def _pause(self, minutes: float | None) -> None:
        self._send(Pause(minutes=minutes))

    def _pause_until_tomorrow(self) -> None:
        self._pause(minutes_until_morning(datetime.fromtimestamp(self._now).astimezone()))

    def _toggle_private(self) -> None:
        self._send(BetweenUs(is_on=not self._is_private))
