"""What a limited device did not pass on is not lost when it is trusted fully."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh.model.device import Trust
from tests.mesh.sync.loopback import Engine, LoopbackFamily, in_step, join

if TYPE_CHECKING:
    from pathlib import Path


async def test_raised_to_full_it_passes_on_what_it_had_from_others(tmp_path: Path) -> None:
    keys = [bytes([number]) * 32 for number in (1, 2, 3)]
    trust = dict(zip(keys, (Trust.FULL, Trust.LIMITED, Trust.FULL), strict=True))
    a, b, c = [await Engine(key, LoopbackFamily(trust, key), tmp_path).start() for key in keys]
    await c.keep(c.turn("of c"))
    join(b, c)
    await in_step(b, c)
    c.cut(b.key)
    join(a, b)
    await in_step(a, b)
    assert not await a.facts()
    trust[b.key] = Trust.FULL
    a.sync.renew()
    b.sync.renew()
    await in_step(a, b)
    await in_step(b, a)
    assert await a.facts() == await c.facts()
    for engine in (a, b, c):
        await engine.stop()
