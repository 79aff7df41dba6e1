"""The parts of a device's detail: each shows its share of the state and says what is wished."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QLineEdit, QMenu

from app.theme.tokens import CLOSE, GAP, NEAR, TIGHT
from app.viewstate import minutes_until_morning
from app.widgets.buttons import Button
from app.widgets.cards import Card
from app.widgets.choice import Choices
from app.widgets.labels import Line, label, say
from app.widgets.layout import column, row
from app.widgets.select import Select
from app.windows.first_run.pages import key_kept_by
from app.wording import role, tr, trust, trust_means, until
from app.wording.dates import moment_of
from mesh.model.device import NAME_MAX, Role, Trust

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.viewstate import DeviceView, ViewState
    from mesh.messages import DeviceShown
    from mesh.wishes import StatusShown

INSET = (20, GAP, 20, GAP)


class Section(Card):
    """A headline, what it is about, and below that its ``body``."""

    def __init__(self, title: str, lead: str = "") -> None:
        super().__init__()
        self.title = label(title, "h2")
        self.lead = label(lead, "mute", wraps=True)
        self.lead.setVisible(bool(lead))
        self.body = column(gap=CLOSE)
        whole = column(self.title, self.lead, gap=TIGHT, edges=INSET)
        whole.addSpacing(NEAR)
        whole.addLayout(self.body)
        self.setLayout(whole)

    def say_lead(self, text: str) -> None:
        """What it is about, now."""
        say(self.lead, text)
        self.lead.setVisible(bool(text))


def explain(why_not: str, *controls: QWidget) -> None:
    """Let controls say why they cannot be used; empty: they can."""
    for control in controls:
        control.setToolTip(why_not)
        control.setAccessibleDescription(why_not)


class Naming(Section):
    """What a device is called and what it is to the companion."""

    saved = Signal(object, object)
    """The new name or None, the new ``Role`` or None."""

    def __init__(self) -> None:
        super().__init__(tr("Name and role"))
        self.name = QLineEdit()
        self.name.setMaxLength(NAME_MAX)
        self.name.setAccessibleName(tr("Name of the device"))
        self.role = Select()
        self.role.setAccessibleName(tr("Role of the device"))
        for one in Role:
            self.role.addItem(role(one), one)
        self.save = Button(tr("Save"), on_click=self._save)
        self.body.addWidget(self.name)
        self.body.addLayout(row(self.role, None, self.save, gap=NEAR))
        self._device: DeviceShown | None = None
        self._may = True
        self.name.textEdited.connect(self._look)
        self.name.returnPressed.connect(self.save.click)
        self.role.activated.connect(self._look)

    def show_device(self, device: DeviceShown, why_not: str) -> None:
        """Show the device; what is being typed for the same device stays."""
        before, self._device = self._device, device
        is_other = before is None or before.device_id != device.device_id
        if is_other or not self.name.isModified() or self.name.text() == device.name:
            self._put_name(device.name)
        if is_other or (before is not None and self._chosen() == before.role):
            self.role.setCurrentIndex(self.role.findData(device.role))
        self._may = not why_not
        self.name.setReadOnly(not self._may)
        self.role.setEnabled(self._may)
        explain(why_not, self.name, self.role, self.save)
        self._look()

    def _put_name(self, name: str) -> None:
        if self.name.text() != name:
            self.name.setText(name)
            self.name.setCursorPosition(0)
        self.name.setModified(False)

    def _chosen(self) -> Role:
        return Role(self.role.currentData())

    def _changes(self) -> tuple[str | None, Role | None]:
        if self._device is None or not self._may:
            return None, None
        name, chosen = " ".join(self.name.text().split()), self._chosen()
        is_new = self.name.isModified() and name not in {"", self._device.name}
        return (
            name if is_new else None,
            chosen if chosen != self._device.role else None,
        )

    def _look(self, _: object = None) -> None:
        self.save.setEnabled(self._changes() != (None, None))

    def _save(self) -> None:
        name, chosen = self._changes()
        if (name, chosen) != (None, None):
            self.saved.emit(name, chosen)


class Trusting(Section):
    """How far a device is trusted, each level with what it means."""

    wanted = Signal(object)
    """The ``Trust`` that was chosen."""

    def __init__(self) -> None:
        super().__init__(tr("Trust"), tr("It decides what this device gets."))
        self.levels = Choices()
        self.cards = {
            level: self.levels.add(level, trust(level), trust_means(level))
            for level in reversed(Trust)
        }
        self.change = Button(tr("Change trust…"), on_click=self._want)
        self.body.addWidget(self.levels)
        self.body.addLayout(row(self.change, None))
        self.levels.chosen.connect(self._look)
        self._device: DeviceShown | None = None
        self._may = True

    def show_device(self, device: DeviceShown, why_not: str) -> None:
        """Show its level; another one that is being chosen for the same device stays."""
        before, self._device = self._device, device
        same = before is not None and before.device_id == device.device_id
        if not same or (before is not None and before.trust != device.trust):
            self.levels.choose(device.trust)
        self._may = not why_not
        for card in self.cards.values():
            card.radio.setEnabled(self._may)
            card.radio.setToolTip(why_not)
        self.change.setVisible(self._may)
        self._look()

    def restore(self) -> None:
        """Back to the level that stands."""
        if self._device is not None:
            self.levels.choose(self._device.trust)

    def _look(self, _: object = None) -> None:
        level = self.levels.key
        stands = self._device.trust if self._device else None
        self.change.setEnabled(self._may and level is not None and level != stands)

    def _want(self) -> None:
        if self.levels.key is not None:
            self.wanted.emit(Trust(self.levels.key))


class Pausing(Section):
    """Sharing with one device: going on, or paused for a while."""

    paused = Signal(object)
    """For so many minutes; None until resumed."""
    resumed = Signal()

    def __init__(self) -> None:
        super().__init__(tr("Sharing with this device"))
        self.pause = Button(tr("Pause"), icon="pause")
        self.resume = Button(tr("Resume"), icon="play", on_click=self.resumed.emit)
        self.menu = QMenu(self.pause)
        self.menu.addAction(tr("For 1 hour"), partial(self.paused.emit, 60.0))
        self._tomorrow = self.menu.addAction(tr("Until tomorrow"), self._until_tomorrow)
        self.menu.addAction(tr("Until I resume"), partial(self.paused.emit, None))
        self.pause.setMenu(self.menu)
        self.body.addLayout(row(self.pause, self.resume, None))
        self._now = 0.0

    def show_device(self, view: DeviceView, state: ViewState, now: float) -> None:
        """Whether it is paused: for this device alone, or for all."""
        self._now = now
        is_own_pause = view.device.device_id in state.pause.devices
        name = view.device.name
        if state.pause.paused:
            self.say_lead(tr("Sharing is paused with all devices."))
        elif is_own_pause:
            self.say_lead(_pause_of_one(state, now))
        elif view.is_paused:
            self.say_lead(tr("{name} has paused sharing.", name=name))
        else:
            self.say_lead(tr("What it may have goes there as soon as both are connected."))
        self.pause.setVisible(not is_own_pause and not state.pause.paused)
        self.resume.setVisible(is_own_pause and not state.pause.paused)
        self.pause.setAccessibleName(tr("Pause sharing with {name}", name=name))
        self.resume.setAccessibleName(tr("Resume sharing with {name}", name=name))

    def _until_tomorrow(self) -> None:
        moment = moment_of(self._now)
        if moment is not None:
            self.paused.emit(minutes_until_morning(moment))


class Storing(Section):
    """Where this device keeps what AICO knows, and who keeps the key."""

    def __init__(self) -> None:
        super().__init__(tr("What is stored here"))
        self._folder: str | None = None
        self.place = Line(kind="small", in_middle=True)
        self.show_folder = Button(tr("Show the folder"), on_click=self._open)
        self.body.addWidget(self.place)
        self.body.addLayout(row(self.show_folder, None))

    def show_status(self, status: StatusShown) -> None:
        """Show it for the profile that is open."""
        self.say_lead(key_kept_by(status.keystore))
        version = tr("AICO mesh {version}", version=status.version or "?")
        say(self.place, f"{version} · {status.profile}" if status.profile else version)
        self._folder = status.profile
        self.show_folder.setVisible(status.profile is not None)

    def _open(self) -> None:
        if self._folder is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(self._folder))


class Parting(Section):
    """The end: removing another device, or leaving with this one."""

    wanted = Signal()

    def __init__(self) -> None:
        super().__init__(tr("Remove"))
        self.button = Button(look="danger", on_click=self.wanted.emit)
        self.body.addLayout(row(self.button, None))

    def show_device(self, device: DeviceShown, why_not: str) -> None:
        """Say what the button would do to this device."""
        if device.is_self:
            say(self.title, tr("Leave the family"))
            self.say_lead(
                tr("This device goes on alone, with everything that is on it; the others too.")
            )
            self.button.setText(tr("Leave the family…"))
        else:
            say(self.title, tr("Remove"))
            self.say_lead(
                tr("For a lost or stolen device, or one you give away. It is cut off at once.")
            )
            self.button.setText(tr("Remove {name}…", name=_short(device.name)))
        self.button.setEnabled(not why_not)
        explain(why_not, self.button)


def _pause_of_one(state: ViewState, now: float) -> str:
    """``until`` is the end of the first pause: with several it may be another device's."""
    ends = state.pause.until
    if len(state.pause.devices) > 1:
        return tr("Sharing with this device is paused.")
    return (
        tr("Paused {until}.", until=until(ends, now))
        if ends
        else tr("Paused until you resume.")
    )


def _short(name: str) -> str:
    return name if len(name) <= 24 else f"{name[:23]}…"  # noqa: PLR2004 — a button has one line
