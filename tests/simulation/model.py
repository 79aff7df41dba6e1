"""What facts mean, worked out once more and independently of the product's own code.

Slow and plain: sets of facts read with a bare MessagePack decoder. Whatever the product and
this model disagree on is a bug in one of them.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from mesh.model.fact import conversation_object, read, turn
from mesh.model.imported import imported_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import apsw

ROOT, TEXT, TAG, UNTAG, LABEL, REASON, ANSWER, FORGET, WISH, RECEIPT, SETTLED = range(1, 12)
STUBS = frozenset({LABEL, FORGET, RECEIPT})
CONVERSATION, TURN = 1, 2
FAMILY = 1
KINDS = {
    "full": frozenset({1, 2, 3, 4, 6}),
    "limited": frozenset({1, 2, 3, 4}),
    "guest": frozenset[int](),
}
"""Which kinds of objects a device may have, unless its owner chooses otherwise."""
DAY_MS = 86_400_000
PRIVATE_TAG = b"personal"
"""The one private tag that owners in a run use; it stands in no text."""

_decode: Callable[[bytes], list[Any]] = msgspec.msgpack.Decoder(list[Any]).decode


class Item(NamedTuple):
    """A fact as this model reads it. ``says``: the level a root or label sets."""

    raw: bytes
    id: bytes
    kind: int
    object: bytes
    object_kind: int
    stamp: int
    level: int
    sees: tuple[bytes, ...]
    says: int | None
    home: bytes | None

    @property
    def author(self) -> bytes | None:
        """The author's tag; None for imported lines."""
        return None if self.id[0] & 0x80 else self.id[:6]

    @property
    def tick(self) -> int:
        """When it was written, by its author's clock."""
        return int.from_bytes(self.id[8:], "big")

    @property
    def is_stub(self) -> bool:
        """Whether it has no content."""
        return self.kind in STUBS


@functools.lru_cache(maxsize=4_000)
def item(raw: bytes) -> Item:
    """One fact's bytes."""
    _, kind, identity, target, object_kind, stamp, level, sees, body = _decode(raw)[:9]
    if not identity:
        identity = imported_id(turn(read(raw)))
    says = level if kind == ROOT else body[0] if kind == LABEL else None
    is_turn = kind == ROOT and object_kind == TURN
    home = conversation_object(body[0]) if is_turn else None
    return Item(
        raw, identity, kind, target or identity, object_kind,
        stamp, level, tuple(sees), says, home,
    )  # fmt: skip


def has_right(one: Item, was_full_at: Callable[[bytes, int], bool]) -> bool:
    """Whether its author may say this of the object."""
    if one.kind in {WISH, RECEIPT}:
        return True
    target = None if one.object[0] & 0x80 else one.object[:6]
    if one.author is None:
        return one.kind == ROOT
    return one.author == target or was_full_at(one.author, one.tick)


@dataclass
class Store:
    """Facts by object, as one device holds them, or as all of them together do."""

    objects: dict[bytes, list[Item]] = field(default_factory=lambda: defaultdict(list))
    mine: set[bytes] = field(default_factory=set)
    raws: set[bytes] = field(default_factory=set)

    def add(self, raw: bytes, *, mine: bool = False) -> None:
        """One fact more."""
        if raw not in self.raws:
            self.raws.add(raw)
            one = item(raw)
            self.objects[one.object].append(one)
        if mine:
            self.mine.add(raw)

    def where(self, fits: Callable[[Item], bool]) -> Store:
        """Of what is known only this."""
        found = Store()
        for raw in self.raws:
            if fits(item(raw)):
                found.add(raw)
        return found

    def joined(self, other: Store) -> Store:
        """What two stores know together."""
        both = Store()
        for raw in (*self.raws, *other.raws):
            both.add(raw)
        return both

    def own_level(self, identity: bytes) -> int:
        """The strictest label of an object that no other label has seen."""
        labels = [one for one in self.objects.get(identity, ()) if one.says is not None]
        seen = {identity for one in labels for identity in one.sees}
        return max((one.says or 0 for one in labels if one.id not in seen), default=0)

    def homes(self, identity: bytes) -> list[bytes]:
        """The conversation a turn is in."""
        return [one.home for one in self.objects.get(identity, ()) if one.home is not None]

    def level(self, identity: bytes) -> int:
        """The level an object counts at, its conversation's label included."""
        return max([self.own_level(one) for one in (identity, *self.homes(identity))])

    def is_forgotten(self, identity: bytes) -> bool:
        """Whether it, or its conversation, was forgotten."""
        return any(
            one.kind == FORGET
            for where in (identity, *self.homes(identity))
            for one in self.objects.get(where, ())
        )

    def newest(self, identity: bytes) -> int:
        """The stamp of its newest text, a tick; what has no text has no age."""
        if all(one.object_kind == CONVERSATION for one in self.objects.get(identity, ())):
            return 1 << 63
        texts = [
            one.stamp
            for one in self.objects.get(identity, ())
            if one.kind in {ROOT, TEXT, SETTLED}
        ]
        return max(texts, default=0)

    def has_root(self, identity: bytes) -> bool:
        """Whether its root is here."""
        return any(one.kind == ROOT for one in self.objects.get(identity, ()))

    def may_leave(self, one: Item) -> bool:
        """Whether this content may go to the owner's other devices at all."""
        return (
            max(one.level, self.level(one.object)) <= FAMILY
            and not self.is_forgotten(one.object)
            and (self.has_root(one.object) or one.object_kind == CONVERSATION)
        )

    def has_private_tag(self, identity: bytes) -> bool:
        """Whether a private tag stands on it."""
        about = [one for one in self.objects.get(identity, ()) if PRIVATE_TAG in one.raw]
        removed = {seen for one in about if one.kind == UNTAG for seen in one.sees}
        return any(one.kind in {ROOT, TAG} and one.id not in removed for one in about)

    def width(self, identity: bytes) -> int:
        """The widest level anything ever said of an object."""
        found = self.objects.get(identity, ())
        said = [one.says for one in found if one.says is not None]
        return min([*said, *(one.level for one in found if one.is_stub)], default=3)


def store_of(connection: apsw.Connection) -> Store:
    """What a device's disk holds."""
    store = Store()
    for raw, mine in connection.execute("SELECT raw, mine FROM fact"):
        store.add(raw, mine=bool(mine))
    return store


def store_about(connection: apsw.Connection, identities: Iterable[bytes]) -> Store:
    """What a device's disk holds of some objects, and of their conversations."""
    store = Store()
    wanted = list(identities)
    for identity in wanted:
        for raw, mine in connection.execute(
            "SELECT raw, mine FROM fact WHERE object=(SELECT n FROM object WHERE id=?)",
            (identity,),
        ):
            store.add(raw, mine=bool(mine))
    homes = {home for one in wanted for home in store.homes(one)} - set(wanted)
    for home in homes:
        for (raw,) in connection.execute(
            "SELECT raw FROM fact WHERE object=(SELECT n FROM object WHERE id=?)", (home,)
        ):
            store.add(raw)
    return store


def window(now_ms: int) -> int:
    """The tick from which on a limited device is given objects: midnight, seven days ago."""
    return max(now_ms // DAY_MS - 7, 0) * DAY_MS << 16
