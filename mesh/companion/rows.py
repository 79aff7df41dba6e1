"""The companion's own form, out: one map of its tables, a row a line.

What its rows have no field for (speaker, tags and privacy of a message, privacy of a memory)
stands in fields of the same name, so that a file goes in again as it was.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from mesh.companion.lines import MICROS, AnyLine, MemoryLine, MessageLine
from mesh.companion.sources.aico import told_arousal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MESSAGES, MEMORIES, MOODS = "working_memory_messages", "user_memories", "emotion_history"
TYPES = {"user": "user_input", "assistant": "ai_response"}
_BEGAN = datetime(1970, 1, 1, tzinfo=UTC)
_encode = msgspec.json.Encoder().encode


def encode_rows(lines: Iterable[AnyLine]) -> Iterator[bytes]:
    """The file, piece by piece; one piece a line, then the end. Each table once, in order."""
    table: str | None = None
    for line in lines:
        name, row = _row(line)
        if name == table:
            before = b",\n"
        else:
            before = b"{" if table is None else b"],\n"
            before += _encode(name) + b":[\n"
        table = name
        yield before + _encode(row)
    yield b"{}\n" if table is None else b"]}\n"


def _row(line: AnyLine) -> tuple[str, dict[str, Any]]:
    if isinstance(line, MessageLine):
        return MESSAGES, _message(line)
    if isinstance(line, MemoryLine):
        return MEMORIES, _memory(line)
    return MOODS, {
        "id": line.id, "timestamp": _date(line.timestamp), "feeling": line.because or "",
        "valence": line.valence, "arousal": told_arousal(line.arousal),
        "intensity": line.confidence,
    }  # fmt: skip


def _message(line: MessageLine) -> dict[str, Any]:
    row: dict[str, Any] = {
        "conversation_id": line.conversation_id, "message_id": line.id, "role": line.role,
        "content": line.text, "message_type": TYPES.get(line.role, line.role),
        "timestamp": _date(line.timestamp),
    }  # fmt: skip
    more = {"speaker": line.speaker, "tags": line.tags, "privacy": line.privacy}
    return row | {name: value for name, value in more.items() if value}


def _memory(line: MemoryLine) -> dict[str, Any]:
    moment = _date(line.timestamp)
    return {
        "fact_id": line.id, "content": line.text, "tags_json": line.tags,
        "privacy": line.privacy, "created_at": moment, "updated_at": moment,
    }  # fmt: skip


def _date(seconds: float) -> str:
    """With a zone; the companion's own dates have sometimes none."""
    moment = _BEGAN + timedelta(microseconds=round(seconds * MICROS))
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
