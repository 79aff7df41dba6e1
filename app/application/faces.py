"""What a person sees: the icon, the window that is due, the questions before there is one."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QSettings, Qt
from PySide6.QtWidgets import QCheckBox, QMessageBox
from typing_extensions import override

from app.application.notices import Notices
from app.desktop.autostart import autostart, background
from app.tray import Tray
from app.windows.kept import STAYS, TOLD_OF_TRAY, kept_in
from app.wording import tr

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from app.application.choices import Choices
    from app.application.windows import Wardrobe
    from app.bridge import Bridge
    from app.viewstate import ViewState
    from app.windows.first_run import FirstRun
    from app.windows.main import MainWindow
    from app.windows.opening import Opening
    from app.windows.pairing import PairingWizard
    from mesh.errors import MeshError
    from mesh.profile import Profile


class Faces(QObject):
    """Shows one window at a time: before the node is up an ``Opening``, then the others.

    What is remembered of windows lies in ``window.ini`` in the profile; nothing personal.
    """

    def __init__(
        self,
        bridge: Bridge,
        profile: Profile,
        choices: Choices,
        windows: Wardrobe,
        leave: Callable[[], None],
    ) -> None:
        super().__init__()
        self._bridge, self._choices, self._leave = bridge, choices, leave
        self._windows = windows
        self._profile = profile
        self._start = autostart(background(choices.home), os.environ)
        self.tray = Tray(bridge, choices.clock, self._start, self)
        self.tray.open_wanted.connect(self.present)
        self.tray.pair_wanted.connect(self.pair)
        self.tray.decide_wanted.connect(self.decide)
        self.tray.quit_wanted.connect(leave)
        self.tray.failed.connect(self._say_trouble)
        self.notices = Notices(bridge, self.tray, choices.clock, self._is_watched)
        bridge.changed.connect(self._show_state)
        self._settings: QSettings | None = None
        self._opening: Opening | None = None
        self._answer: asyncio.Future[str | None] | None = None
        self.main: MainWindow | None = None
        self.wizard: PairingWizard | None = None
        self.first_run: FirstRun | None = None
        self.question: QMessageBox | None = None
        self._is_up = False
        self._link: str | None = None
        self._is_wanted = not choices.is_quiet

    # ---- coming and going --------------------------------------------------------------------

    def appear(self) -> None:
        """The icon, as soon as a desktop takes it."""
        self.tray.show()
        if self._choices.link is not None:
            self.open_link(self._choices.link)

    def vanish(self) -> None:
        """Nothing is shown any more."""
        self.notices.end()
        self.tray.hide()
        for window in (self.wizard, self.first_run, self.main, self._opening):
            if window is not None:
                window.hide()

    def take_profile(self) -> None:
        """The profile is ours: what is remembered of windows can be read and written."""
        self._settings = kept_in(self._profile.home)
        if not self._profile.database.exists():
            from app.windows.first_run import note_first_start

            note_first_start(self._settings)

    def be_up(self) -> None:
        """The node is up: from here on the companion is shown."""
        self._is_up = True
        self.notices.begin()
        if self._opening is not None:
            self._opening.hide()
            self._opening.deleteLater()
            self._opening = None

    def _show_state(self, state: ViewState) -> None:
        self.tray.show_state(state)
        if state.me is not None and self._is_wanted:
            self._is_wanted = False
            self.present()
        if state.me is not None and self._link is not None:
            link, self._link = self._link, None
            self.open_link(link)

    # ---- the windows -------------------------------------------------------------------------

    def present(self) -> None:
        """Bring the window that is due to the front."""
        if not self._is_up:
            self._is_wanted = True
            if self._opening is not None:
                _raise(self._opening)
        elif self._bridge.state.me is None:
            self._is_wanted = True
        else:
            _raise(self._due())

    def decide(self) -> None:
        """Ask what only a person can decide; a first day comes first."""
        self.present()
        if self.main is not None:
            self.main.settle()

    def pair(self) -> None:
        """Pair a device."""
        self.present()
        self._wizard().show_invitation()

    def open_link(self, link: str) -> None:
        """Somebody opened an invitation: the wizard asks, nothing is done yet."""
        if self._bridge.state.me is None:
            self._link = link
            self.present()
        else:
            self.present()
            self._wizard().show_joining(link)

    def _due(self) -> QWidget:
        """The window of a first day until that is through, then the one of every day."""
        from app.windows.first_run import is_due

        if self._settings is not None and is_due(self._settings):
            return self._first_run(self._settings)
        return self._main()

    def _main(self) -> MainWindow:
        if self.main is None:
            main = self.main = self._windows.main(
                self._bridge, self._settings, self._start, self.notices.matters
            )
            main.installEventFilter(self)
            main.pair_wanted.connect(self.pair)
            main.recovery_wanted.connect(self._recover)
            main.quit_wanted.connect(self._leave)
            self._bridge.changed.connect(main.show_state)
            self._bridge.told.connect(main.take)
        return self.main

    def _is_watched(self) -> bool:
        return self.main is not None and self.main.isActiveWindow()

    def _say_trouble(self, error: MeshError) -> None:
        if self.main is not None:
            self.main.companion.say_trouble(error)

    def _recover(self) -> None:
        from app.windows.recovery import RecoveryDialog

        RecoveryDialog(self._bridge, self.main).begin()

    def _wizard(self) -> PairingWizard:
        if self.wizard is None:
            self.wizard = self._windows.wizard(self._bridge, self.main)
            self.wizard.finished.connect(self._wizard_gone)
            self.wizard.devices_wanted.connect(self._show_devices)
            self._bridge.changed.connect(self.wizard.show_state)
        return self.wizard

    def _show_devices(self) -> None:
        self.present()
        if self.main is not None:
            self.main.open_page("devices")

    def _wizard_gone(self) -> None:
        self.wizard = None

    def _first_run(self, kept: QSettings) -> FirstRun:
        if self.first_run is None:
            self.first_run = self._windows.first_run(self._bridge, kept)
            self.first_run.installEventFilter(self)
            self.first_run.ended.connect(self._first_run_ended)
            self._bridge.changed.connect(self.first_run.show_state)
            self.first_run.begin()
        return self.first_run

    def _first_run_ended(self) -> None:
        if self.first_run is not None:
            self.first_run.hide()
            self.first_run.deleteLater()
            self.first_run = None
        self.present()

    # ---- closing -----------------------------------------------------------------------------

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Close and watched in {self.main, self.first_run}:
            self._closed()
        return super().eventFilter(watched, event)

    def _closed(self) -> None:
        """With an icon it goes on there. Without one a person decides what closing means."""
        if self._settings is None:
            return
        if self.tray.is_shown:
            if not self._settings.value(TOLD_OF_TRAY, defaultValue=False, type=bool):
                self._settings.setValue(TOLD_OF_TRAY, True)
                title = tr("AICO mesh goes on")
                self.tray.tell(title, tr("Open it again from the heart beside the clock."))
        elif not self._settings.value(STAYS, defaultValue=False, type=bool):
            self._ask_what_closing_means()

    def _ask_what_closing_means(self) -> None:
        box = QMessageBox(QMessageBox.Icon.Question, "AICO mesh", tr("Quit AICO mesh?"))
        box.setInformativeText(
            tr(
                "This desktop shows no icon for it. It can go on sharing without a window; "
                "start it again to see it."
            )
        )
        stay = box.addButton(tr("Go on without a window"), QMessageBox.ButtonRole.RejectRole)
        quit_ = box.addButton(tr("Quit"), QMessageBox.ButtonRole.AcceptRole)
        box.setDefaultButton(stay)
        always = QCheckBox(tr("Do not ask again"))
        box.setCheckBox(always)
        box.finished.connect(lambda: self._decided(box, quit_, always.isChecked()))
        self.question = box
        box.open()

    def _decided(self, box: QMessageBox, quit_: object, always: bool) -> None:
        if box.clickedButton() is quit_:
            self._leave()
        elif always and self._settings is not None:
            self._settings.setValue(STAYS, True)
        box.deleteLater()

    # ---- before the node is up ---------------------------------------------------------------

    def wait(self, text: str) -> None:
        """Something takes long, and a person should know what."""
        self._before().show_waiting(text)
        self._pop_up(text)

    async def ask_passphrase(self, trouble: str) -> str | None:
        """The passphrase of the profile; None when the person gives up."""
        self._before().ask_passphrase(trouble)
        return await self._answered(tr("Waiting for your passphrase"))

    async def choose_passphrase(self) -> str | None:
        """A passphrase for a new profile; None when the person gives up."""
        self._before().choose_passphrase()
        return await self._answered(tr("Waiting for your passphrase"))

    async def tell_trouble(self, sentence: str) -> str | None:
        """What went wrong; None when the person gives up."""
        self._before().show_trouble(sentence)
        return await self._answered(sentence)

    def _before(self) -> Opening:
        if self._opening is None:
            self._opening = self._windows.opening()
            self._opening.answered.connect(self._take_answer)
        return self._opening

    def _pop_up(self, notice: str) -> None:
        """Show the question, unless started quietly: then the icon says that there is one."""
        self.tray.show_state(self._bridge.state, notice)
        if self._is_wanted and self._opening is not None:
            _raise(self._opening)

    async def _answered(self, notice: str) -> str | None:
        self._answer = asyncio.get_running_loop().create_future()
        self._pop_up(notice)
        answer = await self._answer
        self.tray.show_state(self._bridge.state)
        if answer is not None:
            self._before().show_waiting(tr("AICO mesh is starting…"))
        return answer

    def _take_answer(self, answer: str | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(answer)
        elif answer is None:
            self._leave()


def _raise(window: QWidget) -> None:
    window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
    window.show()
    window.raise_()
    window.activateWindow()
