"""What two devices have when they first meet: lists of shorts, one counted against the other.

    an object it would give    kind 1 ‖ short of its id 8
    so many of a kind          kind 1 + flag ‖ count 8, in place of these
    a text of an edited one    kind 1 + flags ‖ short of its object 8 ‖ of the fact 8 ‖ of the
                               text 8 ‖ stamp 8

Nothing can be read from a list; whoever has the same things finds them in it.
"""

from __future__ import annotations

import hashlib
import struct
from array import array
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from mesh.errors import BadFrame
from mesh.model import views
from mesh.model.fact import FactKind, ObjectKind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from mesh.model.views import Held

KINDS = {
    ObjectKind.TURN: "messages",
    ObjectKind.OBSERVATION: "moods",
    ObjectKind.MEMORY: "memories",
    ObjectKind.TRAIT: "traits",
}
"""What is counted, and what people call it."""
OBJECTS_MAX = 2_000_000
TEXTS_MAX = 200_000
PART_SIZE = 64 * 1024

_OBJECT = struct.Struct(">BQ")
_TEXT = struct.Struct(">BQQQQ")
_KIND, _COUNT, _ANSWER, _HEAD, _IS_TEXT = 0x0F, 0x10, 0x20, 0x40, 0x80
_ID_SIZE = 16


class Worded(NamedTuple):
    """A text of an object: by its fact, and whether no other text here has seen it."""

    fact: int
    text: int
    stamp: int
    is_head: bool
    is_answer: bool


