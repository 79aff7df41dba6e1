"""The simulation's own loop ends a run that would go on for ever."""

from __future__ import annotations

import asyncio
import itertools

import pytest

from tests.simulation.timeline import Endless, Timeline


async def _say_for_ever() -> None:
    for _ in itertools.count():
        await asyncio.sleep(0)


def test_what_never_comes_to_rest_is_a_broken_promise_and_can_be_cleaned_up() -> None:
    loop = Timeline()
    talk = loop.create_task(_say_for_ever())
    with pytest.raises(Endless):
        loop.run_forever()
    talk.cancel()
    loop.run_until_complete(asyncio.wait({talk}))
    loop.close()
    assert talk.cancelled()
