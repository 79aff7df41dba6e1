"""Descriptors: told when one can be read, and a connection cut by its number."""

from __future__ import annotations

import asyncio
import contextlib
import select
import socket
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def watch(fd: int, ready: Callable[[], None]) -> Callable[[], None]:
    """Call ``ready`` on the running loop whenever ``fd`` is readable; the result ends that.

    The loops of Windows cannot watch a socket; there a thread does it.
    """
    loop = asyncio.get_running_loop()
    try:
        loop.add_reader(fd, ready)
    except NotImplementedError:
        return _Lookout(loop, fd, ready).stop
    return lambda: _unwatch(loop, fd)


def _unwatch(loop: asyncio.AbstractEventLoop, fd: int) -> None:
    if not loop.is_closed():
        loop.remove_reader(fd)


class _Lookout:
    """A thread that waits for one descriptor, and then for the loop to have dealt with it."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, fd: int, ready: Callable[[], None]
    ) -> None:
        self._loop, self._fd, self._ready = loop, fd, ready
        self._stopped = False
        self._dealt_with = threading.Semaphore(0)
        self._mine, self._theirs = socket.socketpair()
        threading.Thread(target=self._look, name="lookout", daemon=True).start()

    def stop(self) -> None:
        """Look no more."""
        self._stopped = True
        self._mine.close()
        self._dealt_with.release()

    def _look(self) -> None:
        with self._theirs, contextlib.suppress(RuntimeError):
            while not self._stopped:
                select.select([self._fd, self._theirs.fileno()], [], [])
                self._loop.call_soon_threadsafe(self._tell)
                self._dealt_with.acquire()

    def _tell(self) -> None:
        if not self._stopped:
            self._ready()
        self._dealt_with.release()


def cut(fd: int, port: int) -> bool:
    """Shut the connection ``fd`` down, if it is one that our ``port`` accepted.

    The number may stand for something else by now, hence the second look.
    """
    try:
        connection = socket.socket(fileno=fd)
    except (OSError, ValueError):
        return False
    try:
        if connection.getsockname()[1] != port:
            return False
        connection.shutdown(socket.SHUT_RDWR)
    except (OSError, IndexError):
        return False
    finally:
        connection.detach()
    return True
