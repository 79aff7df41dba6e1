"""Facts: the only thing devices exchange. An object is a set of facts; merging is set union.

A fact is immutable, has one author and names the facts it saw. On disk and on the wire it is
the author's exact bytes, a MessagePack array:

    [version, kind, id, object, object kind, stamp, level, sees, body]

``id`` is 16 bytes: author tag 6 · run 2 (random at every start) · tick 8. An imported line has
no author: its ``id`` is empty on the wire and computed from its body (imported.py, top bit
set), so that a file imported on two devices is one history. ``object`` is empty when the fact
is its object's own root. ``body`` is an array by kind; what an older version does not know it
keeps and forwards verbatim.
"""

from __future__ import annotations

import functools
import hashlib
from enum import IntEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from mesh.errors import BadFact, TooLarge
from mesh.model import hlc

VERSION = 1
FACT_MAX = 512 * 1024
TEXT_MAX = 256 * 1024
SEES_MAX = 64
TAGS_MAX = 32
STAMP_MAX = hlc.TICK_MAX

Id = Annotated[bytes, Meta(max_length=16)]
Key16 = Annotated[bytes, Meta(min_length=16, max_length=16)]
Text = Annotated[str, Meta(max_length=TEXT_MAX)]
Name = Annotated[str, Meta(max_length=256)]
Tag = Annotated[str, Meta(min_length=1, max_length=64)]
Tags = Annotated[tuple[Tag, ...], Meta(max_length=TAGS_MAX)]
Micros = Annotated[int, Meta(ge=-(1 << 62), le=(1 << 62))]
Unit = Annotated[float, Meta(ge=-1.0, le=1.0)]
Share = Annotated[float, Meta(ge=0.0, le=1.0)]


class FactKind(IntEnum):
    """What a fact says about its object."""

    ROOT = 1
    TEXT = 2
    TAG = 3
    UNTAG = 4
    LABEL = 5
    REASON = 6
    ANSWER = 7
    FORGET = 8
    WISH = 9
    RECEIPT = 10
    SETTLED = 11


class ObjectKind(IntEnum):
    """What a set of facts is about."""

    CONVERSATION = 1
    TURN = 2
    OBSERVATION = 3
    MEMORY = 4
    TRAIT = 5
    SETTING = 6


class Level(IntEnum):
    """How widely something may be shared; a higher level is stricter."""

    PUBLIC = 0
    FAMILY = 1
    PRIVATE = 2
    HERE = 3


TEXTUAL = frozenset({FactKind.TEXT, FactKind.ANSWER})
"""Facts that give an object another text; an answer does so to end a contradiction."""
SAID = frozenset({FactKind.ROOT, FactKind.SETTLED, *TEXTUAL})
"""Facts that make an object recent: also a root that only shares it more widely."""
NAMED = frozenset({ObjectKind.TRAIT, ObjectKind.SETTING})
"""Objects whose id is computed from their name, and whose roots are all later ones."""
STUBS = frozenset({FactKind.LABEL, FactKind.FORGET, FactKind.RECEIPT})
"""Facts without content: they travel at their object's reach, before all others."""


