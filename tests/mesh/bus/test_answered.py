"""A call that comes twice is worked once."""

from __future__ import annotations

import asyncio

from mesh.bus.answered import LONGEST_KEPT, Answered
from mesh.wire.local import Reply, Status


class Worker:
    def __init__(self, status: Status = Status.OK, body: bytes = b"done") -> None:
        self.reply, self.times = Reply(status, body), 0
        self.begun, self.release = asyncio.Event(), asyncio.Event()

    async def work(self) -> Reply:
        self.times += 1
        self.begun.set()
        await self.release.wait()
        return self.reply


async def test_a_retry_gets_the_first_answer_while_it_is_worked_and_afterwards() -> None:
    answered, worker = Answered(), Worker()
    async with asyncio.TaskGroup() as tasks:
        calls = [tasks.create_task(answered.once(b"a", b"1", worker.work)) for _ in range(3)]
        await worker.begun.wait()
        worker.release.set()
    assert await answered.once(b"a", b"1", worker.work) == worker.reply
    assert [call.result() for call in calls] == [worker.reply] * 3
    assert worker.times == 1


async def test_the_same_id_of_another_sender_is_another_call() -> None:
    answered, worker = Answered(), Worker()
    worker.release.set()
    await answered.once(b"a", b"1", worker.work)
    await answered.once(b"b", b"1", worker.work)
    assert worker.times == 2


async def test_a_failure_may_be_tried_again() -> None:
    answered, worker = Answered(), Worker(Status.ERROR)
    worker.release.set()
    await answered.once(b"a", b"1", worker.work)
    await answered.once(b"a", b"1", worker.work)
    assert worker.times == 2


async def test_memory_is_bounded_in_number_and_bytes() -> None:
    worker = Worker(body=bytes(100))
    worker.release.set()
    for answered in (Answered(kept=2), Answered(kept_bytes=250)):
        before = worker.times
        for call_id in (b"1", b"2", b"3", b"3", b"1"):
            await answered.once(b"a", call_id, worker.work)
        assert worker.times - before == 4
    long = Worker(body=bytes(LONGEST_KEPT + 1))
    long.release.set()
    for _ in range(2):
        await answered.once(b"a", b"long", long.work)
    assert long.times == 2
