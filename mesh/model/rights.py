"""Who may say what: a pure function of a fact and of what the roster says of its author.

A fact that lacks its right is void, whenever the roster is heard of: it is refused when it
comes, and dropped when it is here already. So all devices with one roster keep the same facts.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from mesh.model import fact as facts
from mesh.model.fact import Fact, FactKind, ObjectKind, Setting
from mesh.model.policy import NOTE

if TYPE_CHECKING:
    from collections.abc import Mapping


class Need(Enum):
    """What a fact's author must have been at the fact's tick."""

    NOTHING = "nothing"
    FULL = "full"
    ADMIN = "admin"
    MORE_THAN_ANY = "more than any"


OPEN = frozenset({FactKind.WISH, FactKind.RECEIPT})
"""What speaks for its author only, and changes nothing by itself."""
KNOWN = frozenset(map(int, FactKind))


def need(identity: bytes, fact: Fact, author_of_object: bytes | None) -> Need:
    """What it takes to say this of an object: nothing of one's own, else full rights.

    Imported lines have no author: their roots need none, all else about them a full device.
    """
    author = facts.author_of(identity)
    if fact.object_kind == ObjectKind.SETTING:
        return _need_to_set(fact, author)
    if fact.kind in OPEN or fact.kind not in KNOWN:
        return Need.NOTHING
    if author is None:
        return Need.NOTHING if fact.kind == FactKind.ROOT else Need.MORE_THAN_ANY
    return Need.NOTHING if author == author_of_object else Need.FULL


def _need_to_set(fact: Fact, author: bytes | None) -> Need:
    """Choices are made by who manages the family, notes of devices by any full one."""
    content = facts.body(fact)
    if author is None or not isinstance(content, Setting):
        return Need.MORE_THAN_ANY
    return Need.FULL if content.name.startswith(NOTE) else Need.ADMIN


Until: TypeAlias = tuple[int, int]
"""The ticks at which an author's rights as a full device and as an admin ended; -1: none."""
_NEVER: Until = (-1, -1)
UNDONE: Until = (-2, -2)
"""Of an author whose first meeting was undone: its words are void altogether."""
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(dict[bytes, Until]).decode


@dataclass(frozen=True, slots=True)
class Rights:
    """Until when each author tag had which rights, as one roster says it."""

    until: Mapping[bytes, Until]

    def fallen(self, before: Rights) -> frozenset[bytes]:
        """Whose rights ended earlier than was known before."""
        tags = self.until.keys() | before.until.keys()
        return frozenset(tag for tag in tags if _is_more(before.of(tag), self.of(tag)))

    def risen(self, before: Rights) -> frozenset[bytes]:
        """Whose rights last longer than was known before."""
        tags = self.until.keys() | before.until.keys()
        return frozenset(tag for tag in tags if _is_more(self.of(tag), before.of(tag)))

    def widened(self, other: Rights) -> Rights:
        """By which whatever one of the two lets in comes in."""
        tags = self.until.keys() | other.until.keys()
        both = {tag: (self.of(tag), other.of(tag)) for tag in tags}
        return Rights(
            {
                tag: (max(one[0], two[0]), max(one[1], two[1]))
                for tag, (one, two) in both.items()
            }
        )

    @property
    def undone(self) -> frozenset[bytes]:
        """The author tags whose words are void altogether."""
        return frozenset(tag for tag, until in self.until.items() if until == UNDONE)

    def of(self, tag: bytes) -> Until:
        """The ends of one author's rights."""
        return self.until.get(tag, _NEVER)

    def packed(self) -> bytes:
        """To be kept beside the facts that were judged by it."""
        pairs = sorted(self.until.items())
        return _encode({tag: until for tag, until in pairs if until != _NEVER})

    @classmethod
    def unpacked(cls, raw: bytes) -> Rights:
        """The inverse of ``packed``."""
        return cls(_decode(raw))


def _is_more(one: Until, other: Until) -> bool:
    return one[0] > other[0] or one[1] > other[1]
