"""Judging anew, and asking a person for what this device itself said without the right.

A device that has not yet heard that it is trusted less goes on as before. What it changed of
others since is void; so that it is not lost either, it becomes a wish in the same transaction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh.companion.draft import Draft
from mesh.model import fact as facts
from mesh.model.fact import FactKind
from mesh.storage.judging import judge_anew
from mesh.storage.objects import State, object_by_id

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mesh.companion.author import Author
    from mesh.model.parting import Undone
    from mesh.model.rights import Rights
    from mesh.storage.judging import Judged
    from mesh.storage.objects import Connection, Outcome, Rules

WISHED = frozenset({
    FactKind.TEXT, FactKind.ANSWER, FactKind.TAG, FactKind.UNTAG, FactKind.LABEL,
    FactKind.REASON,
})  # fmt: skip


def judge(
    connection: Connection,
    author: Author,
    rules: Rules,
    rights: Rights,
    undone: Iterable[Undone] = (),
) -> tuple[Judged | None, Outcome | None]:
    """Judge what is here by these rights; what that did, and the wishes that came of it."""
    judged = judge_anew(connection, rules, rights, undone)
    if judged is None or not judged.own:
        return judged, None
    draft = Draft(connection, author, rules)
    for raw in judged.own:
        _wish_for(draft, raw)
    return judged, draft.finish()


def _wish_for(draft: Draft, raw: bytes) -> None:
    fact = facts.read(raw)
    content, row = facts.body(fact), object_by_id(draft.connection, fact.object)
    if content is None or row is None or row.state != State.LIVE or fact.kind not in WISHED:
        return
    draft.add(FactKind(fact.kind), draft.subject(row.id), content)
