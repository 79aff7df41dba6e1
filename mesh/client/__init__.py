"""What a local module, or the command line, imports to take part in the mesh.

    async with connect(Profile.find(None, os.environ)) as client:
        await client.publish("emotion/state/current", {"valence": 0.4})
        async with client.subscribe("conversation/") as heard:
            async for news in heard: ...
        await client.request("memory/search/request", {"query": "tea"})
        await client.offer("emotion/analysis/request", analyse)

Bodies are maps, as ``mesh.messages`` describes them. Everything raises NotRunning when no node
serves the profile, also in the middle.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from mesh.client.heard import QUEUE, Heard, news_of
from mesh.client.line import Line, OpenCall
from mesh.clock import SystemEntropy
from mesh.errors import MeshError, NotRunning, RequestFailed, RequestTimedOut
from mesh.messages import News, WorkOffered
from mesh.sockets import Context
from mesh.wire.local import PUBLISH, READY, Body, Status, failure, read_body

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from mesh.client.line import OnBody, OnRows
    from mesh.clock import Entropy
    from mesh.profile import Profile
    from mesh.wishes import Wish

    Answerer: TypeAlias = Callable[[Body], Awaitable[Body]]

__all__ = ["Client", "Heard", "connect"]

CONNECT_SECONDS = 5.0
REQUEST_SECONDS = 10.0
ASKED_AT_ONCE = 64


@asynccontextmanager
async def connect(
    profile: Profile, *, seconds: float = CONNECT_SECONDS, entropy: Entropy | None = None
) -> AsyncIterator[Client]:
    """The node that serves the profile; NotRunning if there is none, or it stays silent."""
    if not profile.is_running():
        raise NotRunning
    profile.check_sockets()
    client = Client(profile, seconds, entropy or SystemEntropy())
    try:
        yield client
    finally:
        await client.close()


class Client:
    """One connection to a node; made by ``connect``."""

    def __init__(self, profile: Profile, seconds: float, entropy: Entropy) -> None:
        self._profile, self._seconds, self._entropy = profile, seconds, entropy
        self._context = Context()
        self._lines: dict[str, Line] = {}
        self._answerers: dict[str, Answerer] = {}
        self._answering: set[asyncio.Task[None]] = set()

    async def command(
        self,
        wish: Wish,
        on_event: OnBody | None = None,
        on_rows: OnRows | None = None,
    ) -> object:
        """Ask as the owner: the answer as a map, or as a list of maps.

        Events come to ``on_event`` as maps. A list may be long: with ``on_rows`` it comes in
        pieces as it arrives, and the answer is then empty. Raises what the node raised.
        """
        call = OpenCall(on_event, on_rows)
        words = [msgspec.msgpack.encode(wish)]
        return await (await self._line("command")).ask(words, call)

    async def request(
        self,
        topic: str,
        body: Body,
        *,
        seconds: float = REQUEST_SECONDS,
        request_id: bytes | None = None,
    ) -> object:
        """Ask whoever answers that topic.

        RequestTimedOut after ``seconds``. Sent again with the same ``request_id`` (8 bytes or
        more, by the same client) it is worked only once.
        """
        line = await self._line("request")
        words = [topic.encode(), msgspec.msgpack.encode(body)]
        try:
            async with asyncio.timeout(seconds):
                return await line.ask(words, OpenCall(call_id=request_id))
        except TimeoutError as error:
            raise RequestTimedOut from error

    async def publish(self, topic: str, body: Body) -> News:
        """Publish, and return what the node made of it: the message as stored, or as told."""
        made = await self.request(PUBLISH, {"topic": topic, "body": body})
        return news_of(made)

    async def offer(self, topic: str, answerer: Answerer) -> None:
        """Answer requests for a topic or a capability, until this client closes.

        What ``answerer`` returns is the answer; a MeshError it raises is the caller's error.
        """
        name = topic if "/" in topic else f"work/{topic}"
        self._answerers[name] = answerer
        await self.request(WorkOffered.topic, {"capability": topic, "is_offered": True})

    def subscribe(self, *prefixes: str, limit: int = QUEUE) -> Heard:
        """News whose topics begin with one of the prefixes; none means all."""
        ready = READY + self._entropy.draw(8).hex()
        endpoint = self._profile.endpoint("subscribe")
        return Heard(
            self._context,
            endpoint,
            prefixes or ("",),
            ready=ready,
            limit=limit,
            seconds=self._seconds,
        )

    async def gone(self) -> None:
        """Wait until the node is gone."""
        await (await self._line("request")).gone.wait()

    async def close(self) -> None:
        """Let go: open calls end with NotRunning, and the node forgets what was offered."""
        for task in self._answering:
            task.cancel()
        await asyncio.gather(*self._answering, return_exceptions=True)
        for line in self._lines.values():
            line.end()
        self._context.close()

    async def _line(self, name: str) -> Line:
        line = self._lines.get(name)
        if line is None:
            endpoint = self._profile.endpoint("command" if name == "command" else "request")
            line = Line(self._context, endpoint, self._entropy, self._asked)
            self._lines[name] = line
        await line.connected(self._seconds)
        return line

    def _asked(self, line: Line, words: list[bytes]) -> None:
        topic, body, number = words
        if len(self._answering) >= ASKED_AT_ONCE:
            refusal = failure(RequestFailed("That module is busy."))
            line.answer(number, Status.ERROR, refusal)
            return
        answering = self._answer(line, topic.decode(), body, number)
        task = asyncio.get_running_loop().create_task(answering)
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    async def _answer(self, line: Line, topic: str, body: bytes, number: bytes) -> None:
        try:
            answer = await self._answerers[topic](read_body(body))
        except MeshError as error:
            line.answer(number, Status.ERROR, failure(error))
        except Exception as error:  # noqa: BLE001 - a module's own fault is told to its loop
            line.answer(number, Status.ERROR, failure(RequestFailed("That module failed.")))
            what = {"message": f"The answerer of {topic} failed.", "exception": error}
            asyncio.get_running_loop().call_exception_handler(what)
        else:
            line.answer(number, Status.OK, answer)
