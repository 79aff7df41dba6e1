"""Sealed records, and which session of a connection they belong to. Pure; see handshake."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

from mesh.crypto import SEAL_OVERHEAD, Cipher, derive
from mesh.errors import BadFrame, BadSeal

FRAME_VERSION: Final = 1
RENEW_SECONDS: Final = 3600.0
RENEW_RECORDS: Final = 1 << 20
RECORDS_MAX: Final = 2 * RENEW_RECORDS

TAG_SIZE: Final = 4
HEADER_SIZE: Final = 2 + TAG_SIZE + 8
RECORD_OVERHEAD: Final = HEADER_SIZE + SEAL_OVERHEAD


class FrameType(IntEnum):
    """The second byte of every frame."""

    M1 = 1
    M2 = 2
    RECORD = 3
    REFUSAL = 4


_TYPES: Final = {int(kind): kind for kind in FrameType}


def frame_type(frame: bytes) -> FrameType:
    """What kind of frame this is; BadFrame if it is none of ours."""
    if len(frame) < 2 or frame[0] != FRAME_VERSION:  # noqa: PLR2004 - version and type
        raise BadFrame("This frame has another version.")
    kind = _TYPES.get(frame[1])
    if kind is None:
        raise BadFrame("This frame has no known type.")
    return kind


class Session:
    """Two keys and two counters; ``made`` and ``now`` are seconds of one monotonic clock."""

    def __init__(
        self, secret: bytes, said: bytes, version: int, made: float, *, dialled: bool
    ) -> None:
        ours, theirs = ("dialler", "answerer") if dialled else ("answerer", "dialler")
        self.version = version
        self.made = made
        self.tag = derive(secret, "link tag", length=TAG_SIZE, salt=said)
        self._sealer = Cipher(derive(secret, f"link {ours}", salt=said))
        self._opener = Cipher(derive(secret, f"link {theirs}", salt=said))
        self._head = bytes([FRAME_VERSION, FrameType.RECORD]) + self.tag
        self._next = 0
        self._seen = -1

    def seal(self, plaintext: bytes) -> bytes:
        """The next record; BadSeal when the session is worn out and was not renewed."""
        counter = self._next
        if counter >= RECORDS_MAX:
            raise BadSeal("This session was not renewed in time.")
        self._next += 1
        header = self._head + counter.to_bytes(8, "big")
        return header + self._sealer.seal(counter, plaintext, header)

    def open(self, frame: bytes) -> bytes:
        """What the other end sealed; BadSeal if it is not new or not whole."""
        header, sealed = frame[:HEADER_SIZE], frame[HEADER_SIZE:]
        counter = int.from_bytes(header[2 + TAG_SIZE :], "big")
        if not self._seen < counter < RECORDS_MAX:
            raise BadSeal("This record was here before.")
        plaintext = self._opener.open(counter, sealed, header)
        self._seen = counter
        return plaintext

    def is_due(self, now: float) -> bool:
        """Whether the dialler should renew it."""
        worn = max(self._next, self._seen) >= RENEW_RECORDS
        return worn or now - self.made >= RENEW_SECONDS


class Channel:
    """The sessions of one connection: the one in use, and one beside it.

    On the answerer's side that is one which was *offered* and waits for its first valid record;
    on the dialler's side one that is *fading*, read until the answerer has switched.
    """

    def __init__(self) -> None:
        self._current: Session | None = None
        self._offered: Session | None = None
        self._fading: Session | None = None

    @property
    def current(self) -> Session | None:
        """The session records are sealed with; None before the first."""
        return self._current

    def offer(self, session: Session) -> None:
        """Answerer: take it into use when a record proves that the dialler has it."""
        self._offered = session

    def adopt(self, session: Session) -> None:
        """Dialler: use it from now on."""
        self._fading, self._current = self._current, session

    def seal(self, plaintext: bytes) -> bytes:
        """A record of the session in use; BadSeal if there is none."""
        if self._current is None:
            raise BadSeal("There is no session yet.")
        return self._current.seal(plaintext)

    def open(self, frame: bytes) -> bytes:
        """What a record says; BadSeal if no session of this connection opens it."""
        tag = frame[2 : 2 + TAG_SIZE]
        for session in (self._current, self._offered, self._fading):
            if session is not None and session.tag == tag:
                plaintext = session.open(frame)
                self._settle(session)
                return plaintext
        raise BadSeal("This record belongs to no session.")

    def _settle(self, proven: Session) -> None:
        if proven is self._offered:
            self._current, self._offered = proven, None
        elif proven is self._current:
            self._fading = None
