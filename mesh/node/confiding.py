"""What stays on this device alone: told when it changes, also when it is over by itself."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from mesh.commands.confiding import news_of
from mesh.messages import told

if TYPE_CHECKING:
    from collections.abc import Callable

    from mesh.commands.services import Services
    from mesh.model.aside import Aside
    from mesh.node.tasks import Tasks

GRACE_S = 1.0
MICRO = 1_000_000


class Confiding:
    """Tells it for one node, and looks again a moment after it ends."""

    def __init__(self, current: Callable[[], Services], tasks: Tasks) -> None:
        self._current = current
        self._tasks = tasks
        self._ending: asyncio.TimerHandle | None = None

    def stop(self) -> None:
        """Look no more."""
        if self._ending is not None:
            self._ending.cancel()
            self._ending = None

    def changed(self, aside: Aside) -> None:
        """What stays on this device has changed; it may be over by itself."""
        services = self._current()
        services.bus.publish(told(news_of(aside), services.device_id))
        self.stop()
        if aside.ends is not None:
            left = max(0.0, (aside.ends - services.clock.wall()) / MICRO)
            loop = asyncio.get_running_loop()
            self._ending = loop.call_later(left + GRACE_S, self._look)

    def _look(self) -> None:
        self._tasks.spawn(self._current().discretion.look())
