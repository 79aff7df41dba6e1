"""The lock of a profile: one process serves it at a time.

It is a ``flock``, which the kernel drops with the process, so that nothing stale is left. The
lock file holds a note for those who look: where the process that serves has put its sockets.
"""

from __future__ import annotations

import fcntl
import os
import time
from typing import TYPE_CHECKING, Self

from mesh.errors import ProfileError, ProfileInUse

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

_ATTEMPTS = 20
_PAUSE_S = 0.02


class ProfileLock:
    """The right to serve a profile, held until closed or until the process ends."""

    def __init__(self, path: Path, note: bytes) -> None:
        self._descriptor: int | None = _opened(path, os.O_RDWR | os.O_CREAT)
        try:
            _take(self._descriptor)
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, note, 0)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Give the profile back; closing twice is allowed."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def is_held(path: Path) -> bool:
    """Whether a process holds the lock now; never makes the file."""
    if not path.exists():
        return False
    descriptor = _opened(path, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(descriptor)


def _opened(path: Path, flags: int) -> int:
    try:
        return os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise ProfileError("The lock in the profile folder cannot be opened.") from error


def _take(descriptor: int) -> None:
    """Lock, or raise ProfileInUse; ``is_held`` may hold it for an instant, so ask again."""
    for _ in range(_ATTEMPTS):
        try:
            return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_PAUSE_S)
        except OSError as error:
            raise ProfileError("The profile folder cannot be locked.") from error
    raise ProfileInUse
