"""Two devices that could not hear each other disagree: one question, one answer, everywhere."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from mesh.errors import BadInput, NotFound
from mesh.messages import ConflictDetected, ConflictResolved
from mesh.wishes import (
    Conflicts,
    Memories,
    Pause,
    Remember,
    Resolve,
    Resume,
    Revise,
    Say,
    Show,
)
from tests.family.household import PATIENCE_S, Device, family, in_step

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


async def first(device: Device, topic: str, act: Any) -> Any:
    """The first news of a topic after something was done."""
    with device.node.bus.listen(topic) as news:
        await act
        async with asyncio.timeout(PATIENCE_S):
            return (await anext(news)).body


async def disagree(devices: Sequence[Device], identity: str, *texts: str) -> None:
    """Every device gives the same thing another text while none hears the others."""
    for device in devices:
        await device.ask(Pause())
    for device, text in zip(devices, texts, strict=True):
        await device.ask(Revise(id=identity, text=text))
    for device in devices:
        await device.ask(Resume())
    await in_step(*devices)


async def test_what_two_devices_changed_apart_is_asked_once_and_answered_everywhere(
    tmp_path: Path,
) -> None:
    async with family(tmp_path, "full", "full") as (desk, laptop, server):
        tea = await desk.ask(Remember("She drinks tea"))
        await in_step(desk, laptop, server)
        told = await first(
            server,
            "sync/conflict/detected",
            disagree((desk, laptop, server), tea.id, "Coffee", "Milk", "Milk"),
        )
        assert told == ConflictDetected(id=tea.id, kind="memory")
        shown = [await device.ask(Conflicts()) for device in (desk, laptop, server)]
        assert shown[0] == shown[1] == shown[2]
        (conflict,) = shown[0]
        assert sorted(side.text for side in conflict.choices) == ["Coffee", "Milk"]
        assert conflict.shown in {"Coffee", "Milk"}
        coffee = next(side for side in conflict.choices if side.text == "Coffee")
        assert coffee.device_id == desk.id

        settled = await first(
            server,
            "sync/conflict/resolved",
            laptop.ask(Resolve(id=tea.id, choice=coffee.choice)),
        )
        assert settled == ConflictResolved(id=tea.id)
        await in_step(desk, laptop, server)
        for device in (desk, laptop, server):
            assert await device.ask(Conflicts()) == []
            (memory,) = await device.ask(Memories())
            assert memory.text == "Coffee"


async def test_an_answer_may_be_a_text_of_ones_own(tmp_path: Path) -> None:
    async with family(tmp_path, "full") as (desk, laptop):
        said = await desk.ask(Say("I like tee", conversation="kitchen"))
        await in_step(desk, laptop)
        await disagree((desk, laptop), said.id, "I like tea", "I like T")
        (conflict,) = await laptop.ask(Conflicts())
        assert (conflict.kind, conflict.conversation_id) == ("message", "kitchen")
        answer = await laptop.ask(Resolve(id=said.id, text="I like tea, and T"))
        assert answer.text == "I like tea, and T"
        await in_step(desk, laptop)
        assert [one.text for one in await desk.ask(Show("kitchen"))] == [answer.text]
        assert await desk.ask(Conflicts()) == []


async def test_two_answers_given_apart_are_no_new_question(tmp_path: Path) -> None:
    async with family(tmp_path, "full") as devices:
        desk, laptop = devices
        tea = await desk.ask(Remember("Tea"))
        await in_step(*devices)
        await disagree(devices, tea.id, "Coffee", "Milk")
        for device in devices:
            await device.ask(Pause())
        await desk.ask(Resolve(id=tea.id, text="Coffee"))
        later = await laptop.ask(Resolve(id=tea.id, text="Milk"))
        for device in devices:
            await device.ask(Resume())
        await in_step(*devices)
        for device in devices:
            assert await device.ask(Conflicts()) == []
            (memory,) = await device.ask(Memories())
            assert memory.text == later.text


async def test_what_cannot_be_settled_is_said(tmp_path: Path) -> None:
    async with family(tmp_path, "full") as devices:
        desk, _ = devices
        tea = await desk.ask(Remember("Tea"))
        with pytest.raises(NotFound, match="nothing to settle"):
            await desk.ask(Resolve(id=tea.id, choice="1"))
        await in_step(*devices)
        await disagree(devices, tea.id, "Coffee", "Milk")
        with pytest.raises(BadInput, match="between 1 and 2"):
            await desk.ask(Resolve(id=tea.id, choice="3"))
        with pytest.raises(BadInput):
            await desk.ask(Resolve(id=tea.id))
        with pytest.raises(NotFound):
            await desk.ask(Resolve(id=tea.id, choice="abcdefabcdef"))
        (conflict,) = await desk.ask(Conflicts())
        assert (await desk.ask(Resolve(id=tea.id, choice=conflict.choices[1].side))).text == (
            conflict.choices[1].text
        )
