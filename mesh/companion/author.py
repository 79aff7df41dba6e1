"""This device as an author: new ids, ticks and stamps, none of them ever twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from mesh.model import device, hlc
from mesh.model import fact as facts
from mesh.model.hlc import HybridClock

if TYPE_CHECKING:
    from mesh.clock import Clock, Entropy
    from mesh.storage.database import Database
    from mesh.storage.objects import Connection, ObjectRow

RUN_SIZE = 2
AHEAD = hlc.tick_of(1000)
"""How far ahead the clock is kept, a second in ticks."""
EARLIEST_MS = 1_767_225_600_000
"""2026-01-01: a wall clock that says less has lost its battery, not its way."""


class Author:
    """The author of this device's facts. Used inside write jobs only, so on one thread.

    ``run``: random at every start, so that a restored database never repeats an id.
    """

    def __init__(self, key: bytes, run: bytes, clock: Clock) -> None:
        self.device_id = device.device_id(key)
        self.tag = device.author_tag(key)
        self._run = run
        self._clock = clock
        self._ticks = HybridClock()
        self._latest_ms = 0
        self._kept = 0

    @classmethod
    async def open(cls, database: Database, key: bytes, clock: Clock, entropy: Entropy) -> Self:
        """The author for a device key (32 bytes), its clock going on where it stopped."""
        author = cls(key, entropy.draw(RUN_SIZE), clock)
        await database.write(author.load)
        return author

    def load(self, connection: Connection) -> None:
        """Go on from the last tick that was kept.

        Unless it lies days ahead: then the clock was wrong, and whatever was stamped after it
        would not count for days. No id comes twice by going back, for each run is another.
        """
        last = int(connection.execute("SELECT value FROM meta WHERE name='clock'").get or 0)
        now_ms = self.now() // 1000
        if now_ms > EARLIEST_MS and hlc.is_far_ahead(last, now_ms):
            last = hlc.tick_of(now_ms)
        self._ticks.last = max(self._ticks.last, last)
        self._latest_ms = hlc.milliseconds_of(last)

    def now(self) -> int:
        """The wall clock, Unix µs."""
        return self._clock.wall()

    def _at_least_ms(self) -> int:
        """How late it is, Unix ms: by a clock without a battery not earlier than it was before.

        Else what it writes would stand before all that it has seen, and a device that it trusts
        less would lose what it said long before.
        """
        now_ms = self.now() // 1000
        if now_ms > EARLIEST_MS:
            self._latest_ms = now_ms
        return max(now_ms, self._latest_ms)

    def tick(self, connection: Connection) -> int:
        """A tick above every one given or seen, kept in the same transaction."""
        tick = self._ticks.tick(self._at_least_ms())
        self._keep(connection)
        return tick

    def foresee(self) -> int:
        """A tick above all so far, for what is signed on the loop; it is not kept."""
        return max(self._ticks.last + 1, hlc.tick_of(self.now() // 1000))

    def see(self, connection: Connection, stamp: int) -> None:
        """Take note of another device's stamp, unless it lies too far ahead."""
        before = self._ticks.last
        self._ticks.see(stamp, self._at_least_ms())
        if self._ticks.last != before:
            self._keep(connection)

    def _keep(self, connection: Connection) -> None:
        """Keep a tick a second ahead, so that it need not be written again with every fact.

        Should this transaction fail, the wall clock alone vouches for that second.
        """
        if self._ticks.last <= self._kept:
            return
        self._kept = self._ticks.last + AHEAD
        connection.execute("INSERT OR REPLACE INTO meta VALUES('clock',?)", (self._kept,))

    def mint(self, connection: Connection) -> bytes:
        """A new id of this device."""
        return facts.minted_id(self.tag, self._run, self.tick(connection))

    def owns(self, row: ObjectRow) -> bool:
        """Whether this device made the object."""
        return facts.author_of(row.id) == self.tag
