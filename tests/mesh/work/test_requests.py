"""Devices ask each other only what is on the list, and only the owner's own devices do."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from mesh.bus.bus import Bus
from mesh.clock import SystemEntropy
from mesh.errors import NotPermitted, RequestFailed
from mesh.messages import TOPICS, Audience
from mesh.wire.frames import Answered, Ask, Frame
from mesh.work.requests import Requests

if TYPE_CHECKING:
    from collections.abc import Coroutine

HERE, THERE = bytes(32), bytes([1]) * 32
LISTED = "memory/search/request"
MODULES = "weather/now"
CLOSED = sorted(
    topic
    for topic, kind in TOPICS.items()
    if kind.audience is not Audience.FULL and topic != "device/registry/query"
)


@dataclass
class Wire:
    """Carries frames between two devices as they are."""

    ends: dict[bytes, Requests] = field(default_factory=dict)
    carried: list[Frame] = field(default_factory=list)

    def to(self, sender: bytes) -> Post:
        return Post(self, sender)


@dataclass
class Post:
    """One end of the wire."""

    wire: Wire
    sender: bytes

    def say(self, key: bytes, frame: Frame) -> bool:
        self.wire.carried.append(frame)
        assert isinstance(frame, Ask | Answered)
        self.wire.ends[key].came(self.sender, frame)
        return True


class Pair:
    """Two devices; the first may believe more than the second grants."""

    def __init__(self, tasks: asyncio.TaskGroup, *, is_full: bool = True) -> None:
        self.tasks, self.wire = tasks, Wire()
        self.worked: list[dict[str, Any]] = []
        self.bus = Bus()
        everything = dict.fromkeys([*TOPICS, MODULES], self._answer)
        self.here = self._device(HERE, Bus(), everything, is_full=True)
        listed = {LISTED: self._answer}
        self.there = self._device(THERE, self.bus, listed, is_full=is_full)
        for topic in {*TOPICS, MODULES}:
            self.bus.answer(topic, self._work)

    def _device(
        self, key: bytes, bus: Bus, answerers: dict[str, Any], *, is_full: bool
    ) -> Requests:
        def spawn(work: Coroutine[Any, Any, None]) -> object:
            return self.tasks.create_task(work)

        made = Requests(
            bus,
            self.wire.to(key),
            SystemEntropy(),
            spawn,
            is_full=lambda _: is_full,
            answerers=answerers,
        )
        self.wire.ends[key] = made
        return made

    async def _answer(self, _key: bytes, body: Any) -> object:
        return await self._work(body)

    async def _work(self, body: Any) -> object:
        self.worked.append(body)
        return {"done": True}

    async def asks(self, topic: str) -> object:
        return await self.here.ask(THERE, topic, {"a": 1}, 5)


@pytest.mark.parametrize("topic", [LISTED, MODULES, "emotion/analysis/request"])
async def test_own_devices_answer_what_is_listed_and_what_modules_offer(topic: str) -> None:
    async with asyncio.TaskGroup() as tasks:
        pair = Pair(tasks)
        assert await pair.asks(topic) == {"done": True}
        assert pair.worked == [{"a": 1}]


@pytest.mark.parametrize("topic", CLOSED)
async def test_what_only_the_owner_may_wish_is_refused_there(topic: str) -> None:
    async with asyncio.TaskGroup() as tasks:
        pair = Pair(tasks)
        with pytest.raises(RequestFailed, match="not_permitted"):
            await pair.asks(topic)
        assert pair.worked == []


@pytest.mark.parametrize("topic", [LISTED, MODULES, "device/registry/query", *CLOSED])
async def test_who_is_not_the_owners_own_is_answered_nothing(topic: str) -> None:
    async with asyncio.TaskGroup() as tasks:
        pair = Pair(tasks, is_full=False)
        with pytest.raises(RequestFailed, match="not_permitted"):
            await pair.asks(topic)
        with pytest.raises(NotPermitted):
            await pair.there.ask(HERE, topic, {}, 5)
        assert pair.worked == []


async def test_a_device_does_not_even_ask_what_is_refused_there() -> None:
    async with asyncio.TaskGroup() as tasks:
        pair = Pair(tasks)
        with pytest.raises(NotPermitted):
            await pair.there.ask(HERE, "memory/store/request", {"text": "tea"}, 5)
        assert pair.wire.carried == []


async def test_the_same_question_again_is_worked_once() -> None:
    async with asyncio.TaskGroup() as tasks:
        pair = Pair(tasks)
        await pair.asks(MODULES)
        ask, answered = pair.wire.carried
        pair.there.came(HERE, ask)  # type: ignore[arg-type]
        assert pair.wire.carried[-1] == answered
        assert len(pair.worked) == 1


@pytest.mark.parametrize("body", [b"", b"\xc1", b"\x93", msgspec.msgpack.encode([1])])
async def test_junk_is_answered_with_an_error(body: bytes) -> None:
    async with asyncio.TaskGroup() as tasks:
        pair = Pair(tasks)
        pair.there.came(HERE, Ask(bytes(16), LISTED, body, 5))
    assert pair.wire.carried == [Answered(bytes(16), "bad_input", b"")]
