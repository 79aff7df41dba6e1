"""Facts in, feeds out: the part of the database that records and sync share.

    absorb(facts) ─▶ known already? ─▶ right to say it? ─▶ stored, its object seen anew
                                                            │ level or reach changed?
                       feeds grow by one number a fact ◀────┘ it moves to another scope's feed

Everything here runs inside one write transaction. A feed is numbered per scope, so that a device
learns nothing of scopes it has no part in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

import apsw

from mesh.errors import BadFact
from mesh.model import fact as facts
from mesh.model import hlc, views
from mesh.model.allowance import DAY_MS
from mesh.model.fact import Fact, FactKind, Level, ObjectKind
from mesh.model.views import Held

RIVALS_MAX = 8


class State(IntEnum):
    """How an object stands on this device."""

    LIVE = 0
    WAITING = 1
    FORGOTTEN = 2
    WITHDRAWN = 3


@dataclass(frozen=True, slots=True)
class Rules:
    """What the roster says of authors, asked while facts are taken in."""

    own: bytes
    was_full_at: Callable[[bytes, int], bool]
    may_hold_private: bool = False

    def may_hold(self, level: int, author: bytes | None, *, mine: bool) -> bool:
        """Whether this device may keep content counted at this level."""
        return level <= Level.FAMILY or mine or author == self.own

    def is_valid(self, identity: bytes, fact: Fact, author_of_object: bytes | None) -> bool:
        """Rights at the fact's tick: who may label, forget or root an object of another."""
        author = facts.author_of(identity)
        if fact.kind not in {FactKind.LABEL, FactKind.FORGET, FactKind.ROOT}:
            return True
        if author is None or author == author_of_object:
            return fact.kind == FactKind.ROOT or author is not None
        return self.was_full_at(author, facts.tick_in(identity))


@dataclass(slots=True)
class ObjectRow:
    """An object as the tables hold it."""

    n: int
    id: bytes
    kind: int
    home: int | None
    level: int
    reach: int
    shown: int
    stamp: int
    state: int
    plain: int
    """1 while the root is its only fact: its view is the root itself."""


@dataclass(frozen=True, slots=True)
class Fed:
    """A fact that got a number in a feed: what a live push needs."""

    scope: int
    number: int
    raw: bytes
    newest: int
    mine: bool


@dataclass(slots=True)
class Outcome:
    """What taking in facts did."""

    fresh: list[tuple[bytes, Fact, bytes]] = field(default_factory=list)
    """New facts: id, header, object id; empty in bulk."""
    fed: list[Fed] = field(default_factory=list)
    added: int = 0
    known: int = 0
    refused: int = 0
    newest: int = 0
    changed: set[bytes] = field(default_factory=set)
    """Objects whose view may be different now."""
    forgotten: set[bytes] = field(default_factory=set)
    conversations: set[str] = field(default_factory=set)
    rooted: list[tuple[int, int]] = field(default_factory=list)
    """(scope, number) of every new root: what its giver need not be sent back."""
    tops: dict[int, int] = field(default_factory=dict)
    """How long the feeds that grew are now."""


_OBJECT = "SELECT n,id,kind,home,level,reach,shown,stamp,state,plain FROM object"


def object_by_id(connection: apsw.Connection, identity: bytes) -> ObjectRow | None:
    """The object with this id, if it is known here."""
    row = connection.execute(f"{_OBJECT} WHERE id=?", (identity,)).fetchone()
    return ObjectRow(*row) if row else None


def object_by_n(connection: apsw.Connection, n: int) -> ObjectRow:
    """The object in this row."""
    return ObjectRow(*connection.execute(f"{_OBJECT} WHERE n=?", (n,)).get)


def held_facts(connection: apsw.Connection, row: ObjectRow) -> list[Held]:
    """All facts of an object, decoded."""
    found = connection.execute("SELECT id, raw FROM fact WHERE object=?", (row.n,))
    return [_held(identity or row.id, raw) for identity, raw in found]


