"""A limited device passes on what is its own; the rest only once it is trusted fully."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh.model import fact as facts
from mesh.model.device import Trust
from mesh.model.imported import imported_id
from mesh.storage.records import Intake
from tests.mesh.sync.loopback import Engine, LoopbackFamily, in_step, join
from tests.mesh.sync.test_compared import imported

if TYPE_CHECKING:
    from pathlib import Path

    from mesh.storage.objects import Connection, Outcome


async def started(tmp_path: Path) -> tuple[dict[bytes, Trust], list[Engine]]:
    """A full device, a limited one and a full one."""
    keys = [bytes([number]) * 32 for number in (1, 2, 3)]
    trust = dict(zip(keys, (Trust.FULL, Trust.LIMITED, Trust.FULL), strict=True))
    return trust, [
        await Engine(key, LoopbackFamily(trust, key), tmp_path).start() for key in keys
    ]


async def take_in(engine: Engine, raw: bytes) -> Outcome:
    """Import one line on a device."""

    def job(connection: Connection) -> Outcome:
        fact = facts.read(raw)
        line = facts.turn(fact)
        intake = Intake(connection, engine.rules(), details=False)
        intake.take_line(raw, fact, line, imported_id(line))
        return intake.finish()

    outcome = await engine.database.write(job)
    engine.sync.grew(outcome)
    return outcome


async def test_what_it_imports_is_its_own_though_another_gave_it_before(tmp_path: Path) -> None:
    _, (a, b, c) = await started(tmp_path)
    await a.keep(line := imported(a))
    join(a, b)
    join(b, c)
    await in_step(a, b)
    await in_step(b, c)
    assert not await c.facts()
    outcome = await take_in(b, line)
    assert (outcome.added, outcome.known) == (0, 1)
    await in_step(b, c)
    assert await c.facts() == {line}
    for engine in (a, b, c):
        await engine.stop()


async def test_raised_to_full_it_passes_on_what_it_had_from_others(tmp_path: Path) -> None:
    trust, (a, b, c) = await started(tmp_path)
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
