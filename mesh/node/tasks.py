"""The tasks of a node: owned by one group, ended together; one that fails ends no other."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from mesh.bus.faults import note
from mesh.errors import MeshError

if TYPE_CHECKING:
    from collections.abc import Coroutine

log = logging.getLogger(__name__)


class Tasks:
    """Owns what runs beside everything else, until ``stop``."""

    def __init__(self, group: asyncio.TaskGroup) -> None:
        self._group = group
        self._running: set[asyncio.Task[None]] = set()
        self._is_stopping = False

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run it; nobody waits for it. While stopping it does not even begin."""
        if self._is_stopping:
            work.close()
            return
        self._running.add(self.own(work))

    def own(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run it as a task the caller may cancel. While stopping it does not even begin."""
        if self._is_stopping:
            work.close()
            # The group may have ended already: this one belongs to nobody, and does nothing.
            return asyncio.get_running_loop().create_task(_nothing())
        task = self._group.create_task(_guarded(work))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        # One that is cancelled before its first step would leave its work never awaited.
        task.add_done_callback(lambda _: work.close())
        return task

    def later(self, work: Coroutine[Any, Any, None], seconds: float) -> None:
        """Run it in a while, unless the node stops before."""
        self.spawn(_after(seconds, work))

    def refuse(self) -> None:
        """Let nothing begin any more."""
        self._is_stopping = True

    async def stop(self) -> None:
        """Cancel everything but the caller, and wait until it has ended."""
        self.refuse()
        running = [task for task in self._running if task is not asyncio.current_task()]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def resume(self) -> None:
        """Tasks may begin again."""
        self._is_stopping = False


async def _nothing() -> None:
    """In place of work that is not begun any more."""


async def _after(seconds: float, work: Coroutine[Any, Any, None]) -> None:
    try:
        await asyncio.sleep(seconds)
        await work
    finally:
        work.close()


async def _guarded(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except MeshError as error:
        log.warning("a task ended: %s", error.code)
    except Exception as error:  # noqa: BLE001 — an error of ours ends one task, not the node
        note("A task", error)
