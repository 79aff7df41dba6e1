"""The way to an open window: dial all addresses at once, talk to the first that answers.

    joining = Joining.start(text, at, party, context=…, clock=…, entropy=…)
    await joining.next_event()               Compare, FamilyJoined, or an error
    joining.answer(yes=True)
    await joining.close()

A link says where the window is. With a code one says ``HOST`` or ``HOST:PORT``, the port being
that of the mesh: the window lies on one of the nine ports behind it.

If the connection dies after this device has stored its new family and before m6, it is in that
family and says so: ``next_event`` raises PairingUnreachable. Joining once more with a new
invitation of the same family mends it.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, TypeAlias

from mesh.errors import MeshError, PairingRefused
from mesh.model.device import device_id
from mesh.pairing.attempt import Attempt
from mesh.pairing.beat import Beat
from mesh.pairing.effects import Adopt, Belong, Choose, End, GuestEffect, HangUp, Say, Show
from mesh.pairing.frames import Adopted, Refusal, Welcome
from mesh.pairing.guest import Calling, Joiner
from mesh.pairing.invitation import PORT_MAX, Code, Endpoint, Invitation, parse, parse_place

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from mesh.clock import Clock, Entropy
    from mesh.model.device import Trust
    from mesh.sockets import Context, Received, Socket

DEFAULT_PORT: Final = 21550
PORTS: Final = 10
THIS_MACHINE: Final = "127.0.0.1"
TICK_S: Final = 0.5
PARTING_S: Final = 1.0


@dataclass(frozen=True)
class Party:
    """Who joins, and how the family is stored once it is given.

    ``adopt`` has to check the welcome (that the genesis gives that family id, that the entries
    make this device a member), to be durable when it returns, and to be harmless when this
    device is already in that family. A MeshError it raises ends the joining.
    """

    joiner: Joiner
    adopt: Callable[[Welcome], Awaitable[Adopted]]


@dataclass(frozen=True)
class Compare:
    """Whose family it is, and the seven (symbol, name) pictures both screens must show.

    ``trust``: how far this device would be trusted there.
    ``is_same_family``: this device is in that family already; going on mends a broken pairing.
    """

    inviter_name: str
    trust: Trust
    emoji: tuple[tuple[str, str], ...]
    is_same_family: bool


@dataclass(frozen=True)
class FamilyJoined:
    """Both devices have stored it; ``name`` is what this device is called now."""

    family: bytes
    key: bytes
    device_id: str
    name: str


Event: TypeAlias = Compare | FamilyJoined


class Joining:
    """One attempt to join; made by ``start``."""

    def __init__(self, attempt: Attempt, party: Party, clock: Clock) -> None:
        self._attempt = attempt
        self._party = party
        self._clock = clock
        self._lanes: dict[int, Socket] = {}
        self._to_do: asyncio.Queue[GuestEffect] = asyncio.Queue()
        self._error: MeshError | None = None
        self._hung_up = asyncio.Event()
        self._beat: Beat
        self.endpoints: tuple[Endpoint, ...] = ()

    @classmethod
    def start(
        cls,
        text: str,
        at: str | None,
        party: Party,
        *,
        context: Context,
        clock: Clock,
        entropy: Entropy,
    ) -> Joining:
        """Begin to join by a link or a code; InvitationInvalid if ``text`` is neither.

        ``at`` is ``HOST`` or ``HOST:PORT``; with a link it is one more address to try, with a
        code without it the window is looked for on this machine.
        """
        invitation = parse(text)
        endpoints = endpoints_of(invitation, at)
        calling = Calling.by(invitation, party.joiner)
        joining = cls(Attempt(calling, entropy, clock.monotonic()), party, clock)
        joining.endpoints = tuple(endpoints)
        joining._dial(endpoints, context)
        joining._beat = Beat(TICK_S, joining._tick)
        joining._do(joining._attempt.begin())
        return joining

    async def next_event(self) -> Event:
        """What happens next; raises what ended the attempt.

        Adopting goes on inside this call: it has to be awaited all the time.
        """
        while True:
            if self._error is not None:
                raise self._error
            event = await self._perform(await self._to_do.get())
            if event is not None:
                return event

    def answer(self, *, yes: bool) -> None:
        """Our owner has compared the pictures and has seen whose family it is."""
        self._do(self._attempt.decide(yes=yes))

    async def close(self) -> None:
        """End the attempt; within a second, and twice does no harm."""
        self._beat.stop()
        self._do(self._attempt.fail(PairingRefused(), Refusal.GONE))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PARTING_S):
                await self._hung_up.wait()
        self._hang_up()

    def _dial(self, endpoints: Iterable[Endpoint], context: Context) -> None:
        for lane, endpoint in enumerate(endpoints):
            socket = context.pairing_dealer(partial(self._received, lane))
            try:
                socket.connect(endpoint.address)
            except OSError:
                socket.close()
            else:
                self._lanes[lane] = socket

    def _received(self, lane: int, batch: list[Received]) -> None:
        for received in batch:
            if len(received.frames) == 1 and not self._hung_up.is_set():
                now = self._clock.monotonic()
                self._do(self._attempt.receive(lane, received.frames[0], now))

    def _tick(self, late: float) -> None:
        self._do(self._attempt.tick(self._clock.monotonic(), late))

    def _do(self, effects: Iterable[GuestEffect]) -> None:
        """Talk at once; leave the rest to whoever awaits the next event."""
        for effect in effects:
            match effect:
                case Say(message):
                    for socket in self._lanes.values():
                        socket.send([message])
                case Choose(chosen):
                    for lane in [lane for lane in self._lanes if lane != chosen]:
                        self._lanes.pop(lane).close()
                case HangUp():
                    self._hang_up()
                case _:
                    self._to_do.put_nowait(effect)

    def _hang_up(self) -> None:
        for socket in self._lanes.values():
            socket.close()
        self._lanes.clear()
        self._hung_up.set()

    async def _perform(self, effect: GuestEffect) -> Event | None:
        match effect:
            case Show(name, trust, pictures, is_same_family):
                return Compare(name, trust, pictures, is_same_family)
            case Adopt(welcome):
                await self._adopt(welcome)
            case Belong(welcome):
                self._error = PairingRefused("This attempt to join is over.")
                key = self._party.joiner.key.public
                return FamilyJoined(welcome.family, key, device_id(key), welcome.name)
            case End(error):
                self._error = error
            case _:
                self._do([effect])
        return None

    async def _adopt(self, welcome: Welcome) -> None:
        try:
            adopted = await self._party.adopt(welcome)
        except MeshError as error:
            self._do(self._attempt.fail(error, Refusal.NOT_STORED))
        else:
            self._do(self._attempt.adopted(adopted))


def endpoints_of(invitation: Invitation | Code, at: str | None) -> list[Endpoint]:
    """Where an invitation may be answered, in the order in which it is dialled."""
    if isinstance(invitation, Code):
        return _ports_behind(at or THIS_MACHINE)
    return list(dict.fromkeys([*invitation.endpoints, *(_ports_behind(at) if at else ())]))


def _ports_behind(at: str) -> list[Endpoint]:
    host, port = parse_place(at)
    first = DEFAULT_PORT if port is None else port
    last = min(first + PORTS - 1, PORT_MAX)
    return [Endpoint.make(host, number) for number in range(first, last + 1)]
