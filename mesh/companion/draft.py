"""One change to what the companion knows: the facts it takes, in one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

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
    Memory,
    ObjectKind,
    Observation,
    Receipt,
    Setting,
    Tagging,
    Trait,
    Turn,
)
from mesh.storage import reading
from mesh.storage.objects import (
    Connection,
    ObjectRow,
    Outcome,
    Rules,
    State,
    held_facts,
    object_by_id,
    object_by_n,
)
from mesh.storage.records import Intake

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from mesh.companion.author import Author
    from mesh.model.views import Held


class Draft:
    """What one wish writes. Exists only inside a write job."""

    def __init__(self, connection: Connection, author: Author, rules: Rules) -> None:
        self.connection = connection
        self.author = author
        self._rules = rules
        self._intake = Intake(connection, rules, details=True)

    def finish(self) -> Outcome:
        """See everything touched anew; call it last."""
        return self._intake.finish()

    # ---- facts -------------------------------------------------------------------------------

    def begin(self, kind: ObjectKind, level: int, content: Body) -> ObjectRow:
        """A new object of this device."""
        identity = self.author.mint(self.connection)
        stamp = facts.tick_in(identity)
        body = facts.encode_body(content)
        root = Fact(facts.VERSION, FactKind.ROOT, identity, b"", kind, stamp, level, (), body)
        self._take(facts.write(root))
        row = self._intake.row(identity)
        if row is None or row.state == State.FORGOTTEN:
            raise NotFound("This conversation was forgotten; begin another one.")
        return row

    def add(
        self, kind: FactKind, on: Subject, content: Body, *,
        level: int | None = None, sees: Sequence[bytes] = (),
    ) -> None:  # fmt: skip
        """Another fact of an object; without ``level`` at the level the object counts at.

        Stamped above all that was seen of the object, so that what is written after seeing
        wins. A stamp far ahead lifts this fact's only, never the clock.
        """
        identity = self.author.mint(self.connection)
        stamp = min(max(facts.tick_in(identity), on.newest + 1), facts.STAMP_MAX)
        fact = Fact(
            facts.VERSION, kind, identity, on.row.id, on.row.kind, stamp,
            on.counted if level is None else level, tuple(sees)[: facts.SEES_MAX],
            facts.encode_body(content),
        )  # fmt: skip
        self._take(facts.write(fact))

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

    def _take(self, raw: bytes) -> None:
        for one in self._intake.expect([raw]):
            self._intake.take(*one, mine=True)
        if self._intake.outcome.refused:
            raise NotPermitted

    # ---- objects -----------------------------------------------------------------------------

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
        if level > subject.level or subject.row.kind == ObjectKind.CONVERSATION:
            content = Labelling(level)
            self.add(FactKind.LABEL, subject, content, level=subject.reach, sees=subject.labels)
        else:
            self._widen(subject, level)

    def _widen(self, subject: Subject, level: int) -> None:
        """Write the present state anew at the wider level, so that its history stays behind."""
        content = subject.present()
        if content is None:
            raise NotFound("That was forgotten, or is no longer on this device.")
        texts = [held.id for held, _ in views.texts_of(subject.held)]
        sees = list(dict.fromkeys(subject.labels + texts))
        self.add(FactKind.ROOT, subject, content, level=level, sees=sees)

    # ---- forgetting --------------------------------------------------------------------------

    def forget(self, subject: Subject) -> None:
        """Forget an object for good, and confirm that this device has."""
        if subject.row.state != State.FORGOTTEN:
            self.add(FactKind.FORGET, subject, Forgetting(), level=subject.reach)
        self.confirm(subject)

    def confirm(self, subject: Subject) -> None:
        """Write this device's receipt for a forgetting, once."""
        connection, row = self.connection, subject.row
        if self.author.tag not in reading.receipts(connection, row):
            seen = reading.forgets(connection, row)
            self.add(FactKind.RECEIPT, subject, Receipt(), level=subject.reach, sees=seen)

    # ---- tags --------------------------------------------------------------------------------

    def tag(self, subject: Subject, tag: str) -> None:
        """Put a tag on."""
        self.add(FactKind.TAG, subject, Tagging(tag))

    def untag(self, subject: Subject, tag: str) -> None:
        """Take a tag off, everywhere it was seen to be put."""
        self.add(FactKind.UNTAG, subject, Tagging(tag), sees=subject.puts(tag))


class Subject:
    """An object with its facts, as a change must know it."""

    def __init__(self, row: ObjectRow, held: list[Held], home: ObjectRow | None) -> None:
        self.row = row
        self.held = held
        self.home = home

    @classmethod
    def of(cls, connection: Connection, row: ObjectRow) -> Self:
        """The object in a row."""
        home = object_by_n(connection, row.home) if row.home else None
        return cls(row, held_facts(connection, row), home)

    @property
    def level(self) -> int:
        """The object's own level."""
        return views.level_of(self.held) if self.held else self.row.level

    @property
    def counted(self) -> int:
        """The level its facts count at: the stricter of its own and its conversation's."""
        return max(self.level, self.home.level if self.home else 0)

    @property
    def reach(self) -> int:
        """How far its labels and its forgetting travel.

        A conversation's go to the family: turns of it may have gone there from other devices.
        """
        if self.row.kind == ObjectKind.CONVERSATION:
            return min(self.row.reach, Level.FAMILY)
        return self.row.reach

    @property
    def newest(self) -> int:
        """The newest stamp seen of it."""
        return max((one.fact.stamp for one in self.held), default=0)

    @property
    def labels(self) -> list[bytes]:
        """All that says its level, the part no other has seen first."""
        found = views.of_kind(self.held, FactKind.ROOT, FactKind.LABEL)
        heads = [one.id for one in views.unseen(found)]
        return list(dict.fromkeys(heads + [one.id for one in found]))

    @property
    def text_heads(self) -> list[bytes]:
        """The texts no other text has seen."""
        return [one.id for one in views.unseen([one for one, _ in views.texts_of(self.held)])]

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags that stand."""
        return views.tags_of(self.held)

    def puts(self, tag: str) -> list[bytes]:
        """The facts that put this tag on."""
        return [one.id for one in self.held if tag in views.tags_put(one)]

    def present(self) -> Body | None:
        """Its root as it would be written now: with the standing text and tags."""
        root = views.root_of(self.held)
        text = views.text_of(self.held) or ""
        match root.body if root else None:
            case Turn() as turn:
                return facts.replaced(turn, text=text, tags=self.tags)
            case Memory() as memory:
                return facts.replaced(memory, text=text, tags=self.tags)
            case Observation() as observation:
                return observation
            case _:
                return None
