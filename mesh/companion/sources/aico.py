"""The companion's own rows: messages, memories and moods, in whatever layer's words.

    a message  {conversation_id, message_id, role | message_type, content | text, timestamp …}
               {message: {text, type, conversation_id}, timestamp …}
               {conversation_id, user_input, ai_response, timestamp}, which are two
    a memory   {fact_id, content, tags_json, user_note, is_favorite, created_at …}
    a mood     {valence, arousal (0…1), intensity, feeling, timestamp …}

Times come as dates without a zone (which are UTC), with one, or as numbers. Message ids are
made when a row is stored, so a row that says the same at the same time is the same, whatever
its id. The number of a turn is wrong on replies: the time alone orders them.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

import msgspec

from mesh.companion.lines import AnyIn, Line, MemoryIn, MoodIn
from mesh.companion.sources.findings import LEFT_OUT, Bad, Finding, shortened
from mesh.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mesh.companion.lines import LineReader
    from mesh.companion.sources.parts import Part

ROLES = {
    "user": "user", "user_input": "user", "user_message": "user", "1": "user",
    "assistant": "assistant", "ai": "assistant", "aico": "assistant", "2": "assistant",
    "ai_response": "assistant", "assistant_response": "assistant", "proactive": "assistant",
    "system_response": "assistant", "thinking_aloud": "assistant", "4": "assistant",
    "system": "system", "system_notification": "system", "3": "system",
}  # fmt: skip
UNSAID = frozenset({"internal_reflection", "5"})
MEMORIES = frozenset({"fact_id", "fact_type", "extraction_method"})
MILLISECONDS_FROM = 100_000_000_000
"""A number from here on is in milliseconds: in seconds it would be the year 5138."""
SEEN_MAX = 300_000
PLACES = 9
"""Decimal places of an arousal that was moved from one scale to the other."""
Row = dict[str, Any]
_decode = msgspec.json.Decoder(dict[str, Any]).decode
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class RowReader:
    """Reads the rows of one file, in order."""

    def __init__(self, reader: LineReader) -> None:
        self._reader = reader
        self._seen: OrderedDict[bytes, None] = OrderedDict()

    def findings(self, part: Part) -> Iterator[Finding]:
        """What is in one row; its mistakes are its own."""
        if part.trouble:
            yield Bad(part.trouble)
            return
        try:
            row = _decode(part.raw)
        except _UNREADABLE:
            yield from (
                () if _is_head(part) else (Bad(BadInput("It is no row of the companion.")),)
            )
            return
        try:
            for line in lines_of(row):
                yield LEFT_OUT if self._was_said(line) else self._reader.entry(line)
        except BadInput as error:
            yield Bad(error, None, shortened(_of(row, "conversation_id")), None,
                      shortened(_of(row, "message_id", "fact_id")))  # fmt: skip

    def _was_said(self, line: AnyIn) -> bool:
        """Whether a message says what another row of the file said at the same time."""
        if not isinstance(line, Line):
            return False
        said = (line.conversation_id, line.role, line.text, str(line.timestamp))
        digest = hashlib.blake2b(msgspec.msgpack.encode(said), digest_size=16).digest()
        if digest in self._seen:
            return True
        self._seen[digest] = None
        if len(self._seen) > SEEN_MAX:
            self._seen.popitem(last=False)
        return False


def _is_head(part: Part) -> bool:
    """A field of the file that is no row: a count, a version, a date."""
    return part.table is not None and part.raw[:1] not in {b"{", b"["}


def lines_of(row: Row) -> list[AnyIn]:
    """What a row says: usually one line, none of what nobody said. BadInput."""
    if isinstance(row.get("message"), dict):
        row = {**row, **row["message"]}
    if not MEMORIES.isdisjoint(row):
        return [_memory(row)]
    if _of(row, "valence", "mood_valence") is not None:
        return [_mood(row)]
    if "user_input" in row or "ai_response" in row:
        return _exchange(row)
    if _kind(row) in UNSAID:
        return []
    return [_message(row)]


def _message(row: Row) -> Line:
    text = next((row[key] for key in ("content", "text", "message") if key in row), None)
    if not isinstance(text, str):
        raise BadInput("A line that is not a message.")
    return Line(
        _name(row), _role(row), text, _moment(row), _of(row, "message_id", "messageId"),
        _of(row, "speaker"), _tags(row.get("tags")), _of(row, "privacy"),
    )  # fmt: skip


def _exchange(row: Row) -> list[AnyIn]:
    """A question and its answer in one row."""
    place, moment = _name(row), _moment(row)
    said = (("user", row.get("user_input")), ("assistant", row.get("ai_response")))
    return [Line(place, role, text, moment) for role, text in said if isinstance(text, str)]


def _memory(row: Row) -> MemoryIn:
    content, note = row.get("content"), row.get("user_note")
    if not isinstance(content, str):
        raise BadInput("A line that is not a message.")
    text = f"{content}\n{note}" if isinstance(note, str) and note else content
    tags = _tags(_of(row, "tags_json", "tags"))
    if row.get("is_favorite") == 1 and "favorite" not in tags:
        tags.append("favorite")
    return MemoryIn(
        text, _of(row, "privacy") or "family", _moment(row, "created_at", "valid_from"),
        _of(row, "fact_id"), tags,
    )  # fmt: skip


def _mood(row: Row) -> MoodIn:
    valence, arousal = _of(row, "valence", "mood_valence"), _of(row, "arousal", "mood_arousal")
    intensity = _of(row, "intensity", "confidence")
    because = _of(row, "feeling", "subjective_feeling", "primary")
    identity = row.get("id")
    if not isinstance(arousal, int | float):
        raise BadInput("A line that is not a message.")
    return MoodIn(
        valence, felt_arousal(arousal), _moment(row), 1.0 if intensity is None else intensity,
        identity if isinstance(identity, str) else None, because,
    )  # fmt: skip


def felt_arousal(arousal: float) -> float:
    """From the companion's scale (0 calm, 1 excited) to ours (−1…1)."""
    return arousal if arousal < 0 else round(2 * arousal - 1, PLACES)


