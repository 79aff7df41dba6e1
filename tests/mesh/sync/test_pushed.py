"""What is pushed leaves nothing unsettled beside it; what may not go yet is not tried."""

from __future__ import annotations

import asyncio

from mesh.model import fact as facts
from mesh.model.cursor import Ranges
from mesh.model.device import Trust
from mesh.model.fact import FactKind
from mesh.sync.plan import Giving
from tests.mesh.sync.loopback import B, Engine, in_step, join

DAYS = 3 * 24 * 3600 * 1000 << 16
"""As ticks."""


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
            await a.sync.catching_up._moved.wait()
    assert await b.facts() == await a.facts()


async def test_nothing_is_tried_again_and_again_while_it_is_not_known_what_may_go(
    pair: list[Engine],
) -> None:
    a, b = pair
    join(a, b)
    await a.keep(a.memory("first"))
    await in_step(b, a)
    gives = a.sync._exchanges[B].gives
    a.family.trust[B] = Trust.LIMITED  # the next hello has yet to say what goes from now on
    forget = a.about(a.mint()[0], FactKind.FORGET, facts.Forgetting())
    outcome = await a.keep(forget, details=False)
    (scope,) = outcome.tops
    gives.scopes.setdefault(scope, Giving(scope, 1, fresh=False, sent=Ranges()))
    assert gives.scopes[scope].holes(outcome.tops[scope])
    # True would be: once more at once. Nothing in it would let anything else run meanwhile.
    assert not await gives._give_round()
