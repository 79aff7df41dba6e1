"""Facts in, feeds out: the part of the database that records and sync share.

    take(fact) ─▶ known already? ─▶ right to say it? ─▶ stored
    finish()   ─▶ each touched object is seen anew (placing.py)
                    └─ its level or reach changed? ─▶ its facts move to another scope's feed

Everything here runs inside one write transaction. A feed is numbered per scope, so that a
device learns nothing of scopes it has no part in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh.errors import BadFact
from mesh.model import fact as facts
from mesh.model import hlc, views
from mesh.model import scope as scopes
from mesh.model.fact import Fact, FactKind, Level, ObjectKind
from mesh.storage import feeds, words
from mesh.storage.commits import Decided
from mesh.storage.identified import filing, identified
from mesh.storage.known import Known, Left, look
from mesh.storage.numbering import Numbering
from mesh.storage.objects import (
    OBJECT,
    Connection,
    ObjectRow,
    Outcome,
    Rules,
    State,
    columns,
    held_fact,
    held_facts,
    object_by_n,
)
from mesh.storage.placing import Placing
from mesh.storage.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mesh.storage.identified import Identified

LOOKED_UP_AT_ONCE = 500


class Intake:
    """Takes facts into one transaction. Make it, ``take`` facts, ``finish``.

    ``details``: tell each new fact in the outcome (news); without, only counts (bulk).
    ``known``: what need not be asked, and where what this leaves is kept once it is committed.
    """

    def __init__(
        self,
        connection: Connection,
        rules: Rules,
        *,
        details: bool,
        known: Known | None = None,
    ) -> None:
        self._sql = connection
        self._rules = rules
        self._details = details
        self._known = known
        left = (known and known.recall(connection)) or look(connection)
        self._left = left
        self._objects: dict[bytes, ObjectRow | None] = {
            home[1]: ObjectRow(*home) for home in left.homes
        }
        self._homes: dict[bytes, ObjectRow] = {}
        self._shared = set(left.shared)
        self._rows = Rows()
        self._is_plain = True
        """Whether all of it is rows that wait: nothing was written yet, nothing looked at."""
        self._dirty: dict[bytes, ObjectRow] = {}
        self._refused: set[bytes] = set()
        self._next_n = left.next_n
        self.outcome = Outcome()
        self._numbering = Numbering(connection, rules, self.outcome, left.tops, details=details)

    # ---- looking up --------------------------------------------------------------------------

    def expect(self, raws: Iterable[bytes]) -> list[Identified]:
        """Decode a batch and look up in one go which of its objects are here.

        Facts that cannot be read are counted as refused.
        """
        decoded = []
        for raw in raws:
            try:
                decoded.append(identified(raw))
            except BadFact:
                self.outcome.refused += 1
        self.look_up(_concerned(decoded))
        return decoded

    def look_up(self, identities: Iterable[bytes]) -> None:
        """Learn in one go which of these objects are here."""
        unknown = set(identities) - self._objects.keys()
        self._objects.update(dict.fromkeys(unknown))
        wanted = [one for one in unknown if not self._left.lacks(one)]
        for start in range(0, len(wanted), LOOKED_UP_AT_ONCE):
            part = wanted[start : start + LOOKED_UP_AT_ONCE]
            marks = ",".join("?" * len(part))
            for row in self._sql.execute(f"{OBJECT} WHERE id IN ({marks})", part):
                self._objects[row[1]] = ObjectRow(*row)

    def knows(self, identity: bytes) -> bool:
        """Whether an object with this id is here, or was."""
        return self.row(identity) is not None

    def row(self, identity: bytes) -> ObjectRow | None:
        """The object with this id as it stands in this transaction."""
        if identity not in self._objects:
            self.look_up((identity,))
        return self._objects[identity]

    def has_shared(self, home: ObjectRow) -> bool:
        """Whether it is known that some message of a conversation was meant for others."""
        return home.id in self._shared

    # ---- taking ------------------------------------------------------------------------------

    def take(
        self,
        raw: bytes,
        fact: Fact,
        identity: bytes,
        target: bytes,
        content: facts.Body | None,
        *,
        mine: bool,
    ) -> bool:
        """Take one fact; False when it was known already or is void."""
        if not self._rules.is_valid(identity, fact, facts.author_of(target)):
            self.outcome.refused += 1
            self._refused.update(filter(None, map(facts.author_of, (identity, target))))
            return False
        row = self.row(target)
        if row is None and fact.kind == FactKind.ROOT and identity == target:
            added = self.take_first_root(raw, fact, content, target, mine=mine)
        else:
            added = self._take_more(raw, fact, identity, target, mine=mine)
        self._count(fact, identity, target, added=added)
        return added

    def begin(self, raw: bytes, fact: Fact, content: facts.Body, identity: bytes) -> ObjectRow:
        """Take the first fact of an object that this device makes now: its id is new."""
        added = self.take_first_root(raw, fact, content, identity, mine=True)
        self._count(fact, identity, identity, added=added)
        row = self._objects[identity]
        assert row is not None  # noqa: S101 — entered right now
        return row

    def take_line(self, raw: bytes, fact: Fact, line: facts.Body, identity: bytes) -> bool:
        """Take what is imported; False when it is here already, or was forgotten here.

        What came from another device is this one's too from now on.
        """
        row = self.row(identity)
        if row is None:
            added = self.take_first_root(raw, fact, line, identity, mine=True)
        elif row.state == State.WAITING:
            added = self._take_more(raw, fact, identity, identity, mine=True)
        else:
            added = False
            self._adopt(row)
        self._count(fact, identity, identity, added=added)
        return added

    def _adopt(self, row: ObjectRow) -> None:
        """What another device gave is this one's too; who passes on only that tells it anew."""
        which = "FROM fact WHERE object=? AND id IS NULL AND NOT mine"
        sql = f"SELECT n, scope, number, raw {which}"
        found: list[tuple[int, int, int | None, bytes]] = list(self._sql.execute(sql, (row.n,)))
        for n, scope, number, raw in found:
            is_new_to_others = number is not None and self._rules.gives_only_own
            place = (
                self._numbering.next(scope, raw, row.stamp, mine=True)
                if is_new_to_others
                else number
            )
            self._sql.execute("UPDATE fact SET mine=1, number=? WHERE n=?", (place, n))

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

    def take_first_root(
        self, raw: bytes, fact: Fact, content: facts.Body | None, identity: bytes, *, mine: bool
    ) -> bool:
        """The quick way for most facts: an object of which nothing is here yet."""
        home = self.home_of(content)
        level = max(fact.level, home.level if home else 0)
        shown = getattr(content, "shown", hlc.milliseconds_of(fact.stamp) * 1000)
        kind = scopes.scope_kind(fact.object_kind, fact.kind)
        if home and fact.level < Level.HERE:
            self._shared.add(home.id)
        state = self._state_of_first(home, kind, level, identity, mine=mine)
        row = self._enter(ObjectRow(
            self._next_n, identity, fact.object_kind, home.n if home else None, fact.level,
            fact.level, shown, fact.stamp, state, state == State.LIVE,
        ))  # fmt: skip
        if state != State.LIVE:
            return False
        if level < Level.PRIVATE and self._is_private(content):
            level = Level.PRIVATE
            self.outcome.unlabelled.add(identity)
        scope = scopes.scope_of(kind, level)
        number = self._numbering.next(scope, raw, fact.stamp, mine=mine)
        self._rows.facts.append((row.n, None, fact.kind, scope, number, mine, raw))
        self.outcome.rooted.append((scope, number))
        if home and home.state in {State.HIDDEN, State.HELD_BACK}:
            self._dirty[identity] = row
        return True

    def _is_private(self, content: facts.Body | None) -> bool:
        """Whether a tag keeps it here until it has its label."""
        tags = content.tags if isinstance(content, facts.Turn | facts.Memory) else ()
        return bool(tags) and not self._rules.private_tags.isdisjoint(tags)

    def _state_of_first(
        self, home: ObjectRow | None, kind: int, level: int, identity: bytes, *, mine: bool
    ) -> State:
        """What will not be kept leaves a row, so that nothing more of it is kept either."""
        if home and home.state == State.FORGOTTEN:
            return State.FORGOTTEN
        if not self._rules.may_hold(kind, level, facts.author_of(identity), mine=mine):
            return State.WITHDRAWN
        return State.LIVE

    def _enter(self, row: ObjectRow) -> ObjectRow:
        self._next_n += 1
        self._objects[row.id] = row
        self._rows.objects.append(columns(row))
        return row

    def home_of(self, content: facts.Body | None) -> ObjectRow | None:
        """The conversation a turn belongs to, known from its first turn on."""
        if not isinstance(content, facts.Turn):
            return None
        identity = facts.conversation_object(content.conversation)
        row = self.row(identity)
        if row is None:
            row = self._enter(ObjectRow(
                self._next_n, identity, ObjectKind.CONVERSATION, None, 0, Level.HERE, 0, 0,
                State.LIVE, 0,
            ))  # fmt: skip
        if content.conversation not in self.outcome.conversations:
            self.outcome.conversations.add(content.conversation)
            self._homes[identity] = row
            if row.state != State.FORGOTTEN:
                self._rows.names.append((row.n, content.conversation))
        return row

    def _take_more(
        self, raw: bytes, fact: Fact, identity: bytes, target: bytes, *, mine: bool
    ) -> bool:
        self._is_plain = False
        self._flush()
        row = self.row(target) or self._unrooted(fact, target)
        if row.state == State.FORGOTTEN and not self._outlives(fact, row):
            self._widen_forgotten(row, raw)
            return False
        is_known, filed = filing(self._sql, row, identity, raw)
        if is_known:
            return False
        self._sql.execute(
            "INSERT INTO fact(object,id,kind,scope,number,mine,raw) VALUES(?,?,?,0,NULL,?,?)",
            (row.n, filed, fact.kind, mine, raw),
        )
        row.plain = 0
        self._dirty[row.id] = row
        return True

    def _outlives(self, fact: Fact, row: ObjectRow) -> bool:
        """Whether a fact is kept of an object that was forgotten."""
        if fact.kind in {FactKind.FORGET, FactKind.RECEIPT}:
            return True
        return fact.kind in facts.STUBS and not views.is_forgotten(held_facts(self._sql, row))

    def _widen_forgotten(self, row: ObjectRow, raw: bytes) -> None:
        """What comes after a forgetting may still say that it must travel farther."""
        reach = min(row.reach, views.reach_of([held_fact(raw)]))
        if reach != row.reach:
            row.reach = reach
            self._dirty[row.id] = row

    def _unrooted(self, fact: Fact, target: bytes) -> ObjectRow:
        """An object of which something else than its root arrives first."""
        is_conversation = fact.object_kind == ObjectKind.CONVERSATION
        state = State.LIVE if is_conversation else State.WAITING
        row = self._enter(ObjectRow(
            self._next_n, target, fact.object_kind, None, 0, Level.HERE, 0, fact.stamp,
            state, 0,
        ))  # fmt: skip
        self._flush()
        return row

    def look_again(self, identities: Iterable[bytes]) -> None:
        """What this device may hold has changed: see these objects anew."""
        for identity in identities:
            row = self.row(identity)
            if row is not None:
                self._dirty[identity] = row

    def drop(self, identity: bytes, doomed: Iterable[words.Row]) -> None:
        """Facts of an object that have lost their right go; it is seen anew."""
        words.drop_facts(self._sql, doomed)
        row = self.row(identity)
        if row is not None:
            row.plain = 0
            row.reach = Level.HERE if row.state == State.LIVE else row.reach
            self._dirty[identity] = row

    # ---- ending ------------------------------------------------------------------------------

    def write_down(self) -> None:
        """Write what waits, for whoever looks into the tables before the end."""
        if self._rows.objects:
            self._is_plain = False
            self._flush()

    def _flush(self) -> None:
        rows, self._rows = self._rows, Rows()
        rows.write(self._sql)

    def _home_now(self, row: ObjectRow) -> ObjectRow | None:
        root = views.root_of(held_facts(self._sql, row))
        if root is not None:
            home = self.home_of(root.body)
            self._flush()
            return home
        return self.row(object_by_n(self._sql, row.home).id) if row.home else None

    def decide(self) -> Decided[Outcome]:
        """What came of it, and the writing: certain when no object needs a second look."""
        if not self._is_plain or self._dirty or self._refused:
            return Decided(self.outcome, lambda _: self.finish(), is_certain=False)
        rows = self._rows
        rows.tops = self.outcome.tops = self._numbering.tops
        return Decided(self.outcome, rows.write, is_certain=True, keep=self._keep)

    def _keep(self, connection: Connection) -> None:
        """Its rows are committed, and all that was decided with them."""
        if self._known is not None:
            rows = [row for row in self._objects.values() if row]
            left = Left(
                self._next_n,
                {**self._left.tops, **self.outcome.tops},
                tuple(map(columns, self._homes.values())),
                frozenset(self._shared & self._homes.keys()),
                self._left.newest_with(connection, rows),
            )
            self._known.keep(connection, left)

    def finish(self) -> Outcome:
        """See every touched object anew, write the feeds' tops, and tell what happened."""
        self._flush()
        # Conversations first: their labels decide which of their turns may stay.
        if self._dirty:
            placing = Placing(self._sql, self._rules, self.outcome, self.row, self._numbering)
            for row in sorted(self._dirty.values(), key=lambda row: row.kind):
                placing.see_anew(row, self._home_now(row))
            placing.finish()
        self._numbering.finish()
        if self._refused:
            feeds.note_refused(self._sql, self._refused)
        self._keep_what_stands()
        return self.outcome

    def _keep_what_stands(self) -> None:
        """What was placed and taken away again in one transaction is not handed on."""
        outcome = self.outcome
        if outcome.has_withdrawn:
            sql = "SELECT 1 FROM fact WHERE scope=? AND number=?"
            outcome.fed = [
                one for one in outcome.fed
                if self._sql.execute(sql, (one.scope, one.number)).get
            ]  # fmt: skip


def _concerned(decoded: list[Identified]) -> set[bytes]:
    """The objects some facts are about, and the conversations they belong to."""
    concerned = set[bytes]()
    for _, _, _, target, content in decoded:
        concerned.add(target)
        if isinstance(content, facts.Turn):
            concerned.add(facts.conversation_object(content.conversation))
    return concerned