@dataclass
class Inventory:
    """What one device would give: the objects of each kind, and the texts of edited ones."""

    ids: dict[int, bytearray] = field(default_factory=dict)
    """Of each kind the ids one behind the other, 16 bytes each."""
    texts: dict[int, list[Worded]] = field(default_factory=dict)
    mark: bytes = b""

    def put(self, kind: int, identity: bytes, facts: Collection[Held] = ()) -> None:
        """An object; ``facts``: all of it that would be given, if it is more than a root."""
        self.ids.setdefault(kind, bytearray()).extend(identity)
        words = list(self._words(facts))
        if words and [one.fact for one in words] != [short := self._short(identity)]:
            self.texts[short] = words

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing in it."""
        return not self.ids

    def count(self, kind: int) -> int:
        """How many objects there are of a kind."""
        return len(self.ids.get(kind, b"")) // _ID_SIZE

    @cached_property
    def objects(self) -> dict[int, array[int]]:
        """The shorts of each kind, sorted; made when somebody asks, once all is put in."""
        return {kind: array("Q", sorted(self._shorts(ids))) for kind, ids in self.ids.items()}

    def _shorts(self, ids: bytearray) -> Iterator[int]:
        starts = range(0, len(ids), _ID_SIZE)
        return (self._short(bytes(ids[start : start + _ID_SIZE])) for start in starts)

    def _words(self, facts: Collection[Held]) -> Iterator[Worded]:
        texts = views.rivalless_texts(facts)
        heads = {id(held) for held in views.unseen([held for held, _ in texts])}
        for held, text in texts:
            is_answer = held.fact.kind == FactKind.ANSWER
            shorts = self._short(held.id), self._short(text.encode())
            yield Worded(*shorts, held.fact.stamp, id(held) in heads, is_answer)

    def _short(self, whole: bytes) -> int:
        digest = hashlib.blake2b(whole, digest_size=8, key=self.mark, person=b"aico meeting")
        return int.from_bytes(digest.digest(), "big")

    def parts(self) -> list[bytes]:
        """The list as bytes, cut where an entry ends; at least one."""
        made, part = [], bytearray()
        for entry in self._entries():
            if len(part) + len(entry) > PART_SIZE:
                made.append(bytes(part))
                part.clear()
            part += entry
        return [*made, bytes(part)]

    def _entries(self) -> Iterator[bytes]:
        for kind, shorts in self.objects.items():
            for short in shorts:
                yield _OBJECT.pack(kind, short)
        for short, words in self.texts.items():
            for one in words:
                flags = _IS_TEXT | _HEAD * one.is_head | _ANSWER * one.is_answer
                yield _TEXT.pack(flags, short, one.fact, one.text, one.stamp)


def counted(numbers: Mapping[int, int]) -> list[bytes]:
    """How many objects there are of each kind, for who has none of its own; one part."""
    return [b"".join(_OBJECT.pack(kind | _COUNT, count) for kind, count in numbers.items())]


class Counts(NamedTuple):
    """Of one kind: so many here, so many there, so many of these the same."""

    here: int
    there: int
    same: int


@dataclass(frozen=True)
class Preview:
    """What becomes of two pasts: of each kind how much there is, and what will contradict.

    Nothing is lost by becoming one; that is what a person wants to read.
    """

    kinds: dict[str, Counts]
    to_settle: int = 0

    @property
    def here(self) -> int:
        """How much there is here."""
        return sum(counts.here for counts in self.kinds.values())

    @property
    def there(self) -> int:
        """How much there is on the other device."""
        return sum(counts.there for counts in self.kinds.values())

    @property
    def same(self) -> int:
        """How much of it both have."""
        return sum(counts.same for counts in self.kinds.values())

    @property
    def is_plain(self) -> bool:
        """Whether there is nothing to ask: one of the two brings nothing."""
        return not self.here or not self.there


class Tally:
    """Counts the list of another device against the one of this device, part by part."""

    def __init__(self, own: Inventory) -> None:
        self._own = own
        self._there: Counter[int] = Counter()
        self._same: Counter[int] = Counter()
        self._texts: dict[int, list[Worded]] = {}
        self._texts_left = TEXTS_MAX

    def take(self, part: bytes) -> None:
        """A part of the list; BadFrame when it is none, or the list has no end."""
        place = 0
        while place < len(part):
            layout = _TEXT if part[place] & _IS_TEXT else _OBJECT
            if place + layout.size > len(part):
                raise BadFrame("half an entry")
            if layout is _TEXT:
                self._take_text(*_TEXT.unpack_from(part, place))
            elif part[place] & _COUNT:
                kind, count = _OBJECT.unpack_from(part, place)
                self._there[kind & _KIND] += count
            else:
                self._take_object(*_OBJECT.unpack_from(part, place))
            place += layout.size
        if self._there.total() > OBJECTS_MAX or self._texts_left < 0:
            raise BadFrame("more than can be meant")

    def _take_object(self, kind: int, short: int) -> None:
        own = self._own.objects.get(kind & _KIND, array("Q"))
        place = bisect_left(own, short)
        self._there[kind & _KIND] += 1
        self._same[kind & _KIND] += place < len(own) and own[place] == short

    def _take_text(self, flags: int, short: int, fact: int, text: int, stamp: int) -> None:
        self._texts_left -= 1
        word = Worded(fact, text, stamp, bool(flags & _HEAD), bool(flags & _ANSWER))
        self._texts.setdefault(short, []).append(word)

    def preview(self) -> Preview:
        """What was counted."""
        kinds = {}
        for kind, name in KINDS.items():
            here, there = self._own.count(kind), self._there[kind]
            if here or there:
                kinds[name] = Counts(here, there, self._same[kind])
        shorts = self._own.texts.keys() | self._texts.keys()
        contested = (
            is_contested(self._own.texts.get(short, ()), self._texts.get(short, ()))
            for short in shorts
        )
        return Preview(kinds, sum(contested))


def is_contested(here: Iterable[Worded], there: Iterable[Worded]) -> bool:
    """Whether the texts of one object, put together, are a contradiction.

    A fact of both is seen by no other only if that is so on both sides; of several answers the
    last one is a side.
    """
    heads: dict[int, Worded] = {}
    for one in (*here, *there):
        known = heads.get(one.fact)
        heads[one.fact] = one if known is None or known.is_head else known
    standing = [one for one in heads.values() if one.is_head]
    answers = [one for one in standing if one.is_answer]
    sides = {one.text for one in standing if not one.is_answer}
    if answers:
        sides.add(max(answers, key=lambda one: (one.stamp, one.fact)).text)
    return len(sides) > 1
