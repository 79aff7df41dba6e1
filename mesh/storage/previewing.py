"""What is here and might go to another device, one thing after the other, newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mesh.model.allowance import Label
from mesh.model.fact import FactKind, ObjectKind, author_of
from mesh.model.scope import ScopeKind, scope_parts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mesh.storage.objects import Connection

KINDS: dict[int, str] = {
    ScopeKind.CONVERSATION: "conversations",
    ScopeKind.EMOTION: "moods",
    ScopeKind.REASON: "reasons",
    ScopeKind.MEMORY: "memories",
    ScopeKind.PERSONALITY: "personality",
}
"""What people call the kinds of scopes."""
OTHER = "other"


class Thing(NamedTuple):
    """An object, or the reasons of a mood: where it could go.

    ``labels``: of each root (a second one shares it more widely) how the gate sees it.
    """

    id: bytes
    kind: str
    author: bytes | None
    labels: tuple[Label, ...]


def things(connection: Connection, *, only_mine: bool) -> Iterator[Thing]:
    """Everything of the companion that is given to others at all, newest first.

    ``only_mine``: what was written on this device; a limited one gives nothing else.
    """
    mine = " AND fact.mine" if only_mine else ""
    found = connection.execute(
        "SELECT object.id, fact.scope, object.stamp FROM fact"  # noqa: S608 — constants
        " JOIN object ON object.n = fact.object WHERE fact.number IS NOT NULL"
        f" AND fact.kind IN (?,?) AND object.kind<>?{mine}"
        " ORDER BY object.shown DESC, object.n, fact.kind",
        (int(FactKind.ROOT), int(FactKind.REASON), int(ObjectKind.SETTING)),
    )
    last: tuple[bytes, int] | None = None
    labels: list[Label] = []
    for identity, scope, stamp in found:
        key = (identity, scope_parts(scope)[0])
        if key != last:
            yield from _thing(last, labels)
            last, labels = key, []
        labels.append(Label(scope, stamp))
    yield from _thing(last, labels)


def written_about(connection: Connection, tag: bytes) -> set[bytes]:
    """The objects that an author said something about, apart from wishes."""
    found = connection.execute(
        "SELECT DISTINCT object.id FROM fact JOIN object ON object.n = fact.object"
        " WHERE fact.id BETWEEN ? AND ? AND fact.kind<>?",
        (tag + bytes(10), tag + b"\xff" * 10, int(FactKind.WISH)),
    )
    return {identity for (identity,) in found}


def _thing(key: tuple[bytes, int] | None, labels: list[Label]) -> Iterator[Thing]:
    if key is not None:
        identity, kind = key
        yield Thing(identity, KINDS.get(kind, OTHER), author_of(identity), tuple(labels))
