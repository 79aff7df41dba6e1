"""The keys of this device: never copied, and made anew once they were removed from a family."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta, Struct

from mesh.crypto import KemKey, SigningKey
from mesh.errors import DatabaseDamaged
from mesh.model.device import author_tag, device_id

if TYPE_CHECKING:
    from mesh.clock import Entropy

DAY_MS = 24 * 3600 * 1000
PREKEY_LIFE_MS = 7 * DAY_MS
PREKEY_GRACE_MS = 30 * DAY_MS
PREKEY_ID_SIZE = 8

Secret = Annotated[bytes, Meta(min_length=32, max_length=32)]


class Prekey(Struct, frozen=True, array_like=True):
    """An X-Wing key for a week; what was sealed to it can be opened for 30 days more."""

    id: Annotated[bytes, Meta(min_length=PREKEY_ID_SIZE, max_length=PREKEY_ID_SIZE)]
    seed: Secret
    expires_ms: int

    @property
    def key(self) -> KemKey:
        """The key itself."""
        return KemKey(self.seed)


class _Stored(Struct, frozen=True, array_like=True, tag=1):
    seed: Secret
    curve_public: Secret
    curve_secret: Secret
    prekeys: tuple[Prekey, ...]


@dataclass(frozen=True)
class Identity:
    """Signing key, CURVE pair (public, secret; raw) and prekeys, the newest first."""

    signing: SigningKey
    curve: tuple[bytes, bytes]
    prekeys: tuple[Prekey, ...]

    @classmethod
    def create(cls, entropy: Entropy, curve: tuple[bytes, bytes], now_ms: int) -> Identity:
        """A new device."""
        return cls(SigningKey.generate(entropy), curve, (_prekey(entropy, now_ms),))

    @cached_property
    def key(self) -> bytes:
        """The public key by which others know this device."""
        return self.signing.public

    @property
    def device_id(self) -> str:
        """The key as people see it."""
        return device_id(self.key)

    @property
    def tag(self) -> bytes:
        """The author tag of this device."""
        return author_tag(self.key)

    @property
    def prekey(self) -> Prekey:
        """The prekey others should use now."""
        return self.prekeys[0]

    def with_fresh_prekey(self, entropy: Entropy, now_ms: int) -> Identity:
        """The same device with a new prekey if the week is over; unusable ones are dropped."""
        if now_ms < self.prekey.expires_ms:
            return self
        usable = [old for old in self.prekeys if now_ms < old.expires_ms + PREKEY_GRACE_MS]
        return replace(self, prekeys=(_prekey(entropy, now_ms), *usable))

    def encode(self) -> bytes:
        """The secret bytes to be stored."""
        stored = _Stored(self.signing.seed, *self.curve, self.prekeys)
        return msgspec.msgpack.encode(stored)

    @classmethod
    def decode(cls, secret: bytes) -> Identity:
        """What ``encode`` made; DatabaseDamaged if it is something else."""
        try:
            stored = msgspec.msgpack.decode(secret, type=_Stored)
        except msgspec.MsgspecError as error:
            raise DatabaseDamaged from error
        curve = (stored.curve_public, stored.curve_secret)
        return cls(SigningKey(stored.seed), curve, stored.prekeys)


def _prekey(entropy: Entropy, now_ms: int) -> Prekey:
    return Prekey(
        entropy.draw(PREKEY_ID_SIZE), KemKey.generate(entropy).seed, now_ms + PREKEY_LIFE_MS
    )
