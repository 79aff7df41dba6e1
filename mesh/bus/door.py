"""The door to other processes: the bus, over four ipc endpoints of the profile.

    publish     SUB      modules tell; what they tell is a wish until the node has decided
    subscribe   XPUB     all news of this device
    request     ROUTER   requests, offers of work, publishing with an answer
    command     ROUTER   the owner's wishes

The frames are described in ``mesh.wire.local``. Only this user can reach the endpoints: they
lie in a folder that is closed to all others. What runs in the node's own process uses the bus.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Self, TypeAlias

from mesh.bus.desk import Desk
from mesh.bus.faults import note
from mesh.bus.intake import Intake, asked
from mesh.bus.offers import Offers
from mesh.bus.speaker import Speaker
from mesh.errors import BadInput, MeshError
from mesh.messages import WorkOffered, told
from mesh.wire.local import (
    ANSWER,
    PUBLISH,
    Body,
    Call,
    read_body,
    read_topic,
    shape,
)
from mesh.wishes import AnyWish

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from mesh.bus.bus import Bus
    from mesh.bus.intake import OnWish
    from mesh.messages import News
    from mesh.profile import Profile
    from mesh.sockets import Context, Received
    from mesh.wishes import Event

    Tell: TypeAlias = Callable[[Event], None]
    Command: TypeAlias = Callable[[AnyWish, Tell], Awaitable[object]]

REQUEST_SECONDS_MAX = 60.0
PUBLISHED_MAX = 10_000
PUBLISHED_BYTES_MAX = 64 * 1024 * 1024


class Door:
    """Opened on a running loop; ``tasks`` is where open calls live.

    ``on_wish`` decides what comes of published messages, ``command`` does what the owner asks
    for and tells events meanwhile.
    """

    def __init__(
        self,
        context: Context,
        bus: Bus,
        device_id: str,
        *,
        on_wish: OnWish,
        command: Command,
        tasks: asyncio.TaskGroup,
    ) -> None:
        self._context, self._bus, self._device_id = context, bus, device_id
        self._command, self._tasks = command, tasks
        self._intake = Intake(bus, device_id, on_wish)
        self._requests = Desk(
            context, has_topic=True, work=self._request, tasks=tasks, aside=self._aside
        )
        self._commands = Desk(context, has_topic=False, work=self._wish, tasks=tasks)
        self._offers = Offers(bus, self._requests.send)
        self._published: asyncio.Queue[tuple[bytes, bytes]] = asyncio.Queue(PUBLISHED_MAX)
        self._published_bytes = 0
        self._ear = context.sub(self._hear)
        self._ear.subscribe(b"")
        self._speaker: Speaker | None = None
        self._taking: asyncio.Task[None] | None = None
        self._refused = self._dropped = 0

    def open(self, profile: Profile) -> Self:
        """Bind the four endpoints; OSError if one cannot be."""
        self._speaker = Speaker(
            self._context, profile.endpoint("subscribe"), self._bus, self._device_id
        )
        self._ear.bind(profile.endpoint("publish"))
        self._requests.bind(profile.endpoint("request"))
        self._commands.bind(profile.endpoint("command"))
        self._taking = self._tasks.create_task(self._take())
        return self

    def close(self) -> None:
        """Close all four, and leave what is open."""
        if self._taking is not None:
            self._taking.cancel()
        self._ear.close()
        self._requests.close()
        self._commands.close()
        if self._speaker is not None:
            self._speaker.close()

    async def publish(self, topic: str, body: Body) -> News:
        """Publish as a module would: what came of it."""
        return await self._intake.take(topic, body)

    @property
    def counts(self) -> Mapping[str, int]:
        """What did not get through, by cause."""
        desks = self._requests, self._commands
        return {
            "published_refused": self._refused,
            "published_dropped": self._dropped,
            "calls_refused": sum(desk.refused for desk in desks),
            "answers_unheard": sum(desk.unheard for desk in desks),
        }

    def _hear(self, batch: list[Received]) -> None:
        for received in batch:
            if len(received.frames) != 2:  # noqa: PLR2004 - topic and body
                self._refused += 1
                continue
            topic, body = received.frames
            fits = self._published_bytes + len(body) <= PUBLISHED_BYTES_MAX
            if fits and not self._published.full():
                self._published_bytes += len(body)
                self._published.put_nowait((topic, body))
            else:
                self._dropped += 1

    async def _take(self) -> None:
        """One after another, so that an answer is not stored before its question."""
        while True:
            topic, body = await self._published.get()
            self._published_bytes -= len(body)
            try:
                await self._intake.take(read_topic(topic), read_body(body))
            except MeshError:
                self._refused += 1
            except Exception as error:  # noqa: BLE001 - the next one may be fine
                self._refused += 1
                note("A published message", error)

    def _aside(self, call: Call) -> bool:
        if call.topic == ANSWER:
            self._offers.hear(call)
        return call.topic == ANSWER

    async def _request(self, call: Call, tell: Tell) -> object:
        del tell  # answers to requests have no events yet
        body = read_body(call.body)
        if call.topic == PUBLISH:
            return await self._intake.take(*_publication(body))
        message = asked(call.topic, body)
        if isinstance(message, WorkOffered):
            self._offers.take(call, message)
            self._bus.publish(told(message, self._device_id))
            return None
        question = body if message is None else message
        return await self._bus.request(call.topic, question, seconds=REQUEST_SECONDS_MAX)

    async def _wish(self, call: Call, tell: Tell) -> object:
        wish: AnyWish = shape(read_body(call.body), AnyWish)  # type: ignore[arg-type]
        return await self._command(wish, tell)


def _publication(body: Body) -> tuple[str, Body]:
    topic, published = body.get("topic"), body.get("body", {})
    if not isinstance(topic, str) or not isinstance(published, dict):
        raise BadInput("To publish, give a topic and a body that is a map.")
    return read_topic(topic.encode()), published
