"""What one device may know of what is here, in exact numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.widgets.labels import label, say
from app.windows.devices.words import things
from app.wording import tr
from mesh.wishes import PreviewPolicy, PreviewShown

if TYPE_CHECKING:
    from PySide6.QtWidgets import QLabel

    from app.viewstate import Asked, Wisher
    from mesh.errors import MeshError
    from mesh.wishes import DevicePolicy


class Knowing:
    """Counts anew when another device is looked at, or something else counts for it."""

    def __init__(self, wisher: Wisher) -> None:
        self.text: QLabel = label(kind="mute", wraps=True)
        self.text.hide()
        self._wisher = wisher
        self._asked: Asked | None = None
        self._about: object = None

    def show_device(self, one: DevicePolicy | None) -> None:
        """Say it of this device; of none: nothing."""
        about = None if one is None else (one.device_id, one.trust, tuple(one.values.items()))
        if about == self._about:
            return
        self._about = about
        if self._asked is not None:
            self._asked.cancel()
            self._asked = None
        self.text.hide()
        if one is not None:
            wish = PreviewPolicy(device=one.device_id)
            self._asked = self._wisher.wish(wish, done=self._take, failed=self._give_up)

    def _take(self, answer: object) -> None:
        if not isinstance(answer, PreviewShown):
            return
        gets, lacks = things(answer.would_send), things(answer.withheld)
        said = tr("Of what is here it may know: {things}.", things=gets or tr("nothing"))
        if lacks:
            said += " " + tr("It does not get: {things}.", things=lacks)
        say(self.text, said)
        self.text.show()

    def _give_up(self, _: MeshError) -> None:
        self._about = None
