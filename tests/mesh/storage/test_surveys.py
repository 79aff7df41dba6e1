"""What would be given is counted as it is listed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mesh.model import fact as facts
from mesh.model.device import Trust
from mesh.model.fact import FactKind, ObjectKind
from mesh.model.meeting import KINDS
from mesh.model.policy import allowance
from mesh.storage.records import Intake
from mesh.storage.surveys import inventory, numbers
from tests.mesh.sync.loopback import A, B, Engine, LoopbackFamily

if TYPE_CHECKING:
    from pathlib import Path

    from mesh.storage.objects import Connection

DAY = 24 * 3600 * 1000 << 16
Found = dict[int, int]


async def store(folder: Path) -> Engine:
    """Own things and those of another device: shared, private, old, edited, forgotten."""
    known = {A: Trust.FULL, B: Trust.FULL}
    a, b = [await Engine(key, LoopbackFamily(known, key), folder).start() for key in known]
    _, now = a.mint()
    edited, gone = a.memory("edited"), a.memory("gone")
    own = [a.turn("own"), a.turn("old", at=now - 30 * DAY), a.memory("at home", level=3)]
    await a.keep(*own, edited, gone)
    words, forget = facts.Words("anew"), facts.Forgetting()
    await a.keep(a.about(facts.read(edited).id, FactKind.TEXT, words, ObjectKind.MEMORY))
    await a.keep(a.about(facts.read(gone).id, FactKind.FORGET, forget, ObjectKind.MEMORY))
    theirs = [b.turn("theirs"), b.memory("of another device")]

    def take(sql: Connection) -> None:
        intake = Intake(sql, a.rules(), details=False)
        for row in intake.expect(theirs):
            intake.take(*row, mine=False)
        intake.finish()

    await a.database.write(take)
    await b.stop()
    return a


@pytest.mark.parametrize("trust", list(Trust))
@pytest.mark.parametrize("only_mine", [False, True])
async def test_as_many_are_counted_as_would_be_listed(
    tmp_path: Path, trust: Trust, *, only_mine: bool
) -> None:
    a = await store(tmp_path)
    allowed = allowance(trust, (a.mint()[1] >> 16))

    def look(sql: Connection) -> tuple[Found, Found]:
        listed = inventory(sql, allowed, b"", only_mine=only_mine)
        found = {kind: listed.count(kind) for kind in KINDS}
        return {kind: n for kind, n in found.items() if n}, dict(
            numbers(sql, allowed, only_mine=only_mine)
        )

    listed, counted = await a.database.read(look)
    assert counted == listed
    assert bool(counted) == (trust is not Trust.GUEST)
    await a.stop()
