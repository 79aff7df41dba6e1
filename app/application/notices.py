"""Beside the clock: that something waits for a decision, also before any window was opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from app.matters import Matters, summary
from app.wording import tr

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.bridge import Bridge
    from app.tray import Tray
    from mesh.clock import Clock

FIRST_LOOK_MS = 2000
"""By then what a start needs is done."""
LOOK_EVERY_MS = 300_000
"""A wish of another device brings no news of its own."""
REST_S = 600.0
"""So long nothing more is said after something was, however much comes: it is on the icon."""


class Notices(QObject):
    """Keeps the ``matters`` that are open, shows them on the icon, says once what is new.

    ``is_watched``: whether a person looks at a window, which says the same.
    """

    def __init__(
        self, bridge: Bridge, tray: Tray, clock: Clock, is_watched: Callable[[], bool]
    ) -> None:
        super().__init__(tray)
        self._bridge, self._tray, self._clock = bridge, tray, clock
        self._is_watched = is_watched
        self._seen: frozenset[str] = frozenset()
        self._said_at: float | None = None
        self.matters = Matters(bridge, self)
        self.matters.changed.connect(self._show)
        self._next = QTimer(self)
        self._next.setSingleShot(True)
        self._next.timeout.connect(self._look)

    def begin(self) -> None:
        """The node is up."""
        self.matters.go_on()
        self._bridge.told.connect(self.matters.take)
        self._next.start(FIRST_LOOK_MS)

    def end(self) -> None:
        """The node goes."""
        if self._next.isActive():
            self._bridge.told.disconnect(self.matters.take)
        self._next.stop()
        self.matters.stop()

    def _look(self) -> None:
        self._next.start(LOOK_EVERY_MS)
        self.matters.look()

    def _show(self) -> None:
        matters = self.matters.all
        self._tray.show_open(len(matters), summary(matters))
        before, self._seen = self._seen, frozenset(one.id for one in matters)
        if self.matters.is_known and self._seen - before and self._may_say():
            self._said_at = self._clock.monotonic()
            self._tray.tell(tr("AICO asks you"), summary(matters), self._tray.decide_wanted)

    def _may_say(self) -> bool:
        said_at, now = self._said_at, self._clock.monotonic()
        return not self._is_watched() and (said_at is None or now - said_at >= REST_S)
