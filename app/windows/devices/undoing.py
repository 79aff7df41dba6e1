"""For a day after a device joined: taking the first meeting back, counted before it is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from app.widgets.buttons import Button
from app.widgets.labels import label, say
from app.widgets.layout import row
from app.widgets.question import Question
from app.windows.devices.sections import Section
from app.wording import sentence, tr
from app.wording.parting import gives_back, not_told, stays, undo_button
from mesh.wishes import Part, PartingShown

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.viewstate import Wisher
    from mesh.errors import MeshError
    from mesh.messages import DeviceShown


class Undoing(Section):
    """A button that is there as long as it can be done."""

    wanted = Signal()

    def __init__(self) -> None:
        super().__init__(
            tr("First meeting"),
            tr(
                "If it was a mistake: both go on as if they had never met, each with its own "
                "past."
            ),
        )
        self.button = Button(on_click=self.wanted.emit)
        self.body.addLayout(row(self.button, None))

    def show_device(self, device: DeviceShown, now: float) -> None:
        """How long it can be done for this device; afterwards nothing is shown."""
        ends = device.undo_until
        self.setVisible(ends is not None and now < ends)
        if ends is not None:
            self.button.setText(undo_button(ends, now))


class UndoQuestion(Question):
    """Before a first meeting is undone: what goes here and what goes there, in numbers."""

    def __init__(
        self, wisher: Wisher, device: DeviceShown, now: float, parent: QWidget
    ) -> None:
        super().__init__(
            tr("Undo the first meeting?"),
            tr("This device and the family part again.")
            if device.is_self
            else tr("{name} and the family part again.", name=device.name),
            tr("Undo the first meeting"),
            parent=parent,
            is_grave=True,
        )
        self._now = now
        self.counted = label(tr("Counting what goes…"), "mute", wraps=True)
        self._points.addWidget(self.counted)
        self.yes.setEnabled(False)
        wanted = None if device.is_self else device.device_id
        self._asked = wisher.wish(
            Part(device=wanted), done=self._count, failed=self._cannot_count
        )
        self.finished.connect(lambda _result: self._asked.cancel())

    def _count(self, answer: object) -> None:
        if not isinstance(answer, PartingShown):
            return
        self.counted.hide()
        for text in gives_back(answer):
            self.add_point("devices", "off", text)
        self.add_point("check", "ok", stays())
        if words := not_told(answer, self._now):
            self.add_point("warning", "warn", words)
        self.yes.setEnabled(True)
        self.fit()

    def _cannot_count(self, error: MeshError) -> None:
        say(self.counted, sentence(error))
        self.fit()
