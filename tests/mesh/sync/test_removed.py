"""From the moment the roster says so nothing more goes, also before the lane is closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mesh.model.device import Trust
from tests.mesh.sync.loopback import Engine, LoopbackFamily, in_step, join

if TYPE_CHECKING:
    from pathlib import Path

A, B = (bytes([number]) * 32 for number in (1, 2))


class Changing(LoopbackFamily):
    """A family from which somebody can be removed."""

    removed: frozenset[bytes] = frozenset()

    def is_member(self, key: bytes) -> bool:
        return key not in self.removed


@pytest.mark.parametrize("is_pushed", [True, False])
async def test_who_is_no_member_any_more_gets_nothing_on_a_lane_still_up(
    tmp_path: Path, is_pushed: bool
) -> None:
    known = {A: Trust.FULL, B: Trust.FULL}
    family = Changing(known, A)
    a = await Engine(A, family, tmp_path).start()
    b = await Engine(B, LoopbackFamily(known, B), tmp_path).start()
    await a.keep(a.turn("before"))
    join(a, b)
    await in_step(b, a)
    held = await b.facts()
    family.removed = frozenset({B})
    await a.keep(a.turn("after"), details=is_pushed)
    await a.sync._exchanges[B].gives._give_round()
    await b.database.write(lambda _: None)
    assert await b.facts() == held
    assert a.sync.standing(B)[3] == 1
    await a.stop()
    await b.stop()
