"""One message a line: what the lines of a file mean, without touching a file.

    in    {"id"?, "conversation_id", "role", "text", "timestamp", "speaker"?, "tags"?}
          {"id"?, "text", "tags"?, "privacy", "timestamp"}                       a memory
          {"id"?, "valence", "arousal", "confidence"?, "timestamp", "because"?}  a mood
    out   the same, with "device_id" after "timestamp"

``id`` out is the id the line came in with, else the message's own in hex. ``device_id`` is null
for imported lines. So a file goes in and out with its ids, speakers, tags and times, and what
was exported is known again wherever its messages are.

A line becomes the same fact on every device: its stamp is the file's time, and lines of one
conversation within the same millisecond keep the order of the file.
"""

from __future__ import annotations

import dataclasses
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
from mesh.model.fact import Fact, FactKind, Level, Memory, ObjectKind, Observation, Turn
from mesh.model.imported import Imported, imported_id

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
_Identity = _Name | int | None
_Privacy = Annotated[str, Meta(max_length=32)]
_Moment = float | Annotated[str, Meta(max_length=64)]


class Line(msgspec.Struct, frozen=True, gc=False):
    """A message as it comes; other fields are ignored."""

    conversation_id: Annotated[str, Meta(min_length=1, max_length=terms.NAME_MAX)]
    role: Annotated[str, Meta(min_length=1, max_length=32)]
    text: Annotated[str, Meta(max_length=facts.TEXT_MAX)]
    timestamp: _Moment
    id: _Identity = None
    speaker: _Name | None = None
    tags: Annotated[list[facts.Tag], Meta(max_length=facts.TAGS_MAX)] | None = None
    privacy: _Privacy | None = None


class MemoryIn(msgspec.Struct, frozen=True, gc=False):
    """A memory as it comes."""

    text: Annotated[str, Meta(min_length=1, max_length=facts.TEXT_MAX)]
    privacy: _Privacy
    timestamp: _Moment
    id: _Identity = None
    tags: Annotated[list[facts.Tag], Meta(max_length=facts.TAGS_MAX)] | None = None


class MoodIn(msgspec.Struct, frozen=True, gc=False):
    """An observation of mood as it comes."""

    valence: facts.Unit
    arousal: facts.Unit
    timestamp: _Moment
    confidence: facts.Share = 1.0
    id: _Identity = None
    because: Annotated[str, Meta(max_length=facts.TEXT_MAX)] | None = None


AnyIn = Line | MemoryIn | MoodIn


@dataclass(frozen=True, slots=True)
class Entry:
    """A line as a fact ready to be taken in."""

    content: Imported
    fact: Fact
    raw: bytes
    identity: bytes
    known_as: tuple[bytes, ...] = ()
    """Other objects that are the same: what it was exported from, or where it stood before."""
    because: str | None = None
    """Why somebody felt so."""


_decode = msgspec.json.Decoder(Line).decode
_decode_others = (msgspec.json.Decoder(MemoryIn).decode, msgspec.json.Decoder(MoodIn).decode)
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_encode_body = msgspec.msgpack.Encoder().encode
_NO_MESSAGE = "A line that is not a message."


def line_of(raw: bytes) -> AnyIn:
    """What a line of JSON says; BadInput when it is no message, memory or mood."""
    try:
        return _decode(raw)
    except _UNREADABLE as error:
        for decode in _decode_others:
            try:
                return decode(raw)
            except _UNREADABLE:
                continue
        raise BadInput(_NO_MESSAGE) from error


