"""One ZeroMQ socket, drained on readiness.

A plain socket is read without blocking each time its descriptor becomes ready. That descriptor
is edge-triggered, so the events are looked at again after every send and every drain. One
wake-up reads at most ``BATCH`` messages or works ``SLICE`` seconds, then lets the loop go on.

ZeroMQ's own queue is the bounded queue of a socket: ``offer`` says when it is full.
"""

from __future__ import annotations

import asyncio
import contextlib
from enum import Enum
from math import inf
from typing import TYPE_CHECKING, Final, TypeAlias, cast

import msgspec
import zmq
from zmq import SocketOption as Option
from zmq.utils.monitor import parse_monitor_message

from mesh.sockets.readiness import watch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

POLLIN: Final = int(zmq.POLLIN)
DONTWAIT: Final = int(zmq.DONTWAIT)
SNDMORE: Final = int(zmq.SNDMORE)
EVENTS: Final = int(Option.EVENTS)
"""As plain numbers: flags of Python's enum cost more than the calls they are made for."""
BATCH: Final = 256
MOUTHFUL: Final = 32
SLICE: Final = 0.005


class Sent(Enum):
    """What became of a message."""

    TAKEN = "taken"
    FULL = "full"
    GONE = "gone"


class Happening(Enum):
    """What a socket's monitor tells; ``REFUSED`` is the door-keeper's no."""

    CONNECTED = zmq.Event.CONNECTED
    ACCEPTED = zmq.Event.ACCEPTED
    READY = zmq.Event.HANDSHAKE_SUCCEEDED
    REFUSED = zmq.Event.HANDSHAKE_FAILED_AUTH
    MISSHAPEN = zmq.Event.HANDSHAKE_FAILED_PROTOCOL
    FAILED = zmq.Event.HANDSHAKE_FAILED_NO_DETAIL
    DISCONNECTED = zmq.Event.DISCONNECTED


class Received(msgspec.Struct, frozen=True):
    """One message, and what ZeroMQ itself knows about where it came from."""

    frames: list[bytes]
    source: zmq.Frame | None = None

    @property
    def user_id(self) -> str:
        """What the door-keeper called the connection, empty when nobody was asked."""
        return self._property("User-Id")

    @property
    def address(self) -> str:
        """The numeric address the connection came from, or empty."""
        return self._property("Peer-Address").removeprefix("::ffff:")

    @property
    def fd(self) -> int:
        """The descriptor of the connection, or -1."""
        return int(self._property("__fd") or -1)

    def _property(self, name: str) -> str:
        if self.source is None:
            return ""
        try:
            return str(self.source.get(name))
        except zmq.ZMQError:
            return ""


OnMessages: TypeAlias = "Callable[[list[Received]], None]"


