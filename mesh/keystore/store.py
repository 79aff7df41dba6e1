"""What every keystore is: a place for one root key of 32 bytes."""

from __future__ import annotations

from typing import Protocol


class RootKeyStore(Protocol):
    """Where the root key of one profile lies."""

    @property
    def kind(self) -> str:
        """``keyring``, ``passphrase`` or ``memory``."""

    async def load(self) -> bytes | None:
        """The key, or None if there is none; KeystoreError if that cannot be told."""

    async def store(self, key: bytes) -> None:
        """Keep the key; done only when it was read back. KeystoreError if it is not kept."""


class MemoryKeystore:
    """A keystore that is forgotten with the process: for tests and simulations."""

    kind = "memory"

    def __init__(self, key: bytes | None = None) -> None:
        self._key = key

    async def load(self) -> bytes | None:
        """The key it was made with or was given last."""
        return self._key

    async def store(self, key: bytes) -> None:
        """Keep the key while the process lives."""
        self._key = key
