"""What is too large to be heard out is refused where it would be said: the link stays."""

from __future__ import annotations

import asyncio

import pytest

from mesh.bus.bus import Bus
from mesh.clock import SystemEntropy
from mesh.errors import RequestFailed, TooLarge
from mesh.messages import ContextUpdated
from mesh.wire import frames
from mesh.wire.frames import BODY_MAX, Answered, Ask, Frame
from mesh.wire.told import write_told
from mesh.work.requests import Requests

THERE = bytes(32)
TOPIC = "memory/search/request"


class Echo:
    """A device that answers itself, by frames as they travel."""

    def __init__(self, tasks: asyncio.TaskGroup) -> None:
        self.requests = Requests(
            Bus(), self, SystemEntropy(), tasks.create_task,
            is_full=lambda _: True, answerers={TOPIC: self._work},
        )  # fmt: skip

    def say(self, key: bytes, frame: Frame) -> bool:
        heard = frames.read(frames.write(frame))
        assert isinstance(heard, Ask | Answered)
        self.requests.came(key, heard)
        return True

    async def _work(self, _key: bytes, body: dict[str, object]) -> object:
        return {"text": "x" * int(str(body["size"]))}


async def test_an_answer_that_does_not_fit_is_an_error_not_the_end_of_the_link() -> None:
    async with asyncio.TaskGroup() as tasks:
        echo = Echo(tasks)
        fits = BODY_MAX - 100
        answer = await echo.requests.ask(THERE, TOPIC, {"size": fits}, 5)
        assert len(answer["text"]) == fits
        with pytest.raises(RequestFailed, match="too_large"):
            await echo.requests.ask(THERE, TOPIC, {"size": BODY_MAX}, 5)
        with pytest.raises(TooLarge):
            await echo.requests.ask(THERE, TOPIC, {"size": 1, "more": "x" * BODY_MAX}, 5)


def test_a_message_that_does_not_fit_is_refused_before_it_is_sent() -> None:
    large = ContextUpdated(conversation_id="c", draft="x" * BODY_MAX)
    with pytest.raises(TooLarge):
        write_told(large)
