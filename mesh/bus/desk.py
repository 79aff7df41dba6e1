"""One counter of the door: a ROUTER where calls come in, are worked side by side and answered.

    call ─▶ bounds ─▶ seen before? ─▶ work ─▶ event … part … ok
                 └──── error ◀──────────┘

Nothing a caller sends ends the desk: what cannot be worked is answered with a typed error.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Protocol

from mesh.bus.answered import Answered
from mesh.bus.faults import note
from mesh.errors import MeshError, RequestFailed
from mesh.wire.local import ROWS_A_PART, Call, Reply, Status, failure, read_call
from mesh.wishes import Done

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from mesh.sockets import Context, Received

OPEN_A_CALLER = 64
OPEN_IN_ALL = 1024


class Work(Protocol):
    """What a desk does with a call; ``tell`` sends an event meanwhile."""

    async def __call__(self, call: Call, tell: Callable[[object], None]) -> object:
        """The result: a struct, a map, a list of them, or None for "done"."""


class Desk:
    """Serves one endpoint. ``aside`` may take a call before it is worked as one."""

    def __init__(
        self,
        context: Context,
        *,
        has_topic: bool,
        work: Work,
        tasks: asyncio.TaskGroup,
        aside: Callable[[Call], bool] = lambda _: False,
    ) -> None:
        self._socket = context.router(self._receive)
        self._has_topic, self._work, self._aside = has_topic, work, aside
        self._tasks = tasks
        self._mine: set[asyncio.Task[None]] = set()
        self._open: Counter[bytes] = Counter()
        self._answered = Answered()
        self.refused = 0
        """Calls that were answered with an error."""
        self.unheard = 0
        """Answers nobody took: the caller had gone, or did not read."""

    def bind(self, endpoint: str) -> None:
        """Open for callers."""
        self._socket.bind(endpoint)

    def close(self) -> None:
        """Close, and leave work that is open."""
        for task in self._mine:
            task.cancel()
        self._socket.close()

    def send(self, frames: list[bytes]) -> bool:
        """Say something to a caller; whether he is there to hear it."""
        heard = self._socket.send(frames)
        self.unheard += not heard
        return heard

    def _receive(self, batch: list[Received]) -> None:
        for received in batch:
            call = read_call(received.frames, has_topic=self._has_topic)
            if call.fault is None and self._aside(call):
                continue
            full = self._open[call.sender] >= OPEN_A_CALLER or len(self._mine) >= OPEN_IN_ALL
            if call.fault is not None or full:
                self._answer(call, self._refusal(call, call.fault or _TOO_MANY))
            else:
                self._begin(call)

    def _begin(self, call: Call) -> None:
        self._open[call.sender] += 1
        task = self._tasks.create_task(self._serve(call))
        self._mine.add(task)
        task.add_done_callback(lambda done: self._finish(call, done))

    def _finish(self, call: Call, task: asyncio.Task[None]) -> None:
        self._mine.discard(task)
        self._open[call.sender] -= 1
        if not self._open[call.sender]:
            del self._open[call.sender]

    async def _serve(self, call: Call) -> None:
        if call.call_id is None:
            reply = await self._worked(call)
        else:
            reply = await self._answered.once(
                call.sender, call.call_id, lambda: self._worked(call)
            )
        self._answer(call, reply)

    async def _worked(self, call: Call) -> Reply:
        try:
            result = await self._work(call, lambda event: self._tell(call, event))
            return Reply(Status.OK, call.face.encode(self._rest(call, result)))
        except MeshError as error:
            return self._refusal(call, error)
        except Exception as error:  # noqa: BLE001 - a fault of ours must not end the node
            note("A call", error)
            return self._refusal(call, _INSIDE)

    def _rest(self, call: Call, result: object) -> object:
        """What belongs into the last frame; of long lists the rows before it are sent here."""
        if not isinstance(result, list | tuple):
            return Done() if result is None else result
        if call.is_lockstep:
            return result
        at = 0
        while len(result) - at > ROWS_A_PART:
            rows = call.face.encode(result[at : at + ROWS_A_PART])
            self.send(call.frames(Status.PART, rows))
            at += ROWS_A_PART
        return result[at:]

    def _tell(self, call: Call, event: object) -> None:
        if not call.is_lockstep:
            self.send(call.frames(Status.EVENT, call.face.encode(event)))

    def _refusal(self, call: Call, error: MeshError) -> Reply:
        self.refused += 1
        return Reply(Status.ERROR, call.face.encode(failure(error)))

    def _answer(self, call: Call, reply: Reply) -> None:
        self.send(call.frames(reply.status, reply.body))


_TOO_MANY = RequestFailed("Too many requests are open at once; wait for an answer first.")
_INSIDE = RequestFailed("Something went wrong inside AICO mesh; the log says where.")
