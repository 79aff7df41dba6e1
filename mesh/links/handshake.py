"""The handshake of a lane: signed, X-Wing, and then a session of sealed records. Pure.

    dialler                                   answerer
       │  m1: versions, id, X-Wing key, nonce, signature  ─▶ │  checks, keeps what it had
       │ ◀─  m2: version, sealed secret, signature           │
       │  first record  ──────────────────────────────────▶  │  only now uses the new session
       │ ◀──────────────  records  ───────────────────────▶  │

It runs inside CURVE, one for each lane and connection; keys live in memory and are never
resumed. A renewal is the same talk on the same connection, due after an hour or 2^20 records of
either direction; only the dialler begins it. A replayed m1 makes the answerer prepare a session
nobody can use, and changes nothing.

All integers are big-endian. Every frame is one ZeroMQ message (behind the routing id, on the
ROUTER) and begins with the frame version, 1, and a type.

    m1      version 1 B ‖ type=1 ‖ lowest ‖ highest protocol version 1 B each ‖ lane 1 B
            ‖ device key 32 B ‖ X-Wing public key 1216 B ‖ nonce 32 B ‖ signature 64 B
    m2      version ‖ type=2 ‖ chosen protocol version 1 B ‖ sealed secret 1168 B
            ‖ signature 64 B
    record  version ‖ type=3 ‖ session tag 4 B ‖ counter 8 B ‖ sealed plaintext (+ 16 B)
    refusal version ‖ type=4 ‖ reason 1 B ‖ lowest ‖ highest protocol version 1 B each

    lane    0 live, 1 bulk
    reason  1 no version in common, 2 too many handshakes, 3 the answerer dials this very moment

    H       = BLAKE2b-256 over the parts, each behind its length in 8 B
    ends    = H(dialler's key, answerer's key, dialler's CURVE, answerer's CURVE key, lane)
    m1 is signed by the dialler for purpose "link m1" over H(ends, m1 without its signature)
    secret  = 32 random bytes, sealed by HPKE (base mode, X-Wing, HKDF-SHA256,
              ChaCha20-Poly1305) to the X-Wing key with info = H("link secret", ends, m1)
    m2 is signed by the answerer for purpose "link m2" over H(ends, m1, m2 without signature)
    said    = H(ends, m1, m2)
    key     = HKDF-SHA256(secret, salt = said, info = "link dialler" for what the dialler
              sends, "link answerer" for the other direction), 32 B; the tag likewise with
              info = "link tag", 4 B
    record: ChaCha20-Poly1305, nonce = 4 zero bytes ‖ counter, associated data = the 14 bytes
            before the sealed part. Counters begin at 0 and must rise; gaps are allowed.

The highest version both speak is chosen. What is signed also holds the family: mesh.crypto.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from mesh.crypto import (
    KEM_OVERHEAD,
    KEM_PUBLIC_SIZE,
    KEY_SIZE,
    SIGNATURE_SIZE,
    KemKey,
    digest,
    kem_seal,
    verify,
)
from mesh.errors import BadFrame, BadHandshake, VersionMismatch
from mesh.links.session import FRAME_VERSION, FrameType, Session

if TYPE_CHECKING:
    from mesh.clock import Entropy
    from mesh.crypto import SigningKey

M1_SIZE: Final = 5 + KEY_SIZE + KEM_PUBLIC_SIZE + KEY_SIZE + SIGNATURE_SIZE
M2_SIZE: Final = 3 + KEY_SIZE + KEM_OVERHEAD + SIGNATURE_SIZE
REFUSAL_SIZE: Final = 5


class Versions(NamedTuple):
    """The protocol versions a device speaks, both ends included."""

    lowest: int = 1
    highest: int = 1


VERSIONS: Final = Versions()


class LaneKind(IntEnum):
    """What a lane is for."""

    LIVE = 0
    BULK = 1


class Reason(IntEnum):
    """Why a handshake is refused."""

    VERSION = 1
    TOO_MANY = 2
    DIALLING = 3


@dataclass(frozen=True, slots=True)
class Ends:
    """Between whom a lane runs; all keys have 32 bytes."""

    dialler: bytes
    answerer: bytes
    dialler_curve: bytes
    answerer_curve: bytes
    kind: LaneKind
    family: bytes

    def digest(self) -> bytes:
        """What both signatures bind the lane to."""
        return digest(
            self.dialler,
            self.answerer,
            self.dialler_curve,
            self.answerer_curve,
            bytes([self.kind]),
        )


def refusal(reason: Reason, versions: Versions) -> bytes:
    """A no to m1."""
    return bytes([FRAME_VERSION, FrameType.REFUSAL, reason, *versions])


def read_refusal(frame: bytes) -> Reason:
    """Why the answerer said no; BadFrame if it does not say."""
    if len(frame) != REFUSAL_SIZE or frame[2] not in set(Reason):
        raise BadFrame("This refusal cannot be read.")
    return Reason(frame[2])


def lane_kind(m1: bytes) -> LaneKind:
    """For which lane m1 asks; BadHandshake if it has not the size of one."""
    if len(m1) != M1_SIZE or m1[4] not in set(LaneKind):
        raise BadHandshake("This is no handshake.")
    return LaneKind(m1[4])


class Dialling:
    """The dialler's half of a handshake: send ``m1``, then finish with what came back."""

    def __init__(
        self, key: SigningKey, ends: Ends, entropy: Entropy, versions: Versions = VERSIONS
    ) -> None:
        self._ends = ends
        self._versions = versions
        self._kem = KemKey.generate(entropy)
        head = bytes([FRAME_VERSION, FrameType.M1, *versions, ends.kind])
        body = head + ends.dialler + self._kem.public + entropy.draw(KEY_SIZE)
        self.m1 = body + key.sign("link m1", ends.family, digest(ends.digest(), body))

    def finish(self, m2: bytes, now: float) -> Session:
        """The session, to be used at once; BadHandshake or BadSignature if m2 does not fit."""
        ends = self._ends.digest()
        if len(m2) != M2_SIZE or m2[:2] != bytes([FRAME_VERSION, FrameType.M2]):
            raise BadHandshake("This is no answer to a handshake.")
        body, signature = m2[:-SIGNATURE_SIZE], m2[-SIGNATURE_SIZE:]
        said = digest(ends, self.m1, body)
        verify(self._ends.answerer, signature, "link m2", self._ends.family, said)
        if not self._versions.lowest <= m2[2] <= self._versions.highest:
            raise VersionMismatch
        secret = self._kem.open(body[3:], digest(b"link secret", ends, self.m1))
        return Session(secret, digest(ends, self.m1, m2), m2[2], now, dialled=True)


