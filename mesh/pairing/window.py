"""The open pairing window: a socket of its own, on a port of its own, for a few minutes.

    window = await PairingWindow.open(offer, place, context=…, door=…, clock=…, entropy=…)
    window.invitation                        what to show
    await window.next_event()                an Event of ``offer``, or an error
    window.answer(asking.key, yes=True)
    await window.close()

The socket has no mechanism of its own; the door-keeper lets strangers in only while the window
is open, and nothing trusts the socket: SPAKE2 protects what is said.

If the connection dies after m4, this side believes that the device is family, which is stored;
the other side may or may not know. ``next_event`` then raises PairingUnreachable. Joining once
more with the same key mends it: ``admit`` of a member has to give the same welcome again.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Final

import msgspec

from mesh.errors import InvitationClosed, InvitationInvalid, MeshError, PairingUnreachable
from mesh.model.device import clean_name, device_id
from mesh.pairing.beat import Beat
from mesh.pairing.effects import (
    Admit,
    Ask,
    End,
    Finish,
    Guessed,
    HostEffect,
    Reply,
    Store,
    Withdraw,
)
from mesh.pairing.frames import JoinRequest, Method, Refusal
from mesh.pairing.host import Listening
from mesh.pairing.invitation import ID_SIZE, SECRET_SIZE, Code, Endpoint, Invitation
from mesh.pairing.offer import Asking, CodeTried, DeviceJoined, Shown, Withdrawn
from mesh.pairing.reception import Reception
from mesh.sockets import Happening

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterable

    from mesh.clock import Clock, Entropy
    from mesh.links.door import DoorKeeper
    from mesh.pairing.offer import Event, HostOffer, Place
    from mesh.sockets import Context, Received, Socket

PORTS: Final = 9
TICK_S: Final = 1.0
PARTING_S: Final = 1.0
MINUTES_MAX: Final = 55
_MICROSECONDS: Final = 1_000_000


class PairingWindow:
    """An open window; made by ``open``."""

    def __init__(self, offer: HostOffer, door: DoorKeeper, clock: Clock) -> None:
        self._offer = offer
        self._door = door
        self._clock = clock
        self._to_do: asyncio.Queue[HostEffect] = asyncio.Queue()
        self._connections: set[int] = set()
        self._deserted = asyncio.Event()
        self._error: MeshError | None = None
        self._reception: Reception
        self._socket: Socket
        self._beat: Beat
        self.invitation: Shown

    @classmethod
    async def open(
        cls,
        offer: HostOffer,
        place: Place,
        *,
        context: Context,
        door: DoorKeeper,
        clock: Clock,
        entropy: Entropy,
    ) -> PairingWindow:
        """Open the window.

        PairingUnreachable if no port can be had, InvitationInvalid if there is no address.
        """
        window = cls(offer, door, clock)
        window._socket = context.pairing_router(window._received)
        try:
            window._socket.on_event(window._happened)
            port = _bind(window._socket, place)
            window._invite(place, port, entropy)
        except MeshError:
            window._socket.close()
            raise
        door.open_pairing()
        window._beat = Beat(TICK_S, window._tick)
        return window

    async def next_event(self) -> Event:
        """What happens next; raises what ended the window without success.

        Admitting and storing go on inside this call: it has to be awaited all the time.
        """
        while True:
            if self._error is not None:
                raise self._error
            event = await self._perform(await self._to_do.get())
            if event is not None:
                return event

    def answer(self, key: bytes, *, yes: bool) -> None:
        """Our owner has compared the pictures of the device with this key.

        A no closes the window: somebody else has the link or code. An answer about a device
        that is gone counts for nobody.
        """
        self._do(self._reception.decide(key, self._clock.monotonic(), yes=yes))

    async def close(self) -> None:
        """Close the window; within a second, and twice does no harm."""
        if self._socket.closed:
            return
        self._beat.stop()
        self._do(self._reception.close(Refusal.CLOSED, InvitationClosed()))
        self._door.close_pairing()
        # What was said last is on its way: the joiner hangs up once it has heard it.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PARTING_S):
                while self._connections:
                    self._deserted.clear()
                    await self._deserted.wait()
        self._socket.close()

    def _invite(self, place: Place, port: int, entropy: Entropy) -> None:
        offer = self._offer
        inviter = offer.inviter
        invitation = Invitation.fitting(
            entropy.draw(ID_SIZE), entropy.draw(SECRET_SIZE), _endpoints(place.hosts, port)
        )
        code = Code.drawn(entropy)
        link = Listening(inviter, Method.LINK, invitation.pairing_id, invitation.secret)
        typed = Listening(inviter, Method.CODE, entropy.draw(ID_SIZE), code.secret)
        seconds = min(offer.minutes, MINUTES_MAX) * 60
        closes_at = self._clock.monotonic() + seconds
        self._reception = Reception(link, typed, code.window, closes_at)
        is_near = place.mesh_port < port <= place.mesh_port + PORTS
        shown = [
            Endpoint(end.host, place.mesh_port if is_near else port)
            for end in invitation.endpoints
        ]
        self.invitation = Shown(
            invitation.link,
            code.text,
            tuple(end.text for end in shown),
            self._clock.wall() / _MICROSECONDS + seconds,
        )

    def _received(self, batch: list[Received]) -> None:
        for received in batch:
            if len(received.frames) == len(("peer", "message")):
                peer, message = received.frames
                self._do(self._reception.receive(peer, message, self._clock.monotonic()))

    def _tick(self, late: float) -> None:
        self._do(self._reception.tick(self._clock.monotonic(), late))

    def _happened(self, happening: Happening, descriptor: int) -> None:
        if happening is Happening.ACCEPTED:
            self._connections.add(descriptor)
        if happening is Happening.DISCONNECTED:
            self._connections.discard(descriptor)
            self._deserted.set()

    def _do(self, effects: Iterable[HostEffect]) -> None:
        """Send at once; leave the rest to whoever awaits the next event."""
        for effect in effects:
            if isinstance(effect, Reply):
                self._socket.send([effect.peer, effect.message])
            else:
                self._to_do.put_nowait(effect)

    async def _perform(self, effect: HostEffect) -> Event | None:
        match effect:
            case Ask(request, pictures):
                named = self._named(request)
                return Asking(named.key, device_id(named.key), named.name, pictures)
            case Withdraw(request):
                return Withdrawn(request.key)
            case Guessed(left):
                return CodeTried(left)
            case Admit(request):
                await self._attempt(self._admit(self._named(request)))
            case Store(request, card):
                await self._attempt(self._store(self._named(request), card))
            case Finish(request):
                self._error = InvitationClosed()
                named = self._named(request)
                return DeviceJoined(named.key, device_id(named.key), named.name)
            case End(error):
                self._error = error
            case Reply():
                self._do([effect])
        return None

    async def _attempt(self, work: Awaitable[list[HostEffect]]) -> None:
        try:
            self._do(await work)
        except MeshError as error:
            self._do(self._reception.close(Refusal.NOT_STORED, error))

    async def _admit(self, request: JoinRequest) -> list[HostEffect]:
        welcome = await self._offer.admit(request)
        named = msgspec.structs.replace(welcome, name=request.name)
        return self._reception.welcome(named, self._clock.monotonic())

    async def _store(self, request: JoinRequest, card: bytes) -> list[HostEffect]:
        await self._offer.store(request, card)
        return self._reception.stored()

    def _named(self, request: JoinRequest) -> JoinRequest:
        if self._offer.guest_name is None:
            return request
        return msgspec.structs.replace(request, name=clean_name(self._offer.guest_name))


def _endpoints(hosts: Iterable[str], port: int) -> Iterable[Endpoint]:
    for host in hosts:
        with contextlib.suppress(InvitationInvalid):
            yield Endpoint.make(host, port)


def _bind(socket: Socket, place: Place) -> int:
    """The port: one of those behind the mesh port, so that a joiner who knows that finds it."""
    host = f"[{place.bind_host}]" if ":" in place.bind_host else place.bind_host
    for port in [*range(place.mesh_port + 1, place.mesh_port + PORTS + 1), 0]:
        with contextlib.suppress(OSError):
            socket.bind(f"tcp://{host}:{port or '*'}")
            return int(socket.endpoint.rpartition(":")[2])
    raise PairingUnreachable("No port is free for pairing on this device.")
