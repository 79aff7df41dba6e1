"""A disk may be slower than a link that goes and comes back."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

import pytest

from mesh.storage import feeds
from mesh.wire.frames import Astray
from tests.mesh.sync.loopback import A, Engine, in_step, join

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import apsw

    from mesh.storage.commits import Job, T
    from mesh.sync.taking import TakingSide

HELD_MOST_S = 60.0


class SlowWriter:
    """Lets a job of the database wait until told to go on; who asked for it is gone then."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._write = engine.database.write
        self._begun, self._go_on = asyncio.Event(), asyncio.Event()
        engine.database.write = self._late  # type: ignore[method-assign]

    async def _late(self, job: Job[T], **more: Any) -> T:
        self._begun.set()
        await self._go_on.wait()
        await self._write(job, **more)
        raise asyncio.CancelledError

    async def begun(self) -> None:
        """Until a job waits; those that come now do not."""
        await self._begun.wait()
        self._engine.database.write = self._write  # type: ignore[method-assign]

    def go_on(self) -> None:
        """The disk has come to it."""
        self._go_on.set()


@pytest.fixture
async def tasks() -> AsyncIterator[asyncio.TaskGroup]:
    async with asyncio.TaskGroup() as group:
        yield group


async def settled(engine: Engine, scope: int) -> tuple[int, ...]:
    """What the cursor on the disk says is here."""
    return await engine.database.read(
        lambda sql: feeds.load_cursor(sql, A, scope).settled.packed()
    )


async def begun(a: Engine, b: Engine) -> tuple[TakingSide, Astray]:
    """The taking side of a talk in step, and the word that its only scope went astray."""
    await a.keep(a.memory("first"))
    join(a, b)
    await in_step(b, a)
    takes = b.sync._exchanges[A].takes
    [(scope, taking)] = takes.scopes.items()
    return takes, Astray(scope, taking.talk)


async def test_what_an_ended_talk_would_have_forgotten_is_what_the_next_one_goes_on_from(
    pair: list[Engine], tasks: asyncio.TaskGroup
) -> None:
    a, b = pair
    takes, astray = await begun(a, b)
    slow = SlowWriter(b)
    dropping = tasks.create_task(takes.astray(astray))
    await slow.begun()
    b.cut(A)
    join(a, b)
    await in_step(b, a)
    before = await settled(b, astray.scope)
    assert before
    slow.go_on()
    await asyncio.wait({dropping})
    assert await settled(b, astray.scope) == before
    await a.keep(a.memory("second"))
    await in_step(b, a)


class SlowCommit:
    """Holds the writer's thread, from when it is come to until told to go on."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._begun, self._go_on = asyncio.Event(), threading.Event()

    def __call__(self, _: apsw.Connection) -> None:
        self._loop.call_soon_threadsafe(self._begun.set)
        assert self._go_on.wait(HELD_MOST_S)

    async def begun(self) -> None:
        """Until the jobs before it are done."""
        await self._begun.wait()

    def go_on(self) -> None:
        """It is committed, with the jobs before it in the same commit."""
        self._go_on.set()


async def test_what_was_forgotten_in_a_commit_that_outlived_the_talk_is_asked_for_again(
    pair: list[Engine], tasks: asyncio.TaskGroup
) -> None:
    a, b = pair
    takes, astray = await begun(a, b)
    busy, slow = SlowCommit(), SlowCommit()
    tasks.create_task(b.database.write(busy))
    await busy.begun()
    dropping = tasks.create_task(takes.astray(astray))
    tasks.create_task(b.database.write(slow))
    asyncio.get_running_loop().call_soon(busy.go_on)
    await slow.begun()
    dropping.cancel()
    b.cut(A)
    join(a, b)
    await in_step(b, a)
    slow.go_on()
    await b.database.wait_written()
    await a.keep(a.memory("second"))
    await in_step(b, a)
