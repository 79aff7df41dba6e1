"""One line to a desk of the door, and the calls that are open on it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias, cast

from mesh.errors import NotRunning, RequestFailed
from mesh.sockets import Context, Happening
from mesh.wire.local import ANSWER, ASK, Body, Face, Status, failed, read_value

if TYPE_CHECKING:
    from collections.abc import Callable

    from mesh.clock import Entropy
    from mesh.sockets import Received

    OnBody: TypeAlias = Callable[[Body], None]
    OnRows: TypeAlias = Callable[[list[Body]], None]


@dataclass(slots=True)
class OpenCall:
    """One open call."""

    on_event: OnBody | None = None
    on_rows: OnRows | None = None
    call_id: bytes | None = None
    rows: list[Body] = field(default_factory=list)
    done: asyncio.Future[object] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )

    def hear(self, status: Status, value: object) -> None:
        """Take one answer of the node; what a callback raises is what the call raises."""
        if self.done.done():
            return
        try:
            self._take(status, value)
        except Exception as error:  # noqa: BLE001 - a foreign callback: its caller gets it back
            self.done.set_exception(error)

    def _take(self, status: Status, value: object) -> None:
        if status is Status.OK:
            self.done.set_result(self._with_rows(value))
        elif status is Status.ERROR:
            self.done.set_exception(failed(value))
        elif status is Status.PART:
            self._with_rows(value)
        elif self.on_event is not None:
            self.on_event(cast("Body", value))

    def _with_rows(self, value: object) -> object:
        if not isinstance(value, list):
            return value
        if self.on_rows is not None:
            self.on_rows(value)
        else:
            self.rows.extend(value)
        return self.rows


class Line:
    """A DEALER to one desk of the door, and the calls that are open on it."""

    def __init__(
        self,
        context: Context,
        endpoint: str,
        entropy: Entropy,
        asked: Callable[[Line, list[bytes]], None],
    ) -> None:
        self._entropy, self._asked = entropy, asked
        self._open: dict[bytes, OpenCall] = {}
        self._up = asyncio.Event()
        self.gone = asyncio.Event()
        self._socket = context.dealer(self._hear)
        self._socket.on_event(self._happened)
        self._socket.connect(endpoint)

    async def connected(self, seconds: float) -> None:
        """Wait until the node has taken the line; NotRunning if it does not, or has gone."""
        try:
            async with asyncio.timeout(seconds):
                await self._up.wait()
        except TimeoutError as error:
            raise NotRunning("AICO mesh does not answer; is it just starting?") from error
        if self.gone.is_set():
            raise NotRunning

    async def ask(self, words: list[bytes], call: OpenCall) -> object:
        """The answer to a call."""
        call_id = call.call_id or self._entropy.draw(8)
        self._open[call_id] = call
        try:
            if not self._socket.send([*words, call_id]):
                raise RequestFailed("AICO mesh does not take any more requests just now.")
            return await call.done
        finally:
            self._open.pop(call_id, None)

    def answer(self, number: bytes, status: Status, body: Body) -> None:
        """Answer what the node asked."""
        encoded = Face.MESSAGEPACK.encode(body)
        self._socket.send([ANSWER.encode(), encoded, number, status.value])

    def _hear(self, batch: list[Received]) -> None:
        for received in batch:
            word, *words = received.frames
            if word == ASK:
                self._asked(self, words)
            elif len(words) > 1 and words[1] in self._open:
                value = read_value(words[0], Face.MESSAGEPACK)
                self._open[words[1]].hear(Status(word), value)

    def _happened(self, happening: Happening, _value: int) -> None:
        if happening is Happening.READY:
            self._up.set()
        elif happening is Happening.DISCONNECTED and self._up.is_set():
            self.end()

    def end(self) -> None:
        """Nothing more will be answered: every open call ends with NotRunning."""
        self.gone.set()
        for call in self._open.values():
            if not call.done.done():
                call.done.set_exception(NotRunning())
