"""Objects as the tables hold them, and what taking in facts did."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

import apsw
import msgspec

from mesh.model import fact as facts
from mesh.model.allowance import FAMILY_GRANTS, Grants
from mesh.model.choices import DEFAULT_TAGS
from mesh.model.fact import Fact
from mesh.model.imported import Imported, imported_id
from mesh.model.rights import Need, need
from mesh.model.views import Held

if TYPE_CHECKING:
    from collections.abc import Callable

Connection = apsw.Connection
"""An open database, as jobs get it."""


class State(IntEnum):
    """How an object stands on this device."""

    LIVE = 0
    WAITING = 1
    FORGOTTEN = 2
    WITHDRAWN = 3
    HIDDEN = 4
    """As if it were gone but for the mood: this device would forget it, nobody has decided."""
    HELD_BACK = 5
    """Forgotten by one device with much else (burst.py): not shown, not given, not erased."""


PRESENT = frozenset({State.LIVE, State.HIDDEN})
"""Its content is here and given to others."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What the roster says of authors, asked while facts are taken in."""

    own: bytes
    was_full_at: Callable[[bytes, int], bool]
    grants: Grants = FAMILY_GRANTS
    """What this device may hold of what others wrote."""
    private_tags: frozenset[str] = DEFAULT_TAGS
    may_choose: Callable[[bytes, int], bool] | None = None
    """Whether an author managed the family then; without it as ``was_full_at``."""
    keeps_last: Callable[[int, int, bytes | None], bool] | None = None
    """Whether this device keeps what it may not hold of a scope kind, a level and an author."""
    past: frozenset[bytes] = frozenset()
    """The author tags this device wrote under before."""
    undone: frozenset[bytes] = frozenset()
    """Author tags whose words are void: their first meeting was undone."""
    gives_only_own: bool = False
    """Whether this device passes on only what was written on it."""

    def may_hold(self, kind: int, level: int, author: bytes | None, *, mine: bool) -> bool:
        """Whether this device may keep content of a scope kind counted at this level."""
        return level <= self.grants.widest(kind) or mine or author == self.own

    def is_valid(self, identity: bytes, fact: Fact, author_of_object: bytes | None) -> bool:
        """Whether a fact has its right, at its tick."""
        wanted, author = need(identity, fact, author_of_object), facts.author_of(identity)
        if fact.kind not in facts.STUBS and self._is_undone(author, author_of_object):
            return False
        if wanted is Need.NOTHING:
            return True
        if wanted is Need.MORE_THAN_ANY or author is None:
            return False
        chooses = self.may_choose or self.was_full_at
        rule = chooses if wanted is Need.ADMIN else self.was_full_at
        return rule(author, facts.tick_in(identity))

    def _is_undone(self, author: bytes | None, author_of_object: bytes | None) -> bool:
        """What this device wrote about the things of who parted waits here for them."""
        is_own = author == self.own or author in self.past
        return author in self.undone or (author_of_object in self.undone and not is_own)


class ObjectRow(msgspec.Struct, gc=False):
    """An object as the tables hold it."""

    n: int
    id: bytes
    kind: int
    home: int | None
    """The row of the conversation a turn belongs to."""
    level: int
    reach: int
    shown: int
    stamp: int
    state: int
    plain: int
    """1 while the root is its only fact: its view is the root itself."""


class Fed(msgspec.Struct, frozen=True, gc=False):
    """A fact that got a number in a feed: what a live push needs."""

    scope: int
    number: int
    raw: bytes
    newest: int
    mine: bool


class Outcome(msgspec.Struct):
    """What taking in facts did."""

    fresh: list[tuple[bytes, Fact, bytes]] = msgspec.field(default_factory=list)
    """New facts: id, header, object id; empty in bulk."""
    fed: list[Fed] = msgspec.field(default_factory=list)
    added: int = 0
    known: int = 0
    refused: int = 0
    newest: int = 0
    changed: set[bytes] = msgspec.field(default_factory=set)
    """Objects whose view may be different now."""
    forgotten: set[bytes] = msgspec.field(default_factory=set)
    unlabelled: set[bytes] = msgspec.field(default_factory=set)
    """Objects with a private tag and without the label for it: they wait for it."""
    conversations: set[str] = msgspec.field(default_factory=set)
    rooted: list[tuple[int, int]] = msgspec.field(default_factory=list)
    """(scope, number) of every new root: what its giver need not be sent back."""
    tops: dict[int, int] = msgspec.field(default_factory=dict)
    """How long the feeds that grew are now."""
    must_ask_again: bool = False
    """Whether what others settled here may have been let go: it may be kept from now on."""
    has_withdrawn: bool = False
    """Whether something that had a place in a feed has it no more."""


OBJECT = "SELECT n,id,kind,home,level,reach,shown,stamp,state,plain FROM object"
"""The columns of an ``ObjectRow``."""


def object_by_id(connection: Connection, identity: bytes) -> ObjectRow | None:
    """The object with this id, if it is known here."""
    row = connection.execute(f"{OBJECT} WHERE id=?", (identity,)).fetchone()
    return ObjectRow(*row) if row else None


def object_by_n(connection: Connection, n: int) -> ObjectRow:
    """The object in this row."""
    return ObjectRow(*connection.execute(f"{OBJECT} WHERE n=?", (n,)).get)


def held_facts(connection: Connection, row: ObjectRow) -> list[Held]:
    """All facts of an object, decoded."""
    found = connection.execute("SELECT raw FROM fact WHERE object=?", (row.n,))
    return [held_fact(raw) for (raw,) in found]


def held_fact(raw: bytes) -> Held:
    """A stored fact under its own id, also where a rival had to be filed under another."""
    fact = facts.read(raw)
    content = facts.body(fact)
    if not fact.id and isinstance(content, Imported):
        return Held(imported_id(content), fact, content)
    return Held(fact.id, fact, content)


def columns(row: ObjectRow) -> tuple[object, ...]:
    """A row in the order of the table."""
    return (row.n, row.id, row.kind, row.home, row.level, row.reach, row.shown, row.stamp,
            row.state, row.plain)  # fmt: skip
