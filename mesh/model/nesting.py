"""How deeply a MessagePack value is nested: what cannot be read everywhere is taken nowhere.

How deep a reader gets depends on how deep its own stack is; a fact that one thread can just
read, and another cannot, would stand in the way for ever.
"""

from __future__ import annotations

import msgspec

DEPTH_MAX = 64
_NO_CONTAINER = bytes({*range(256)} - {*range(0x80, 0xA0), 0xDC, 0xDD, 0xDE, 0xDF})
"""Bytes that begin neither an array nor a map."""


def is_too_deep(packed: bytes) -> bool:
    """Whether a value is nested more than ``DEPTH_MAX`` deep, or so much that none can tell."""
    # Each level takes a byte that begins a container: most values have too few of them.
    if len(packed.translate(None, _NO_CONTAINER)) <= DEPTH_MAX:
        return False
    try:
        level = [msgspec.msgpack.decode(packed)]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, TypeError, ValueError):
        return True
    for _ in range(DEPTH_MAX):
        level = [inner for one in level for inner in _inside(one)]
        if not level:
            return False
    return True


def _inside(value: object) -> list[object]:
    if isinstance(value, dict):
        return [*value, *value.values()]
    return list(value) if isinstance(value, list | tuple) else []
