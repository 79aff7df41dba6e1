"""Devices for tests of links: real sockets on 127.0.0.1, real keys."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import zmq

from mesh.clock import SystemClock, SystemEntropy
from mesh.crypto import SigningKey
from mesh.links import DoorKeeper, Lane, LaneKind, Links, Me
from mesh.links.handshake import VERSIONS, Dialling, Ends, Versions
from mesh.links.lane import Content
from mesh.sockets import Context, CurvePair, Happening, Received, curve_keypair

if TYPE_CHECKING:
    from mesh.links.session import Session

FAMILY = bytes(32)
HOST = "127.0.0.1"


class ShiftedClock:
    """The system's clock, which a test can put forward, or stop."""

    def __init__(self) -> None:
        self._system = SystemClock()
        self.ahead = 0.0
        self.stands_at: float | None = None

    def wall(self) -> int:
        return self._system.wall()

    def monotonic(self) -> float:
        now = self._system.monotonic() if self.stands_at is None else self.stands_at
        return now + self.ahead


@dataclass
class Device:
    """One device with its links, and what they told it."""

    curve: CurvePair = field(default_factory=curve_keypair)
    key: SigningKey = field(default_factory=lambda: SigningKey.generate(SystemEntropy()))
    clock: ShiftedClock = field(default_factory=ShiftedClock)
    news: list[str] = field(default_factory=list)
    frames: asyncio.Queue[tuple[Lane, bytes]] = field(default_factory=asyncio.Queue)
    port: int = 0
    releases: bool = True
    refuses: dict[bytes, Exception] = field(default_factory=dict)
    family: bytes = FAMILY

    def __post_init__(self) -> None:
        self._changed = asyncio.Event()
        self.start()

    def start(self) -> None:
        self.context = Context()
        self.door = DoorKeeper(self.context)
        me = Me(self.key, self.curve, lambda: self.family, self.clock, SystemEntropy())
        self.links = Links(
            me,
            self.context,
            self.door,
            on_up=lambda lane: self._tell("up", lane),
            on_down=lambda lane: self._tell("down", lane),
            on_frame=self._heard,
        )

    @property
    def id(self) -> bytes:
        return self.key.public

    @property
    def endpoint(self) -> str:
        return f"tcp://{HOST}:{self.port}"

    async def open(self, *others: Device) -> Device:
        self.port = await self.links.open(HOST, [self.port])
        self.admit(*others)
        return self

    def admit(self, *others: Device) -> None:
        self.links.admit({other.curve[0]: other.id for other in others})

    def seek(self, other: Device) -> None:
        self.links.seek(other.id, other.curve[0], [other.endpoint])

    async def close(self) -> None:
        await self.links.close()
        self.door.close()
        self.context.close()

    def live(self, other: Device) -> Lane:
        lane = self.links.live(other.id)
        assert lane is not None
        return lane

    async def told(self, *news: str, seconds: float = 8) -> None:
        """Wait until exactly this was told since the last call of it."""
        async with asyncio.timeout(seconds):
            while len(self.news) < len(news):
                self._changed.clear()
                await self._changed.wait()
        assert self.news == list(news)
        self.news.clear()

    async def heard(self) -> bytes:
        async with asyncio.timeout(8):
            return (await self.frames.get())[1]

    def _tell(self, what: str, lane: Lane) -> None:
        self.news.append(what if lane.kind is LaneKind.LIVE else f"bulk {what}")
        self._changed.set()

    def _heard(self, lane: Lane, payload: bytes) -> None:
        if payload in self.refuses:
            raise self.refuses[payload]
        self.frames.put_nowait((lane, payload))
        if self.releases and lane.kind is LaneKind.BULK:
            lane.release(len(payload))


class Raw:
    """Somebody with a family key who does by hand what a call does, and what it never would."""

    def __init__(self, device: Device, to: Device, routing_id: bytes = b"") -> None:
        self._me, self._to = device, to
        self.inbox: asyncio.Queue[bytes] = asyncio.Queue()
        self._in, self._gone = asyncio.Event(), asyncio.Event()
        self.dealer = device.context.mesh_dealer(device.curve, to.curve[0], self._heard)
        if routing_id:
            self.dealer._plain.setsockopt(zmq.ROUTING_ID, routing_id)
        self.dealer.on_event(self._happened)
        self.dealer.connect(to.endpoint)

    def m1(self, kind: LaneKind = LaneKind.LIVE, versions: Versions = VERSIONS) -> Dialling:
        me = self._me
        ends = Ends(me.id, self._to.id, me.curve[0], self._to.curve[0], kind, me.family)
        return Dialling(me.key, ends, SystemEntropy(), versions)

    async def session(self, kind: LaneKind = LaneKind.LIVE) -> Session:
        """A whole handshake, with the first record."""
        dialling = self.m1(kind)
        self.send(dialling.m1)
        session = dialling.finish(await self.next(), 0.0)
        self.send(session.seal(bytes([Content.PRESENT])))
        return session

    def send(self, *frames: bytes) -> None:
        assert self.dealer.send(frames)

    async def next(self) -> bytes:
        async with asyncio.timeout(8):
            return await self.inbox.get()

    async def is_cut_off(self) -> None:
        async with asyncio.timeout(8):
            await self._gone.wait()

    async def is_in(self) -> None:
        async with asyncio.timeout(8):
            await self._in.wait()

    def let_in_by(self, door: DoorKeeper) -> None:
        """Come in while the loop stands still: only the door-keeper and this side go on."""
        until = time.monotonic() + 8
        while not self._in.is_set():
            assert time.monotonic() < until
            door._door.drain()
            self.dealer.drain_events()

    def say_and_be_gone(self, *frames: bytes) -> None:
        """Send and hang up while the loop stands still: the other finds both at once."""
        router = self._to.links._reception._router
        assert router._monitor is not None
        self.send(*frames)
        assert router._plain.poll(8000)
        router.drain_events()
        self.dealer.close()
        assert router._monitor._plain.poll(8000)

    def _heard(self, batch: list[Received]) -> None:
        for received in batch:
            self.inbox.put_nowait(received.frames[0])

    def _happened(self, happening: Happening, _value: int) -> None:
        if happening in {Happening.DISCONNECTED, Happening.REFUSED}:
            self._gone.set()
        elif happening is Happening.READY:
            self._in.set()


async def pair() -> tuple[Device, Device]:
    """Two devices that know each other; the first has the lower key. Nobody dials yet."""
    lower, higher = sorted((Device(), Device()), key=lambda device: device.id)
    await lower.open(higher)
    await higher.open(lower)
    return lower, higher
