"""A device of the family on a card: what it is, how it stands, how far it is trusted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QProgressBar
from typing_extensions import override

from app.theme.tokens import CLOSE, NEAR
from app.viewstate import Link
from app.widgets.cards import Card
from app.widgets.labels import Line, Pill, label, restyle, say
from app.widgets.layout import column, row
from app.widgets.marks import Dot, Tile
from app.wording import grouped, left, percent, role, seen, tr, trust, waits
from mesh.model.device import Role, Trust

if TYPE_CHECKING:
    from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent

    from app.viewstate import DeviceView
    from mesh.messages import DeviceShown

LOOKS = {
    Link.HERE: ("accent", Dot.FULL),
    Link.CONNECTED: ("ok", Dot.FULL),
    Link.CATCHING_UP: ("warn", Dot.HALF),
    Link.AWAY: ("off", Dot.HOLLOW),
    Link.NEVER_SEEN: ("off", Dot.HOLLOW),
    Link.PAUSED: ("off", Dot.HALF),
}
TRUST_TONES = {Trust.FULL: "ok", Trust.LIMITED: "accent", Trust.GUEST: "off"}
ICONS = {
    Role.PRIMARY: "desktop", Role.MOBILE: "phone", Role.SHARED: "tablet",
    Role.GUEST: "visitor",
}  # fmt: skip


def icon_of(device: DeviceShown) -> str:
    """The picture of a device: by its role, laptops and servers by what they are called."""
    name = device.name.casefold()
    if device.role is Role.PRIMARY:
        if any(word in name for word in ("laptop", "book", "notebook")):
            return "laptop"
        if any(word in name for word in ("server", "nas")):
            return "server"
    return ICONS[device.role]


def standing(view: DeviceView, *, in_numbers: bool = False) -> str:
    """How a device stands, in a few words; "in step" only when that is proven."""
    match view.link:
        case Link.HERE:
            return tr("This device")
        case Link.CONNECTED:
            return tr("Connected")
        case Link.CATCHING_UP:
            return _catching_up(view, in_numbers=in_numbers)
        case Link.PAUSED:
            return tr("Sharing is paused")
        case Link.NEVER_SEEN | Link.AWAY if _never_meets(view):
            return tr("Known from the others")
        case Link.NEVER_SEEN:
            return tr("Not seen yet")
        case _:
            return tr("Away")


def _catching_up(view: DeviceView, *, in_numbers: bool) -> str:
    if view.device.waits is not None:
        return waits(view.device.waits)
    if not view.pending:
        return tr("Comparing notes")
    done, total = _progress(view)
    if in_numbers:
        numbers = {"done": grouped(done), "total": grouped(total)}
        return tr("Catching up · {done} of {total}", **numbers)
    return tr("Catching up · {share}", share=percent(done / total))


def _progress(view: DeviceView) -> tuple[int, int]:
    """How much of what was missing when it began is here."""
    done = max(0, view.received - (view.begun_with or 0))
    return done, max(1, done + view.pending)


def aside(view: DeviceView, now: float) -> str:
    """What belongs at the end of that line."""
    match view.link:
        case Link.CONNECTED:
            return tr("in step") if view.is_partner else tr("nothing is shared")
        case Link.CATCHING_UP:
            return left(view.seconds_left)
        case Link.AWAY if not _never_meets(view):
            return seen(False, view.device.last_seen, now)
        case _:
            return ""


def _never_meets(view: DeviceView) -> bool:
    """Devices of the family without full trust know each other only from those that have it."""
    return not view.is_partner and view.device.trust is Trust.LIMITED


class DeviceCard(Card):
    """Shows a ``DeviceView``; a click, Enter or Space chooses it."""

    chosen = Signal(str)
    """The id of the device."""

    def __init__(self, view: DeviceView, now: float, *, is_narrow: bool = False) -> None:
        """``is_narrow``: trust stands with the role, so that the name has the whole line."""
        super().__init__()
        self._is_narrow = is_narrow
        device = view.device
        self.device_id = device.device_id
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._tile = Tile(icon_of(device), "ok", 42)
        self._name = Line(kind="name")
        self._role = Line(kind="small")
        self._trust = Pill()
        self._trust.setVisible(not is_narrow)
        self._dot = Dot()
        self._standing = Line()
        self._aside = label(kind="small")
        self._progress = QProgressBar()
        self._progress.setTextVisible(False)
        self._progress.setAccessibleName(tr("Catching up"))
        who = column(self._name, self._role, gap=1)
        head = row(self._tile, who, self._trust, gap=11)
        head.setStretch(1, 1)
        foot = row(self._dot, self._standing, self._aside, gap=NEAR)
        foot.setStretch(1, 1)
        self.setLayout(column(head, foot, self._progress, gap=CLOSE, edges=(16, 14, 16, 14)))
        self.show_view(view, now)

    def show_view(self, view: DeviceView, now: float) -> None:
        """Show the device as it is now."""
        device = view.device
        tone, shape = LOOKS[view.link]
        self._tile.show_state(icon_of(device), tone)
        say(self._name, device.name)
        what = self._role_of(view)
        say(self._role, f"{what} · {trust(device.trust)}" if self._is_narrow else what)
        self._trust.show_state(trust(device.trust), TRUST_TONES[device.trust])
        self._dot.show_state(tone, shape)
        words, end = standing(view), aside(view, now)
        say(self._standing, words)
        say(self._aside, end)
        self._show_progress(view)
        parts = (device.name, what, trust(device.trust), words, end)
        self.setAccessibleName(", ".join(part for part in parts if part))

    def _role_of(self, view: DeviceView) -> str:
        if view.device.admin and not self._is_narrow:
            return tr("{role} · manages the family", role=role(view.device.role))
        return role(view.device.role)

    def _show_progress(self, view: DeviceView) -> None:
        is_known = view.link is Link.CATCHING_UP and view.pending > 0
        self._progress.setVisible(is_known)
        if is_known:
            done, total = _progress(view)
            self._progress.setRange(0, total)
            self._progress.setValue(done)

    # ---- choosing ----------------------------------------------------------------------------

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self.rect().contains(
            event.position().toPoint()
        ):
            self.chosen.emit(self.device_id)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}:
            self.chosen.emit(self.device_id)
        else:
            super().keyPressEvent(event)

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        restyle(self, focused=True)
        super().focusInEvent(event)

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        restyle(self, focused=False)
        super().focusOutEvent(event)
