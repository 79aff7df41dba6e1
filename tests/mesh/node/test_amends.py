"""What could not be stored is made good later: once for all of it, until it is done."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from mesh.errors import BadInput, DiskFull, MeshError
from mesh.node.amends import Amends
from mesh.node.tasks import Tasks
from tests.simulation.timeline import Timeline

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine


def play(scene: Callable[[Tasks], Coroutine[Any, Any, None]]) -> None:
    """A scene, in made time."""

    async def run() -> None:
        async with asyncio.TaskGroup() as group:
            await scene(Tasks(group))

    loop = Timeline()
    try:
        loop.run_until_complete(run())
    finally:
        loop.close()


class Disk:
    """Has no room for the first so many tries; notes when each was."""

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.tries: list[float] = []

    async def store(self) -> None:
        self.tries.append(asyncio.get_running_loop().time())
        if len(self.tries) <= self.failures:
            raise DiskFull


def fail(amends: Amends, error: MeshError) -> None:
    with pytest.raises(type(error)), amends.owed():
        raise error


def test_it_is_tried_until_there_is_room_and_then_no_more() -> None:
    disk = Disk(failures=3)

    async def scene(tasks: Tasks) -> None:
        fail(Amends(tasks, disk.store), DiskFull())

    play(scene)
    assert disk.tries == [15.0, 45.0, 105.0, 165.0]


def test_what_fails_at_one_time_is_made_good_at_once() -> None:
    disk = Disk(failures=0)

    async def scene(tasks: Tasks) -> None:
        amends = Amends(tasks, disk.store)
        for _ in range(100):
            fail(amends, DiskFull())
        await asyncio.sleep(100.0)
        fail(amends, DiskFull())

    play(scene)
    assert disk.tries == [15.0, 115.0]


def test_what_goes_well_itself_and_brings_about_a_failure_is_tried_more_and_more_seldom() -> (
    None
):
    tries: list[float] = []

    async def scene(tasks: Tasks) -> None:
        async def store() -> None:
            tries.append(asyncio.get_running_loop().time())
            if len(tries) < 5:
                asyncio.get_running_loop().call_later(1.0, fail, amends, DiskFull())

        amends = Amends(tasks, store)
        fail(amends, DiskFull())
        await asyncio.sleep(300.0)

    play(scene)
    assert tries == [15.0, 46.0, 107.0, 168.0, 229.0]


def test_what_is_refused_is_not_tried_again() -> None:
    disk = Disk(failures=0)

    async def scene(tasks: Tasks) -> None:
        fail(Amends(tasks, disk.store), BadInput("No."))

    play(scene)
    assert disk.tries == []
