"""A door on a bus, as a node opens it, with two answerers in place of the rooms above."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec
import zmq
import zmq.asyncio

from mesh.bus.bus import Bus
from mesh.bus.door import Door
from mesh.errors import NotFound
from mesh.messages import Message, MoodChanged, UserSaid, told
from mesh.profile import Profile
from mesh.sockets import Context
from mesh.wishes import Import, Memories, Progress, Say, Wish

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    from mesh.wishes import Event

DEVICE = "AAAAAAAAA-BBBBBBBBB-CCCCCCCCC-DDDDDDDDD"


@dataclass
class Household:
    """What a test needs of a node."""

    profile: Profile
    bus: Bus
    tasks: asyncio.TaskGroup
    kept: list[Message] = field(default_factory=list)
    said: list[Wish] = field(default_factory=list)
    rows: int = 1200
    release: asyncio.Event = field(default_factory=asyncio.Event)
    door: Door | None = None
    rooms: Callable[[Wish, Callable[[Event], None]], Awaitable[object]] | None = None
    """Who does what the owner asks for; three wishes of our own if nobody."""

    async def keep(self, message: Message) -> Message | None:
        """Store and tell, as the rooms above do with records."""
        if not isinstance(message, UserSaid | MoodChanged):
            return None
        if isinstance(message, UserSaid) and message.text == "crash":
            raise RuntimeError("a fault inside")
        stored = (
            msgspec.structs.replace(message, id=f"m{len(self.kept)}")
            if isinstance(message, UserSaid)
            else message
        )
        self.kept.append(stored)
        self.bus.publish(told(stored, DEVICE))
        return stored

    async def command(self, wish: Wish, tell: Callable[[Event], None]) -> object:
        """Three wishes, one of each kind of answer."""
        self.said.append(wish)
        if self.rooms is not None:
            return await self.rooms(wish, tell)
        if isinstance(wish, Say):
            if wish.text == "wait":
                await self.release.wait()
            if wish.text == "crash":
                raise RuntimeError("a fault inside")
            return {"id": f"s{len(self.said)}", "text": wish.text}
        if isinstance(wish, Memories):
            return [{"id": str(number)} for number in range(self.rows)]
        if isinstance(wish, Import):
            tell(Progress(run="r1", done=1, total=2))
            return None
        raise NotFound("No such thing.")


@asynccontextmanager
async def household(folder: Path) -> AsyncIterator[Household]:
    """A door that is open, for a profile that is locked as a running node's is."""
    profile = Profile(folder / "home", folder / "run")
    profile.prepare()
    context = Context()
    with profile.lock():
        async with asyncio.TaskGroup() as tasks:
            house = Household(profile, Bus(), tasks)
            house.door = Door(
                context,
                house.bus,
                DEVICE,
                on_wish=house.keep,
                command=house.command,
                tasks=tasks,
            ).open(profile)
            try:
                yield house
            finally:
                house.door.close()
                context.close()


class Module:
    """A program of somebody else, with nothing but pyzmq."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._context = zmq.asyncio.Context()

    def open(self, kind: int, endpoint: Any) -> Any:
        """A socket connected to one endpoint."""
        socket = self._context.socket(kind)
        socket.linger = 0
        socket.rcvtimeo = 5000
        socket.connect(self._profile.endpoint(endpoint))
        return socket

    def __enter__(self) -> Module:
        return self

    def __exit__(self, *_: object) -> None:
        self._context.destroy(linger=0)


async def listens(subscriber: Any, *prefixes: bytes) -> None:
    """Subscribe, and come back when all subscriptions hold."""
    nonce = b"bus/ready/%d" % id(subscriber)
    for prefix in (*prefixes, nonce):
        subscriber.subscribe(prefix)
    while (await subscriber.recv_multipart())[0] != nonce:
        pass
    subscriber.unsubscribe(nonce)
