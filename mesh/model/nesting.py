"""How deeply a MessagePack value is nested: what cannot be read everywhere is taken nowhere.

How deep a reader gets depends on how deep its own stack is; a fact that one thread can just
read, and another cannot, would stand in the way for ever.
"""

from __future__ import annotations

import msgspec

DEPTH_MAX = 64
SHALLOW_BYTES = 128
"""So few bytes are never nested too deeply for anybody: each level takes one."""


def is_too_deep(packed: bytes) -> bool:
    """Whether a value is nested more than ``DEPTH_MAX`` deep, or cannot be read at all."""
    if len(packed) <= SHALLOW_BYTES:
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
