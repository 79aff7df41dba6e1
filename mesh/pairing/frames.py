"""The messages of pairing: their layout, their bounds, and the refusals.

One ZeroMQ frame a message: version byte, kind byte, body. A body is a MessagePack array of
exactly the fields below, or bytes sealed with ChaCha20-Poly1305 (see ``transcript``).

    J → I   HELLO     m0  method, which window          again every two seconds: a sign of life
    I → J   HERE          pairing id                    the answer to every HELLO
    J → I   COMMIT    m1  method, pairing id, X, H(r)
    I → J   ANSWER    m2  Y, tag, sealed{inviter's name, its marks, seconds, trust}
    J → I   IDENTITY  m3  sealed{r, key, name, tags, card, signature}
            people compare seven pictures on both screens
    J → I   AGREED        sealed{}                      the joiner's owner said yes
    I → J   WELCOME   m4  sealed{key, signature, name, family, genesis, entries, card, hash}
    J → I   ADOPTED   m5  sealed{card, hash}            the joiner has stored it
    I → J   DONE      m6  sealed{hash}                  the inviter has stored it, too
    both    REFUSAL       why                           a number, never a text
"""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated, Final, TypeVar

import msgspec

from mesh.errors import (
    BadFrame,
    CodeWrong,
    InvitationBusy,
    InvitationClosed,
    InvitationInvalid,
    InvitationOwn,
    MeshError,
    OtherHasFamily,
    PairingInterrupted,
    PairingMuddled,
    PairingNotStored,
    PairingRefused,
    VersionMismatch,
)
from mesh.model.device import Trust

VERSION: Final = 1
HEAD_SIZE: Final = 2
TAGS_MAX: Final = 256
ENTRIES_MAX: Final = 4096
CARD_MAX: Final = 4096
WELCOME_MAX: Final = 1024 * 1024
SECONDS_MAX: Final = 3600


class Kind(IntEnum):
    """What a message is; the second byte of its frame, and the number it is sealed under."""

    HELLO = 0
    COMMIT = 1
    ANSWER = 2
    IDENTITY = 3
    WELCOME = 4
    ADOPTED = 5
    DONE = 6
    AGREED = 7
    HERE = 8
    REFUSAL = 9


SIZE_MAX: Final = {
    Kind.HELLO: 64,
    Kind.COMMIT: 128,
    Kind.ANSWER: 512,
    Kind.IDENTITY: 8 * 1024,
    Kind.WELCOME: WELCOME_MAX,
    Kind.ADOPTED: 8 * 1024,
    Kind.DONE: 128,
    Kind.AGREED: 128,
    Kind.HERE: 64,
    Kind.REFUSAL: 16,
}


class Method(IntEnum):
    """How the joiner got the secret."""

    CODE = 0
    LINK = 1


class Refusal(IntEnum):
    """Why one side does not go on."""

    VERSION = 1
    UNKNOWN = 2
    CLOSED = 3
    BUSY = 4
    SECRET_WRONG = 5
    PERSON_SAID_NO = 6
    SAME_DEVICE = 7
    NOT_UNDERSTOOD = 8
    NOT_STORED = 9
    OTHER_FAMILY = 10
    GONE = 11

    def error(self, method: Method) -> MeshError:
        """What the side that is told this raises."""
        wrong = self in {Refusal.UNKNOWN, Refusal.SECRET_WRONG} and method is Method.CODE
        return CodeWrong() if wrong else _ERRORS[self]()


_ERRORS: Final[dict[Refusal, type[MeshError]]] = {
    Refusal.VERSION: VersionMismatch,
    Refusal.UNKNOWN: InvitationClosed,
    Refusal.CLOSED: InvitationClosed,
    Refusal.BUSY: InvitationBusy,
    Refusal.SECRET_WRONG: InvitationInvalid,
    Refusal.PERSON_SAID_NO: PairingRefused,
    Refusal.SAME_DEVICE: InvitationOwn,
    Refusal.NOT_UNDERSTOOD: PairingMuddled,
    Refusal.NOT_STORED: PairingNotStored,
    Refusal.OTHER_FAMILY: OtherHasFamily,
    Refusal.GONE: PairingInterrupted,
}

