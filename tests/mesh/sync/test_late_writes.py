"""A disk may be slower than a link that goes and comes back."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from mesh.storage import feeds
from mesh.wire.frames import Astray
from tests.mesh.sync.loopback import A, Engine, in_step, join

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from mesh.storage.commits import Job, T


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


async def test_what_an_ended_talk_would_have_forgotten_is_what_the_next_one_goes_on_from(
    pair: list[Engine], tasks: asyncio.TaskGroup
) -> None:
    a, b = pair
    await a.keep(a.memory("first"))
    join(a, b)
    await in_step(b, a)
    takes = b.sync._exchanges[A].takes
    [(scope, taking)] = takes.scopes.items()
    slow = SlowWriter(b)
    dropping = tasks.create_task(takes.astray(Astray(scope, taking.talk)))
    await slow.begun()
    b.cut(A)
    join(a, b)
    await in_step(b, a)
    before = await settled(b, scope)
    assert before
    slow.go_on()
    await asyncio.wait({dropping})
    assert await settled(b, scope) == before
    await a.keep(a.memory("second"))
    await in_step(b, a)
