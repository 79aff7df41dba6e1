"""The root key is made once; whatever is missing later is said, never made anew."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mesh.clock import SystemEntropy
from mesh.errors import RootKeyMissing, WrongPassphrase
from mesh.keystore import open_keystore, unlock
from mesh.profile import Profile, ProfileRecord

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def profile() -> Iterator[Profile]:
    folder = Path(tempfile.mkdtemp(prefix="am-"))
    made = Profile(folder / "home", folder / "run")
    made.prepare()
    yield made
    shutil.rmtree(folder)


async def asked(profile: Profile, passphrase: str | None, *, database: bool) -> bytes:
    return await unlock(
        profile,
        passphrase=lambda: passphrase,
        entropy=SystemEntropy(),
        database_exists=database,
        on_waiting=lambda: None,
    )


async def test_the_passphrase_of_the_first_run_opens_every_later_one(profile: Profile) -> None:
    key = await asked(profile, "right", database=False)
    assert len(key) == 32
    assert await asked(profile, "right", database=True) == key
    assert await asked(profile, "right", database=False) == key


@pytest.mark.parametrize("passphrase", ["wrong", "", None])
async def test_without_the_passphrase_nothing_opens(
    profile: Profile, passphrase: str | None
) -> None:
    await asked(profile, "right", database=False)
    before = profile.sealed_key.read_bytes()
    for database in (True, False):
        with pytest.raises(WrongPassphrase):
            await asked(profile, passphrase, database=database)
    assert profile.sealed_key.read_bytes() == before


async def test_a_missing_passphrase_is_asked_for_in_words(profile: Profile) -> None:
    await asked(profile, "right", database=False)
    with pytest.raises(WrongPassphrase, match="AICO_MESH_PASSPHRASE"):
        await asked(profile, None, database=True)


@pytest.mark.parametrize(
    ("lost", "named"), [("profile.json", "profile.json"), ("key.sealed", "key.sealed")]
)
async def test_a_database_whose_key_is_gone_is_never_a_first_run(
    profile: Profile, lost: str, named: str
) -> None:
    await asked(profile, "right", database=False)
    (profile.home / lost).unlink()
    left = {path.name: path.read_bytes() for path in profile.home.iterdir()}
    with pytest.raises(RootKeyMissing, match=named):
        await asked(profile, "right", database=True)
    assert left == {path.name: path.read_bytes() for path in profile.home.iterdir()}


async def test_a_start_that_died_before_the_database_begins_again(profile: Profile) -> None:
    first = await asked(profile, "right", database=False)
    profile.sealed_key.unlink()
    assert await asked(profile, "right", database=False) != first
    profile.record.unlink()
    assert len(await asked(profile, "other", database=False)) == 32


async def test_two_profiles_have_two_items_in_one_keyring() -> None:
    accounts = {
        vars(
            open_keystore(
                Profile(Path("/none")),
                ProfileRecord(id=name, keystore="keyring"),
                passphrase=None,
                entropy=SystemEntropy(),
                on_waiting=lambda: None,
            )
        )["_account"]
        for name in ("one", "two")
    }
    assert len(accounts) == 2
    assert all(len(bytes.fromhex(account)) == 32 for account in accounts)
