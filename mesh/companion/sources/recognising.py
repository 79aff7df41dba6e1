"""Whose file it is, by what stands at its beginning."""

from __future__ import annotations

import re
from enum import StrEnum

import msgspec

HEAD = 256 * 1024
"""So much of a file is looked at."""
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_JSONL = {"conversation_id", "role", "text", "timestamp"}
_CHATGPT = re.compile(rb'"mapping"\s*:\s*\{')
_AICO = re.compile(
    rb'"(?:message_type|turn_number|turnNumber|user_input|ai_response|fact_id|'
    rb"extraction_method|feeling|subjective_feeling|mood_valence|stored_at|_stored_at|"
    rb"conversation_messages|content|working_memory_messages|user_memories|ams_user_memories|"
    rb'facts_metadata|emotion_history|emotion_state)"\s*:'
)


class Form(StrEnum):
    """What an import can read."""

    JSONL = "jsonl"
    CHATGPT = "chatgpt"
    AICO = "aico"


class Shape(StrEnum):
    """How the parts of a file are laid out."""

    LINES = "lines"
    LIST = "list"
    ONE = "one"


def form_of(head: bytes) -> Form:
    """The form of a file that begins so; lines of our own where nothing speaks against it."""
    first = _first_line(head)
    if isinstance(first, dict) and first.keys() >= _JSONL:
        return Form.JSONL
    if _CHATGPT.search(head):
        return Form.CHATGPT
    if _AICO.search(head):
        return Form.AICO
    return Form.JSONL


def shape_of(head: bytes) -> Shape:
    """Whether every line stands for itself, or the file is one list or one map."""
    text = head.removeprefix(_BYTE_ORDER_MARK).lstrip()
    if text.startswith(b"["):
        return Shape.LIST
    if not text.startswith(b"{"):
        return Shape.LINES
    line, _, rest = text.partition(b"\n")
    if isinstance(_decoded(line), dict):
        return Shape.LINES if rest.strip() or not _is_table(line) else Shape.ONE
    return Shape.ONE


def _is_table(line: bytes) -> bool:
    """Whether a file of one line is a map of lists, or one conversation."""
    found = _decoded(line)
    return isinstance(found, dict) and (
        "mapping" in found or any(isinstance(one, list) for one in found.values())
    )


def _first_line(head: bytes) -> object:
    return _decoded(head.removeprefix(_BYTE_ORDER_MARK).lstrip().partition(b"\n")[0])


def _decoded(line: bytes) -> object:
    try:
        return msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
