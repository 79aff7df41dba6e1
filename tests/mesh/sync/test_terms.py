"""Who tells a limited device what it may hold is not in step before that is followed there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
import pytest

from mesh.links.handshake import LaneKind
from mesh.model.device import Trust
from mesh.model.scope import UNKNOWN_SCOPE, ScopeKind
from mesh.sync.circle import Terms
from mesh.wire import frames
from tests.mesh.sync.loopback import Engine, LoopbackFamily, LoopbackLane, in_step, join

if TYPE_CHECKING:
    from pathlib import Path

FULL, LIMITED = (bytes([number]) * 32 for number in (1, 2))
CHOSEN_AT = 5
ALL = tuple((int(kind), 1) for kind in ScopeKind)
ANYTHING = (*ALL, (UNKNOWN_SCOPE, 1))
TOLD = Terms(may_hold=ALL, chosen_at=CHOSEN_AT, holds=ALL)


class Earlier(LoopbackLane):
    """The lane of a device that knows nothing of what it was told when."""

    def send(self, payload: bytes) -> bool:
        frame = frames.read(payload)
        if isinstance(frame, frames.Hello):
            *fields, _told_at = msgspec.msgpack.decode(frames.write(frame))
            payload = msgspec.msgpack.encode(fields)
        return super().send(payload)


async def test_what_was_chosen_for_a_device_has_to_be_followed_before_both_are_in_step(
    tmp_path: Path,
) -> None:
    known = {FULL: Trust.FULL, LIMITED: Trust.LIMITED}
    full, limited = [
        await Engine(key, LoopbackFamily(known, key), tmp_path).start() for key in known
    ]
    follows = [Terms(holds=())]
    _says(full, [TOLD])
    _says(limited, follows)
    await full.keep(full.turn("said"))
    join(full, limited)
    await in_step(limited, full)  # by what it knows so far: it may hold nothing
    assert not full.sync.in_step(LIMITED)

    # The same choices, told when it was a guest.
    follows.append(Terms(holds=(), told_at=CHOSEN_AT + 1))
    limited.sync.renew()
    await in_step(limited, full)
    assert not full.sync.in_step(LIMITED)

    follows.append(Terms(holds=ALL, told_at=CHOSEN_AT + 1))
    limited.sync.renew()
    await in_step(limited, full)
    await in_step(full, limited)
    assert await limited.facts() == await full.facts()
    for engine in (full, limited):
        await engine.stop()


async def test_a_device_of_an_earlier_version_that_holds_what_it_says_is_in_step(
    tmp_path: Path,
) -> None:
    known = {FULL: Trust.FULL, LIMITED: Trust.LIMITED}
    full, limited = [
        await Engine(key, LoopbackFamily(known, key), tmp_path).start() for key in known
    ]
    _says(full, [TOLD])
    _says(limited, [Terms(holds=ALL)])
    await full.keep(full.turn("said"))
    join(full, limited)
    limited.lanes[FULL, LaneKind.LIVE].__class__ = Earlier
    await in_step(full, limited)
    assert await limited.facts() == await full.facts()
    for engine in (full, limited):
        await engine.stop()


@pytest.mark.parametrize("newer", [0, 1])
async def test_a_full_device_that_does_not_know_yet_that_it_is_one_is_not_in_step(
    tmp_path: Path, newer: int
) -> None:
    known = {FULL: Trust.FULL, LIMITED: Trust.FULL}
    full, raised = [
        await Engine(key, LoopbackFamily(known, key), tmp_path).start() for key in known
    ]
    _says(full, [Terms(chosen_at=CHOSEN_AT, holds=ANYTHING)])
    knows = [Terms(chosen_at=CHOSEN_AT + newer, holds=())]
    _says(raised, knows)
    await full.keep(full.turn("said"))
    join(full, raised)
    await in_step(raised, full)  # by what it knows so far: it may hold nothing
    assert full.sync.in_step(LIMITED) == bool(newer)

    knows.append(Terms(chosen_at=CHOSEN_AT + newer, holds=ANYTHING))
    raised.sync.renew()
    await in_step(raised, full)
    await in_step(full, raised)
    assert await raised.facts() == await full.facts()
    for engine in (full, raised):
        await engine.stop()


def _says(engine: Engine, terms: list[Terms]) -> None:
    """What its hellos say: the newest of these."""
    circle = engine.sync._circle
    circle.hooks = replace(circle.hooks, terms=lambda _: terms[-1])
