"""The pairing wizard: a window around the steps, which decide; it sends wishes and shows."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QDialog, QStackedWidget, QVBoxLayout, QWidget
from shiboken6 import isValid

from app.windows.pairing import steps
from app.windows.pairing.choosing import ChoosingPage
from app.windows.pairing.comparing import ComparingPage
from app.windows.pairing.failures import Failure, Remedy
from app.windows.pairing.outcomes import FailedPage, MeetingPage, WaitingPage
from app.windows.pairing.reading import ReadingPage
from app.windows.pairing.showing import ShowingPage
from app.windows.pairing.steps import (
    Calling,
    Choosing,
    Comparing,
    Failed,
    Meeting,
    Opening,
    Reading,
    Showing,
    Step,
    Uniting,
)
from app.windows.pairing.uniting import UnitingPage
from app.wording import tr
from mesh.clock import SystemClock
from mesh.wishes import Answer, Cancel

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.viewstate import Asked, ViewState, Wisher
    from mesh.clock import Clock
    from mesh.errors import MeshError
    from mesh.wishes import Event, Invite, Join

Heard = TypeVar("Heard")

SECOND_MS = 1000
WIDTH, HEIGHT = 760, 640
MICRO = 1_000_000


class PairingWizard(QDialog):
    """Invites a device, or joins another's family. Closing it cancels what is under way."""

    devices_wanted = Signal()
    """The person should see the page Devices."""

    def __init__(
        self,
        wisher: Wisher,
        parent: QWidget | None = None,
        *,
        state: ViewState,
        clock: Clock | None = None,
    ) -> None:
        super().__init__(parent)
        self._wisher = wisher
        self._state = state
        self._clock = clock or SystemClock()
        self._asked: Asked | None = None
        self._turn = 0
        self.step: Step = Choosing()
        self._is_begun = False
        self.setWindowTitle(tr("Pair a device"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.resize(QSize(WIDTH, HEIGHT).boundedTo(self.screen().availableSize()))
        self._build_pages()
        self._second = QTimer(self, interval=SECOND_MS)
        self._second.timeout.connect(lambda: self.showing.show_time(self._now()))
        self.finished.connect(lambda _: self._give_up())

    # ---- what others call --------------------------------------------------------------------

    def show_invitation(self) -> None:
        """Let this device invite another one; what is under way stays."""
        if self._is_under_way:
            self._come_forward()
            return
        this = self._state.this
        if this is not None and not this.device.admin:
            self._become(Failed(Failure.NOT_ALLOWED, Choosing()))
        else:
            self._become(Choosing())
        self.open()

    def show_joining(self, text: str | None = None) -> None:
        """Let this device join; ``text`` is an invitation that was opened elsewhere.

        Nothing is asked of anybody before the person says so; what is under way stays.
        """
        if self._is_under_way:
            self._come_forward()
            return
        told = Reading((text or "").strip())
        if self._is_alone:
            self._become(told)
        else:
            self._become(Failed(Failure.IN_FAMILY_HERE, told))
        self.open()

    def show_state(self, state: ViewState) -> None:
        """The family is like this now."""
        self._state = state
        self._become(steps.synced(self.step, state))

    @property
    def has_met(self) -> bool:
        """Whether two devices have become family here."""
        return isinstance(self.step, Meeting)

    # ---- pages -------------------------------------------------------------------------------

    def _build_pages(self) -> None:
        self.choosing, self.reading = ChoosingPage(), ReadingPage()
        self.showing, self.comparing = ShowingPage(), ComparingPage()
        self.waiting, self.meeting, self.failed = WaitingPage(), MeetingPage(), FailedPage()
        self.uniting = UnitingPage()
        pages = (
            self.choosing, self.showing, self.reading, self.waiting, self.comparing,
            self.uniting, self.meeting, self.failed,
        )  # fmt: skip
        self.pages = QStackedWidget()
        for page in pages:
            page.given_up.connect(self.reject)
            self.pages.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.pages)
        self.choosing.opened.connect(self._invite)
        self.choosing.joining_wanted.connect(lambda: self._become(Reading()))
        self.reading.inviting_wanted.connect(lambda: self._become(Choosing()))
        self.reading.ready.connect(self._join)
        self.showing.renewed.connect(self._renew)
        self.comparing.answered.connect(self._answer)
        self.uniting.answered.connect(self._answer)
        self.failed.remedied.connect(self._remedy)

    def _become(self, step: Step) -> None:
        if step == self.step and self._is_begun:
            return
        self.step, self._is_begun = step, True
        page = self._page(step)
        match step:
            case Choosing():
                self.choosing.show_step(step, can_join=self._is_alone)
            case Reading():
                self.reading.show_step(step)
            case Opening():
                self.waiting.show_opening()
            case Calling():
                self.waiting.show_calling(step)
            case Showing():
                self.showing.show_step(step, self._now())
            case Comparing():
                self.comparing.show_step(step)
            case Uniting():
                self.uniting.show_step(step)
            case Meeting():
                self.meeting.show_step(step)
            case Failed():
                self.failed.show_step(step)
        self.pages.setCurrentWidget(page)
        self._follow_time(step)

    def _follow_time(self, step: Step) -> None:
        if isinstance(step, Showing) and not self._second.isActive():
            self._second.start()
        elif not isinstance(step, Showing):
            self._second.stop()

    def _page(self, step: Step) -> QWidget:
        match step:
            case Choosing():
                return self.choosing
            case Reading():
                return self.reading
            case Opening() | Calling():
                return self.waiting
            case Showing():
                return self.showing
            case Comparing():
                return self.comparing
            case Uniting():
                return self.uniting
            case Meeting():
                return self.meeting
            case Failed():
                return self.failed

    # ---- wishes ------------------------------------------------------------------------------

    def _invite(self, choice: Choosing) -> None:
        self._become(Opening(choice))
        self._wish(choice.wish)

    def _join(self, told: Reading) -> None:
        self._become(Calling(told))
        self._wish(told.wish)

    def _renew(self) -> None:
        """Close this window and open another one with the same choices."""
        if isinstance(self.step, Showing):
            choice = self.step.choice
            self._give_up(then=partial(self._open_again, choice))
            self._become(Opening(choice))

    def _open_again(self, choice: Choosing, turn: int) -> None:
        if isValid(self) and turn == self._turn:
            self._wish(choice.wish)

    def _answer(self, yes: bool) -> None:
        run = steps.run_of(self.step)
        if isinstance(self.step, Comparing | Uniting) and not self.step.agreed and run:
            self._wisher.wish(Answer(run=run, yes=yes))
            self._become(steps.answered(self.step, yes=yes))

    def _remedy(self, remedy: Remedy) -> None:
        if remedy is Remedy.AGAIN and isinstance(self.step, Failed):
            self._become(self.step.again)
            return
        self.reject()
        if remedy is Remedy.DEVICES:
            self.devices_wanted.emit()

    def _wish(self, wish: Invite | Join) -> None:
        self._turn += 1
        turn = self._turn

        def unless_stale(move: Callable[[Heard], Step], heard: Heard) -> None:
            # What belongs to a wish that was given up is not for the step that stands now.
            if isValid(self) and turn == self._turn:
                self._become(move(heard))

        self._asked = self._wisher.wish(
            wish,
            done=partial(unless_stale, self._granted),
            failed=partial(unless_stale, self._refused),
            event=partial(unless_stale, self._heard),
        )

    def _heard(self, event: Event) -> Step:
        return steps.heard(self.step, event)

    def _granted(self, answer: object) -> Step:
        self._asked = None
        return steps.synced(steps.granted(self.step, answer), self._state)

    def _refused(self, error: MeshError) -> Step:
        self._asked = None
        return steps.refused(self.step, error)

    def _give_up(self, then: Callable[[int], None] | None = None) -> None:
        """Cancel what is under way; ``then`` is told the turn once that is done."""
        self._turn += 1
        turn = self._turn
        self._second.stop()
        self.reading.looker.stop()
        asked, self._asked = self._asked, None
        run = steps.run_of(self.step)
        if asked is None:
            return
        if run is None:
            asked.cancel()
        else:
            ended = None if then is None else (lambda _: then(turn))
            self._wisher.wish(Cancel(run=run), done=ended, failed=ended)

    # ---- the rest ----------------------------------------------------------------------------

    @property
    def _is_under_way(self) -> bool:
        return isinstance(self.step, Opening | Showing | Calling | Comparing | Uniting)

    def _come_forward(self) -> None:
        self.open()
        self.raise_()
        self.activateWindow()

    @property
    def _is_alone(self) -> bool:
        return not self._state.others

    def _now(self) -> float:
        return self._clock.wall() / MICRO