class Socket:
    """One ZeroMQ socket on the running loop; made by ``Context``."""

    def __init__(
        self,
        plain: zmq.Socket[bytes],
        on_messages: OnMessages,
        *,
        named: bool,
        on_close: Callable[[Socket], None],
    ) -> None:
        self._plain = plain
        self._on_messages = on_messages
        self._named = named
        self._on_close = on_close
        self._loop = asyncio.get_running_loop()
        self._due = False
        self._monitor: Socket | None = None
        self.closed = False
        self._unwatch = watch(plain.fileno(), self._ready)
        self._again()

    @property
    def endpoint(self) -> str:
        """Where it is bound or connected last."""
        return cast("bytes", self._plain.get(Option.LAST_ENDPOINT)).rstrip(b"\0").decode()

    def bind(self, endpoint: str) -> None:
        """Listen; OSError when the address is taken or not ours."""
        with as_os_error():
            self._plain.bind(endpoint)

    def connect(self, endpoint: str) -> None:
        """Dial, now and after every cut; OSError when the endpoint makes no sense."""
        with as_os_error():
            self._plain.connect(endpoint)

    def subscribe(self, prefix: bytes) -> None:
        """SUB only: receive what begins so."""
        self._plain.subscribe(prefix)

    def unsubscribe(self, prefix: bytes) -> None:
        """SUB only: no longer."""
        self._plain.unsubscribe(prefix)

    def offer(self, frames: Sequence[bytes]) -> Sent:
        """Hand a message over without waiting."""
        if self.closed:
            return Sent.GONE
        try:
            for part in frames[:-1]:
                self._plain.send(part, DONTWAIT | SNDMORE)
            self._plain.send(frames[-1], DONTWAIT)
            outcome = Sent.TAKEN
        except zmq.Again:
            outcome = Sent.FULL
        except zmq.ZMQError:
            outcome = Sent.GONE
        if self._events() & POLLIN:
            self._again()
        return outcome

    def send(self, frames: Sequence[bytes]) -> bool:
        """Whether ZeroMQ took the message: not when its queue is full or the peer unknown."""
        return self.offer(frames) is Sent.TAKEN

    def on_event(self, tell: Callable[[Happening, int], None]) -> None:
        """Tell connections made and lost, each with its descriptor or the refusal's code."""

        def told(batch: list[Received]) -> None:
            for received in batch:
                event = parse_monitor_message(received.frames)
                if event["event"] != zmq.Event.MONITOR_STOPPED:
                    tell(Happening(event["event"]), event["value"])

        wanted = sum(happening.value for happening in Happening)
        address = f"inproc://monitor.{self._plain.fileno()}"
        self._plain.monitor(address, wanted)
        plain = self._plain.context.socket(zmq.PAIR)
        # A full queue would stop ZeroMQ's own thread, and with it every connection.
        plain.set(Option.RCVHWM, 0)
        plain.connect(address)
        self._monitor = Socket(plain, told, named=False, on_close=lambda _: None)

    def drain(self) -> None:
        """Call back now with what is there, at most a batch, however long that takes."""
        self._ready(inf)

    def drain_events(self) -> None:
        """Tell now what the monitor has seen and nobody was told yet, at most a batch."""
        if self._monitor is not None and not self.closed:
            self._monitor.drain()

    def close(self) -> None:
        """Let go of it; what is queued is dropped. Twice does no harm."""
        if self.closed:
            return
        self.closed = True
        self._unwatch()
        if self._monitor is not None:
            # In this order: ZeroMQ's thread waits for ever on a monitor nobody reads.
            self._plain.disable_monitor()
            self._monitor.close()
        self._plain.close(0)
        self._on_close(self)

    def _events(self) -> int:
        return int(self._plain.get(EVENTS))

    def _again(self) -> None:
        if not self._due and not self.closed:
            self._due = True
            self._loop.call_soon(self._drain)

    def _drain(self) -> None:
        self._due = False
        self._ready()

    def _ready(self, seconds: float = SLICE) -> None:
        try:
            self._read(seconds)
        finally:
            if not self.closed:
                self._rearm()

    def _read(self, seconds: float) -> None:
        until = self._loop.time() + seconds
        for _ in range(BATCH // MOUTHFUL):
            taken = [] if self.closed else self._mouthful()
            if taken:
                self._on_messages(taken)
            if len(taken) < MOUTHFUL or self._loop.time() > until:
                break

    def _rearm(self) -> None:
        if self._events() & POLLIN:
            self._again()

    def _mouthful(self) -> list[Received]:
        taken: list[Received] = []
        # Asking is cheaper than the exception of a read that finds nothing.
        while len(taken) < MOUTHFUL and self._events() & POLLIN:
            taken.append(self._receive())
        return taken

    def _receive(self) -> Received:
        first = last = self._plain.recv(DONTWAIT, copy=False)
        frames = [first.bytes]
        while last.more:
            last = self._plain.recv(DONTWAIT, copy=False)
            frames.append(last.bytes)
        return Received(frames, first if self._named else None)


@contextlib.contextmanager
def as_os_error() -> Iterator[None]:
    """Give ZeroMQ's refusals the name Python knows them by."""
    try:
        yield
    except zmq.ZMQError as error:
        raise OSError(error.errno, str(error)) from error
