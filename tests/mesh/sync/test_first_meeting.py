"""As long as an owner has not agreed, no record crosses a lane, whichever side waits."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from mesh.errors import NoDeviceAnswers
from mesh.model.device import Trust
from mesh.wire import frames
from tests.mesh.sync.loopback import Engine, LoopbackFamily, in_step, join

if TYPE_CHECKING:
    from pathlib import Path

    from mesh.model.meeting import Preview
    from tests.mesh.sync.loopback import LoopbackLane

DESK, LAPTOP = b"d" * 32, b"l" * 32
FLOWING = (
    frames.Page, frames.Since, frames.Compare, frames.Compared, frames.Frontier, frames.Offer,
)  # fmt: skip


class Waiting(Engine):
    """A device whose owner may have to agree first; it keeps what comes and what is counted."""

    def __init__(self, key: bytes, trust: dict[bytes, Trust], folder: Path) -> None:
        super().__init__(key, LoopbackFamily(trust, key), folder)
        self.waits = False
        self.previews: asyncio.Queue[Preview] = asyncio.Queue()
        self.heard: list[frames.AnyFrame] = []
        self.payloads = b""

    async def begin(self, *, waits: bool) -> None:
        """Start; keep all that comes."""
        self.waits = waits
        await self.start()
        circle = self.sync._circle
        circle.hooks = replace(
            circle.hooks,
            waits=lambda _: self.waits,
            wants_survey=lambda _: True,
            on_surveyed=lambda _, preview: self.previews.put_nowait(preview),
        )
        real = self.sync.hear

        def hear(lane: LoopbackLane, payload: bytes) -> None:
            frame = frames.read(payload)
            assert frame is not None
            self.heard.append(frame)
            self.payloads += payload
            real(lane, payload)

        self.sync.hear = hear  # type: ignore[method-assign,assignment]

    def agree(self) -> None:
        """Its owner agrees."""
        self.waits = False
        self.sync.renew()


@pytest.mark.parametrize("who", ["desk", "laptop", "both"])
async def test_only_counts_cross_until_nobody_waits(tmp_path: Path, who: str) -> None:
    trust = dict.fromkeys((DESK, LAPTOP), Trust.FULL)
    desk, laptop = (Waiting(key, trust, tmp_path) for key in (DESK, LAPTOP))
    await desk.begin(waits=who != "laptop")
    await laptop.begin(waits=who != "desk")
    await desk.keep(*[desk.turn(f"from the desk {n}") for n in range(3)])
    await laptop.keep(laptop.memory("from the laptop"), laptop.turn("from the laptop too"))
    join(desk, laptop)
    here, there = await desk.previews.get(), await laptop.previews.get()
    assert (here.here, here.there, here.same) == (3, 2, 0)
    assert (there.here, there.there, there.same) == (2, 3, 0)
    await desk.keep(desk.turn("from the desk meanwhile"))
    await laptop.keep(laptop.turn("from the laptop meanwhile"))
    desk.sync.ask_again()
    laptop.sync.audit()
    with pytest.raises(NoDeviceAnswers):
        await desk.sync.catch_up([LAPTOP], 0.3, lambda key: key.hex())
    for engine in (desk, laptop):
        assert not [one for one in engine.heard if isinstance(one, FLOWING)]
        hellos = [one for one in engine.heard if isinstance(one, frames.Hello)]
        assert all(not hello.offers and not hello.chosen_at for hello in hellos[1:])
        assert b"from the" not in engine.payloads
    for engine in (desk, laptop):
        if engine.waits:
            engine.agree()
    await in_step(desk, laptop)
    assert await desk.facts() == await laptop.facts()
    assert len(await desk.facts()) == 7
    await desk.stop()
    await laptop.stop()
