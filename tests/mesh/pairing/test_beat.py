"""How late a beat comes is how long this process did not run."""

from __future__ import annotations

import asyncio
import time

from mesh.pairing.beat import Beat

EVERY_S, PAUSE_S = 0.01, 0.2


async def test_a_pause_of_the_process_is_told_once_and_then_it_is_on_time_again() -> None:
    told: asyncio.Queue[float] = asyncio.Queue()
    beat = Beat(EVERY_S, told.put_nowait)
    time.sleep(PAUSE_S)  # noqa: ASYNC251 — nothing runs meanwhile: this is what is tested
    async with asyncio.timeout(5):
        assert await told.get() >= PAUSE_S - EVERY_S
        assert min([await told.get() for _ in range(5)]) < EVERY_S
    beat.stop()


async def test_a_beat_that_is_stopped_by_what_it_calls_comes_no_more() -> None:
    told: list[float] = []
    over = asyncio.Event()

    def stop(late: float) -> None:
        told.append(late)
        beat.stop()
        asyncio.get_running_loop().call_later(10 * EVERY_S, over.set)

    beat = Beat(EVERY_S, stop)
    async with asyncio.timeout(5):
        await over.wait()
    assert len(told) == 1
