"""SIGTERM and Ctrl+C, also while the loop sleeps inside Qt."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ENDING = (signal.SIGINT, signal.SIGTERM)


@contextlib.contextmanager
def ending(stop: Callable[[], None]) -> Iterator[None]:
    """Inside the block the signals that end a program call ``stop`` on the running loop.

    Python runs its handlers only between instructions, and a loop asleep in Qt executes none:
    the byte that the interpreter writes for each signal wakes it.
    """
    loop = asyncio.get_running_loop()
    ours, pythons = socket.socketpair()
    with ours, pythons:
        ours.setblocking(False)
        pythons.setblocking(False)
        before = signal.set_wakeup_fd(pythons.fileno(), warn_on_full_buffer=False)
        handlers = {number: signal.signal(number, _note) for number in ENDING}
        loop.add_reader(ours, lambda: _came(ours, stop))
        try:
            yield
        finally:
            loop.remove_reader(ours)
            signal.set_wakeup_fd(before)
            for number, handler in handlers.items():
                signal.signal(number, handler)


def _came(ours: socket.socket, stop: Callable[[], None]) -> None:
    if {*ours.recv(64)} & {*map(int, ENDING)}:
        stop()


def _note(_number: int, _frame: object) -> None:
    """A handler of our own: without one the default would end the process at once."""
