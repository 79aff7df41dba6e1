"""A link that goes while a page is being written: what was committed counts all the same."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from typing import TYPE_CHECKING

import pytest

from mesh.model import fact as facts
from mesh.model.device import Trust
from mesh.storage.database import Database
from tests.mesh.sync.loopback import Engine, LoopbackFamily, in_step, join

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    import apsw

KEYS = [bytes([number]) * 32 for number in (1, 2, 3)]


class Held:
    """A database whose writer waits; ``queued`` is set when there is more to write."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._writing, self._go_on = threading.Event(), threading.Event()

    def _hold(self, _: apsw.Connection) -> None:
        self._writing.set()
        self._go_on.wait()

    @contextlib.asynccontextmanager
    async def until(self) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._database.write(self._hold))
            await asyncio.to_thread(self._writing.wait)
            try:
                yield
            finally:
                self._go_on.set()
        await self._database.write(lambda _: None)

    async def queued(self) -> None:
        while not self._database._queue.qsize():  # noqa: ASYNC110
            await asyncio.sleep(0)  # the writer's queue tells nobody


@pytest.fixture
async def three(tmp_path: Path) -> AsyncIterator[list[Engine]]:
    trust = dict.fromkeys(KEYS, Trust.FULL)
    engines = [await Engine(k, LoopbackFamily(trust, k), tmp_path).start() for k in KEYS]
    yield engines
    for engine in engines:
        await engine.stop()


async def texts(engine: Engine) -> set[str]:
    bodies = [facts.body(facts.read(raw)) for raw in await engine.facts()]
    return {body.text for body in bodies if isinstance(body, facts.Memory)}


async def test_what_was_being_written_as_the_link_went_reaches_the_others(
    three: list[Engine],
) -> None:
    a, b, c = three
    await a.keep(a.memory("first"))
    join(a, b)
    await in_step(b, a)
    held = Held(b.database)
    async with held.until():
        await a.keep(a.memory("second"))
        await held.queued()
        b.cut(a.key)
    join(b, c)
    await in_step(c, b)
    assert await texts(c) == {"first", "second"}
    assert sum(outcome.added for outcome in b.taken) == 2


async def test_who_stops_waiting_for_a_write_does_not_stop_what_follows_from_it(
    tmp_path: Path,
) -> None:
    database = await Database.open(tmp_path / "x.db", bytes(32))
    told: list[int] = []
    held = Held(database)
    async with held.until(), asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(database.write(lambda _: 7, then=told.append))
        await held.queued()
        waiting.cancel()
    assert told == [7]
    with pytest.raises(ZeroDivisionError):
        await database.write(lambda _: 0, then=lambda zero: told.append(1 // zero))
    assert await database.write(lambda _: 8, then=told.append) == 8
    assert told == [7, 8]
    await database.close()
