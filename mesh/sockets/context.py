"""The sockets a node may have, each with its options."""

from __future__ import annotations

import contextlib
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import zmq
from zmq import SocketOption as Option
from zmq.utils import z85

from mesh.sockets.socket import OnMessages, Socket, as_os_error

PAYLOAD_MAX: Final = 3 * 512 * 1024
MESH_DOMAIN: Final = "mesh"
PAIRING_DOMAIN: Final = "pairing"
DOOR: Final = "inproc://zeromq.zap.01"
PROCESSORS_MAX: Final = 1024
"""What fits into the set of processors that ZeroMQ fills."""

CurvePair = tuple[bytes, bytes]
Options = dict[Option, int | bytes]

# Milliseconds and messages. A peer that goes silent is noticed after three seconds; a stranger
# has three seconds to say who he is; what arrives is bounded in size and number.
_ALL: Final[Options] = {Option.LINGER: 0}
_TCP: Final[Options] = _ALL | {
    Option.IPV6: 1,
    Option.HEARTBEAT_IVL: 1000,
    Option.HEARTBEAT_TIMEOUT: 3000,
    Option.HEARTBEAT_TTL: 4000,
    Option.HANDSHAKE_IVL: 3000,
    Option.CONNECT_TIMEOUT: 1500,
    Option.RECONNECT_IVL: 100,
    Option.RECONNECT_IVL_MAX: 2000,
    Option.RCVHWM: 256,
}
_MESH: Final[Options] = _TCP | {Option.MAXMSGSIZE: PAYLOAD_MAX + 1024}
_PAIRING: Final[Options] = _TCP | {
    Option.HEARTBEAT_IVL: 5000,
    Option.HEARTBEAT_TIMEOUT: 15_000,
    Option.HEARTBEAT_TTL: 20_000,
}
"""A pairing that is cut has failed, and says itself who is silent, after ten seconds: ZeroMQ
has more patience than that, with a machine that sleeps or has no time for us."""
_WELCOMED: Final[Options] = _PAIRING | {Option.MAXMSGSIZE: PAYLOAD_MAX}
_STRANGERS: Final[Options] = _PAIRING | {Option.MAXMSGSIZE: 16 * 1024, Option.RCVHWM: 16}
"""Anybody may knock at a pairing window; what a joiner says is small, its welcome is not."""
_GUARDED: Final[Options] = {Option.ZAP_ENFORCE_DOMAIN: 1, Option.ROUTER_MANDATORY: 1}
_LOCAL: Final[Options] = _ALL | {Option.MAXMSGSIZE: 16 * 1024 * 1024, Option.SNDHWM: 10_000}


def curve_keypair() -> CurvePair:
    """A fresh CURVE pair: 32 bytes public, 32 bytes secret."""
    public, secret = zmq.curve_keypair()
    return z85.decode(public), z85.decode(secret)


class Context:
    """The sockets of one node: the door-keeper of a context sees nobody else's."""

    def __init__(self) -> None:
        self._context = zmq.Context()
        processor = _processor()
        if processor is not None:
            self._context.set(zmq.THREAD_AFFINITY_CPU_ADD, processor)
        self._open: set[Socket] = set()

    def mesh_router(self, curve: CurvePair, on_messages: OnMessages) -> Socket:
        """The one listening socket of the links."""
        return self.make(zmq.ROUTER, on_messages, _MESH | _GUARDED | _server(curve), named=True)

    def mesh_dealer(
        self, curve: CurvePair, server: bytes, on_messages: OnMessages, patience_ms: int = 2000
    ) -> Socket:
        """A link to the node whose CURVE key is ``server``; it dials at least that often."""
        keys: Options = {
            Option.CURVE_PUBLICKEY: curve[0],
            Option.CURVE_SECRETKEY: curve[1],
            Option.CURVE_SERVERKEY: server,
            Option.RECONNECT_IVL_MAX: patience_ms,
        }
        return self.make(zmq.DEALER, on_messages, _MESH | keys)

    def pairing_router(self, on_messages: OnMessages) -> Socket:
        """Where strangers may knock while a pairing window is open."""
        domain: Options = {Option.ZAP_DOMAIN: PAIRING_DOMAIN.encode()}
        return self.make(zmq.ROUTER, on_messages, _STRANGERS | _GUARDED | domain, named=True)

    def pairing_dealer(self, on_messages: OnMessages) -> Socket:
        """A stranger's side of pairing."""
        return self.make(zmq.DEALER, on_messages, _WELCOMED)

    def door(self, on_messages: OnMessages) -> Socket:
        """The socket ZeroMQ asks; bound at once."""
        door = self.make(zmq.ROUTER, on_messages, _ALL)
        door.bind(DOOR)
        return door

    def xpub(self, on_messages: OnMessages) -> Socket:
        """Publishes; every subscription comes in as a frame that begins with 1 or 0."""
        return self.make(zmq.XPUB, on_messages, _LOCAL | {Option.XPUB_VERBOSE: 1})

    def sub(self, on_messages: OnMessages) -> Socket:
        """Receives what it subscribes to."""
        return self.make(zmq.SUB, on_messages, _LOCAL | {Option.RCVHWM: 10_000})

    def router(self, on_messages: OnMessages) -> Socket:
        """Serves local clients."""
        return self.make(zmq.ROUTER, on_messages, _LOCAL | {Option.ROUTER_MANDATORY: 1})

    def dealer(self, on_messages: OnMessages) -> Socket:
        """A local client."""
        return self.make(zmq.DEALER, on_messages, _LOCAL)

    def make(
        self,
        kind: int,
        on_messages: OnMessages,
        options: Options,
        *,
        named: bool = False,
    ) -> Socket:
        """A socket with options; ``named`` ones tell who sent each message.

        OSError when there are too many already.
        """
        with as_os_error():
            plain = self._context.socket(kind)
        for option, value in options.items():
            plain.set(option, value)
        made = Socket(plain, on_messages, named=named, on_close=self._open.discard)
        self._open.add(made)
        return made

    def close(self) -> None:
        """Close every socket; what was queued is dropped."""
        for made in tuple(self._open):
            made.close()
        self._context.term()


def _processor() -> int | None:
    """Where ZeroMQ's own threads stay: the same for all programs of a machine; None: anywhere.

    A message goes through several of them, each for a few microseconds; to wake one elsewhere,
    on a processor that sleeps, takes ten times as long. Linux only: elsewhere ZeroMQ cannot.
    """
    if sys.platform != "linux":
        return None
    with ThreadPoolExecutor(1) as thread, contextlib.suppress(OSError):
        first = min(os.sched_getaffinity(0))
        # Where this is forbidden ZeroMQ would abort; only the thread that tries it is moved.
        thread.submit(os.sched_setaffinity, 0, {first}).result()
        return first if first < PROCESSORS_MAX else None
    return None


def _server(curve: CurvePair) -> Options:
    return {
        Option.CURVE_SERVER: 1,
        Option.CURVE_PUBLICKEY: curve[0],
        Option.CURVE_SECRETKEY: curve[1],
        Option.ZAP_DOMAIN: MESH_DOMAIN.encode(),
    }
