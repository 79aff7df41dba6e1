"""What found no room on the disk is made good once there is room, as after a crash.

something is not stored ─▶ 15 s later, then 30 s, then every minute ─▶ all is made good
"""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from math import inf
from typing import TYPE_CHECKING, Any, Final

from mesh.errors import StorageError
from mesh.sync.patience import STORAGE_RETRY_S, Patience

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator

    from mesh.node.tasks import Tasks

CALM_S: Final = STORAGE_RETRY_S[1]
"""What fails so soon after a try is what that brought about, and no first failure."""


class Amends:
    """Owes what could not be stored; ``make_good`` does whatever it may have been."""

    def __init__(
        self, tasks: Tasks, make_good: Callable[[], Coroutine[Any, Any, None]]
    ) -> None:
        self._tasks = tasks
        self._make_good = make_good
        self._patience = Patience(*STORAGE_RETRY_S)
        self._is_owing = False
        self._tried = -inf

    @contextmanager
    def owed(self) -> Iterator[None]:
        """What this block cannot store is made good later; its StorageError goes on."""
        try:
            yield
        except StorageError:
            self._owe()
            raise

    def _owe(self) -> None:
        if self._is_owing:
            return
        self._is_owing = True
        if asyncio.get_running_loop().time() - self._tried > CALM_S:
            self._patience.rest()
        self._tasks.later(self._pay(), self._patience.spend())

    async def _pay(self) -> None:
        # What fails from here on may come too late for this time.
        self._is_owing = False
        self._tried = asyncio.get_running_loop().time()
        with self.owed():
            await self._make_good()
