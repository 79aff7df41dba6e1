"""An object with all that is here of it, as a change must know it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from mesh.model import fact as facts
from mesh.model import views
from mesh.model.fact import (
    Body,
    FactKind,
    Level,
    Memory,
    ObjectKind,
    Observation,
    Turn,
    Wishing,
)
from mesh.storage.objects import Connection, ObjectRow, held_facts, object_by_n

if TYPE_CHECKING:
    from mesh.model.views import Held

TAGS = frozenset({FactKind.TAG, FactKind.UNTAG})


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
        """The level its facts count at: the stricter of its own and its conversation's.

        A conversation has no root that says one; what is wished of it is for the family.
        """
        least = Level.FAMILY if self.row.kind == ObjectKind.CONVERSATION else Level.PUBLIC
        return max(self.level, self.home.level if self.home else 0, least)

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
    def was_labelled(self) -> bool:
        """Whether anything but its roots ever said a level of it."""
        return bool(views.of_kind(self.held, FactKind.LABEL))

    @property
    def text_heads(self) -> list[bytes]:
        """The texts no other text has seen."""
        return [one.id for one in views.unseen([one for one, _ in views.texts_of(self.held)])]

    def own_wishes(self, tag: bytes, like: Wishing) -> list[Held]:
        """What an author wished of it already that this wish takes the place of."""
        found = [one for one in views.open_wishes(self.held) if one.id[:6] == tag]
        return [
            one
            for one in found
            if isinstance(one.body, Wishing)
            and one.body.what == like.what
            and (like.what not in TAGS or one.body.text == like.text)
        ]

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
