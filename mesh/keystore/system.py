"""The keyring of the operating system, as a keystore.

The back end is one of four we know, made here by its class: ``keyring.get_keyring()`` and the
``KEYRING_PROPERTY_…`` variables would let anything that can set the environment choose where
the key goes.
"""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING, TypeVar

from keyring.backends import SecretService, Windows, kwallet, macOS
from keyring.errors import InitError, KeyringError
from keyring.errors import KeyringLocked as LockedByOwner

from mesh.crypto import same
from mesh.errors import KeyringAbsent, KeyringLocked, KeyringUntrusted, KeystoreError
from mesh.keystore.waiting import patiently

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyring.backend import KeyringBackend

Answer = TypeVar("Answer")

SERVICE = "aico-mesh"
_KEY_TEXT = re.compile("[0-9a-f]{64}")


class SystemKeyring:
    """The root key as one item of the owner's keyring, in hexadecimal.

    ``on_waiting`` is called when an answer takes longer than a second: most likely the keyring
    is asking its owner something.
    """

    kind = "keyring"

    def __init__(self, account: str, on_waiting: Callable[[], None]) -> None:
        self._account = account
        self._on_waiting = on_waiting

    async def load(self) -> bytes | None:
        """The key; KeyringAbsent, KeyringLocked or KeyringUntrusted if there is no telling."""
        return await patiently(lambda: _guarded(self._read), self._on_waiting)

    async def store(self, key: bytes) -> None:
        """Keep the key and read it back; KeyringUntrusted if another one comes back."""
        await patiently(lambda: _guarded(lambda: self._write(key)), self._on_waiting)

    def _read(self) -> bytes | None:
        for backend in _trusted():
            text = backend.get_password(SERVICE, self._account)
            if text is not None:
                return _parsed(text)
        return None

    def _write(self, key: bytes) -> None:
        backend = _trusted()[0]
        backend.set_password(SERVICE, self._account, key.hex())
        kept = backend.get_password(SERVICE, self._account)
        if kept is None or not same(_parsed(kept), key):
            raise KeyringUntrusted("The keyring did not keep the key it was given.")


def _parsed(text: str) -> bytes:
    if not _KEY_TEXT.fullmatch(text):
        raise KeyringUntrusted("The keyring holds something else in place of the key.")
    return bytes.fromhex(text)


def _trusted() -> list[KeyringBackend]:
    """The known keyrings that answer on this machine, the best first; KeyringAbsent if none."""
    found = [kind() for kind in _known() if kind.viable]
    if not found:
        raise KeyringAbsent
    return found


def _known() -> list[type[KeyringBackend]]:
    if sys.platform == "darwin":
        return [_Keychain]
    if sys.platform == "win32":
        return [_WinVault]
    if "KDE" in os.environ.get("XDG_CURRENT_DESKTOP", ""):
        return [_KWallet, _SecretService]
    return [_SecretService, _KWallet]


class _Ours:
    """A back end under our name, deaf to the properties it would take from the environment."""

    appid = "AICO mesh"

    def set_properties_from_env(self) -> None:
        """Take nothing."""


class _SecretService(_Ours, SecretService.Keyring):
    """GNOME Keyring, KeePassXC and others."""


class _KWallet(_Ours, kwallet.DBusKeyring):
    """KDE's wallet."""


class _Keychain(_Ours, macOS.Keyring):
    """macOS."""


class _WinVault(_Ours, Windows.WinVaultKeyring):
    """Windows Credential Locker."""


def _guarded(call: Callable[[], Answer]) -> Answer:
    """Turn what the keyring raises into ours; below it other libraries raise what they like."""
    try:
        return call()
    except KeystoreError:
        raise
    except (LockedByOwner, InitError) as error:
        raise KeyringLocked from error
    except KeyringError as error:
        raise KeystoreError("Your keyring refused to keep the key.") from error
    except Exception as error:
        raise KeystoreError("Your keyring did not answer as it should.") from error
