"""Reads of the disk need not end in the order in which they began."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from mesh.storage import feeds
from tests.mesh.sync.loopback import A, Engine, in_step, join

if TYPE_CHECKING:
    from mesh.storage.commits import Job, T


async def test_cursors_read_before_they_were_dropped_do_not_count_when_they_come_late(
    pair: list[Engine],
) -> None:
    a, b = pair
    await a.keep(a.memory("first"))
    join(a, b)
    await in_step(b, a)
    takes, read = b.sync._exchanges[A].takes, b.database.read
    begun, ended = asyncio.Event(), asyncio.Event()

    async def late(job: Job[T]) -> T:
        found = await read(job)
        begun.set()
        await ended.wait()
        return found

    offers = tuple((scope, taking.top) for scope, taking in takes.scopes.items())
    async with asyncio.TaskGroup() as tasks:
        b.database.read = late  # type: ignore[method-assign]
        tasks.create_task(takes.want(offers))
        await begun.wait()
        b.database.read = read  # type: ignore[method-assign]
        await b.database.write(feeds.drop_cursors)
        await takes.want(offers)
        ended.set()
    assert {one.epoch for one in takes.scopes.values()} == {await read(feeds.epoch)}
