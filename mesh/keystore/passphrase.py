"""The root key in a file, closed with a passphrase: where there is no keyring, or by choice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta

from mesh.crypto import KEY_SIZE, passphrase_key, unwrap, wrap
from mesh.errors import BadSeal, KeystoreError, ProfileError, WrongPassphrase
from mesh.keystore.waiting import in_thread
from mesh.profile import read_small, write_private

if TYPE_CHECKING:
    from pathlib import Path

    from mesh.clock import Entropy

FILE_VERSION = 1
_SALT_SIZE = 16
_LABEL = "root key"


class Cost(msgspec.Struct, frozen=True):
    """What one guess costs: Argon2id memory, passes and lanes.

    The bounds hold for a file that somebody changed too: it cannot ask for more than half a
    gigabyte and some seconds.
    """

    memory_kib: Annotated[int, Meta(ge=64, le=524_288)] = 65_536
    passes: Annotated[int, Meta(ge=1, le=10)] = 3
    lanes: Annotated[int, Meta(ge=1, le=4)] = 1


class SealedKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stands in the file."""

    salt: Annotated[bytes, Meta(min_length=_SALT_SIZE, max_length=64)]
    sealed: Annotated[bytes, Meta(max_length=256)]
    cost: Cost
    version: int = FILE_VERSION


class PassphraseKeystore:
    """The root key in a file of mode 0600 that only the passphrase opens."""

    kind = "passphrase"

    def __init__(
        self, path: Path, passphrase: str, entropy: Entropy, *, cost: Cost | None = None
    ) -> None:
        self._path = path
        self._passphrase = passphrase
        self._entropy = entropy
        self._cost = cost or Cost()

    async def load(self) -> bytes | None:
        """The key; WrongPassphrase if this is not it, KeystoreError if the file is no good."""
        return await in_thread(self._read)

    async def store(self, key: bytes) -> None:
        """Close the key with the passphrase, replace the file, read it back."""
        await in_thread(lambda: self._write(key))

    def _read(self) -> bytes | None:
        try:
            content = read_small(self._path)
        except ProfileError as error:
            raise KeystoreError(str(error)) from error
        return None if content is None else self._opened(_parsed(content))

    def _opened(self, file: SealedKey) -> bytes:
        try:
            key = unwrap(_guess(self._passphrase, file.salt, file.cost), file.sealed, _LABEL)
        except BadSeal as error:
            raise WrongPassphrase from error
        if len(key) != KEY_SIZE:
            raise KeystoreError("key.sealed does not hold a key.")
        return key

    def _write(self, key: bytes) -> None:
        salt = self._entropy.draw(_SALT_SIZE)
        lock = _guess(self._passphrase, salt, self._cost)
        file = SealedKey(salt, wrap(lock, key, _LABEL, self._entropy), self._cost)
        content = msgspec.json.encode(file)
        try:
            write_private(self._path, content)
            kept = read_small(self._path)
        except ProfileError as error:
            raise KeystoreError(str(error)) from error
        if kept != content:
            raise KeystoreError("key.sealed did not keep the key it was given.")


def _guess(passphrase: str, salt: bytes, cost: Cost) -> bytes:
    return passphrase_key(
        passphrase, salt, memory_kib=cost.memory_kib, passes=cost.passes, lanes=cost.lanes
    )


def _parsed(content: bytes) -> SealedKey:
    try:
        file = msgspec.json.decode(content, type=SealedKey)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise KeystoreError("key.sealed was changed or is damaged.") from error
    if file.version != FILE_VERSION:
        raise KeystoreError("key.sealed was made by a later version of AICO mesh.")
    return file
