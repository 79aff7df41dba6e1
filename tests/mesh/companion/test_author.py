"""A device whose clock was wrong for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mesh.clock import SystemEntropy
from mesh.companion.author import EARLIEST_MS, Author
from mesh.model import hlc
from mesh.storage.database import Database

if TYPE_CHECKING:
    from pathlib import Path

KEY = bytes(32)
NOON_MS = EARLIEST_MS + 300 * 24 * 3600 * 1000
DAY_MS = 24 * 3600 * 1000


class SetClock:
    """Says what it was set to."""

    def __init__(self, ms: int) -> None:
        self.ms = ms

    def wall(self) -> int:
        return self.ms * 1000

    def monotonic(self) -> float:
        return self.ms / 1000


async def tick_at(database: Database, ms: int) -> int:
    """The first tick after a start at that time."""
    author = await Author.open(database, KEY, SetClock(ms), SystemEntropy())
    return await database.write(author.tick)


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        (NOON_MS + 20 * DAY_MS, NOON_MS, NOON_MS),
        (NOON_MS + DAY_MS // 2, NOON_MS, NOON_MS + DAY_MS // 2),
        (NOON_MS, 0, NOON_MS),
        (NOON_MS, NOON_MS + DAY_MS, NOON_MS + DAY_MS),
    ],
    ids=["was days ahead", "was hours ahead", "lost its battery", "is right"],
)
async def test_the_clock_goes_on_where_it_was_unless_that_lies_days_ahead(
    tmp_path: Path, before: int, now: int, expected: int
) -> None:
    database = await Database.open(tmp_path / "x.db", bytes(32))
    await tick_at(database, before)
    found = hlc.milliseconds_of(await tick_at(database, now))
    await database.close()
    assert expected <= found <= expected + 2000


async def test_without_a_battery_it_still_follows_what_others_write(tmp_path: Path) -> None:
    database = await Database.open(tmp_path / "x.db", bytes(32))
    clock = SetClock(NOON_MS)
    author = await Author.open(database, KEY, clock, SystemEntropy())
    await database.write(author.tick)
    hour, days = hlc.tick_of(NOON_MS + DAY_MS // 24), hlc.tick_of(NOON_MS + 3 * DAY_MS)
    clock.ms = 0
    await database.write(lambda sql: author.see(sql, hour))
    assert await database.write(author.tick) > hour
    await database.write(lambda sql: author.see(sql, days))
    assert await database.write(author.tick) < days
    await database.close()
