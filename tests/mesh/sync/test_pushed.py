"""What is pushed as it happens leaves nothing unsettled beside it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from mesh.model import fact as facts
from mesh.model.device import Trust
from mesh.model.fact import FactKind
from tests.mesh.sync.loopback import Engine, LoopbackFamily, in_step, join

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

A, B = (bytes([number]) * 32 for number in (1, 2))
DAYS = 3 * 24 * 3600 * 1000 << 16
"""As ticks."""


@pytest.fixture
async def pair(tmp_path: Path) -> AsyncIterator[list[Engine]]:
    known = {A: Trust.FULL, B: Trust.FULL}
    engines = [await Engine(key, LoopbackFamily(known, key), tmp_path).start() for key in known]
    yield engines
    for engine in engines:
        await engine.stop()


async def test_a_number_that_came_and_went_is_settled_though_nobody_asks(
    pair: list[Engine],
) -> None:
    a, b = pair
    await a.keep(a.memory("first"))
    join(a, b)
    await in_step(b, a)
    gives = a.sync._exchanges[B].gives
    while gives._echoes:  # noqa: ASYNC110 — what the hellos began would settle it by chance
        await asyncio.sleep(0)
    # The new text makes the old root recent again: it gets a second number in the same job.
    old = a.memory("old", at=a.mint()[1] - DAYS)
    text = a.about(facts.read(old).id, FactKind.TEXT, facts.Words("new"))
    outcome = await a.keep(old, text)
    assert sum(outcome.tops.values()) == 1 + len(outcome.fed) + 1
    async with asyncio.timeout(5):
        # What the other has of it is told back at about the same time.
        while not (gives.has_given(outcome.tops) and a.sync.in_step(B)):
            await a.sync._moved.wait()
    assert await b.facts() == await a.facts()
