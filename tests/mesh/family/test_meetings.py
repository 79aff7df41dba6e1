"""Waiting for what a first meeting needs."""

from __future__ import annotations

import asyncio
import time

from mesh.family.meetings import TURN_S, Meetings
from tests.mesh.family.household import device


async def test_what_came_while_our_own_process_stood_still_is_heard_before_it_is_too_late() -> (
    None
):
    lap = await device("lap")
    meetings = await Meetings.open(lap.shelf, lap.registry)
    loop = asyncio.get_running_loop()
    heard = asyncio.Event()

    def hear() -> None:
        heard.set()
        meetings.look_again()

    def stand_still() -> None:
        time.sleep(3 * TURN_S)
        loop.call_later(TURN_S / 10, hear)

    loop.call_soon(stand_still)
    assert await meetings.until(heard.is_set, 2 * TURN_S)


async def test_who_waits_in_vain_is_told_in_time() -> None:
    lap = await device("lap")
    meetings = await Meetings.open(lap.shelf, lap.registry)
    asyncio.get_running_loop().call_soon(meetings.look_again)
    async with asyncio.timeout(10):
        assert not await meetings.until(lambda: False, TURN_S / 2)
