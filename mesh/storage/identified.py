"""Which fact some bytes are: their id and their object's, and where they are filed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh.errors import BadFact
from mesh.model import fact as facts
from mesh.model.fact import Fact, FactKind
from mesh.model.imported import Imported, imported_id
from mesh.model.nesting import is_too_deep

if TYPE_CHECKING:
    from mesh.storage.objects import Connection, ObjectRow

RIVALS_MAX = 8
Identified = tuple[bytes, Fact, bytes, bytes, facts.Body | None]
"""A fact's bytes, the fact, its id, its object's id and its body, if the kind is known."""


def identified(raw: bytes) -> Identified:
    """A fact with its id, its object's and its body; BadFact when they do not fit together."""
    fact = facts.read(raw)
    if is_too_deep(raw):
        raise BadFact("a fact nested too deeply")
    identity = fact.id
    content = facts.body(fact)
    if not identity:
        if not isinstance(content, Imported) or fact.object or fact.kind != FactKind.ROOT:
            raise BadFact("only what was imported has no id of its own")
        identity = imported_id(content)
    elif len(identity) != 16 or facts.is_imported(identity):  # noqa: PLR2004 — protocol: 16 bytes
        raise BadFact("an id of the wrong shape")
    target = fact.object or identity
    if len(target) != 16 or (not fact.object and fact.kind != FactKind.ROOT):  # noqa: PLR2004
        raise BadFact("a fact without its object")
    if fact.object_kind in facts.NAMED and not _fits_name(fact, content, target):
        raise BadFact("a fact of another name")
    return raw, fact, identity, target, content


def _fits_name(fact: Fact, content: facts.Body | None, target: bytes) -> bool:
    """Traits and settings are known by name: a root says it, and its object's id follows."""
    if fact.kind != FactKind.ROOT:
        return True
    return bool(fact.object) and facts.named_object(content) == target


def filing(
    connection: Connection, row: ObjectRow, identity: bytes, raw: bytes
) -> tuple[bool, bytes | None]:
    """Whether these very bytes are here already, and under which id to file them if not.

    Two bodies under one id are both kept: the second is filed under an id made from it.
    """
    key: bytes | None = None if identity == row.id else identity
    for variant in range(RIVALS_MAX + 1):
        if key is None:
            sql = "SELECT raw FROM fact WHERE object=? AND id IS NULL"
            found = connection.execute(sql, (row.n,)).get
        else:
            found = connection.execute("SELECT raw FROM fact WHERE id=?", (key,)).get
        if found is None:
            return False, key
        if found == raw:
            return True, key
        key = facts.rival_id(identity, variant)
    return True, key
