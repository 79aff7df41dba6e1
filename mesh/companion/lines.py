"""One message a line: what the lines of a file mean, without touching a file.

    in    {"id"?, "conversation_id", "role", "text", "timestamp", "speaker"?, "tags"?}
    out   the same, with "device_id" after "timestamp"

``id`` out is the id the line came in with, else the message's own in hex. ``device_id`` is null
for imported lines. So a file goes in and out with its ids, speakers, tags and times, and what
was exported is known again wherever its messages are.

A line becomes the same fact on every device: its stamp is the file's time, and lines of one
conversation within the same millisecond keep the order of the file.
"""

from __future__ import annotations

import hashlib
import math
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta

from mesh.companion import terms
from mesh.errors import BadInput, TooLarge
from mesh.model import fact as facts
from mesh.model import hlc
from mesh.model.fact import Fact, FactKind, Level, ObjectKind, Turn

MICROS = 1_000_000
SECONDS_MAX = 1 << 40
"""Some 35,000 years either way: beyond that a time is a mistake."""
AHEAD_MAX_US = 24 * 3600 * MICROS
LINE_MAX = 1024 * 1024
REMEMBERED_MAX = 300_000
"""Identical lines and equal times farther apart than this are not told apart."""
SPARE_ORDINALS = 8
ID_TEXT = 32
COUNTER_MAX = (1 << hlc.COUNTER_BITS) - 1

K = TypeVar("K")
V = TypeVar("V")
_Name = Annotated[str, Meta(max_length=terms.NAME_MAX)]


class Line(msgspec.Struct, frozen=True, gc=False):
    """A line as it comes; other fields are ignored."""

    conversation_id: Annotated[str, Meta(min_length=1, max_length=terms.NAME_MAX)]
    role: Annotated[str, Meta(min_length=1, max_length=32)]
    text: Annotated[str, Meta(max_length=facts.TEXT_MAX)]
    timestamp: float | Annotated[str, Meta(max_length=64)]
    id: _Name | int | None = None
    speaker: _Name | None = None
    tags: Annotated[list[facts.Tag], Meta(max_length=facts.TAGS_MAX)] | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A line as a fact ready to be taken in."""

    turn: Turn
    fact: Fact
    raw: bytes
    identity: bytes
    native: bytes | None
    """The object this line was exported from, if its id looks like one."""


_decode = msgspec.json.Decoder(Line).decode
_encode_body = msgspec.msgpack.Encoder().encode


class LineReader:
    """Turns the lines of one file, in order, into facts; bounded in memory."""

    def __init__(self, now_us: int) -> None:
        self._latest_us = now_us + AHEAD_MAX_US
        self._identical: OrderedDict[bytes, int] = OrderedDict()
        self._moments: OrderedDict[str, tuple[int, int]] = OrderedDict()

    def read(self, raw: bytes) -> Entry:
        """The fact of one line (without its end); BadInput when it is none."""
        try:
            line = _decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise BadInput("A line that is not a message.") from error
        return self._entry(self._turn(line))

    def _turn(self, line: Line) -> Turn:
        shown = micros(line.timestamp)
        if not 0 <= shown <= self._latest_us:
            raise BadInput("A line of an impossible time.")
        turn = Turn(
            line.conversation_id, line.role, line.text, shown, line.speaker,
            tuple(dict.fromkeys(line.tags)) if line.tags else (), _source(line.id),
        )  # fmt: skip
        native = _native(turn.source)
        if turn.source is None or (native is not None and facts.is_imported(native)):
            return self._without_source(turn, native)
        return turn

    def _without_source(self, turn: Turn, exported_as: bytes | None) -> Turn:
        """A line without an id: which of the identical ones before it, it is.

        ``exported_as``: such a line comes back from an export under the id computed from it.
        """
        bare = msgspec.structs.replace(turn, source=None)
        if exported_as is not None:
            for ordinal in range(SPARE_ORDINALS):
                candidate = msgspec.structs.replace(bare, ordinal=ordinal)
                if facts.imported_id(candidate) == exported_as:
                    return candidate
            return turn
        digest = hashlib.blake2b(_encode_body(bare), digest_size=16).digest()
        ordinal = self._identical.pop(digest, -1) + 1
        _remember(self._identical, digest, ordinal)
        return msgspec.structs.replace(bare, ordinal=ordinal) if ordinal else bare

    def _entry(self, turn: Turn) -> Entry:
        fact = Fact(
            facts.VERSION, FactKind.ROOT, b"", b"", ObjectKind.TURN, self._stamp(turn),
            terms.level_with(Level.FAMILY, turn.tags), (), facts.encode_body(turn),
        )  # fmt: skip
        try:
            raw = facts.write(fact)
        except TooLarge as error:
            raise BadInput("A line that is too long.") from error
        return Entry(turn, fact, raw, facts.imported_id(turn), _native(turn.source))

    def _stamp(self, turn: Turn) -> int:
        milliseconds = turn.shown // 1000
        before, counter = self._moments.pop(turn.conversation, (-1, 0))
        counter = min(counter + 1, COUNTER_MAX) if milliseconds == before else 0
        _remember(self._moments, turn.conversation, (milliseconds, counter))
        return hlc.tick_of(milliseconds, counter)


def _remember(known: OrderedDict[K, V], key: K, value: V) -> None:
    known[key] = value
    if len(known) > REMEMBERED_MAX:
        known.popitem(last=False)


def _source(identity: str | int | None) -> str | None:
    return None if identity is None or identity == "" else str(identity)


def _native(source: str | None) -> bytes | None:
    if source is None or len(source) != ID_TEXT:
        return None
    try:
        return bytes.fromhex(source)
    except ValueError:
        return None


def micros(timestamp: float | str) -> int:
    """Unix µs of a time in seconds, as a number or text, or in ISO 8601 (UTC if not said)."""
    if isinstance(timestamp, str):
        return _micros_of_text(timestamp.strip())
    if not math.isfinite(timestamp) or abs(timestamp) > SECONDS_MAX:
        raise BadInput("A line of an impossible time.")
    return round(timestamp * MICROS)


def _micros_of_text(text: str) -> int:
    try:
        seconds = Decimal(text)
    except InvalidOperation:
        return _micros_of_date(text)
    if not seconds.is_finite() or abs(seconds) > SECONDS_MAX:
        raise BadInput("A line of an impossible time.")
    return int((seconds * MICROS).to_integral_value())


def _micros_of_date(text: str) -> int:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadInput("A line of an unreadable time.") from error
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    gap = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (gap.days * 86_400 + gap.seconds) * MICROS + gap.microseconds


# ---- out -------------------------------------------------------------------------------------


class MessageLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A message as it is exported; what was never said of it is left out."""

    kind: str | None = None
    id: str
    conversation_id: str
    role: str
    text: str
    timestamp: float
    device_id: str | None
    speaker: str | None = None
    tags: tuple[str, ...] = ()


class MemoryLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A memory as it is exported."""

    kind: str | None = None
    id: str
    text: str
    tags: tuple[str, ...]
    privacy: str
    timestamp: float
    device_id: str | None


class MoodLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An observation of mood as it is exported."""

    kind: str | None = None
    id: str
    valence: float
    arousal: float
    confidence: float
    timestamp: float
    device_id: str | None
    because: str | None = None


AnyLine = MessageLine | MemoryLine | MoodLine
encode_line = msgspec.json.Encoder().encode
"""A line without its end, UTF-8."""
