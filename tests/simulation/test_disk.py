"""A slow disk of the simulation is late as a real one is: in order, and after the fact."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING

import pytest

from tests.simulation.disk import Disk, Slowness, blank
from tests.simulation.timeline import Timeline

if TYPE_CHECKING:
    from collections.abc import Iterator

    import apsw

JOBS = 200


@pytest.fixture
def loop() -> Iterator[Timeline]:
    loop = Timeline()
    yield loop
    loop.close()


def slow(longest_s: float) -> Disk:
    """A disk that takes so much longer at times."""
    return Disk(blank(), random.Random(1), Slowness(1, longest_s))  # noqa: S311


def add_one(connection: apsw.Connection) -> int:
    connection.execute(
        "INSERT INTO meta VALUES('n', 1) ON CONFLICT(name) DO UPDATE SET value=value+1"
    )
    return read_n(connection)


def read_n(connection: apsw.Connection) -> int:
    return int(connection.execute("SELECT value FROM meta WHERE name='n'").get or 0)


async def late(disk: Disk) -> tuple[list[int], int, int]:
    """The order writes were told in; reads that were old when told; reads that saw more."""
    told: list[int] = []
    old = ahead = 0

    async def look() -> None:
        nonlocal old, ahead
        found = await disk.read(read_n)
        old += found < max(told, default=0)
        ahead += found > max(told, default=0)

    async with asyncio.TaskGroup() as tasks:
        for _ in range(JOBS):
            tasks.create_task(disk.write(add_one, then=told.append))
            tasks.create_task(look())
            await asyncio.sleep(0.01)
    return told, old, ahead


def test_writes_are_told_in_order_and_reads_may_be_old_or_ahead_of_what_was_told(
    loop: Timeline,
) -> None:
    told, old, ahead = loop.run_until_complete(late(slow(0.2)))
    assert told == list(range(1, JOBS + 1))
    assert old > 0 < ahead


def test_a_disk_that_is_not_slow_tells_what_is_so(loop: Timeline) -> None:
    assert loop.run_until_complete(late(slow(0.0))) == (list(range(1, JOBS + 1)), 0, 0)