class LineReader:
    """Turns the lines of one file, in order, into facts; bounded in memory."""

    def __init__(self, now_us: int) -> None:
        self._latest_us = now_us + AHEAD_MAX_US
        self._identical: OrderedDict[bytes, int] = OrderedDict()
        self._moments: OrderedDict[str, tuple[int, int]] = OrderedDict()

    def read(self, raw: bytes) -> Entry:
        """The fact of one line of JSON (without its end); BadInput when it is none."""
        return self._read(line_of(raw))

    def entry(self, line: AnyIn, also_in: str | None = None) -> Entry:
        """The fact of a line that was made, not decoded. BadInput when it is beyond bounds.

        ``also_in``: another conversation in which the same message may be already.
        """
        try:
            checked = msgspec.convert(msgspec.to_builtins(line), type(line))
        except msgspec.ValidationError as error:
            raise BadInput("A line that is too long.") from error
        entry = self._read(checked)
        if also_in is None or not isinstance(entry.content, Turn):
            return entry
        elsewhere = msgspec.structs.replace(entry.content, conversation=also_in)
        known_as = (*entry.known_as, imported_id(elsewhere))
        return dataclasses.replace(entry, known_as=known_as)

    def _read(self, line: AnyIn) -> Entry:
        shown = micros(line.timestamp)
        if not 0 <= shown <= self._latest_us:
            raise BadInput("A line of an impossible time.")
        source = _source(line.id)
        if isinstance(line, MoodIn):
            felt = Observation(line.valence, line.arousal, line.confidence, shown, source)
            return self._entry(felt, because=line.because or None)
        level = Level.FAMILY if line.privacy is None else terms.level(line.privacy)
        if isinstance(line, MemoryIn):
            return self._entry(Memory(line.text, _tags(line.tags), shown, source), level)
        return self._entry(self._turn(line, shown, source), level)

    def _turn(self, line: Line, shown: int, source: str | None) -> Turn:
        turn = Turn(
            line.conversation_id, line.role, line.text, shown, line.speaker,
            _tags(line.tags), source,
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
                if imported_id(candidate) == exported_as:
                    return candidate
            return turn
        digest = hashlib.blake2b(_encode_body(bare), digest_size=16).digest()
        ordinal = self._identical.pop(digest, -1) + 1
        _remember(self._identical, digest, ordinal)
        return msgspec.structs.replace(bare, ordinal=ordinal) if ordinal else bare

    def _entry(
        self, content: Imported, level: int = Level.FAMILY, because: str | None = None
    ) -> Entry:
        native = _native(content.source)
        content, kind = _bare(content, native), _KINDS[type(content)]
        tags = () if isinstance(content, Observation) else content.tags
        fact = Fact(
            facts.VERSION, FactKind.ROOT, b"", b"", kind, self._stamp(content),
            terms.level_with(level, tags), (), facts.encode_body(content),
        )  # fmt: skip
        try:
            raw = facts.write(fact)
        except TooLarge as error:
            raise BadInput("A line that is too long.") from error
        known_as = () if native is None else (native,)
        return Entry(content, fact, raw, imported_id(content), known_as, because)

    def _stamp(self, content: Imported) -> int:
        milliseconds = content.shown // 1000
        if not isinstance(content, Turn):
            return hlc.tick_of(milliseconds, 0)
        before, counter = self._moments.pop(content.conversation, (-1, 0))
        counter = min(counter + 1, COUNTER_MAX) if milliseconds == before else 0
        _remember(self._moments, content.conversation, (milliseconds, counter))
        return hlc.tick_of(milliseconds, counter)


_KINDS: dict[type[Imported], ObjectKind] = {
    Turn: ObjectKind.TURN,
    Memory: ObjectKind.MEMORY,
    Observation: ObjectKind.OBSERVATION,
}


def _bare(content: Imported, exported_as: bytes | None) -> Imported:
    """A memory or mood without an id comes back from an export under the computed one."""
    if exported_as is None or isinstance(content, Turn):
        return content
    bare = msgspec.structs.replace(content, source=None)
    return bare if imported_id(bare) == exported_as else content


def _tags(tags: list[str] | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tags)) if tags else ()


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
    """A message as it is exported; what was never said of it is left out.

    ``privacy``: where it is not family, so that nothing is shared more widely by coming back.
    """

    kind: str | None = None
    id: str
    conversation_id: str
    role: str
    text: str
    timestamp: float
    device_id: str | None
    speaker: str | None = None
    tags: tuple[str, ...] = ()
    privacy: str | None = None


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
