"""What is needed for a moment and too long for memory: in a file without a name, sealed.

    memory ──▶ more than so much ──▶ blocks of one size, each sealed under a key of this row
                                     alone, which is nowhere but in memory

Nobody else can read such a file, and it is gone with whoever wrote it. Where it finds no room,
the rest stays in memory.
"""

from __future__ import annotations

import errno
import shutil
import tempfile
import weakref
from functools import lru_cache, partial
from threading import Lock
from typing import IO, TYPE_CHECKING, Final

from mesh.clock import SystemEntropy
from mesh.crypto import KEY_SIZE, SEAL_OVERHEAD, Cipher
from mesh.errors import BadSeal, StorageError

if TYPE_CHECKING:
    from pathlib import Path

MEMORY_MAX: Final = 4 << 20
ROOM_LEFT: Final = 512 << 20
"""With less on the disk than this nothing is put aside there."""
BLOCK: Final = 4096
BLOCKS_KEPT: Final = 256
"""So many blocks that were read last are kept: those in which everything is looked for."""


class LongRow:
    """Bytes that are written from front to back, and read anywhere.

    ``folder``: where the file may be; without one all stays in memory.
    """

    def __init__(self, folder: Path | None, memory_max: int = MEMORY_MAX) -> None:
        self._folder = folder
        self._memory_max = memory_max
        self._file: _Blocks | None = None
        self._filed = 0
        self._rest = bytearray()
        self._may_file = folder is not None

    def __len__(self) -> int:
        return self._filed + len(self._rest)

    def add(self, more: bytes) -> None:
        """Put these behind the last."""
        self._rest += more
        if self._may_file and (self._filed or len(self._rest) > self._memory_max):
            try:
                self._write_blocks()
            except OSError:
                self._may_file = False

    def _write_blocks(self) -> None:
        if self._file is None:
            if self._folder is None or shutil.disk_usage(self._folder).free < ROOM_LEFT:
                raise OSError(errno.ENOSPC, "the room that is left is for what must be kept")
            self._file = _Blocks(self._folder)
        whole = len(self._rest) // BLOCK * BLOCK
        for at in range(0, whole, BLOCK):
            self._file.add(bytes(self._rest[at : at + BLOCK]))
        del self._rest[:whole]
        self._filed += whole

    def read(self, begin: int, end: int) -> bytes:
        """What was put from one place up to another; StorageError if it is lost."""
        found = b""
        if self._file is not None and begin < self._filed:
            first, last = begin // BLOCK, (min(end, self._filed) - 1) // BLOCK
            blocks = b"".join(map(self._file.block, range(first, last + 1)))
            found = blocks[begin - first * BLOCK : end - first * BLOCK]
        if end > self._filed:
            found += self._rest[max(0, begin - self._filed) : end - self._filed]
        return found


class _Blocks:
    """The file; closed with the last who knows of it."""

    def __init__(self, folder: Path) -> None:
        self._cipher = Cipher(SystemEntropy().draw(KEY_SIZE))
        self._file = tempfile.TemporaryFile(buffering=0, dir=folder)  # noqa: SIM115 — see below
        weakref.finalize(self, self._file.close)
        self._lock = Lock()
        self._count = 0
        opened = partial(_opened, self._file, self._cipher, self._lock)
        self.block = lru_cache(BLOCKS_KEPT)(opened)

    def add(self, block: bytes) -> None:
        """Put one block behind the last; OSError if there is no room."""
        sealed = self._cipher.seal(self._count, block, b"")
        with self._lock:
            self._file.seek(self._count * len(sealed))
            if self._file.write(sealed) != len(sealed):
                raise OSError(errno.ENOSPC, "a part of it was written")
        self._count += 1


def _opened(file: IO[bytes], cipher: Cipher, lock: Lock, number: int) -> bytes:
    size = BLOCK + SEAL_OVERHEAD
    try:
        with lock:
            file.seek(number * size)
            sealed = file.read(size)
        return cipher.open(number, sealed, b"")
    except (OSError, BadSeal) as error:
        raise StorageError from error
