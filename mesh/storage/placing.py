"""Where an object stands after new facts: its level, its reach, and whether it stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh.model import fact as facts
from mesh.model import scope as scopes
from mesh.model import views
from mesh.model.burst import is_in_burst
from mesh.model.fact import FactKind, Level, ObjectKind, Wishing
from mesh.model.imported import source_hash, source_of
from mesh.model.scope import ScopeKind
from mesh.storage import feeds, words
from mesh.storage.objects import (
    PRESENT,
    Connection,
    ObjectRow,
    Outcome,
    Rules,
    State,
    held_facts,
)
from mesh.storage.reading import ticks_of_forgets

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mesh.model.views import Held
    from mesh.storage.numbering import Numbering


class Placing:
    """Sees objects anew inside one write transaction."""

    def __init__(
        self,
        connection: Connection,
        rules: Rules,
        outcome: Outcome,
        row_of: Callable[[bytes], ObjectRow | None],
        numbering: Numbering,
    ) -> None:
        self._sql = connection
        self._rules = rules
        self._outcome = outcome
        self._row_of = row_of
        self._numbering = numbering
        self._reopened: set[int] = set()
        self._forgets: dict[bytes, list[int]] = {}

    def finish(self) -> None:
        """Note what is to be asked for again."""
        if self._reopened:
            again = [scopes.scope_of(k, level) for k in self._reopened for level in Level]
            feeds.drop_cursors(self._sql, again)
            self._outcome.must_ask_again = True

    # ---- an object ---------------------------------------------------------------------------

    def root_of(self, row: ObjectRow) -> Held | None:
        """The root that stands, if it is here."""
        return views.root_of(held_facts(self._sql, row))

    def see_anew(self, row: ObjectRow, home: ObjectRow | None) -> None:
        """Compute an object's level, state and reach from its facts, and place them.

        ``home``: the conversation of a turn.
        """
        held = held_facts(self._sql, row)
        before = (row.level, row.state)
        row.reach = min(row.reach, views.reach_of(held))
        is_gone = home is not None and home.state == State.FORGOTTEN
        if is_gone or self._is_erased(row, held):
            self._erase(row, held)
        elif row.kind == ObjectKind.CONVERSATION:
            row.level, row.state = views.level_of(held), self._shown_state(held)
            row.stamp = facts.STAMP_MAX  # what has no text has no age
        else:
            self._settle(row, held, home)
            if before[1] == State.WITHDRAWN:
                self._reopen(row)
            elif self._had_let_reasons_go(row, before[0]):
                self._reopened.add(ScopeKind.REASON)
        self._write(row)
        self._numbering.place(row)
        if row.kind == ObjectKind.CONVERSATION and before != (row.level, row.state):
            self._see_turns(row)

    def _settle(self, row: ObjectRow, held: list[Held], home: ObjectRow | None) -> None:
        row.level = views.level_of(held)
        is_kept = self._keeps(row, home)
        if is_kept and self._fits(row, home):
            held = self._without_stricter(row, held)
        is_undone = facts.author_of(row.id) in self._rules.undone
        root = None if is_undone else views.root_of(held)
        said = views.of_kind(held, *facts.SAID)
        row.stamp = max((one.fact.stamp for one in said), default=row.stamp)
        if row.state == State.FORGOTTEN:
            self._sql.execute("DELETE FROM forgotten_source WHERE object=?", (row.n,))
        row.state = State.LIVE if root else State.WAITING
        if root is not None:
            row.shown = getattr(root.body, "shown", row.shown)
            row.home = home.n if home else None
        if not is_kept:
            self._withdraw(row)
        elif row.kind == ObjectKind.OBSERVATION:
            self._hold_reasons(row)
        if row.state == State.LIVE:
            row.state = self._shown_state(held, home)

    def _is_erased(self, row: ObjectRow, held: list[Held]) -> bool:
        """Whether a forgetting counts here: not one of too many, unless two devices say so."""
        forgets = views.of_kind(held, FactKind.FORGET)
        authors = {one.id[:6] for one in forgets}
        is_ours = self._rules.own in authors or not self._rules.past.isdisjoint(authors)
        if not forgets or row.state == State.FORGOTTEN or is_ours:
            return bool(forgets)
        if len(authors) > 1:
            return True
        (author,) = authors
        if author not in self._forgets:
            self._forgets[author] = ticks_of_forgets(self._sql, author)
        ticks = self._forgets[author]
        return not any(is_in_burst(facts.tick_in(one.id), ticks) for one in forgets)

    def _shown_state(self, held: list[Held], home: ObjectRow | None = None) -> State:
        """Hidden if a forgetting waits for a person's word, here or on another device."""
        is_wished_away = any(
            isinstance(one.body, Wishing) and one.body.what == FactKind.FORGET
            for one in views.open_wishes(held)
            if one.id[:6] == self._rules.own
        )
        if views.is_forgotten(held) or (home is not None and home.state == State.HELD_BACK):
            return State.HELD_BACK
        is_hidden = is_wished_away or (home is not None and home.state == State.HIDDEN)
        return State.HIDDEN if is_hidden else State.LIVE

    def _without_stricter(self, row: ObjectRow, held: list[Held]) -> list[Held]:
        """What others said of it at a level that may not be here goes, the rest stays."""
        grants = self._rules.grants

        def is_too_strict(kind: int, level: int) -> bool:
            widest = grants.widest(scopes.scope_kind(row.kind, kind))
            return kind not in facts.STUBS and level > widest >= row.level

        found = [one.fact for one in held if is_too_strict(one.fact.kind, one.fact.level)]
        if not found or self._is_ours(row):
            return held
        self._drop_where(row, lambda kind, raw: is_too_strict(kind, facts.read(raw).level))
        return held_facts(self._sql, row)

    def _hold_reasons(self, row: ObjectRow) -> None:
        """Why somebody felt so is a kind of its own: it may be none of this device's."""
        author, mine = facts.author_of(row.id), self._is_own(row)
        may_hold = self._rules.may_hold(ScopeKind.REASON, row.level, author, mine=mine)
        if not may_hold and not self._is_last(row, None, ScopeKind.REASON):
            kept = [kind for kind in FactKind if kind != FactKind.REASON]
            self._drop(row, kept, but_own=True)

    def _had_let_reasons_go(self, row: ObjectRow, level: int) -> bool:
        """Whether reasons went from a mood while it stood at that level, and may be here."""
        if row.kind != ObjectKind.OBSERVATION or facts.author_of(row.id) == self._rules.own:
            return False
        return row.level <= self._rules.grants.widest(ScopeKind.REASON) < level

    def _keeps(self, row: ObjectRow, home: ObjectRow | None) -> bool:
        if self._fits(row, home) or facts.author_of(row.id) == self._rules.own:
            return True
        kind = scopes.scope_kind(row.kind, FactKind.ROOT)
        return self._is_ours(row) or self._is_last(row, home, kind)

    def _fits(self, row: ObjectRow, home: ObjectRow | None) -> bool:
        kind = scopes.scope_kind(row.kind, FactKind.ROOT)
        return _counted(row, home) <= self._rules.grants.widest(kind)

    def _is_last(self, row: ObjectRow, home: ObjectRow | None, kind: int) -> bool:
        """Whether there may be no other copy: no member made it, and it may be nowhere else.

        What somebody made private stays where that was said, and only there.
        """
        keeps_last, level = self._rules.keeps_last, _counted(row, home)
        roots = views.of_kind(held_facts(self._sql, row), FactKind.ROOT) if keeps_last else []
        root = views.root_of(roots)
        if keeps_last is None or root is None:
            return False
        is_said_here = any(self._is_own(one, by_any=True) for one in (row, home) if one)
        if level > max(Level.FAMILY, root.fact.level) and not is_said_here:
            return False
        made = [one.id for one in roots] if row.kind in facts.NAMED else [row.id]
        return all(keeps_last(kind, level, facts.author_of(one)) for one in made)

    def _is_ours(self, row: ObjectRow) -> bool:
        """Whether it stays here, whatever may be held: what was written here may be alone."""
        widest = self._rules.grants.widest(scopes.scope_kind(row.kind, FactKind.ROOT))
        return self._is_own(row, by_any=widest >= Level.FAMILY)

    def _is_own(self, row: ObjectRow, *, by_any: bool = False) -> bool:
        """Whether the object was made on this device, or (``by_any``) written about here.

        Who makes private what another wrote keeps it: there may be no other copy.
        """
        by_any = by_any or row.kind in facts.NAMED
        which = "" if by_any else " AND id IS NULL"
        sql = f"SELECT max(mine) FROM fact WHERE object=? AND kind<>?{which}"  # noqa: S608 — constants
        return bool(self._sql.execute(sql, (row.n, int(FactKind.WISH))).get)

    def _see_turns(self, conversation: ObjectRow) -> None:
        """A conversation's label or forgetting counts for each of its turns."""
        turns = self._sql.execute("SELECT id FROM object WHERE home=?", (conversation.n,))
        for (identity,) in list(turns):
            row = self._row_of(identity)
            if row is None:
                continue
            if conversation.state == State.FORGOTTEN:
                self._erase(row, held_facts(self._sql, row))
            elif row.state == State.FORGOTTEN:
                self.see_anew(row, conversation)
            elif not self._keeps(row, conversation):
                self._withdraw(row)
            elif row.state in {*PRESENT, State.HELD_BACK}:
                row.state = self._shown_state(held_facts(self._sql, row), conversation)
            elif row.state == State.WITHDRAWN:
                row.state = State.WAITING
                self._reopen(row)
            self._write(row)
            self._numbering.place(row)
            self._outcome.changed.add(row.id)

    # ---- taking away -------------------------------------------------------------------------

    def _erase(self, row: ObjectRow, held: list[Held]) -> None:
        """Forget for good: only forgets and receipts stay.

        Of a turn that goes with its conversation labels stay too: a device that never had its
        root cannot know that it is gone, and all shall hold the same.
        """
        self._note_source(row)
        is_named = views.is_forgotten(held)
        self._drop(row, (FactKind.FORGET, FactKind.RECEIPT) if is_named else tuple(facts.STUBS))
        if row.kind == ObjectKind.CONVERSATION:
            self._sql.execute("DELETE FROM conversation WHERE n=?", (row.n,))
        row.state = State.FORGOTTEN
        row.plain = 0
        row.shown = 0
        self._outcome.forgotten.add(row.id)

    def _note_source(self, row: ObjectRow) -> None:
        """So that an imported line can still be asked for by the id it came with."""
        root = self.root_of(row)
        source = source_of(root.body) if root else None
        if source:
            self._sql.execute(
                "INSERT OR IGNORE INTO forgotten_source VALUES(?,?)",
                (source_hash(source), row.n),
            )

    def _withdraw(self, row: ObjectRow) -> None:
        """This device may no longer hold the content; its own words, labels, forgets stay."""
        self._drop(row, tuple(facts.STUBS), but_own=True)
        row.state = State.WITHDRAWN
        row.plain = 0

    def _reopen(self, row: ObjectRow) -> None:
        """What was let go while it was private may be kept again: others settled it long ago.

        They are asked anew; their own numbers may never have changed.
        """
        if row.state in {*PRESENT, State.WAITING}:
            self._reopened.add(scopes.scope_kind(row.kind, FactKind.ROOT))
            if row.kind == ObjectKind.OBSERVATION:
                self._reopened.add(ScopeKind.REASON)

    def _drop(self, row: ObjectRow, kept: Sequence[FactKind], *, but_own: bool = False) -> None:
        self._drop_where(row, lambda kind, _: kind not in kept, but_own=but_own)

    def _drop_where(
        self, row: ObjectRow, is_doomed: Callable[[int, bytes], bool], *, but_own: bool = True
    ) -> None:
        own = " AND NOT mine" if but_own else ""
        sql = f"SELECT n, kind, raw FROM fact WHERE object=?{own}"  # noqa: S608 — one of two constants
        found = self._sql.execute(sql, (row.n,))
        doomed = [one for one in found if is_doomed(one[1], one[2])]
        self._outcome.has_withdrawn |= bool(doomed)
        words.drop_facts(self._sql, doomed)

    def _write(self, row: ObjectRow) -> None:
        self._sql.execute(
            "UPDATE object SET kind=?,home=?,level=?,reach=?,shown=?,stamp=?,state=?,plain=?"
            " WHERE n=?",
            (row.kind, row.home, row.level, row.reach, row.shown, row.stamp, row.state,
             row.plain, row.n),
        )  # fmt: skip


def _counted(row: ObjectRow, home: ObjectRow | None) -> int:
    return max(row.level, home.level if home else 0)
