"""News from the node, as an async iterator."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Self

from mesh.errors import BadFrame, NotRunning
from mesh.messages import TOPICS, News
from mesh.sockets import Context, Happening
from mesh.wire.local import JSON_PREFIX, READY, Face, read_value

if TYPE_CHECKING:
    from types import TracebackType

    from mesh.sockets import Received

QUEUE = 10_000


class Heard:
    """News as an async iterator inside its ``async with`` block; none is missed from there.

    When nobody takes them the oldest go, counted in ``missed``.
    """

    def __init__(
        self,
        context: Context,
        endpoint: str,
        prefixes: tuple[str, ...],
        *,
        ready: str,
        limit: int,
        seconds: float,
    ) -> None:
        self._context, self._endpoint, self._prefixes = context, endpoint, prefixes
        self._ready, self._seconds = ready, seconds
        self._waiting: deque[News] = deque(maxlen=limit)
        self._states: dict[str, bytes] = {}
        self._woken = asyncio.Event()
        self._holds = asyncio.Event()
        self._gone = False
        self.missed = 0

    async def __aenter__(self) -> Self:
        self._socket = self._context.sub(self._hear)
        self._socket.on_event(self._happened)
        self._socket.connect(self._endpoint)
        for prefix in (*self._prefixes, self._ready):
            self._socket.subscribe(prefix.encode())
        try:
            async with asyncio.timeout(self._seconds):
                await self._holds.wait()
        except TimeoutError as error:
            self._socket.close()
            raise NotRunning("AICO mesh does not answer; is it just starting?") from error
        self._socket.unsubscribe(self._ready.encode())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._socket.close()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> News:
        while not self._waiting:
            if self._gone:
                raise NotRunning
            self._woken.clear()
            await self._woken.wait()
        return self._waiting.popleft()

    def _hear(self, batch: list[Received]) -> None:
        for received in batch:
            topic, body = received.frames
            if topic.decode() == self._ready:
                self._holds.set()
            elif not topic.startswith((JSON_PREFIX.encode(), READY.encode())):
                self._take(topic.decode(), body)
        self._woken.set()

    def _take(self, topic: str, body: bytes) -> None:
        kind = TOPICS.get(topic)
        if kind is not None and kind.is_state:
            if self._states.get(topic) == body:
                return  # it was told again for somebody who came late
            self._states[topic] = body
        self.missed += len(self._waiting) == self._waiting.maxlen
        self._waiting.append(news_of(read_value(body, Face.MESSAGEPACK)))

    def _happened(self, happening: Happening, _value: int) -> None:
        if happening is Happening.DISCONNECTED and self._holds.is_set():
            self._gone = True
            self._woken.set()


def news_of(told: object) -> News:
    """The news in a map; BadFrame if it is none."""
    match told:
        case {"topic": str(topic), "device_id": str(device_id), "body": dict(body)}:
            return News(topic, device_id, body)
        case _:
            raise BadFrame