def told_arousal(arousal: float) -> float:
    """From our scale to the companion's."""
    return round((arousal + 1) / 2, PLACES + 1)


# ---- fields ----------------------------------------------------------------------------------


def _of(row: Row, *names: str) -> Any:
    """The first of these fields that says anything."""
    for name in names:
        value = row.get(name)
        if value is not None and value != "":
            return value
    return None


def _name(row: Row) -> str:
    name = _of(row, "conversation_id", "conversationId", "thread_id")
    if not isinstance(name, str):
        raise BadInput("It does not say to which conversation it belongs.")
    return name


def _kind(row: Row) -> str:
    return str(_of(row, "message_type", "type") or "").lower()


def _role(row: Row) -> str:
    role = _of(row, "role")
    if isinstance(role, str):
        return ROLES.get(role.lower(), role)
    if _kind(row) in ROLES:
        return ROLES[_kind(row)]
    raise BadInput("It does not say who said it.")


def _moment(row: Row, *names: str) -> float | str:
    told = _of(row, *names, "timestamp", "_stored_at", "stored_at", "created_at")
    if isinstance(told, dict):
        told = _of(told, "seconds") or 0
    if isinstance(told, str):
        return _zoned(told)
    if isinstance(told, bool) or not isinstance(told, int | float):
        raise BadInput("A line of an unreadable time.")
    return told / 1000 if told >= MILLISECONDS_FROM else told


def _zoned(text: str) -> str:
    """A date has one zone; some layers put a Z behind another."""
    has_two = text.endswith("Z") and ("+" in text or text.count("-") > 2)  # noqa: PLR2004
    return text[:-1] if has_two else text


def _tags(value: Any) -> list[str]:
    if isinstance(value, str):
        try:
            value = msgspec.json.decode(value)
        except (msgspec.DecodeError, RecursionError):
            return [tag.strip() for tag in value.split(",") if tag.strip()]
    if isinstance(value, dict):
        value = list(value.values()) if "tags" not in value else value["tags"]
    found = value if isinstance(value, list) else []
    return [tag.strip() for tag in found if isinstance(tag, str) and tag.strip()]
