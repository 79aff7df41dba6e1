"""The side of the device that invites, as a staircase: each step has only what may come next.

    Listening ─m1→ Answered ─m3→ Identified ─agreed→ Agreed ─welcome→ Welcomed ─m5→ Stored → m6

A step takes the bytes of one message and raises a ProtocolError (or InvitationInvalid) if the
run must end; it never changes, and no step is used twice. Time, tries and people are above
(``reception``).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from mesh.crypto import Pake, SigningKey, check_public
from mesh.errors import BadFrame, BadHandshake, BadInput, InvitationInvalid
from mesh.model.device import Trust, clean_name
from mesh.pairing import frames
from mesh.pairing.frames import (
    Adopted,
    Answer,
    Commit,
    Done,
    Identity,
    Introduction,
    JoinRequest,
    Kind,
    Method,
    SignedWelcome,
    Welcome,
)
from mesh.pairing.transcript import Marked, Side, Talk, session


@dataclass(frozen=True)
class Inviter:
    """Who invites, and how far the newcomer is to be trusted.

    BadInput if the name is not fit to be shown.
    """

    key: SigningKey
    name: str
    family: bytes
    trust: Trust

    def __post_init__(self) -> None:
        clean_name(self.name)


@dataclass(frozen=True)
class Listening:
    """One way into the window: its secret and its pairing id."""

    inviter: Inviter
    method: Method
    pairing_id: bytes
    secret: bytes = field(repr=False)

    def answer(self, message: bytes, seconds: int) -> tuple[Answered, bytes]:
        """m1 → m2. ``seconds`` is how long the joiner may wait for people."""
        commit = frames.decode(frames.body_of(message, Kind.COMMIT), Commit)
        if commit.method is not self.method or commit.pairing_id != self.pairing_id:
            raise BadHandshake
        pake = Pake.host(self.secret, session(self.method, self.pairing_id))
        element = pake.start()
        talk = Talk.of(commit, element, pake.finish(commit.element))
        introduction = frames.encode(
            Introduction(
                self.inviter.name,
                talk.mark(Marked.FAMILY, self.inviter.family),
                talk.mark(Marked.INVITER, self.inviter.key.public),
                seconds,
                self.inviter.trust,
            )
        )
        sealed = talk.seal(Side.HOST, Kind.ANSWER, introduction)
        answer = frames.encode(Answer(element, talk.tag, sealed))
        return Answered(self.inviter, talk), frames.frame(Kind.ANSWER, answer)


@dataclass(frozen=True)
class Answered:
    """m2 is sent; nobody knows yet whether the other side has the secret."""

    inviter: Inviter
    talk: Talk

    def identify(self, message: bytes) -> Identified:
        """m3: the joiner has the secret and says who it is. BadSeal: it has not.

        InvitationInvalid if it is this very device.
        """
        plain = self.talk.open_frame(Side.GUEST, Kind.IDENTITY, message)
        identity = frames.decode(plain, Identity)
        request = identity.request
        check_public(request.key)
        self.talk.check_signature(Side.GUEST, request.key, identity.signature)
        if request.key == self.inviter.key.public:
            raise InvitationInvalid
        try:
            is_clean = clean_name(request.name) == request.name
        except BadInput as error:
            raise BadFrame from error
        if not is_clean:
            raise BadFrame
        return Identified(self.inviter, self.talk, request, self.talk.pictures(identity.opened))


@dataclass(frozen=True)
class Identified:
    """The joiner is known and the pictures can be compared."""

    inviter: Inviter
    talk: Talk
    request: JoinRequest
    pictures: tuple[tuple[str, str], ...]

    def agree(self, message: bytes) -> Agreed:
        """The joiner's owner said yes."""
        if self.talk.open_frame(Side.GUEST, Kind.AGREED, message):
            raise BadFrame
        return Agreed(self.inviter, self.talk, self.request, self.pictures)


@dataclass(frozen=True)
class Agreed:
    """The joiner's owner agrees; once ours does, the joiner may become family."""

    inviter: Inviter
    talk: Talk
    request: JoinRequest
    pictures: tuple[tuple[str, str], ...]

    def welcome(self, welcome: Welcome) -> tuple[Welcomed, bytes]:
        """The ``add`` is stored → m4. BadFrame if the family is too large to be sent."""
        key = self.inviter.key
        if welcome.family != self.inviter.family:
            raise BadHandshake
        signed = SignedWelcome(key.public, self.talk.sign(Side.HOST, key), welcome)
        message = self.talk.seal_frame(Side.HOST, Kind.WELCOME, frames.encode(signed))
        frames.body_of(message, Kind.WELCOME)
        return Welcomed(self.talk, self.request, welcome.roster_hash), message


@dataclass(frozen=True)
class Welcomed:
    """m4 is sent: the joiner is a member here, and may or may not know it."""

    talk: Talk
    request: JoinRequest
    roster_hash: bytes

    def store(self, message: bytes) -> Stored:
        """m5: the joiner has stored the very roster it was given."""
        plain = self.talk.open_frame(Side.GUEST, Kind.ADOPTED, message)
        adopted = frames.decode(plain, Adopted)
        if adopted.roster_hash != self.roster_hash:
            raise BadHandshake
        return Stored(self.talk, self.request, adopted.card, adopted.roster_hash)


@dataclass(frozen=True)
class Stored:
    """Both have stored it, except for the joiner's new card here."""

    talk: Talk
    request: JoinRequest
    card: bytes
    roster_hash: bytes

    def finish(self) -> bytes:
        """The card is stored → m6."""
        done = frames.encode(Done(self.roster_hash))
        return self.talk.seal_frame(Side.HOST, Kind.DONE, done)
