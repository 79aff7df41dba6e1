"""Roster entries: the signed sentences that say who belongs to a family.

    signed entry = MessagePack [entry bytes, signature]
    entry        = [version 1, family, issuer, prev, seq, body]      array-like, at most 1 KB
    body         = [kind, …]

An entry is known by the BLAKE2b-256 of its exact bytes; the family by the hash of its genesis
entry, which itself carries an empty family id. The five first fields never change, so that an
older version can keep and forward an entry whose kind, version or fields it does not know; such
an entry holds its place in the tree and says nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from mesh.errors import BadEntry
from mesh.model.device import Trust

VERSION = 1
PURPOSE = "roster entry"
NO_FAMILY = bytes(32)
ENTRY_MAX = 1024
SIGNED_MAX = ENTRY_MAX + 96
ISSUER_ENTRIES_MAX = 2000
DEVICES_MAX = 64
HEADS_MAX = 16
TAGS_MAX = 64
WORD_MAX = (1 << 53) - 1
RECIPIENT_SIZE = 12

Verify = Callable[[bytes, bytes, str, bytes, bytes], None]
Key = Annotated[bytes, Meta(min_length=32, max_length=32)]
Hash = Annotated[bytes, Meta(min_length=32, max_length=32)]
Tag = Annotated[bytes, Meta(min_length=6, max_length=6)]
Tags = Annotated[tuple[Tag, ...], Meta(max_length=TAGS_MAX)]
Heads = Annotated[tuple[Hash, ...], Meta(max_length=HEADS_MAX)]
Number = Annotated[int, Meta(ge=0, le=WORD_MAX)]
Tick = Annotated[int, Meta(ge=0, le=(1 << 63) - 1)]
Nonce = Annotated[bytes, Meta(min_length=16, max_length=16)]


class Body(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """What an entry says; each kind is a class of its own."""


class Genesis(Body, frozen=True, tag="genesis"):
    """A family begins; the issuer is its recovery key."""

    recovery: Key
    created_ms: Tick
    nonce: Nonce


class Add(Body, frozen=True, tag="add"):
    """A device comes in; ``tags`` are the author tags of its own past.

    ``tick``: when, by whoever let it in; 0 where nobody noted it.
    """

    key: Key
    trust: Trust
    admin: bool
    tags: Tags = ()
    tick: Tick = 0


class Word(Body, frozen=True, tag="trust"):
    """How far a device is trusted from now on.

    The word with the highest ``n`` stands. ``heads`` are the last entries of the device that
    its judge had seen, ``tick`` the moment at which lost rights end.
    """

    key: Key
    trust: Trust
    admin: bool
    n: Number
    heads: Heads
    tick: Tick


class Revoke(Body, frozen=True, tag="revoke"):
    """A device goes for good; of its entries only ``heads`` and what lies below them stay."""

    key: Key
    heads: Heads
    tick: Tick


class Lift(Body, frozen=True, tag="lift"):
    """What the voided admin ``of`` removed may come back."""

    key: Key
    of: Key


class Epoch(Body, frozen=True, tag="epoch"):
    """A new shared secret; the entry holds only its hash and who was given it."""

    number: Number
    nonce: Nonce
    recipients: Annotated[bytes, Meta(max_length=DEVICES_MAX * RECIPIENT_SIZE)]
    secret_hash: Hash

    def is_for(self, key: bytes) -> bool:
        """Whether the device with this key is among the recipients."""
        return recipient(key) in self.listed()

    def listed(self) -> frozenset[bytes]:
        """The short hashes of all recipients."""
        starts = range(0, len(self.recipients), RECIPIENT_SIZE)
        return frozenset(self.recipients[i : i + RECIPIENT_SIZE] for i in starts)


class Parted(Body, frozen=True, tag="parted"):
    """A first meeting is undone, by who came or by an admin; its removal stands beside it."""

    key: Key
    tick: Tick


AnyBody = Genesis | Add | Word | Revoke | Lift | Epoch | Parted


class Entry(Struct, frozen=True, array_like=True):
    """The frame around every body; readable whatever the body is."""

    version: Annotated[int, Meta(ge=1, le=255)]
    family: Annotated[bytes, Meta(max_length=32)]
    issuer: Key
    prev: Annotated[bytes, Meta(max_length=32)]
    seq: Annotated[int, Meta(ge=1, le=ISSUER_ENTRIES_MAX)]
    body: msgspec.Raw


class KnownEntry(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """An entry of which this version understands everything."""

    version: Annotated[int, Meta(ge=VERSION, le=VERSION)]
    family: bytes
    issuer: bytes
    prev: bytes
    seq: int
    body: AnyBody


class Signed(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """An entry as it travels."""

    entry: Annotated[bytes, Meta(max_length=ENTRY_MAX)]
    signature: Annotated[bytes, Meta(min_length=64, max_length=64)]


@dataclass(frozen=True, slots=True)
class CheckedEntry:
    """An entry whose signature holds; ``body`` is None where we do not know what it says."""

    hash: bytes
    issuer: bytes
    prev: bytes
    seq: int
    body: AnyBody | None
    signed: bytes


_encode = msgspec.msgpack.Encoder().encode
_signed = msgspec.msgpack.Decoder(Signed)
_entry = msgspec.msgpack.Decoder(Entry)
_known = msgspec.msgpack.Decoder(KnownEntry)


def recipient(key: bytes) -> bytes:
    """How an epoch entry names a device: short, so that a whole family fits."""
    return hashlib.blake2b(key, digest_size=RECIPIENT_SIZE, person=b"aico recipient").digest()


def entry_hash(entry: bytes) -> bytes:
    """By what an entry is known: BLAKE2b-256 of its exact bytes."""
    return hashlib.blake2b(entry, digest_size=32).digest()


def write(body: AnyBody, *, family: bytes, issuer: bytes, prev: bytes, seq: int) -> bytes:
    """The bytes of a new entry, to be signed for ``PURPOSE``; BadEntry if they are too many."""
    raw = msgspec.Raw(_encode(body))
    entry = _encode(Entry(VERSION, family, issuer, prev, seq, raw))
    if len(entry) > ENTRY_MAX or seq > ISSUER_ENTRIES_MAX:
        raise BadEntry("This device has written as much into the roster as it may.")
    return entry


def close(entry: bytes, signature: bytes) -> bytes:
    """The entry as it travels and is stored."""
    return _encode(Signed(entry, signature))


def family_of(signed: bytes) -> bytes:
    """The id of the family that begins with this genesis entry; BadEntry if it is none."""
    entry, frame = _open(signed)[:2]
    if frame.family or not isinstance(_said(entry), Genesis):
        raise BadEntry
    return entry_hash(entry)


def read(signed: bytes, family: bytes, verify: Verify) -> CheckedEntry:
    """Look at an entry from outside.

    ``verify(public, signature, purpose, family, bytes)`` raises BadSignature; BadEntry is
    raised for what is no entry of this family.
    """
    entry, frame, signature = _open(signed)
    known = entry_hash(entry)
    if frame.family != (b"" if known == family else family):
        raise BadEntry
    verify(frame.issuer, signature, PURPOSE, frame.family or NO_FAMILY, entry)
    said = _said(entry)
    if isinstance(said, Genesis) and (known != family or said.recovery != frame.issuer):
        said = None
    return CheckedEntry(known, frame.issuer, frame.prev, frame.seq, said, signed)


def _open(signed: bytes) -> tuple[bytes, Entry, bytes]:
    if len(signed) > SIGNED_MAX:
        raise BadEntry
    try:
        outer = _signed.decode(signed)
        frame = _entry.decode(outer.entry)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise BadEntry from error
    if len(frame.prev) not in {0, 32} or (frame.seq == 1) != (frame.prev == b""):
        raise BadEntry
    return outer.entry, frame, outer.signature


def _said(entry: bytes) -> AnyBody | None:
    """The body, or None where this version does not understand the entry whole."""
    try:
        body = _known.decode(entry).body
    except (msgspec.MsgspecError, RecursionError):
        return None
    if isinstance(body, Epoch) and len(body.recipients) % RECIPIENT_SIZE:
        return None
    return body
