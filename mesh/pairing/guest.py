"""The side of the device that joins, as a staircase: each step has only what may come next.

    Calling ─here→ Committed ─m2→ Comparing ─yes→ Waiting ─m4→ Invited ─stored→ Reported ─m6→

A step takes the bytes of one message and raises a ProtocolError or PairingError if the run
must end; it never changes, and no step is used twice.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mesh.crypto import Pake, SigningKey, same
from mesh.errors import AlreadyInFamily, BadFrame, BadHandshake, BadInput, InvitationInvalid
from mesh.model.device import clean_name
from mesh.pairing import frames
from mesh.pairing.frames import (
    Adopted,
    Answer,
    Commit,
    Done,
    Hello,
    Here,
    Identity,
    Introduction,
    JoinRequest,
    Kind,
    Method,
    SignedWelcome,
    Welcome,
)
from mesh.pairing.invitation import Invitation
from mesh.pairing.transcript import Marked, Side, Talk, commitment, drawn_opening, session

if TYPE_CHECKING:
    from mesh.clock import Entropy
    from mesh.pairing.invitation import Code


@dataclass(frozen=True)
class Joiner:
    """Who joins: the device's key and name, the author tags of its past, its card (or empty).

    ``family`` is the family it is in now; ``is_alone`` says that nobody else is in that.
    BadInput if the name cannot be shown.
    """

    key: SigningKey
    name: str
    tags: tuple[bytes, ...]
    card: bytes
    family: bytes
    is_alone: bool

    def __post_init__(self) -> None:
        clean_name(self.name)

    @property
    def request(self) -> JoinRequest:
        """What the inviter is told."""
        return JoinRequest(self.key.public, clean_name(self.name), self.tags, self.card)


@dataclass(frozen=True)
class Calling:
    """Looking for the window that an invitation means."""

    joiner: Joiner
    method: Method
    window: bytes
    secret: bytes = field(repr=False)

    @classmethod
    def by(cls, invitation: Invitation | Code, joiner: Joiner) -> Calling:
        """The first step with a link or a code."""
        if isinstance(invitation, Invitation):
            return cls(joiner, Method.LINK, invitation.pairing_id, invitation.secret)
        return cls(joiner, Method.CODE, bytes([invitation.window]), invitation.secret)

    @property
    def hello(self) -> bytes:
        """m0; also the sign of life while people compare."""
        return frames.frame(Kind.HELLO, frames.encode(Hello(self.method, self.window)))

    def commit(self, message: bytes, entropy: Entropy) -> tuple[Committed, bytes]:
        """The window is here → m1."""
        here = frames.decode(frames.body_of(message, Kind.HERE), Here)
        if self.method is Method.LINK and here.pairing_id != self.window:
            raise BadHandshake
        pake = Pake.guest(self.secret, session(self.method, here.pairing_id))
        opened = drawn_opening(entropy)
        commit = Commit(self.method, here.pairing_id, pake.start(), commitment(opened))
        step = Committed(self.joiner, pake, commit, opened)
        return step, frames.frame(Kind.COMMIT, frames.encode(commit))


@dataclass(frozen=True, repr=False)
class Committed:
    """m1 is sent."""

    joiner: Joiner
    pake: Pake
    commit: Commit
    opened: bytes

    def check(self, message: bytes) -> tuple[Comparing, bytes]:
        """m2 → m3. BadHandshake: the inviter does not have our secret.

        InvitationInvalid if the inviter is this very device, AlreadyInFamily if it is another
        family than the one this device shares with others; it tells nothing of itself then.
        """
        answer = frames.decode(frames.body_of(message, Kind.ANSWER), Answer)
        talk = Talk.of(self.commit, answer.element, self.pake.finish(answer.element))
        talk.check_tag(answer.tag)
        plain = talk.open(Side.HOST, Kind.ANSWER, answer.introduction)
        introduction = frames.decode(plain, Introduction)
        own_key = talk.mark(Marked.INVITER, self.joiner.key.public)
        if same(introduction.inviter_mark, own_key):
            raise InvitationInvalid
        own_family = talk.mark(Marked.FAMILY, self.joiner.family)
        is_same = same(introduction.family_mark, own_family)
        if not is_same and not self.joiner.is_alone:
            raise AlreadyInFamily
        try:
            name = clean_name(introduction.name)
        except BadInput as error:
            raise BadFrame from error
        comparing = Comparing(
            self.joiner,
            talk,
            talk.pictures(self.opened),
            name,
            introduction,
            is_same_family=is_same,
        )
        return comparing, comparing.identity(self.opened)


@dataclass(frozen=True)
class Comparing:
    """m3 is sent; people compare the pictures and see whose family it is."""

    joiner: Joiner
    talk: Talk
    pictures: tuple[tuple[str, str], ...]
    inviter_name: str
    introduction: Introduction
    is_same_family: bool

    def identity(self, opened: bytes) -> bytes:
        """m3."""
        signature = self.talk.sign(Side.GUEST, self.joiner.key)
        identity = Identity(opened, self.joiner.request, signature)
        return self.talk.seal_frame(Side.GUEST, Kind.IDENTITY, frames.encode(identity))

    def agree(self) -> tuple[Waiting, bytes]:
        """This device's owner said yes → the message that tells so."""
        message = self.talk.seal_frame(Side.GUEST, Kind.AGREED, b"")
        return Waiting(self.joiner, self.talk, self.introduction), message


@dataclass(frozen=True)
class Waiting:
    """Our owner agrees; the inviter's has not answered yet."""

    joiner: Joiner
    talk: Talk
    introduction: Introduction

    def open(self, message: bytes) -> Invited:
        """m4: the proof of who invites, and the family it announced."""
        plain = self.talk.open_frame(Side.HOST, Kind.WELCOME, message)
        signed = frames.decode(plain, SignedWelcome)
        self.talk.check_signature(Side.HOST, signed.key, signed.signature)
        family = self.talk.mark(Marked.FAMILY, signed.welcome.family)
        inviter = self.talk.mark(Marked.INVITER, signed.key)
        if not same(family, self.introduction.family_mark):
            raise BadHandshake
        if not same(inviter, self.introduction.inviter_mark):
            raise BadHandshake
        return Invited(self.talk, signed.welcome)


@dataclass(frozen=True)
class Invited:
    """This device may store the family it was given."""

    talk: Talk
    welcome: Welcome

    def report(self, adopted: Adopted) -> tuple[Reported, bytes]:
        """It is stored → m5. BadHandshake if it did not come to the roster that was given."""
        if adopted.roster_hash != self.welcome.roster_hash:
            raise BadHandshake
        message = self.talk.seal_frame(Side.GUEST, Kind.ADOPTED, frames.encode(adopted))
        return Reported(self.talk, self.welcome), message


@dataclass(frozen=True)
class Reported:
    """m5 is sent: this device is in the family, and the inviter may not know it yet."""

    talk: Talk
    welcome: Welcome

    def finish(self, message: bytes) -> None:
        """m6: the inviter has stored it, too."""
        done = frames.decode(self.talk.open_frame(Side.HOST, Kind.DONE, message), Done)
        if done.roster_hash != self.welcome.roster_hash:
            raise BadHandshake