def _held(identity: bytes, raw: bytes) -> Held:
    fact = facts.read(raw)
    if not fact.id and fact.kind == FactKind.ROOT:
        identity = facts.imported_id(facts.turn(fact))  # a rival is filed under another key
    return Held(identity, fact, facts.body(fact))


class Intake:
    """Takes facts into one transaction. Make it, ``take`` facts, ``finish``."""

    def __init__(self, connection: apsw.Connection, rules: Rules, *, details: bool) -> None:
        self._sql = connection
        self._rules = rules
        self._details = details
        self._tops: dict[int, int] = {}
        self._objects: dict[bytes, ObjectRow | None] = {}
        self._dirty: dict[int, ObjectRow] = {}
        self._new_objects: list[tuple[object, ...]] = []
        self._new_facts: list[tuple[object, ...]] = []
        self._next_n = 1 + (connection.execute("SELECT max(n) FROM object").get or 0)
        self._indexed = _indexed_to(connection)
        self.outcome = Outcome()

    # ---- taking ------------------------------------------------------------------------------

    def expect(self, raws: Iterable[bytes]) -> list[tuple[bytes, Fact, bytes, bytes]]:
        """Decode a batch and look up in one go which of its objects are here.

        Returns (raw, fact, id, object id); facts that cannot be read are counted as refused.
        """
        decoded = []
        for raw in raws:
            try:
                decoded.append(_identified(raw))
            except BadFact:
                self.outcome.refused += 1
        self._look_up({identity for _, _, _, identity in decoded} - self._objects.keys())
        return decoded

    def _look_up(self, identities: set[bytes]) -> None:
        wanted = list(identities)
        for start in range(0, len(wanted), 500):
            part = wanted[start : start + 500]
            marks = ",".join("?" * len(part))
            self._objects.update(dict.fromkeys(part))
            for row in self._sql.execute(f"{_OBJECT} WHERE id IN ({marks})", part):  # noqa: S608
                self._objects[row[1]] = ObjectRow(*row)

    def take(self, raw: bytes, fact: Fact, identity: bytes, target: bytes, *, mine: bool) -> bool:
        """Take one fact; False when it was known already or is void."""
        if not self._rules.is_valid(identity, fact, facts.author_of(target)):
            self.outcome.refused += 1
            return False
        known = self._objects.get(target)
        if known is None and fact.kind == FactKind.ROOT and identity == target:
            added = self._take_first_root(raw, fact, target, mine=mine)
        else:
            added = self._take_more(raw, fact, identity, target, mine=mine)
        self._count(fact, identity, target, added=added)
        return added

    def _count(self, fact: Fact, identity: bytes, target: bytes, *, added: bool) -> None:
        outcome = self.outcome
        outcome.newest = max(outcome.newest, fact.stamp)
        if not added:
            outcome.known += 1
            return
        outcome.added += 1
        if self._details:
            outcome.fresh.append((identity, fact, target))
            outcome.changed.add(target)

    def _take_first_root(self, raw: bytes, fact: Fact, identity: bytes, *, mine: bool) -> bool:
        content = facts.body(fact)
        home = self._home_of(content)
        level = max(fact.level, home.level if home else 0)
        if home and home.state == State.FORGOTTEN:
            return False
        if not self._rules.may_hold(level, facts.author_of(identity), mine=mine):
            return False
        shown = getattr(content, "shown", hlc.milliseconds_of(fact.stamp) * 1000)
        row = ObjectRow(
            self._next_n, identity, fact.object_kind, home.n if home else None, fact.level,
            fact.level, shown, fact.stamp, State.LIVE, 1,
        )  # fmt: skip
        self._next_n += 1
        self._objects[identity] = row
        self._new_objects.append(_columns(row))
        scope = facts.scope_of(facts.scope_kind(fact.object_kind, fact.kind), level)
        number = self._number(scope, raw, fact.stamp, mine=mine)
        self._new_facts.append((row.n, None, fact.kind, scope, number, mine, raw))
        self.outcome.rooted.append((scope, number))
        return True

    def _home_of(self, content: facts.Body | None) -> ObjectRow | None:
        """The conversation a turn belongs to, known from its first turn on."""
        if not isinstance(content, facts.Turn):
            return None
        identity = facts.conversation_object(content.conversation)
        if identity not in self._objects:
            self._look_up({identity})
        row = self._objects[identity]
        if row is None:
            row = ObjectRow(
                self._next_n, identity, ObjectKind.CONVERSATION, None, 0, Level.HERE, 0, 0,
                State.LIVE, 0,
            )  # fmt: skip
            self._next_n += 1
            self._objects[identity] = row
            self._new_objects.append(_columns(row))
        if content.conversation not in self.outcome.conversations:
            self.outcome.conversations.add(content.conversation)
            self._sql.execute(
                "INSERT OR IGNORE INTO conversation VALUES(?,?)", (row.n, content.conversation)
            )
        return row

    def _take_more(
        self, raw: bytes, fact: Fact, identity: bytes, target: bytes, *, mine: bool
    ) -> bool:
        self._flush()
        if target not in self._objects:
            self._look_up({target})
        row = self._objects[target] or self._unrooted(fact, target)
        is_known, filed = self._filing(row, identity, raw)
        if is_known or (row.state == State.FORGOTTEN and not _outlives(fact)):
            row.reach = self._widened(row, fact)
            return False
        self._sql.execute(
            "INSERT INTO fact(object,id,kind,scope,number,mine,raw) VALUES(?,?,?,0,NULL,?,?)",
            (row.n, filed, fact.kind, mine, raw),
        )
        row.plain = 0
        self._dirty[row.n] = row
        return True

    def _widened(self, row: ObjectRow, fact: Fact) -> int:
        """A label that comes after the forgetting may still widen how far it must travel."""
        if row.state != State.FORGOTTEN or fact.kind not in {FactKind.LABEL, FactKind.ROOT}:
            return row.reach
        reach = min(row.reach, fact.level)
        if reach != row.reach:
            self._dirty[row.n] = row
        return reach

    def _unrooted(self, fact: Fact, target: bytes) -> ObjectRow:
        """An object of which something else than its root arrives first."""
        row = ObjectRow(
            self._next_n, target, fact.object_kind, None, 0, Level.HERE, 0, fact.stamp,
            State.WAITING, 0,
        )  # fmt: skip
        self._next_n += 1
        self._objects[target] = row
        self._new_objects.append(_columns(row))
        self._flush()
        return row

    def _filing(self, row: ObjectRow, identity: bytes, raw: bytes) -> tuple[bool, bytes | None]:
        """Whether these very bytes are here already, and under which id to file them if not.

        Two bodies under one id are both kept: the second is filed under an id made from the first.
        """
        key: bytes | None = None if identity == row.id else identity
        for variant in range(RIVALS_MAX + 1):
            if key is None:
                sql = "SELECT raw FROM fact WHERE object=? AND id IS NULL"
                found = self._sql.execute(sql, (row.n,)).get
            else:
                found = self._sql.execute("SELECT raw FROM fact WHERE id=?", (key,)).get
            if found is None:
                return False, key
            if found == raw:
                return True, key
            key = facts.rival_id(identity, variant)
        return True, key

    # ---- numbering ---------------------------------------------------------------------------

    def _number(self, scope: int, raw: bytes, newest: int, *, mine: bool) -> int:
        top = self._tops.get(scope)
        if top is None:
            top = self._sql.execute("SELECT top FROM feed WHERE scope=?", (scope,)).get or 0
        self._tops[scope] = top + 1
        if self._details:
            self.outcome.fed.append(Fed(scope, top + 1, raw, newest, mine))
        return top + 1

    def _flush(self) -> None:
        if self._new_objects:
            self._sql.executemany(
                "INSERT INTO object VALUES(?,?,?,?,?,?,?,?,?,?)", self._new_objects
            )
            self._new_objects.clear()
        if self._new_facts:
            self._sql.executemany(
                "INSERT INTO fact(object,id,kind,scope,number,mine,raw) VALUES(?,?,?,?,?,?,?)",
                self._new_facts,
            )
            self._new_facts.clear()

    def finish(self) -> Outcome:
        """See every touched object anew, write the feeds' tops, and tell what happened."""
        self._flush()
        for row in list(self._dirty.values()):
            self._see_anew(row)
        self._sql.executemany(
            "INSERT INTO feed VALUES(?,?) ON CONFLICT(scope) DO UPDATE SET top=excluded.top",
            list(self._tops.items()),
        )
        self.outcome.tops = dict(self._tops)
        return self.outcome

    # ---- objects -----------------------------------------------------------------------------

    def _see_anew(self, row: ObjectRow) -> None:
        held = held_facts(self._sql, row)
        before = (row.level, row.state)
        row.reach = min(row.reach, views.reach_of(held))
        if views.is_forgotten(held):
            self._erase(row)
        elif row.kind == ObjectKind.CONVERSATION:
            row.level = views.level_of(held)
        else:
            self._settle_view(row, held)
        self._write_object(row)
        self._place_facts(row)
        if row.kind == ObjectKind.CONVERSATION and before != (row.level, row.state):
            self._place_turns(row)

    def _settle_view(self, row: ObjectRow, held: list[Held]) -> None:
        root = views.root_of(held)
        row.level = views.level_of(held)
        row.state = State.LIVE if root else State.WAITING
        texts = views.texts_of(held)
        row.stamp = max([one.fact.stamp for one, _ in texts] or [row.stamp])
        if root is None:
            return
        row.shown = getattr(root.body, "shown", row.shown)
        home = self._home_of(root.body)
        self._flush()
        row.home = home.n if home else None
        level = max(row.level, home.level if home else 0)
        mine = self._sql.execute("SELECT max(mine) FROM fact WHERE object=?", (row.n,)).get
        if not self._rules.may_hold(level, facts.author_of(row.id), mine=bool(mine)):
            self._withdraw(row)

    def _erase(self, row: ObjectRow) -> None:
        """Forget for good: only forgets and receipts stay; their words are gone from the index."""
        keep = (FactKind.FORGET, FactKind.RECEIPT)
        self._sql.execute("DELETE FROM fact WHERE object=? AND kind NOT IN (?,?)", (row.n, *keep))
        self._unindex(row)
        row.state = State.FORGOTTEN
        self.outcome.forgotten.add(row.id)

    def _withdraw(self, row: ObjectRow) -> None:
        """This device may no longer hold the content; labels and forgets stay."""
        stubs = ",".join(str(int(kind)) for kind in facts.STUBS)
        self._sql.execute(
            f"DELETE FROM fact WHERE object=? AND kind NOT IN ({stubs})",  # noqa: S608
            (row.n,),
        )
        self._unindex(row)
        row.state = State.WITHDRAWN

    def _unindex(self, row: ObjectRow) -> None:
        if row.n <= self._indexed:
            self._sql.execute("DELETE FROM words WHERE rowid=?", (row.n,))

    def _write_object(self, row: ObjectRow) -> None:
        self._sql.execute(
            "UPDATE object SET kind=?,home=?,level=?,reach=?,shown=?,stamp=?,state=?,plain=?"
            " WHERE n=?",
            (row.kind, row.home, row.level, row.reach, row.shown, row.stamp, row.state,
             row.plain, row.n),
        )  # fmt: skip
        if row.n <= self._indexed and row.state == State.LIVE:
            self._sql.execute("INSERT OR IGNORE INTO unindexed VALUES(?)", (row.n,))

    def _place_facts(self, row: ObjectRow) -> None:
        """Give every fact of an object its place: a new number when its scope is another."""
        home_level = object_by_n(self._sql, row.home).level if row.home else 0
        found = list(
            self._sql.execute(
                "SELECT n, kind, scope, number, mine, raw FROM fact WHERE object=?", (row.n,)
            )
        )
        is_recent_again = _is_recent_again(row, found)
        for n, kind, scope, number, mine, raw in found:
            wanted = self._scope_for(row, kind, raw, home_level)
            if number is not None and wanted == scope and not is_recent_again:
                continue
            fresh = None if wanted is None else self._number(wanted, raw, row.stamp, mine=bool(mine))
            self._sql.execute(
                "UPDATE fact SET scope=?, number=? WHERE n=?", (wanted or 0, fresh, n)
            )

    def _scope_for(self, row: ObjectRow, kind: int, raw: bytes, home_level: int) -> int | None:
        """The scope a fact counts in now; None while its object is not here."""
        scope_kind = facts.scope_kind(row.kind, kind)
        if kind in facts.STUBS:
            return facts.scope_of(scope_kind, row.reach, is_stub=True)
        if row.state == State.WAITING:
            return None
        level = max(facts.read(raw).level, row.level, home_level)
        return facts.scope_of(scope_kind, level)

    def _place_turns(self, conversation: ObjectRow) -> None:
        """A conversation's label counts for each of its turns."""
        turns = self._sql.execute("SELECT n FROM object WHERE home=?", (conversation.n,))
        for (n,) in list(turns):
            row = object_by_n(self._sql, n)
            if conversation.state == State.FORGOTTEN:
                self._erase(row)
            elif not self._keeps(row, conversation):
                self._withdraw(row)
            self._write_object(row)
            self._place_facts(row)
            self.outcome.changed.add(row.id)

    def _keeps(self, row: ObjectRow, conversation: ObjectRow) -> bool:
        if row.state != State.LIVE:
            return True
        mine = self._sql.execute("SELECT max(mine) FROM fact WHERE object=?", (row.n,)).get
        level = max(row.level, conversation.level)
        return self._rules.may_hold(level, facts.author_of(row.id), mine=bool(mine))