class Fact(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """The header of a fact and its still encoded body."""

    version: int
    kind: int
    id: Id
    object: Id
    object_kind: Annotated[int, Meta(ge=0, le=255)]
    stamp: Annotated[int, Meta(ge=0, le=STAMP_MAX)]
    level: Annotated[int, Meta(ge=0, le=3)]
    sees: Annotated[tuple[Key16, ...], Meta(max_length=SEES_MAX)]
    body: msgspec.Raw


class Body(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """What a fact says, by kind."""


class Turn(Body, frozen=True, gc=False):
    """Root of a turn. ``shown``: the author's wall clock, Unix µs; ``source``: an imported id.

    ``ordinal`` tells identical imported lines apart, 0 for the first.
    """

    conversation: Name
    role: Annotated[str, Meta(min_length=1, max_length=32)]
    text: Text
    shown: Micros
    speaker: Name | None = None
    tags: Tags = ()
    source: Name | None = None
    ordinal: Annotated[int, Meta(ge=0)] = 0


class Observation(Body, frozen=True, gc=False):
    """Root of an observation of mood; ``shown`` Unix µs; ``source``: an imported id."""

    valence: Unit
    arousal: Unit
    confidence: Share
    shown: Micros
    source: Name | None = None


class Memory(Body, frozen=True, gc=False):
    """Root of a memory; ``shown`` Unix µs; ``source``: an imported id."""

    text: Text
    tags: Tags
    shown: Micros
    source: Name | None = None


class Trait(Body, frozen=True, gc=False):
    """Root of a trait of the companion's personality; ``shown`` Unix µs."""

    name: Annotated[str, Meta(min_length=1, max_length=64)]
    text: Annotated[str, Meta(max_length=4096)]
    shown: Micros


class Setting(Body, frozen=True, gc=False):
    """Root of a setting of one family (the beginning of its id): a name and a value."""

    family: Annotated[bytes, Meta(min_length=16, max_length=16)]
    name: Name
    value: Annotated[str, Meta(max_length=4096)]


class Words(Body, frozen=True, gc=False):
    """A later text of a turn or memory, an answer to a contradiction, or a mood's reason."""

    text: Text


class Tagging(Body, frozen=True, gc=False):
    """A tag put on or taken off."""

    tag: Tag


class Labelling(Body, frozen=True, gc=False):
    """A new level for an object."""

    level: Annotated[int, Meta(ge=0, le=3)]


class Forgetting(Body, frozen=True, gc=False):
    """The object is forgotten. Nothing more is said."""


class Receipt(Body, frozen=True, gc=False):
    """The author has forgotten the object."""


class Wishing(Body, frozen=True, gc=False):
    """What the author would say of the object if it had the right: a kind of fact and its body.

    ``text``: the text or tag; ``level``: of a label. It changes nothing until a person agrees.
    """

    what: Annotated[int, Meta(ge=0, le=255)]
    text: Text = ""
    level: Annotated[int, Meta(ge=0, le=3)] = 0


class Settled(Body, frozen=True, gc=False):
    """A person has decided about the wishes this fact saw."""

    is_granted: bool


_BODIES: dict[tuple[int, int], type[Body]] = {
    (FactKind.ROOT, ObjectKind.TURN): Turn,
    (FactKind.ROOT, ObjectKind.OBSERVATION): Observation,
    (FactKind.ROOT, ObjectKind.MEMORY): Memory,
    (FactKind.ROOT, ObjectKind.TRAIT): Trait,
    (FactKind.ROOT, ObjectKind.SETTING): Setting,
}
_BODIES_BY_KIND: dict[int, type[Body]] = {
    FactKind.TEXT: Words,
    FactKind.REASON: Words,
    FactKind.ANSWER: Words,
    FactKind.TAG: Tagging,
    FactKind.UNTAG: Tagging,
    FactKind.LABEL: Labelling,
    FactKind.FORGET: Forgetting,
    FactKind.RECEIPT: Receipt,
    FactKind.WISH: Wishing,
    FactKind.SETTLED: Settled,
}

_ROOT_BEGINS = bytes([0x99, VERSION, FactKind.ROOT, 0xC4, 16])
_NO_OBJECT = b"\xc4\0"
"""An array of nine: version, kind, an id of 16 bytes; behind the id an object that is empty."""

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Fact).decode
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_bodies = {
    kind: msgspec.msgpack.Decoder(kind)
    for kind in {*_BODIES.values(), *_BODIES_BY_KIND.values()}
}
_decode_turn = _bodies[Turn].decode


def read(raw: bytes) -> Fact:
    """The header in a fact's bytes; BadFact when it is none."""
    if len(raw) > FACT_MAX:
        raise BadFact("a fact is too large")
    try:
        fact = _decode(raw)
    except _UNREADABLE as error:
        raise BadFact("a fact cannot be read") from error
    if fact.version != VERSION:
        raise BadFact("a fact of an unknown version")
    return fact


def begins_object(raw: bytes) -> bool:
    """Whether these are surely the bytes of a minted root, to be seen without reading them."""
    return raw[:5] == _ROOT_BEGINS and raw[21:23] == _NO_OBJECT


def body_kind(fact: Fact) -> type[Body] | None:
    """The struct of the fact's body; None when this version does not know the kind."""
    return _BODIES.get((fact.kind, fact.object_kind)) or _BODIES_BY_KIND.get(fact.kind)


def body(fact: Fact) -> Body | None:
    """The decoded body; None for a kind this version does not know; BadFact when malformed."""
    kind = body_kind(fact)
    if kind is None:
        return None
    try:
        decoded: Body = _bodies[kind].decode(fact.body)
    except _UNREADABLE as error:
        raise BadFact("a fact's body cannot be read") from error
    return decoded


def turn(fact: Fact) -> Turn:
    """The body of a turn's root."""
    try:
        decoded: Turn = _decode_turn(fact.body)  # type: ignore[assignment]
    except _UNREADABLE as error:
        raise BadFact("a turn cannot be read") from error
    return decoded


def write(fact: Fact) -> bytes:
    """The bytes of a new fact; TooLarge when others could not take it."""
    raw = _encode(fact)
    if len(raw) > FACT_MAX:
        raise TooLarge
    return raw


def encode_body(content: Body) -> msgspec.Raw:
    """A body ready to stand in a fact."""
    return msgspec.Raw(_encode(content))


def replaced(content: Turn | Memory, *, text: str, tags: tuple[str, ...]) -> Turn | Memory:
    """The same root with another text and other tags."""
    return msgspec.structs.replace(content, text=text, tags=tags)


# ---- ids -------------------------------------------------------------------------------------


def minted_id(author: bytes, run: bytes, tick: int) -> bytes:
    """The id of a fact its author writes now."""
    return author + run + tick.to_bytes(8, "big")


def is_imported(identity: bytes) -> bool:
    """Whether an id was computed from content rather than minted by a device."""
    return identity[0] & 0x80 != 0


def author_of(identity: bytes) -> bytes | None:
    """The author tag of an id; None for imported lines and names of conversations."""
    return None if identity[0] & 0x80 else identity[:6]


def tick_in(identity: bytes) -> int:
    """The tick at which a minted id was made."""
    return int.from_bytes(identity[8:], "big")


def run_in(identity: bytes) -> bytes:
    """Who minted an id, and in which run: the ids of one run rise."""
    return identity[:8]


def content_id(*parts: bytes) -> bytes:
    """An id computed from these parts, its top bit set."""
    state = hashlib.blake2b(digest_size=16, person=b"aico content")
    for part in parts:
        state.update(len(part).to_bytes(4, "big") + part)
    first, *rest = state.digest()
    return bytes([first | 0x80, *rest])


@functools.lru_cache(maxsize=4096)
def conversation_object(name: str) -> bytes:
    """The object id of the conversation with this id, the same on every device."""
    return content_id(b"conversation", name.encode())


def trait_object(name: str) -> bytes:
    """The object id of the trait with this name, the same on every device."""
    return content_id(b"trait", name.encode())


def setting_object(family: bytes, name: str) -> bytes:
    """The object id of a setting of the family whose id begins so (16 bytes)."""
    return content_id(b"setting", family, name.encode())


def named_object(content: Body | None) -> bytes | None:
    """The object a root must be of that says by name what it is about; None for others."""
    if isinstance(content, Trait):
        return trait_object(content.name)
    if isinstance(content, Setting):
        return setting_object(content.family, content.name)
    return None


def rival_id(identity: bytes, variant: int) -> bytes:
    """Where the storage files another body under an id that is taken."""
    return content_id(b"rival", identity, bytes([variant]))


def text_of_id(identity: bytes) -> str:
    """An id as people and JSON see it."""
    return identity.hex()
