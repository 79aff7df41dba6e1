"""Forgetting with a moment to think: a bar with undo, then who has confirmed and who has not.

Nothing is sent before the moment is over. Whoever leaves the page or closes the window has
decided: it is sent at once.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.theme.tokens import CLOSE, NEAR
from app.widgets.buttons import Button
from app.widgets.cards import Card
from app.widgets.labels import label, restyle, say
from app.widgets.layout import row
from app.widgets.marks import Tile
from app.wording import sentence, tr, trn, when
from mesh.messages import ForgetConfirmed
from mesh.wishes import Forget, ForgetShown, Forgettings, ForgettingShown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.viewstate import Wisher
    from mesh.errors import MeshError
    from mesh.messages import News

SECONDS = 6
RECEIPTS_MAX = 3
RECENT_S = 7 * 24 * 3600.0
"""What was forgotten longer ago is not spoken of at every start."""
DONE_MS = 8000
"""How long it is shown that everybody has confirmed."""


class Doomed(StrEnum):
    """What is about to be forgotten."""

    MESSAGE = "message"
    MEMORY = "memory"
    CONVERSATION = "conversation"


class Strip(Card):
    """A line with an icon, a text that may wrap and one button."""

    def __init__(self, icon: str, tone: str, button: Button) -> None:
        super().__init__(kind="notice")
        self.setProperty("tone", tone)
        self.tile = Tile(icon, tone, 28)
        self.text = label(wraps=True)
        self.button = button
        layout = row(self.tile, self.text, button, gap=CLOSE, edges=(CLOSE, NEAR, CLOSE, NEAR))
        layout.setStretch(1, 1)
        self.setLayout(layout)

    def show_text(self, text: str) -> None:
        """Say this."""
        say(self.text, text)
        self.setAccessibleName(text)


class Receipt(Strip):
    """How far one forgetting is."""

    def __init__(self, shown: ForgetShown, now: float) -> None:
        close = Button(look="flat", icon="cross", name=tr("Hide"))
        super().__init__("trash", "warn", close)
        self.object_id = shown.id
        close.clicked.connect(self._close)
        self._shown = shown
        self._since = _since(shown, now)

    def show_progress(self, shown: ForgetShown, names: Mapping[str, str]) -> None:
        """Who has confirmed by now."""
        self._shown = shown
        self.show_names(names)
        if not shown.waiting_for and not shown.is_wish:
            restyle(self, tone="ok")
            self.tile.show_state("check", "ok")
            QTimer.singleShot(DONE_MS, self, self._close)

    def show_names(self, names: Mapping[str, str]) -> None:
        """Devices may have been renamed."""
        self.show_text(_progress(self._shown, names) + self._since)

    def _close(self) -> None:
        self.hide()
        self.deleteLater()


class Forgetting(QWidget):
    """Everything about forgetting on one page; ``kinds``: what stands there."""

    fading = Signal(str, bool)
    """Something is about to be forgotten, or is not any more."""
    gone = Signal(str)
    """It is forgotten here."""

    def __init__(self, wisher: Wisher, *kinds: Doomed) -> None:
        super().__init__()
        self._wisher = wisher
        self._kinds = frozenset(kinds)
        self._names: Mapping[str, str] = {}
        self._now = 0.0
        self._pending: tuple[str, Doomed] | None = None
        self._left = 0
        self._timer = QTimer(self)
        self._timer.setInterval(1000)
        self._timer.timeout.connect(self._tick)
        self.undo_button = Button(tr("Undo"), on_click=self.undo)
        self.bar = Strip("trash", "warn", self.undo_button)
        self.bar.hide()
        self.trouble = Strip("warning", "bad", Button(tr("Hide")))
        self.trouble.button.clicked.connect(self.trouble.hide)
        self.trouble.hide()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(NEAR)
        self._column.addWidget(self.trouble)
        self._column.addWidget(self.bar)
        self.receipts: dict[str, Receipt] = {}

    # ---- before ------------------------------------------------------------------------------

    def forget(self, object_id: str, what: Doomed) -> None:
        """Forget it in a moment; one before it goes at once."""
        self.flush()
        self._pending, self._left = (object_id, what), SECONDS
        self.fading.emit(object_id, True)
        self._show_bar()
        self._timer.start()

    def undo(self) -> None:
        """It stays."""
        self._timer.stop()
        self.bar.hide()
        if self._pending is not None:
            self.fading.emit(self._pending[0], False)
            self._pending = None

    def flush(self) -> None:
        """The moment is over."""
        self._timer.stop()
        self.bar.hide()
        if self._pending is None:
            return
        object_id, self._pending = self._pending[0], None

        def failed(error: MeshError) -> None:
            self._fail(object_id, error)

        self._wisher.wish(Forget(id=object_id), done=self._follow, failed=failed)

    def _tick(self) -> None:
        self._left -= 1
        if self._left <= 0:
            self.flush()
        else:
            self._show_bar()

    def _show_bar(self) -> None:
        if self._pending is not None:
            self.bar.show_text(_warning(self._pending[1], self._left))
            self.bar.show()

    def _fail(self, object_id: str, error: MeshError) -> None:
        self.fading.emit(object_id, False)
        self.trouble.show_text(sentence(error))
        self.trouble.show()

    # ---- after -------------------------------------------------------------------------------

    def _follow(self, answer: object) -> None:
        if not isinstance(answer, ForgetShown):
            return
        self.gone.emit(answer.id)
        self._add(answer)

    def look(self) -> None:
        """Ask what was forgotten before, and who has not confirmed it yet."""
        self._wisher.wish(Forgettings(), done=self._take_former)

    def _take_former(self, answer: object) -> None:
        found = answer if isinstance(answer, list) else []
        former = [one for one in found if isinstance(one, ForgettingShown)]
        mine = [
            one
            for one in former
            if one.kind in self._kinds
            and one.id not in self.receipts
            and self._now - one.timestamp < RECENT_S
        ]
        for one in reversed(mine[: max(0, RECEIPTS_MAX - len(self.receipts))]):
            self._add(one)

    def _add(self, answer: ForgetShown) -> None:
        receipt = Receipt(answer, self._now)
        receipt.destroyed.connect(lambda: self.receipts.pop(answer.id, None))
        self.receipts[answer.id] = receipt
        self._column.addWidget(receipt)
        receipt.show_progress(answer, self._names)
        while len(self.receipts) > RECEIPTS_MAX:
            oldest = self.receipts.pop(next(iter(self.receipts)))
            oldest.hide()
            oldest.deleteLater()

    def take(self, news: list[News]) -> None:
        """Others confirm, or forget something themselves."""
        for one in news:
            body = one.body
            if isinstance(body, ForgetConfirmed):
                self.gone.emit(body.id)
                self._confirm(body)

    def _confirm(self, body: ForgetConfirmed) -> None:
        receipt = self.receipts.get(body.id)
        if receipt is not None:
            shown = ForgetShown(
                id=body.id, confirmed_by=body.confirmed_by, waiting_for=body.waiting_for
            )
            receipt.show_progress(shown, self._names)

    def show_names(self, names: Mapping[str, str], now: float) -> None:
        """What the devices are called; ``now`` in Unix seconds."""
        self._now = now
        if names != self._names:
            self._names = dict(names)
            for receipt in self.receipts.values():
                receipt.show_names(names)


def _warning(what: Doomed, seconds: int) -> str:
    """What will happen, and that going elsewhere does not stop it."""
    if what is Doomed.MESSAGE:
        text = trn(
            "This message will be forgotten in {n} second, on every device and for good.",
            "This message will be forgotten in {n} seconds, on every device and for good.",
            seconds,
        )
    elif what is Doomed.MEMORY:
        text = trn(
            "This memory will be forgotten in {n} second, on every device and for good.",
            "This memory will be forgotten in {n} seconds, on every device and for good.",
            seconds,
        )
    else:
        text = trn(
            "The whole conversation will be forgotten in {n} second, on every device and for "
            "good.",
            "The whole conversation will be forgotten in {n} seconds, on every device and for "
            "good.",
            seconds,
        )
    return text + " " + tr("Leaving this page does not stop it.")


def _since(shown: ForgetShown, now: float) -> str:
    """When that was, of what was not forgotten just now."""
    if not isinstance(shown, ForgettingShown):
        return ""
    return " " + tr("Forgotten here: {when}.", when=when(shown.timestamp, now))


def _progress(shown: ForgetShown, names: Mapping[str, str]) -> str:
    if shown.is_wish:
        return tr("Hidden here; your fully trusted devices ask whether to forget it.")
    confirmed, missing = len(shown.confirmed_by), len(shown.waiting_for)
    waiting = ", ".join(names.get(one, one) for one in shown.waiting_for)
    gone = ", ".join(names.get(one, one) for one in shown.gone)
    if not missing:
        text = tr("Forgotten on every device.")
    else:
        text = trn(
            "Forgotten on {confirmed} of {n} device. Still missing: {names}.",
            "Forgotten on {confirmed} of {n} devices. Still missing: {names}.",
            confirmed + missing,
            confirmed=confirmed,
            names=waiting,
        )
    if gone:
        text += " " + tr("No longer in the family, and may keep it: {names}", names=gone)
    return text
