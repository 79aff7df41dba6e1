"""The pages at the ends: looking for the other device, the first sync, and what went wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QProgressBar, QWidget

from app.theme.tokens import TIGHT
from app.widgets.labels import label
from app.widgets.layout import column
from app.widgets.sheet import Sheet
from app.windows.pairing import words
from app.windows.pairing.failures import Remedy, remedy_of
from app.wording import left, tr, trust_means
from mesh.model.device import Trust

if TYPE_CHECKING:
    from app.windows.pairing.steps import Calling, Failed, Meeting

FULL = 1000


class WaitingPage(Sheet):
    """Something is under way and cannot be hurried."""

    given_up = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.busy = QProgressBar()
        self.busy.setRange(0, 0)
        self.busy.setTextVisible(False)
        self.busy.setAccessibleName(tr("Waiting"))
        self.fill(self.busy, None)
        self.add_button(tr("Cancel"), self.given_up.emit).setFocus()
        self.push_right()

    def show_opening(self) -> None:
        """An invitation is being made."""
        self.entitle(tr("Making an invitation…"))

    def show_calling(self, step: Calling) -> None:
        """The other device is being looked for."""
        hosts = ", ".join(step.hosts)
        self.entitle(
            tr("Looking for the other device…"),
            tr("Calling {hosts}. This takes a few seconds.", hosts=hosts) if hosts else "",
        )


class MeetingPage(Sheet):
    """They are family; how far the first sync is. It goes on when the window is closed."""

    given_up = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(tr("First exchange"))
        self.progress = label("", wraps=True)
        self.time_left = label("", "small")
        told = tr("You can close this window; it goes on by itself.")
        self.note = label(told, "mute", wraps=True)
        words_below = column(self.progress, self.time_left, gap=TIGHT)
        self.fill(self.bar, words_below, self.note, None)
        self.push_right()
        self.done = self.add_button(tr("Done"), self.given_up.emit, is_primary=True)
        self.done.setFocus()

    def show_step(self, step: Meeting) -> None:
        """Show how far it is."""
        self.entitle(words.met(step), trust_means(step.trust) if step.is_host else "")
        is_over = step.is_in_step or step.trust is Trust.GUEST
        self.show_mark("check" if is_over else "devices", "ok" if is_over else "accent")
        share = words.share(step)
        self.bar.setRange(0, 0 if share is None else FULL)
        self.bar.setValue(FULL if is_over else round((share or 0) * FULL))
        self.progress.setText(words.progress(step))
        self.time_left.setText(left(step.seconds_left))
        self.time_left.setVisible(step.seconds_left is not None)
        self.note.setVisible(not is_over)


class FailedPage(Sheet):
    """What went wrong, and the one step that helps most."""

    remedied = Signal(object)
    """The Remedy that the person chose."""
    given_up = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._remedy = Remedy.CLOSE
        self.advice = label("", wraps=True)
        self.fill(self.advice, None)
        self.close_button = self.add_button(tr("Close"), self.given_up.emit)
        self.push_right()
        self.remedy = self.add_button("", self._remedied, is_primary=True)

    def show_step(self, step: Failed) -> None:
        """Show this failure."""
        trouble = words.trouble(step)
        self._remedy = remedy_of(step.why)
        self.entitle(trouble.title, trouble.called)
        self.show_mark("warning", "warn")
        self.advice.setText(trouble.advice)
        self.remedy.setText(trouble.remedy)
        self.close_button.setVisible(self._remedy is not Remedy.CLOSE)
        self.remedy.setFocus()

    def _remedied(self) -> None:
        self.remedied.emit(self._remedy)
