"""The window of the first run; each page is kept before it is shown: a crash loses none."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from app.windows.first_run.course import Stage, humane, is_wanted, resumed
from app.windows.first_run.pages import JOIN, FamilyPage, NamePage, WelcomePage
from app.windows.pairing.wizard import PairingWizard
from app.windows.recovery import RecoveryPages
from app.wording import sentence, tr
from mesh.wishes import Rename

if TYPE_CHECKING:
    from PySide6.QtCore import QSettings

    from app.viewstate import ViewState, Wisher
    from mesh.clock import Clock
    from mesh.errors import MeshError

KEY = "first_run/stage"
WIDTH, HEIGHT = 660, 600


def note_first_start(kept: QSettings) -> None:
    """Before the node of a new profile is opened: from now on a first run is due."""
    if kept.value(KEY) is None:
        kept.setValue(KEY, Stage.WELCOME.value)
        kept.sync()


def is_due(kept: QSettings) -> bool:
    """Whether the first run is to be shown, or to be gone on with."""
    return is_wanted(_stage_in(kept))


class FirstRun(QWidget):
    """Welcome, name, family, recovery words; ``ended`` when the person is through."""

    ended = Signal()

    def __init__(
        self,
        wisher: Wisher,
        kept: QSettings,
        *,
        state: ViewState,
        clock: Clock | None = None,
        machine: str | None = None,
    ) -> None:
        super().__init__()
        self._wisher = wisher
        self._kept = kept
        self._state = state
        self._clock = clock
        self._machine = platform.node() if machine is None else machine
        self.wizard: PairingWizard | None = None
        self.setWindowTitle(tr("Welcome to AICO"))
        self.setObjectName("ground")
        self.resize(WIDTH, HEIGHT)
        self.welcome, self.naming, self.family = WelcomePage(), NamePage(), FamilyPage()
        self.recovery = RecoveryPages(wisher)
        self._pages: dict[Stage, QWidget] = {
            Stage.WELCOME: self.welcome,
            Stage.NAME: self.naming,
            Stage.FAMILY: self.family,
            Stage.WORDS: self.recovery,
        }
        self.pages = QStackedWidget()
        for page in self._pages.values():
            self.pages.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.pages)
        self._connect()

    def begin(self) -> None:
        """Go on where it was."""
        self._go_to(resumed(_stage_in(self._kept), self._state))

    def show_state(self, state: ViewState) -> None:
        """The family is like this now."""
        self._state = state
        if self.wizard is not None:
            self.wizard.show_state(state)

    def _connect(self) -> None:
        self.welcome.ready.connect(lambda: self._go_to(Stage.NAME))
        self.naming.back_wanted.connect(lambda: self._go_to(Stage.WELCOME))
        self.naming.named.connect(self._rename)
        self.family.back_wanted.connect(lambda: self._go_to(Stage.NAME))
        self.family.chosen.connect(self._choose_family)
        self.recovery.ended.connect(lambda _: self._go_to(Stage.DONE))

    def _go_to(self, stage: Stage) -> None:
        self._kept.setValue(KEY, stage.value)
        self._kept.sync()
        if stage is Stage.DONE:
            self.ended.emit()
            return
        self.pages.setCurrentWidget(self._pages[stage])
        if stage is Stage.NAME:
            self._begin_naming()
        elif stage is Stage.WORDS:
            self.recovery.begin()

    def _begin_naming(self) -> None:
        """The machine's own name is made one for people; a name the owner gave stands."""
        me = self._state.me
        given = "" if me is None else me.name or ""
        is_machines = given == self._machine.partition(".")[0]
        suggested = humane(self._machine, tr("My computer")) if is_machines else given
        self.naming.begin(suggested, None if me is None else me.keystore)

    def _rename(self, name: str) -> None:
        this = self._state.this
        if this is None or this.device.name == name:
            self._go_to(Stage.FAMILY)
            return
        self._wisher.wish(
            Rename(device=this.device.device_id, name=name),
            done=self._renamed,
            failed=self._say,
        )

    def _renamed(self, _: object) -> None:
        self._go_to(Stage.FAMILY)

    def _say(self, error: MeshError) -> None:
        self.naming.show_trouble(sentence(error))

    def _choose_family(self, way: str) -> None:
        if way != JOIN:
            self._go_to(Stage.WORDS)
            return
        self.wizard = PairingWizard(self._wisher, self, state=self._state, clock=self._clock)
        self.wizard.finished.connect(self._wizard_ended)
        self.wizard.show_joining()

    def _wizard_ended(self) -> None:
        wizard, self.wizard = self.wizard, None
        if wizard is not None and wizard.has_met:
            self._go_to(Stage.DONE)


def _stage_in(kept: QSettings) -> str | None:
    value = kept.value(KEY)
    return None if value is None else str(value)