def _is_recent_again(row: ObjectRow, found: Sequence[tuple[object, ...]]) -> bool:
    """Whether a new text makes an old object recent: then all of it is offered anew.

    A device that is given only recent objects has settled the old root without getting it.
    """
    if row.state != State.LIVE or all(number is not None for _, _, _, number, _, _ in found):
        return False
    placed = [raw for _, _, _, number, _, raw in found if number is not None]
    stamps = [facts.read(raw).stamp for raw in placed if isinstance(raw, bytes)]
    newest = hlc.milliseconds_of(max(stamps, default=row.stamp))
    return hlc.milliseconds_of(row.stamp) - newest > DAY_MS


def _columns(row: ObjectRow) -> tuple[object, ...]:
    return (row.n, row.id, row.kind, row.home, row.level, row.reach, row.shown, row.stamp,
            row.state, row.plain)  # fmt: skip


def _outlives(fact: Fact) -> bool:
    """Facts that are kept beside a forgetting."""
    return fact.kind in {FactKind.FORGET, FactKind.RECEIPT}


def _identified(raw: bytes) -> tuple[bytes, Fact, bytes, bytes]:
    fact = facts.read(raw)
    identity = fact.id
    if not identity:
        if fact.kind != FactKind.ROOT or fact.object_kind != ObjectKind.TURN or fact.object:
            raise BadFact("only imported turns have no id of their own")
        identity = facts.imported_id(facts.turn(fact))
    elif len(identity) != 16 or facts.is_imported(identity):  # noqa: PLR2004 — protocol: 16 bytes
        raise BadFact("an id of the wrong shape")
    facts.body(fact)
    target = fact.object or identity
    if len(target) != 16 or (not fact.object and fact.kind != FactKind.ROOT):  # noqa: PLR2004
        raise BadFact("a fact without its object")
    return raw, fact, identity, target


def _indexed_to(connection: apsw.Connection) -> int:
    found = connection.execute("SELECT value FROM meta WHERE name='indexed'").get
    return int(found or 0)
