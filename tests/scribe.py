"""Devices that write roster entries, honest or not; unsigned, for tests of the pure rules."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from mesh.model.device import Trust
from mesh.model.entry import (
    Add,
    AnyBody,
    CheckedEntry,
    Epoch,
    Genesis,
    Lift,
    Parted,
    Revoke,
    Word,
    close,
    read,
    write,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

UNSIGNED = bytes(64)


def trust_anyone(*_: object) -> None:
    """A verification that finds every signature good."""


class Scribe:
    """One issuer; ``log`` is the branch it goes on with, which a fork shortens."""

    def __init__(self, name: str, family: bytes = b"") -> None:
        self.name = name
        self.key = hashlib.sha256(name.encode()).digest()
        self.family = family
        self.log: list[CheckedEntry] = []

    def write(self, body: AnyBody) -> CheckedEntry:
        prev = self.log[-1].hash if self.log else b""
        signed = close(
            write(body, family=self.family, issuer=self.key, prev=prev, seq=len(self.log) + 1),
            UNSIGNED,
        )
        entry = read(signed, self.family or _hash_of(signed), trust_anyone)
        self.log.append(entry)
        return entry

    def fork(self, length: int) -> None:
        """Go on from an earlier entry, as a restored device or a thief does."""
        self.log = self.log[:length]

    def heads(self) -> tuple[bytes, ...]:
        return tuple(entry.hash for entry in self.log[-1:])

    def begin(self) -> CheckedEntry:
        genesis = self.write(Genesis(self.key, created_ms=1, nonce=bytes(16)))
        self.family = genesis.hash
        return genesis

    def add(
        self,
        other: Scribe,
        trust: Trust = Trust.FULL,
        *,
        admin: bool = False,
        tags: tuple[bytes, ...] = (),
        tick: int = 0,
    ) -> CheckedEntry:
        return self.write(Add(other.key, trust, admin, tags, tick))

    def part(self, other: Scribe, tick: int) -> CheckedEntry:
        return self.write(Parted(other.key, tick))

    def say(
        self, other: Scribe, trust: Trust, n: int, *, admin: bool = False, tick: int = 0
    ) -> CheckedEntry:
        return self.write(Word(other.key, trust, admin, n, other.heads(), tick))

    def revoke(
        self, other: Scribe, heads: Sequence[bytes] | None = None, tick: int = 0
    ) -> CheckedEntry:
        seen = other.heads() if heads is None else tuple(heads)
        return self.write(Revoke(other.key, seen, tick))

    def lift(self, other: Scribe, of: Scribe) -> CheckedEntry:
        return self.write(Lift(other.key, of.key))

    def epoch(self, number: int, nonce: int = 0) -> CheckedEntry:
        return self.write(Epoch(number, nonce.to_bytes(16, "big"), b"", bytes(32)))


def _hash_of(signed: bytes) -> bytes:
    from mesh.model.entry import family_of

    return family_of(signed)


def family_of_scribes(*names: str) -> tuple[list[CheckedEntry], list[Scribe]]:
    """A recovery key and scribes of its family, with the entries so far (its genesis)."""
    recovery = Scribe("recovery")
    genesis = recovery.begin()
    return [genesis], [recovery, *(Scribe(name, genesis.hash) for name in names)]
