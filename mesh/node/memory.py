"""Giving memory back: glibc keeps what threads have freed unless it is asked.

On other systems nothing is done.
"""

from __future__ import annotations

import ctypes
import gc
import sys

_M_ARENA_MAX = -8
_ARENAS = 2


def keep_few_arenas() -> None:
    """Let all threads share two heaps: each heap keeps the most it ever held."""
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
        if mallopt is not None:
            mallopt(_M_ARENA_MAX, _ARENAS)


def settle() -> None:
    """After the start: what is here stays, so the collector need not look at it again.

    It spares live messages pauses of some milliseconds.
    """
    gc.collect()
    gc.freeze()


def give_back() -> None:
    """Return freed memory to the system; takes about a millisecond."""
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)