class Answer(NamedTuple):
    """What the answerer sends, and the session that begins with the dialler's first record."""

    m2: bytes
    session: Session


def answer(
    key: SigningKey,
    ends: Ends,
    m1: bytes,
    *,
    entropy: Entropy,
    now: float,
    versions: Versions = VERSIONS,
) -> Answer:
    """Answer a handshake, where ``ends`` is what the answerer knows of this connection.

    Raises BadHandshake, BadSignature, or VersionMismatch (to be told with a refusal).
    """
    if lane_kind(m1) != ends.kind or m1[5 : 5 + KEY_SIZE] != ends.dialler:
        raise BadHandshake("This handshake is somebody else's.")
    bound = ends.digest()
    body, signature = m1[:-SIGNATURE_SIZE], m1[-SIGNATURE_SIZE:]
    verify(ends.dialler, signature, "link m1", ends.family, digest(bound, body))
    chosen = min(versions.highest, m1[3])
    if chosen < max(versions.lowest, m1[2]):
        raise VersionMismatch
    secret = entropy.draw(KEY_SIZE)
    public = m1[5 + KEY_SIZE : 5 + KEY_SIZE + KEM_PUBLIC_SIZE]
    sealed = kem_seal(public, secret, digest(b"link secret", bound, m1))
    reply = bytes([FRAME_VERSION, FrameType.M2, chosen]) + sealed
    m2 = reply + key.sign("link m2", ends.family, digest(bound, m1, reply))
    return Answer(m2, Session(secret, digest(bound, m1, m2), chosen, now, dialled=False))
