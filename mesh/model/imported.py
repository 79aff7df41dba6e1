"""Ids of what was imported: computed from what it says, so the same on every device.

A file taken in on two devices is one history. What came with an id of its own is known by
that, so that it stays one thing when the file says it anew.
"""

from __future__ import annotations

import hashlib
import struct

from mesh.model.fact import Body, Memory, Observation, Turn, content_id

Imported = Turn | Memory | Observation
_FEELING = struct.Struct(">3d")


def imported_id(content: Imported) -> bytes:
    """The id of an imported message, memory or observation of mood."""
    if isinstance(content, Turn):
        return _line_id(content)
    shown, source = str(content.shown).encode(), content.source
    kind = b"memory line" if isinstance(content, Memory) else b"mood line"
    if source is not None:
        return content_id(kind, source.encode(), shown)
    if isinstance(content, Memory):
        return content_id(kind, b"", shown, content.text.encode())
    felt = _FEELING.pack(content.valence, content.arousal, content.confidence)
    return content_id(kind, b"", shown, felt)


def _line_id(line: Turn) -> bytes:
    if line.source is not None:
        state = hashlib.blake2b(digest_size=16, person=b"aico source")
        name = line.conversation.encode()
        state.update(len(name).to_bytes(4, "big") + name + line.source.encode())
        digest = state.digest()
        return bytes((digest[0] | 0x80,)) + digest[1:]
    return content_id(
        b"line",
        line.conversation.encode(),
        line.role.encode(),
        (line.speaker or "").encode(),
        line.text.encode(),
        str(line.shown).encode(),
        str(line.ordinal).encode(),
    )


def source_of(content: Body | None) -> str | None:
    """The id something came with when it was imported; None for all else."""
    return content.source if isinstance(content, Imported) else None


def source_hash(source: str) -> bytes:
    """What stays of the id an imported line came with, once the line is forgotten."""
    return content_id(b"forgotten source", source.encode())
