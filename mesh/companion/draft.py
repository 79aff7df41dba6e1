"""One change to what the companion knows: the facts it takes, in one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh.companion.subject import Subject
from mesh.errors import NotFound, NotPermitted
from mesh.model import fact as facts
from mesh.model import views
from mesh.model.fact import (
    Body,
    Fact,
    FactKind,
    Forgetting,
    Labelling,
    Level,
    ObjectKind,
    Receipt,
    Setting,
    Settled,
    Tagging,
    Trait,
    Wishing,
    Words,
)
from mesh.model.rights import OPEN
from mesh.storage import reading
from mesh.storage.objects import (
    Connection,
    ObjectRow,
    Rules,
    State,
    held_facts,
    object_by_id,
)
from mesh.storage.records import Intake

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from mesh.companion.author import Author
    from mesh.storage.commits import Decided
    from mesh.storage.known import Known
    from mesh.storage.objects import Outcome


class Draft:
    """What one wish writes. Exists only inside a write job."""

    def __init__(
        self, connection: Connection, author: Author, rules: Rules, known: Known | None = None
    ) -> None:
        self._sql = connection
        self.author = author
        self._rules = rules
        self._intake = Intake(connection, rules, details=True, known=known)

    @property
    def connection(self) -> Connection:
        """To look things up; what was begun before is in the tables."""
        self._intake.write_down()
        return self._sql

    def finish(self) -> Outcome:
        """See everything touched anew; call it last."""
        return self._intake.finish()

    def settle(self) -> Decided[Outcome]:
        """In place of ``finish``: what came of it, and the writing that is left to do."""
        return self._intake.decide()

    # ---- facts -------------------------------------------------------------------------------

    def begin(self, kind: ObjectKind, level: int, content: Body) -> ObjectRow:
        """A new object of this device."""
        identity = self.author.mint(self._sql)
        stamp = facts.tick_in(identity)
        body = facts.encode_body(content)
        root = Fact(facts.VERSION, FactKind.ROOT, identity, b"", kind, stamp, level, (), body)
        row = self._intake.begin(facts.write(root), root, content, identity)
        if row.state == State.FORGOTTEN:
            raise NotFound("This conversation was forgotten; begin another one.")
        return row

    def add(
        self, kind: FactKind, on: Subject, content: Body, *,
        level: int | None = None, sees: Sequence[bytes] = (), mine: bool = True,
    ) -> bytes:  # fmt: skip
        """Another fact of an object; without ``level`` at the level the object counts at.

        Stamped above all that was seen of the object, so that what is written after seeing
        wins. A stamp far ahead lifts this fact's only, never the clock. What this device has no
        right to say becomes a wish, and a person on a full device is asked.
        """
        if kind not in OPEN and not self.may_rule(on.row):
            kind, content, level = FactKind.WISH, _wish(kind, content), None
            sees = [one.id for one in on.own_wishes(self.author.tag, content)]
        identity = self.author.mint(self.connection)
        stamp = min(max(facts.tick_in(identity), on.newest + 1), facts.STAMP_MAX)
        fact = Fact(
            facts.VERSION, kind, identity, on.row.id, on.row.kind, stamp,
            on.counted if level is None else level, tuple(sees)[: facts.SEES_MAX],
            facts.encode_body(content),
        )  # fmt: skip
        self._take(facts.write(fact), mine=mine)
        return identity

    def declare(self, kind: ObjectKind, content: Trait | Setting, level: int) -> None:
        """Say anew what is known by its name: a trait or a setting; it sees what is here."""
        target = facts.named_object(content) or b""
        row = self._intake.row(target)
        held = held_facts(self.connection, row) if row else []
        roots = views.of_kind(held, FactKind.ROOT)
        heads = [one.id for one in views.unseen(roots)]
        sees = tuple(dict.fromkeys(heads + [one.id for one in roots]))[: facts.SEES_MAX]
        identity = self.author.mint(self.connection)
        newest = max((one.fact.stamp for one in held), default=0)
        stamp = min(max(facts.tick_in(identity), newest + 1), facts.STAMP_MAX)
        body = facts.encode_body(content)
        root = Fact(
            facts.VERSION, FactKind.ROOT, identity, target, kind, stamp, level, sees, body
        )
        self._take(facts.write(root))

    def look_again(self, identities: Collection[bytes]) -> None:
        """See these objects anew: what may be held here, or what is private, has changed."""
        self._intake.look_again(identities)

    def _take(self, raw: bytes, *, mine: bool = True) -> None:
        for one in self._intake.expect([raw]):
            self._intake.take(*one, mine=mine)
        if self._intake.outcome.refused:
            raise NotPermitted

    # ---- objects -----------------------------------------------------------------------------

    def row(self, identity: bytes) -> ObjectRow | None:
        """The object with this id as it stands in this transaction."""
        return self._intake.row(identity)

    def subject(self, identity: bytes) -> Subject:
        """An object that is here, with all that is known of it; NotFound."""
        row = object_by_id(self.connection, identity)
        if row is None:
            raise NotFound("There is nothing with that id here.")
        return Subject.of(self.connection, row)

    def shown(self, identity: bytes) -> Subject:
        """An object that can be changed: not forgotten, not withdrawn; NotFound."""
        subject = self.subject(identity)
        if subject.row.state != State.LIVE:
            raise NotFound("That was forgotten, or is no longer on this device.")
        return subject

    def is_all_here(self, home: ObjectRow | None) -> bool:
        """Whether no message of a conversation was ever meant for another device."""
        if home is None or self._intake.has_shared(home):
            return False
        return reading.is_all_here(self.connection, home)

    def may_rule(self, row: ObjectRow) -> bool:
        """Whether this device may label or forget an object: its own, or any if it is full."""
        tick = self.author.tick(self.connection)
        return self.author.owns(row) or self._rules.was_full_at(self.author.tag, tick)

    def is_private(self, tags: Collection[str]) -> bool:
        """Whether one of these tags keeps something at home."""
        return not self._rules.private_tags.isdisjoint(tags)

    # ---- labels ------------------------------------------------------------------------------

    def relabel(self, subject: Subject, level: int) -> None:
        """Give an object another level, from here on."""
        if level == subject.level:
            return
        if not self.may_rule(subject.row):
            self.add(FactKind.LABEL, subject, Labelling(level))
        elif level > subject.level or subject.row.kind == ObjectKind.CONVERSATION:
            content = Labelling(level)
            self.add(FactKind.LABEL, subject, content, level=subject.reach, sees=subject.labels)
        else:
            self._widen(subject, level)

    def guard(self, subject: Subject, *, keeps: bool) -> None:
        """Make private what has a private tag: nobody said so here, it follows from the tag.

        ``keeps``: it stays on this device all the same, as if a person had said it here.
        """
        content, level = Labelling(Level.PRIVATE), subject.reach
        self.add(FactKind.LABEL, subject, content, level=level, sees=subject.labels, mine=keeps)

    def _widen(self, subject: Subject, level: int) -> None:
        """Write the present state anew at the wider level, so that its history stays behind.

        Where the object once went farther than that the new root does not get to; a label does.
        So it does where an earlier label got to: labels come before content and know no window,
        and who heard only of the earlier one would put away what the family may know.
        """
        content = subject.present()
        if content is None:
            raise NotFound("That was forgotten, or is no longer on this device.")
        texts = [held.id for held, _ in views.texts_of(subject.held)]
        sees = list(dict.fromkeys(subject.labels + texts))
        root = self.add(FactKind.ROOT, subject, content, level=level, sees=sees)
        if subject.reach < level or subject.was_labelled:
            sees, reach = [root, *subject.labels], min(subject.reach, level)
            self.add(FactKind.LABEL, subject, Labelling(level), level=reach, sees=sees)

    # ---- forgetting --------------------------------------------------------------------------

    def forget(self, subject: Subject) -> None:
        """Forget an object for good, and confirm that this device has."""
        if subject.row.state != State.FORGOTTEN:
            self.add(FactKind.FORGET, subject, Forgetting(), level=subject.reach)
        if reading.forgets(self.connection, subject.row):
            self.confirm(subject)

    def confirm(self, subject: Subject) -> None:
        """Write this device's receipt for a forgetting, once."""
        connection, row = self.connection, subject.row
        if reading.owes_receipt(connection, row, self.author.tag):
            seen = reading.forgets(connection, row)
            self.add(FactKind.RECEIPT, subject, Receipt(), level=subject.reach, sees=seen)

    # ---- wishes ------------------------------------------------------------------------------

    def decide(self, subject: Subject, wish: bytes, *, yes: bool) -> None:
        """Do what was wished, or not: either way it is decided. NotFound when it was before."""
        found = [one for one in views.open_wishes(subject.held) if one.id == wish]
        for one in found:
            self.add(FactKind.SETTLED, subject, Settled(yes), sees=[wish])
            if yes and isinstance(one.body, Wishing):
                self._grant(subject, one.body)
        if not found:
            raise NotFound("That was decided already.")

    def _grant(self, subject: Subject, wished: Wishing) -> None:
        match wished.what:
            case FactKind.FORGET:
                self.forget(subject)
            case FactKind.LABEL:
                self.relabel(subject, wished.level)
            case FactKind.TAG:
                self.tag(subject, wished.text)
            case FactKind.UNTAG:
                self.untag(subject, wished.text)
            case FactKind.TEXT | FactKind.ANSWER:
                words = Words(wished.text)
                self.add(FactKind.TEXT, subject, words, sees=subject.text_heads)
            case FactKind.REASON:
                self.add(FactKind.REASON, subject, Words(wished.text))
            case _:
                raise NotFound("A later version of AICO asked that; update this device.")

    # ---- tags --------------------------------------------------------------------------------

    def tag(self, subject: Subject, tag: str) -> None:
        """Put a tag on."""
        self.add(FactKind.TAG, subject, Tagging(tag))

    def untag(self, subject: Subject, tag: str) -> None:
        """Take a tag off, everywhere it was seen to be put."""
        self.add(FactKind.UNTAG, subject, Tagging(tag), sees=subject.puts(tag))


def _wish(kind: FactKind, content: Body) -> Wishing:
    text = getattr(content, "text", getattr(content, "tag", ""))
    return Wishing(kind, text, getattr(content, "level", 0))
