"""A laptop that invites, devices that want to join, and a wire that is no network."""

from __future__ import annotations

import random
from collections import deque
from typing import TYPE_CHECKING

from mesh.crypto import SigningKey, digest
from mesh.model.device import Trust
from mesh.pairing.attempt import Attempt
from mesh.pairing.effects import (
    Admit,
    Adopt,
    GuestEffect,
    HangUp,
    HostEffect,
    Reply,
    Say,
    Store,
)
from mesh.pairing.frames import Adopted, Kind, Method, Welcome
from mesh.pairing.guest import Calling, Joiner
from mesh.pairing.host import Inviter, Listening
from mesh.pairing.invitation import Code, Endpoint, Invitation
from mesh.pairing.reception import Reception

if TYPE_CHECKING:
    from collections.abc import Callable

FAMILY = digest(b"the laptop's family")
OTHER_FAMILY = digest(b"the phone's family of one")
LINK = Invitation(b"linkname", b"sixteen byte key", (Endpoint("192.168.1.2", 21551),))
CODE = Code("420000007")
CODE_ID = b"codename"
SECONDS = 180.0


class Dice:
    """Chance that is the same in every run."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - the same in every run

    def draw(self, size: int) -> bytes:
        return self._random.randbytes(size)


def key(number: int) -> SigningKey:
    return SigningKey(bytes([number]) * 32)


def inviter(number: int = 1) -> Inviter:
    return Inviter(key(number), "Laptop", FAMILY, Trust.LIMITED)


def joiner(number: int = 2, *, family: bytes = OTHER_FAMILY, is_alone: bool = True) -> Joiner:
    return Joiner(key(number), "Phone", (b"tag-01",), b"old card", family, is_alone)


def welcome(name: str = "") -> Welcome:
    return Welcome(FAMILY, b"genesis", (b"add laptop", b"add phone"), b"card", ROSTER, name)


ROSTER = digest(b"the roster with the phone")


def listening(method: Method, by: Inviter | None = None) -> Listening:
    if method is Method.LINK:
        return Listening(by or inviter(), method, LINK.pairing_id, LINK.secret)
    return Listening(by or inviter(), method, CODE_ID, CODE.secret)


def reception(by: Inviter | None = None) -> Reception:
    ways = listening(Method.LINK, by), listening(Method.CODE, by)
    return Reception(*ways, CODE.window, SECONDS)


class Wire:
    """Carries what one window and several attempts say; ``tamper`` may change it on the way."""

    def __init__(
        self,
        window: Reception,
        *,
        tamper: Callable[[Kind, bytes], bytes] = lambda _, message: message,
    ) -> None:
        self.window = window
        self.now = 0.0
        self.admits = self.adopts = True
        self.attempts: dict[bytes, Attempt] = {}
        self.host: list[HostEffect] = []
        self.guests: dict[bytes, list[GuestEffect]] = {}
        self.heard: list[tuple[bytes, Kind]] = []
        self._tamper = tamper
        self._pending: deque[tuple[bytes, bytes, bool]] = deque()

    def arrive(self, peer: bytes, who: Joiner, invitation: Invitation | Code = LINK) -> None:
        """A device dials in, and all that follows without people happens."""
        calling = Calling.by(invitation, who)
        attempt = Attempt(calling, Dice(int.from_bytes(peer)), self.now)
        self.attempts[peer] = attempt
        self.guests[peer] = []
        self.guest_does(peer, attempt.begin())

    def say_yes(self, peer: bytes, *, yes: bool = True) -> None:
        """The owner at the joining device answers."""
        self.guest_does(peer, self.attempts[peer].decide(yes=yes))

    def owner_says(self, who: Joiner, *, yes: bool) -> None:
        """The owner at the window answers."""
        self.host_does(self.window.decide(who.key.public, self.now, yes=yes))

    def knock(self, peer: bytes, message: bytes) -> list[HostEffect]:
        """A stranger sends something; what the window wants done about it."""
        effects = self.window.receive(peer, message, self.now)
        self.host += [effect for effect in effects if not isinstance(effect, Reply)]
        return effects

    def pass_time(self, seconds: float, *, alive: bool = True) -> None:
        """Seconds go by, one by one, with or without the joining devices."""
        for _ in range(int(seconds)):
            self.now += 1
            for peer, attempt in self.attempts.items() if alive else ():
                self.guest_does(peer, attempt.tick(self.now))
            self.host_does(self.window.tick(self.now))

    def host_does(self, effects: list[HostEffect]) -> None:
        for effect in effects:
            match effect:
                case Reply(peer, message):
                    self._pending.append((peer, message, False))
                case Admit(request):
                    self.host.append(effect)
                    if self.admits:
                        given = welcome(request.name)
                        self.host_does(self.window.welcome(given, self.now))
                case Store():
                    self.host.append(effect)
                    self.host_does(self.window.stored())
                case _:
                    self.host.append(effect)
        self._carry()

    def guest_does(self, peer: bytes, effects: list[GuestEffect]) -> None:
        for effect in effects:
            match effect:
                case Say(message):
                    self._pending.append((peer, message, True))
                case Adopt():
                    self.guests[peer].append(effect)
                    if self.adopts:
                        adopted = Adopted(b"new card", ROSTER)
                        self.guest_does(peer, self.attempts[peer].adopted(adopted))
                case _:
                    self.guests[peer].append(effect)
        self._carry()

    def host_effects(self, kind: type[HostEffect]) -> list[HostEffect]:
        return [effect for effect in self.host if isinstance(effect, kind)]

    def last(self, peer: bytes) -> GuestEffect:
        """What the joining device did last, apart from hanging up."""
        return [done for done in self.guests[peer] if not isinstance(done, HangUp)][-1]

    def _carry(self) -> None:
        while self._pending:
            peer, message, is_to_host = self._pending.popleft()
            message = self._tamper(Kind(message[1]), message)
            self.heard.append((peer, Kind(message[1])))
            if is_to_host:
                self.host_does(self.window.receive(peer, message, self.now))
            elif peer in self.attempts:
                self.guest_does(peer, self.attempts[peer].receive(0, message, self.now))
