"""How a profile gets its root key: made once, found ever after, never made a second time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh.crypto import KEY_SIZE, digest
from mesh.errors import KeyringAbsent, RootKeyMissing, WrongPassphrase
from mesh.keystore.passphrase import PassphraseKeystore
from mesh.keystore.waiting import in_thread
from mesh.profile import ProfileRecord

if TYPE_CHECKING:
    from collections.abc import Callable

    from mesh.clock import Entropy
    from mesh.keystore.store import RootKeyStore
    from mesh.profile import Profile

_ID_SIZE = 16
_NO_SEALED_KEY = (
    "key.sealed is missing from the profile folder, so the data there cannot be opened; put "
    "the file back. Nothing was changed."
)


async def unlock(
    profile: Profile,
    *,
    passphrase: Callable[[], str | None],
    entropy: Entropy,
    database_exists: bool,
    on_waiting: Callable[[], None],
) -> bytes:
    """The root key of a profile that is prepared and locked by this process.

    On the first run the key is made and the kind of keystore chosen and recorded: a passphrase
    if one is given, else the keyring. Afterwards the record decides. ``passphrase`` runs in a
    thread; it should ask a person only if ``profile.read_record()`` names a passphrase.
    ``on_waiting`` is called once if the keyring takes longer than a second.

    RootKeyMissing if there is a database but no key; other KeystoreErrors if the key cannot be
    reached; ProfileError if the record cannot be read or written.
    """
    record = profile.read_record()
    if record is None:
        if database_exists:
            raise RootKeyMissing(
                "profile.json is missing from the profile folder, so the data there cannot be "
                "opened; put the file back. Nothing was changed."
            )
        return await _first_run(profile, passphrase, entropy, on_waiting)
    typed = await in_thread(passphrase) if record.keystore == "passphrase" else None
    store = open_keystore(
        profile, record, passphrase=typed, entropy=entropy, on_waiting=on_waiting
    )
    key = await _load(store)
    if key is None and database_exists:
        raise RootKeyMissing if store.kind == "keyring" else RootKeyMissing(_NO_SEALED_KEY)
    return key or await _make(store, entropy)


def open_keystore(
    profile: Profile,
    record: ProfileRecord,
    *,
    passphrase: str | None,
    entropy: Entropy,
    on_waiting: Callable[[], None],
) -> RootKeyStore:
    """The keystore that a record names; WrongPassphrase if it needs one and none is given."""
    if record.keystore == "keyring":
        # Only here: what speaks with keyrings takes four megabytes.
        from mesh.keystore.system import SystemKeyring

        account = digest(b"keyring account", record.id.encode()).hex()
        return SystemKeyring(account, on_waiting)
    if not passphrase:
        raise WrongPassphrase(
            "This profile is opened with a passphrase: set AICO_MESH_PASSPHRASE or give "
            "--passphrase-file."
        )
    return PassphraseKeystore(profile.sealed_key, passphrase, entropy)


async def _first_run(
    profile: Profile,
    passphrase: Callable[[], str | None],
    entropy: Entropy,
    on_waiting: Callable[[], None],
) -> bytes:
    """Choose, make, keep, and only then record: what failed must not stand as chosen."""
    typed = await in_thread(passphrase)
    record = ProfileRecord(
        id=entropy.draw(_ID_SIZE).hex(), keystore="passphrase" if typed else "keyring"
    )
    store = open_keystore(
        profile, record, passphrase=typed, entropy=entropy, on_waiting=on_waiting
    )
    key = await _make(store, entropy)
    profile.write_record(record)
    return key


async def _make(store: RootKeyStore, entropy: Entropy) -> bytes:
    key = entropy.draw(KEY_SIZE)
    await store.store(key)
    return key


async def _load(store: RootKeyStore) -> bytes | None:
    """The key of a profile that has one; without its keyring no passphrase would help."""
    try:
        return await store.load()
    except KeyringAbsent as error:
        raise KeyringAbsent(
            "The key of this profile is in the keyring of your desktop session, which cannot "
            "be reached from here; start it inside that session."
        ) from error
