"""A backup out: all that is here, at one moment, into one closed file beside nothing in clear.

It holds facts, choices and roster, and never what makes this device this one: no keys, no
sessions, no recovery words. One read transaction gives it, so that the node lives on meanwhile.
"""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mesh.companion.archive import ArchiveWriter, Block, Contents, Entries, Facts
from mesh.companion.exporting import fresh_file, on_loop
from mesh.companion.pace import OnProgress, Pace
from mesh.errors import BadInput, WishRefused
from mesh.storage import copying

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mesh.clock import Clock, Entropy
    from mesh.keystore import Cost
    from mesh.storage.copying import Copied
    from mesh.storage.database import Database
    from mesh.storage.objects import Connection

BLOCK_BYTES = 256 * 1024
BLOCK_FACTS = 1000
PASSPHRASE_MIN = 8


@dataclass(frozen=True, slots=True)
class Maker:
    """The device a backup is made on, as it is told in there."""

    version: str
    family: bytes
    key: bytes
    tags: tuple[bytes, ...]
    name: str


@dataclass(frozen=True, slots=True)
class Written:
    """A backup that is whole and on the disk; ``made_at``: Unix µs, ``size`` in bytes."""

    facts: int
    size: int
    made_at: int
    seconds: float


class BackingUp:
    """Writes backups. ``cost``: what a guess at the passphrase costs; by default, enough."""

    def __init__(
        self, database: Database, clock: Clock, entropy: Entropy, cost: Cost | None = None
    ) -> None:
        self._database = database
        self._clock = clock
        self._entropy = entropy
        self._cost = cost

    async def write(
        self,
        path: Path,
        passphrase: str,
        maker: Maker,
        on_progress: OnProgress | None = None,
        stop: threading.Event | None = None,
    ) -> Written:
        """Write a backup, which takes the place of the file only when it is whole.

        BadInput when it cannot be written there or the passphrase is too short; DiskFull;
        WishRefused once ``stop`` is set. What stood there before stands then as before.
        """
        check_passphrase(passphrase)
        loop, halt = asyncio.get_running_loop(), stop or threading.Event()

        def job(connection: Connection) -> Written:
            total, made_at = copying.count(connection), self._clock.wall()
            pace = Pace(self._clock, total, on_progress and on_loop(loop, on_progress))
            with fresh_file(path) as file:
                archive = ArchiveWriter(file, passphrase, self._entropy, self._cost)
                archive.add(Contents(
                    maker.version, maker.family, maker.key, maker.tags, maker.name, made_at,
                    total,
                ))  # fmt: skip
                done = 0
                for block in _blocks(connection):
                    if halt.is_set():
                        raise WishRefused("The backup was stopped; there is no new file.")
                    archive.add(block)
                    done += len(block.rows) if isinstance(block, Facts) else 0
                    pace.tell(done)
                archive.close()
            return Written(done, archive.written, made_at, pace.seconds)

        try:
            return await self._database.read(job)
        finally:
            halt.set()


def check_passphrase(passphrase: str) -> None:
    """BadInput for one that is too short to close anything."""
    if len(passphrase.strip()) < PASSPHRASE_MIN:
        raise BadInput(f"The passphrase of a backup has at least {PASSPHRASE_MIN} characters.")


def _blocks(connection: Connection) -> Iterator[Block]:
    """The roster, then the facts, in blocks of a bounded size."""
    entries = copying.entries(connection)
    for start in range(0, len(entries), BLOCK_FACTS):
        yield Entries(tuple(entries[start : start + BLOCK_FACTS]))
    waiting: list[Copied] = []
    size = 0
    for one in copying.copied(connection):
        waiting.append(one)
        size += len(one.raw)
        if size >= BLOCK_BYTES or len(waiting) >= BLOCK_FACTS:
            yield _packed(waiting)
            waiting, size = [], 0
    if waiting:
        yield _packed(waiting)


def _packed(copied: list[Copied]) -> Facts:
    return Facts(bytes(one.kept for one in copied), tuple(one.raw for one in copied))
