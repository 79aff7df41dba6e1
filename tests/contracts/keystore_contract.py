"""What every keystore must do, and how a real keyring is asked from a session of its own."""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import secretstorage

from mesh.clock import SystemEntropy
from mesh.errors import KeyringUntrusted, MeshError
from mesh.keystore import unlock
from mesh.keystore.system import SERVICE, SystemKeyring
from mesh.profile import Profile

if TYPE_CHECKING:
    from collections.abc import Callable

    from mesh.keystore import RootKeyStore

FIRST, SECOND = bytes(range(32)), b"\xff" * 32


async def keeps_one_key(again: Callable[[], RootKeyStore]) -> None:
    """``again`` opens the keystore anew; whoever does finds the key that was stored last."""
    assert await again().load() is None
    await again().store(FIRST)
    assert await again().load() == FIRST
    await again().store(SECOND)
    assert await again().load() == SECOND


async def keyring_keeps_the_contract() -> None:
    """To be called where a keyring is open."""
    await keeps_one_key(lambda: SystemKeyring("a" * 64, on_waiting))
    assert await SystemKeyring("b" * 64, on_waiting).load() is None
    for text in ("", "ab" * 31, "AB" * 32, "ab" * 32 + "\n", "not a key"):
        replace_item("a" * 64, text)
        try:
            await SystemKeyring("a" * 64, on_waiting).load()
        except KeyringUntrusted:
            continue
        raise AssertionError(f"{text!r} was taken for a key")


def replace_item(account: str, text: str) -> None:
    """What another program of the user could do to our item."""
    with closing(secretstorage.dbus_init()) as bus:
        collection = secretstorage.get_default_collection(bus)
        found = list(collection.search_items({"service": SERVICE, "username": account}))
        assert len(found) == 1
        found[0].set_secret(text.encode())


def on_waiting() -> None:
    """Nobody is asked in these sessions, so nobody is waited for."""
    print("waiting", file=sys.stderr)  # noqa: T201 - seen if a test fails


async def ask(home: str, passphrase: str, database: str) -> dict[str, str]:
    """Unlock a profile as a node would, and tell what came of it."""
    profile = Profile(Path(home) / "profile", Path(home) / "sockets")
    profile.prepare()
    try:
        key = await unlock(
            profile,
            passphrase=lambda: passphrase or None,
            entropy=SystemEntropy(),
            database_exists=database == "database",
            on_waiting=on_waiting,
        )
    except MeshError as error:
        return {"error": error.code, "sentence": error.sentence}
    return {"key": key.hex()}


if __name__ == "__main__":
    if sys.argv[1:] == ["contract"]:
        asyncio.run(keyring_keeps_the_contract())
    else:
        print(json.dumps(asyncio.run(ask(*sys.argv[1:]))))  # noqa: T201 - this is the answer
