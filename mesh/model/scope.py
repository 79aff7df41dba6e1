"""Scopes: which facts are given to a device or withheld together, as one number each."""

from __future__ import annotations

from enum import IntEnum

from mesh.model.fact import FactKind, ObjectKind


class ScopeKind(IntEnum):
    """What a scope is about; policies speak of these."""

    CONVERSATION = 1
    EMOTION = 2
    MEMORY = 3
    PERSONALITY = 4
    SETTING = 5
    REASON = 6


_SCOPE_KINDS: dict[int, int] = {
    ObjectKind.CONVERSATION: ScopeKind.CONVERSATION,
    ObjectKind.TURN: ScopeKind.CONVERSATION,
    ObjectKind.OBSERVATION: ScopeKind.EMOTION,
    ObjectKind.MEMORY: ScopeKind.MEMORY,
    ObjectKind.TRAIT: ScopeKind.PERSONALITY,
    ObjectKind.SETTING: ScopeKind.SETTING,
}
UNKNOWN_SCOPE = 32
"""An object kind this version does not know has a scope kind of its own: 32 + its number."""


def scope_kind(object_kind: int, fact_kind: int) -> int:
    """The scope kind of a fact."""
    if fact_kind == FactKind.REASON:
        return ScopeKind.REASON
    return _SCOPE_KINDS.get(object_kind, UNKNOWN_SCOPE + object_kind)


def scope_of(kind: int, level: int, *, is_stub: bool = False) -> int:
    """A scope as one number: kind · stub bit · level."""
    return kind << 3 | is_stub << 2 | level


def is_stub(scope: int) -> bool:
    """Whether a scope is of labels, forgets and receipts."""
    return scope & 4 != 0


def scope_parts(scope: int) -> tuple[int, bool, int]:
    """Scope kind, whether it carries stubs, and level."""
    return scope >> 3, bool(scope & 4), scope & 3
