"""What a device gets, kind by kind, as the family has chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app.theme.tokens import NEAR
from app.widgets.flow import Tiles
from app.widgets.labels import label, restyle, say
from app.widgets.layout import column
from app.wording import tr, trn
from mesh.wishes import DevicePolicy, Policy, PolicyShown

if TYPE_CHECKING:
    from app.viewstate import Asked, DeviceView, Wisher
    from mesh.errors import MeshError

CHIP, CHIP_MAX = 104, 124
ON, ALL = "on", "all"
CHOICES = {
    "conversation_continuity": "conversation",
    "memory_access": "memory",
    "emotional_awareness": "mood",
    "personality_consistency": "trait",
}


class Getting(QWidget):
    """Filled: it gets these; dashed: it does not. Asks again when what counts has changed."""

    def __init__(self, wisher: Wisher) -> None:
        super().__init__()
        self._wisher = wisher
        self._shown: tuple[object, ...] | None = None
        self._asked: Asked | None = None
        names = {
            "conversation": tr("Conversations"),
            "memory": tr("Memories"),
            "mood": tr("Mood"),
            "trait": tr("Personality"),
        }
        self._names = names
        self.chips = {key: label(names[kind]) for key, kind in CHOICES.items()}
        for chip in self.chips.values():
            chip.setProperty("chip", "off")
            chip.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.span = label(kind="small", wraps=True)
        chips = Tiles(CHIP, len(self.chips))
        chips.setMaximumWidth(len(self.chips) * CHIP_MAX)
        chips.show_all(list(self.chips.values()))
        self.setLayout(column(chips, self.span, gap=NEAR - 2))
        self.hide()

    def show_device(self, view: DeviceView) -> None:
        """Show what this device gets; a guest and one that never meets this one get nothing."""
        device = view.device
        key = (device.device_id, device.trust, view.is_partner)
        if key == self._shown:
            return
        self._shown = key
        if self._asked is not None:
            self._asked.cancel()
        self.hide()
        if view.is_partner and not device.is_self:
            self._asked = self._wisher.wish(Policy(), done=self._take, failed=self._give_up)

    def refresh(self) -> None:
        """Ask anew the next time: something may have been chosen meanwhile."""
        self._shown = None

    def _take(self, answer: object) -> None:
        if not isinstance(answer, PolicyShown) or self._shown is None:
            return
        for policy in answer.devices:
            if policy.device_id == self._shown[0]:
                self._show(policy)

    def _give_up(self, _: MeshError) -> None:
        self._shown = None

    def _show(self, policy: DevicePolicy) -> None:
        for key, chip in self.chips.items():
            gets = policy.values.get(key) == ON
            restyle(chip, chip="on" if gets else "off")
            kind = self._names[CHOICES[key]]
            said = (
                tr("{kind}: shared with it", kind=kind)
                if gets
                else tr("{kind}: not shared with it", kind=kind)
            )
            chip.setToolTip(said)
            chip.setAccessibleName(said)
        days = policy.values.get("time_window_days", ALL)
        say(self.span, "" if days == ALL else _window(int(days)))
        self.span.setVisible(days != ALL)
        self.show()


def _window(days: int) -> str:
    return trn("Of the last {n} day.", "Of the last {n} days.", days)
