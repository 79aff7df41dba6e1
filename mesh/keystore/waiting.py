"""Calls that may wait for a person, kept off the loop."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

_NOTICE_S = 1.0

Answer = TypeVar("Answer")


async def in_thread(call: Callable[[], Answer]) -> Answer:
    """What ``call`` gives, from a thread of its own.

    Not the pool of the loop: a person may leave a question open for hours, and a pool is waited
    for when the process ends.
    """
    promise: Future[Answer] = Future()
    promise.set_running_or_notify_cancel()
    threading.Thread(target=_keep, args=(promise, call), daemon=True, name="keystore").start()
    return await asyncio.wrap_future(promise)


async def patiently(call: Callable[[], Answer], on_waiting: Callable[[], None]) -> Answer:
    """As ``in_thread``, without a limit; ``on_waiting`` is called once if it takes a second."""
    notice = asyncio.get_running_loop().call_later(_NOTICE_S, on_waiting)
    try:
        return await in_thread(call)
    finally:
        notice.cancel()


def _keep(promise: Future[Answer], call: Callable[[], Answer]) -> None:
    try:
        promise.set_result(call())
    except Exception as error:  # noqa: BLE001 - it is raised again where the call is awaited
        promise.set_exception(error)
