"""All about one device, and everything its owner can do with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from app.theme.tokens import CLOSE, GAP, NEAR, TIGHT
from app.widgets.buttons import Button
from app.widgets.cards import Card, Notice
from app.widgets.device_card import LOOKS, TRUST_TONES, aside, icon_of, standing
from app.widgets.labels import Line, Pill, label, say
from app.widgets.layout import column, row
from app.widgets.marks import Dot, Tile
from app.windows.devices import questions, words
from app.windows.devices.getting import Getting
from app.windows.devices.sections import Naming, Parting, Pausing, Storing, Trusting
from app.windows.devices.undoing import Undoing, UndoQuestion
from app.windows.rights import hindrance, other_managers
from app.wording import reason_to_wait, role, sentence, tr, trust
from mesh.wishes import Leave, Part, Pause, Rename, Resume, Revoke, SetRole, SetTrust, Sync

if TYPE_CHECKING:
    from app.viewstate import DeviceView, ViewState, Wisher
    from app.widgets.question import Question
    from mesh.errors import MeshError
    from mesh.messages import DeviceShown
    from mesh.model.device import Role, Trust
    from mesh.wishes import AnyWish


class Header(Card):
    """What the device is and how it stands."""

    def __init__(self) -> None:
        super().__init__()
        self._tile = Tile("desktop", "ok", 52)
        self.name = Line(kind="h1")
        self._role = label(kind="mute", wraps=True)
        self._trust = Pill()
        self._dot = Dot()
        self.standing = label(wraps=True)
        self._id = Line(kind="small", in_middle=True)
        self.copy = Button(
            look="flat", icon="copy", name=tr("Copy the device id"), on_click=self._copy_id
        )
        head = row(self._tile, column(self.name, self._role, gap=2), self._trust, gap=14)
        head.setStretch(1, 1)
        state = row(self._dot, self.standing, gap=NEAR)
        state.setStretch(1, 1)
        state.setAlignment(self._dot, Qt.AlignmentFlag.AlignTop)
        identity = row(self._id, self.copy, None, gap=TIGHT)
        self.setLayout(column(head, state, identity, gap=CLOSE, edges=(20, 18, 20, CLOSE)))

    def show_device(self, view: DeviceView, now: float) -> None:
        """Show the device as it is now."""
        device = view.device
        tone, shape = LOOKS[view.link]
        self._tile.show_state(icon_of(device), tone)
        say(self.name, device.name)
        say(self._role, _titles(view))
        self._trust.show_state(trust(device.trust), TRUST_TONES[device.trust])
        self._dot.show_state(tone, shape)
        say(
            self.standing,
            " · ".join(
                part for part in (standing(view, in_numbers=True), aside(view, now)) if part
            ),
        )
        say(self._id, device.device_id)
        self.setAccessibleName(device.name)

    def _copy_id(self) -> None:
        QGuiApplication.clipboard().setText(self._id.text())


def _titles(view: DeviceView) -> str:
    named = role(view.device.role)
    return tr("{role} · manages the family", role=named) if view.device.admin else named


class Detail(QWidget):
    """One device at a time; what is typed or scrolled stays while the same one is shown."""

    back_wanted = Signal()
    recovery_wanted = Signal()

    def __init__(self, wisher: Wisher) -> None:
        super().__init__()
        self._wisher = wisher
        self._state: ViewState | None = None
        self._now = 0.0
        self.view: DeviceView | None = None
        self.question: Question | None = None
        self.back = Button(
            tr("All devices"), look="link", icon="back", on_click=self.back_wanted.emit
        )
        self.trouble, self.limits = Notice("warning", "bad"), Notice("info", "accent")
        self.trouble.hide()
        self.recovery = Notice("key")
        self.waiting = Notice("clock", "accent")
        self.header = Header()
        self.naming, self.trusting = Naming(), Trusting()
        self.pausing, self.storing, self.parting = Pausing(), Storing(), Parting()
        self.undoing = Undoing()
        self.getting = Getting(wisher)
        self.trusting.body.insertWidget(0, self.getting)
        self._follow()
        parts = (
            row(self.back, None), self.trouble, self.header, self.waiting, self.limits,
            self.recovery,
            self.naming, self.trusting, self.pausing, self.storing, self.undoing, self.parting,
            None,
        )  # fmt: skip
        self.setLayout(column(*parts, gap=GAP))

    def _follow(self) -> None:
        self.naming.saved.connect(self._save)
        self.trusting.wanted.connect(self._ask_trust)
        self.pausing.paused.connect(self._pause)
        self.pausing.resumed.connect(self._resume)
        self.parting.wanted.connect(self._ask_parting)
        self.undoing.wanted.connect(self._ask_undoing)

    def show_device(self, view: DeviceView, state: ViewState, now: float) -> None:
        """Show this device as it is now."""
        if self.view is None or self.view.device.device_id != view.device.device_id:
            self.trouble.hide()
        self._state, self.view, self._now = state, view, now
        device, why_not = view.device, hindrance(state)
        self.header.show_device(view, now)
        self.naming.show_device(device, "" if device.is_self else why_not)
        self.trusting.setVisible(not device.is_self)
        self.pausing.setVisible(not device.is_self)
        self.storing.setVisible(device.is_self and state.me is not None)
        if device.is_self and state.me is not None:
            self.storing.show_status(state.me)
        self.parting.setVisible(not device.is_self or bool(state.others))
        limits = words.own_limits(view) if device.is_self and state.others else why_not
        self._show_limits(limits if state.others else "")
        self._show_recovery(state)
        self._show_waiting(device)
        self.parting.show_device(device, "" if device.is_self else why_not)
        self.undoing.show_device(device, now)
        if not device.is_self:
            self.trusting.show_device(device, why_not)
            self.getting.show_device(view)
            self.pausing.show_device(view, state, now)

    def _show_limits(self, limits: str) -> None:
        self.limits.setVisible(bool(limits))
        if limits:
            self.limits.show_notice("info", "accent", limits)

    def _show_recovery(self, state: ViewState) -> None:
        is_due = bool(
            self.view
            and self.view.device.is_self
            and state.me is not None
            and not state.me.recovery_confirmed
        )
        self.recovery.setVisible(is_due)
        if is_due:
            self.recovery.show_notice(
                "key",
                "warn",
                tr("Your recovery words are not written down yet."),
                tr("Write them down…"),
                self.recovery_wanted.emit,
            )

    def _show_waiting(self, device: DeviceShown) -> None:
        self.waiting.setVisible(device.waits is not None)
        if device.waits is not None:
            why = reason_to_wait(device.waits, device.name)
            self.waiting.show_notice(
                "clock",
                "accent",
                tr("A long history waits {why}. What is new comes at once.", why=why),
                tr("Sync now"),
                lambda: self._send(Sync(device=device.device_id)),
            )

    # ---- wishes ------------------------------------------------------------------------------

    def _send(self, wish: AnyWish) -> None:
        self.trouble.hide()
        about = self.view.device if self.view is not None else None

        def failed(error: MeshError) -> None:
            self._say_trouble(error, about)

        self._wisher.wish(wish, failed=failed)

    def _say_trouble(self, error: MeshError, about: DeviceShown | None) -> None:
        """Say it with the name of the device, unless that is the one that is shown."""
        shown, text = self.view, sentence(error)
        if about is not None and shown and shown.device.device_id != about.device_id:
            text = tr("{name}: {trouble}", name=about.name, trouble=text)
        self.trouble.show_notice("warning", "bad", text)
        self.trouble.show()
        self.trusting.restore()

    def _save(self, name: str | None, chosen: Role | None) -> None:
        if self.view is None:
            return
        device = self.view.device.device_id
        if name is not None:
            self._send(Rename(device=device, name=name))
        if chosen is not None:
            self._send(SetRole(device=device, role=chosen))

    def _pause(self, minutes: float | None) -> None:
        if self.view is not None:
            self._send(Pause(device=self.view.device.device_id, minutes=minutes))

    def _resume(self) -> None:
        if self.view is not None:
            self._send(Resume(device=self.view.device.device_id))

    def _ask_trust(self, level: Trust) -> None:
        if self.view is None:
            return
        device = self.view.device
        question = questions.TrustQuestion(self._wisher, device, level, self)
        question.agreed.connect(
            lambda: self._send(
                SetTrust(device=device.device_id, trust=level, lets_go=question.lets_go)
            )
        )
        question.rejected.connect(self.trusting.restore)
        self._ask(question)

    def _ask_parting(self) -> None:
        if self.view is None or self._state is None:
            return
        device = self.view.device
        if device.is_self:
            leaving = questions.leaving(other_managers(self._state), self)
            leaving.agreed.connect(lambda: self._send(Leave()))
            self._ask(leaving)
            return
        removal = questions.Removal(self._wisher, device, self)
        removal.agreed.connect(
            lambda: self._send(Revoke(device=device.device_id, lets_go=removal.lets_go))
        )
        self._ask(removal)

    def _ask_undoing(self) -> None:
        if self.view is None:
            return
        device = self.view.device
        wanted = None if device.is_self else device.device_id
        question = UndoQuestion(self._wisher, device, self._now, self)
        question.agreed.connect(lambda: self._send(Part(device=wanted, yes=True)))
        self._ask(question)

    def _ask(self, question: Question) -> None:
        self.question = question
        question.open()