Id = Annotated[bytes, msgspec.Meta(min_length=8, max_length=8)]
Element = Annotated[bytes, msgspec.Meta(min_length=33, max_length=33)]
Hash = Annotated[bytes, msgspec.Meta(min_length=32, max_length=32)]
Key = Annotated[bytes, msgspec.Meta(min_length=32, max_length=32)]
Signature = Annotated[bytes, msgspec.Meta(min_length=64, max_length=64)]
Tag = Annotated[bytes, msgspec.Meta(min_length=6, max_length=6)]
Tags = Annotated[tuple[Tag, ...], msgspec.Meta(max_length=TAGS_MAX)]
Card = Annotated[bytes, msgspec.Meta(max_length=CARD_MAX)]
Entry = Annotated[bytes, msgspec.Meta(min_length=1, max_length=2048)]
Entries = Annotated[tuple[Entry, ...], msgspec.Meta(max_length=ENTRIES_MAX)]
# Four bytes a character at most; whether it may be shown is decided by model.device.clean_name.
Name = Annotated[str, msgspec.Meta(max_length=40)]


class Hello(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """m0: the window digits of a code (one byte), or the pairing id of a link."""

    method: Method
    window: Annotated[bytes, msgspec.Meta(min_length=1, max_length=8)]


class Here(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """The window that was asked for is here."""

    pairing_id: Id


class Commit(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """m1: the joiner's half of SPAKE2, and the hash of the number it will open in m3."""

    method: Method
    pairing_id: Id
    element: Element
    commitment: Hash


class Answer(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """m2: the inviter's half, its proof of the secret, and its sealed ``Introduction``."""

    element: Element
    tag: Hash
    introduction: Annotated[bytes, msgspec.Meta(max_length=320)]


class Introduction(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Whose family it is, for the joiner's owner to see before saying yes.

    The marks tell only a device that knows family id or key whether it is the same; ``trust``
    is how far the inviter's owner means to trust the joiner.
    """

    name: Name
    family_mark: Hash
    inviter_mark: Hash
    seconds: Annotated[int, msgspec.Meta(ge=0, le=SECONDS_MAX)]
    trust: Trust


class JoinRequest(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Who wants to join: what the roster entry needs.

    ``tags`` are the author tags of the joiner's own past, ``card`` its device card before it
    joined (opaque here; empty if it has none).
    """

    key: Key
    name: Name
    tags: Tags
    card: Card


class Identity(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """m3: the opened commitment, the request, and the joiner's signature over all so far."""

    opened: Hash
    request: JoinRequest
    signature: Signature


class Welcome(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """What the joiner gets: the family, with the signed entries that make it a member.

    ``name`` is what the joiner is called from now on, ``roster_hash`` what its own roster must
    come to once it has taken in genesis and entries.
    """

    family: Hash
    genesis: Entry
    entries: Entries
    card: Card
    roster_hash: Hash
    name: Name = ""


class SignedWelcome(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """m4: the welcome with the proof of who gives it."""

    key: Key
    signature: Signature
    welcome: Welcome


class Adopted(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """m5: the joiner's card as a member, and the hash of the roster it has stored."""

    card: Card
    roster_hash: Hash


class Done(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """m6: the hash of the roster as the inviter has stored it."""

    roster_hash: Hash


class _Refused(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    reason: Refusal


Body = TypeVar("Body", bound=msgspec.Struct)


def frame(kind: Kind, body: bytes) -> bytes:
    """A whole message."""
    return bytes([VERSION, kind]) + body


def encode(struct: msgspec.Struct) -> bytes:
    """The body of a message in the open, or what is to be sealed."""
    return msgspec.msgpack.encode(struct)


def refusal(reason: Refusal) -> bytes:
    """The message that ends a run."""
    return frame(Kind.REFUSAL, encode(_Refused(reason)))


def kind_of(message: bytes) -> Kind:
    """What a message is; BadFrame if it is none or too large, else VersionMismatch."""
    if len(message) < HEAD_SIZE:
        raise BadFrame
    if message[0] != VERSION:
        raise VersionMismatch
    try:
        kind = Kind(message[1])
    except ValueError as error:
        raise BadFrame from error
    if len(message) > SIZE_MAX[kind]:
        raise BadFrame
    return kind


def body_of(message: bytes, kind: Kind) -> bytes:
    """The body of a message that must be of this kind."""
    if kind_of(message) is not kind:
        raise BadFrame
    return message[HEAD_SIZE:]


def decode(body: bytes, struct: type[Body]) -> Body:
    """The fields of a body; BadFrame unless it is exactly of that shape."""
    try:
        return msgspec.msgpack.decode(body, type=struct)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise BadFrame from error


def reason_of(message: bytes) -> Refusal:
    """Why the other side ended the run."""
    return decode(body_of(message, Kind.REFUSAL), _Refused).reason
