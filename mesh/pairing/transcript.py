"""What both sides have said, and the keys that follow from it.

password    = the sixteen bytes of a link, or seven digits of a code in ASCII
session     = "aico-mesh/1 pairing", version, method, pairing id      (binds SPAKE2 to the run)
commitment  = BLAKE2b(r)                                              person "aico commitment"
transcript  = BLAKE2b(version, method, pairing id, X, Y, H(r))        person "aico pairing"
each key    = HKDF-SHA256(SPAKE2 key, salt transcript, "aico-mesh/1 pairing " and its label):
              "confirm", "family mark", "inviter mark", "from host", "from guest"
marks (m2)  = HMAC-SHA256(key "family mark", family id), (key "inviter mark", inviter key)
tag (m2)    = HMAC-SHA256(key "confirm", transcript): proves that the inviter has the secret;
              the joiner proves it by sealing m3
sealed      = ChaCha20-Poly1305, a key for each direction, counter = kind of the message,
              associated data = version byte, kind byte, transcript
BLAKE2b     = 256 bits over all parts, each after its length in eight bytes, big-endian
signatures  = purpose "pairing", family zeros, over BLAKE2b(side, transcript, signer's key)
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from mesh.crypto import NO_FAMILY, Cipher, SigningKey, derive, digest, mac, same, verify
from mesh.errors import BadHandshake
from mesh.pairing.emoji import pictures
from mesh.pairing.frames import VERSION, Commit, Kind, Method, body_of, frame

if TYPE_CHECKING:
    from mesh.clock import Entropy

PURPOSE: Final = "pairing"
OPENED_SIZE: Final = 32


class Side(StrEnum):
    """Who speaks."""

    HOST = "host"
    GUEST = "guest"


class Marked(StrEnum):
    """What is only recognised, not told."""

    FAMILY = "family"
    INVITER = "inviter"


def session(method: Method, pairing_id: bytes) -> bytes:
    """What SPAKE2 is bound to."""
    return b"aico-mesh/1 pairing" + bytes([VERSION, method]) + pairing_id


def drawn_opening(entropy: Entropy) -> bytes:
    """The random number the joiner commits to."""
    return entropy.draw(OPENED_SIZE)


def commitment(opened: bytes) -> bytes:
    """The hash the joiner sends before it knows anything of the inviter."""
    return digest(opened, person=b"aico commitment")


@dataclass(frozen=True)
class Talk:
    """One run after both halves of SPAKE2 are known: its transcript and its keys."""

    transcript: bytes
    commitment: bytes
    _key: bytes = field(repr=False)

    @classmethod
    def of(cls, commit: Commit, answer: bytes, key: bytes) -> Talk:
        """The run in which ``answer`` was the reply to ``commit`` and ``key`` came out."""
        transcript = digest(
            bytes([VERSION, commit.method]),
            commit.pairing_id,
            commit.element,
            answer,
            commit.commitment,
            person=b"aico pairing",
        )
        return cls(transcript, commit.commitment, key)

    def _derive(self, label: str) -> bytes:
        return derive(self._key, f"aico-mesh/1 pairing {label}", salt=self.transcript)

    @property
    def tag(self) -> bytes:
        """The inviter's proof that it has the secret."""
        return mac(self._derive("confirm"), self.transcript)

    def check_tag(self, tag: bytes) -> None:
        """BadHandshake unless the inviter has the secret."""
        if not same(tag, self.tag):
            raise BadHandshake

    def mark(self, what: Marked, value: bytes) -> bytes:
        """What a family id or key looks like in this run, to those who know it already."""
        return mac(self._derive(f"{what} mark"), value)

    def seal(self, side: Side, kind: Kind, plaintext: bytes) -> bytes:
        """What ``side`` says in message ``kind``, closed; each kind once a run."""
        return Cipher(self._derive(f"from {side}")).seal(kind, plaintext, self._header(kind))

    def open(self, side: Side, kind: Kind, sealed: bytes) -> bytes:
        """What ``side`` said in message ``kind``; BadSeal if anything is not the same."""
        return Cipher(self._derive(f"from {side}")).open(kind, sealed, self._header(kind))

    def seal_frame(self, side: Side, kind: Kind, plaintext: bytes) -> bytes:
        """A whole sealed message."""
        return frame(kind, self.seal(side, kind, plaintext))

    def open_frame(self, side: Side, kind: Kind, message: bytes) -> bytes:
        """What stands in a whole sealed message; BadFrame or BadSeal."""
        return self.open(side, kind, body_of(message, kind))

    def _header(self, kind: Kind) -> bytes:
        return frame(kind, self.transcript)

    def pictures(self, opened: bytes) -> tuple[tuple[str, str], ...]:
        """The seven pictures of this run; BadHandshake if the joiner committed to another r."""
        if not same(commitment(opened), self.commitment):
            raise BadHandshake
        return pictures(self._key, self.transcript, opened)

    def sign(self, side: Side, key: SigningKey) -> bytes:
        """The proof that the owner of ``key`` was this side of this run."""
        return key.sign(PURPOSE, NO_FAMILY, self._statement(side, key.public))

    def check_signature(self, side: Side, public: bytes, signature: bytes) -> None:
        """BadSignature unless the owner of ``public`` was that side of this run."""
        verify(public, signature, PURPOSE, NO_FAMILY, self._statement(side, public))

    def _statement(self, side: Side, public: bytes) -> bytes:
        return digest(side.encode(), self.transcript, public, person=b"aico pairing key")
