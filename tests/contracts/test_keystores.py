"""Every keystore keeps one key, and none ever loses it silently.

The keyring is a real one: GNOME's Secret Service on a D-Bus of its own, with its own home.
Where these programs are missing, the tests fail.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mesh.clock import SystemEntropy
from mesh.keystore import Cost, MemoryKeystore, PassphraseKeystore
from mesh.profile import Profile
from tests.contracts.keystore_contract import keeps_one_key

if TYPE_CHECKING:
    from collections.abc import Iterator

PROBE = [sys.executable, "-m", "tests.contracts.keystore_contract"]


def session(start: str) -> list[str]:
    """The command line of a desktop session that begins with ``start``."""
    daemon = f'{start} --components=secrets >/dev/null; exec "$@"'
    return ["dbus-run-session", "--", "sh", "-e", "-c", daemon, "sh"]


OPEN = session('printf %s "$PASSWORD" | gnome-keyring-daemon --unlock')
CLOSED = session("gnome-keyring-daemon --start")
# What could lead the keyring library astray: a back end that keeps nothing, and a collection
# that is gone with the session.
MISLEADING = {
    "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
    "KEYRING_PROPERTY_PREFERRED_COLLECTION": "/org/freedesktop/secrets/collection/session",
}
CHECKOUT = Path(__file__).parents[2]
RIGHT = "right"
HANG_S = 60


@dataclass(frozen=True)
class Account:
    """A user of this machine, asked one desktop session at a time."""

    home: Path

    def run(self, *command: str, password: str = RIGHT) -> str:
        """What a command prints; it must end in time and without an error."""
        environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            # A daemon that is still going must not be taken for the one of this session.
            "XDG_RUNTIME_DIR": tempfile.mkdtemp(dir=self.home),
            "XDG_DATA_HOME": str(self.home / "share"),
            "PASSWORD": password,
            **MISLEADING,
        }
        done = subprocess.run(
            command,
            cwd=CHECKOUT,
            env=environ,
            capture_output=True,
            text=True,
            timeout=HANG_S,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def unlock(
        self, session: list[str], *, passphrase: str = "", database: bool = True, **more: str
    ) -> dict[str, str]:
        """What comes of starting a node in such a session."""
        there = "database" if database else ""
        answer = self.run(*session, *PROBE, str(self.home), passphrase, there, **more)
        told: dict[str, str] = json.loads(answer)
        return told

    @property
    def profile(self) -> Profile:
        return Profile(self.home / "profile", self.home / "sockets")


@pytest.fixture
def account() -> Iterator[Account]:
    """A new user; the folder is short, because daemons put sockets into it."""
    home = Path(tempfile.mkdtemp(prefix="am-"))
    yield Account(home)
    # The daemon may still be taking its own files away.
    shutil.rmtree(home, ignore_errors=True)


async def test_memory_keeps_the_contract() -> None:
    store = MemoryKeystore()
    await keeps_one_key(lambda: store)


async def test_the_passphrase_file_keeps_the_contract(tmp_path: Path) -> None:
    path, cost = tmp_path / "key.sealed", Cost(memory_kib=64, passes=1)
    await keeps_one_key(lambda: PassphraseKeystore(path, "right", SystemEntropy(), cost=cost))


def test_the_keyring_keeps_the_contract(account: Account) -> None:
    account.run(*OPEN, *PROBE, "contract")


def test_the_key_is_made_once_and_found_in_later_sessions(account: Account) -> None:
    made = account.unlock(OPEN, database=False)
    assert len(bytes.fromhex(made["key"])) == 32
    record = account.profile.read_record()
    assert record is not None
    assert record.keystore == "keyring"
    assert account.unlock(OPEN) == made
    assert account.profile.read_record() == record


def test_a_profile_of_the_keyring_stays_there_whatever_is_set(account: Account) -> None:
    made = account.unlock(OPEN, database=False)
    assert account.unlock(OPEN, passphrase="a passphrase") == made
    assert not account.profile.sealed_key.exists()


@pytest.mark.parametrize("password", ["wrong", ""])
def test_a_locked_keyring_is_told_and_changes_nothing(account: Account, password: str) -> None:
    made = account.unlock(OPEN, database=False)
    session = OPEN if password else CLOSED
    assert account.unlock(session, password=password)["error"] == "keyring_locked"
    assert (
        account.unlock(session, password=password, database=False)["error"] == "keyring_locked"
    )
    assert account.unlock(OPEN) == made


def test_a_first_run_with_a_keyring_that_stays_closed_chooses_nothing(account: Account) -> None:
    assert account.unlock(CLOSED, database=False)["error"] == "keyring_locked"
    assert account.profile.read_record() is None


def test_without_a_keyring_a_first_run_says_what_else_to_use(account: Account) -> None:
    told = account.unlock([], database=False)
    assert told["error"] == "keyring_absent"
    assert "AICO_MESH_PASSPHRASE" in told["sentence"]
    assert account.profile.read_record() is None


def test_outside_of_the_desktop_session_a_known_profile_says_where_to_start(
    account: Account,
) -> None:
    account.unlock(OPEN, database=False)
    told = account.unlock([], passphrase="a passphrase")
    assert told["error"] == "keyring_absent"
    assert "desktop session" in told["sentence"]


def test_a_database_whose_key_is_gone_is_never_a_first_run(account: Account) -> None:
    account.unlock(OPEN, database=False)
    shutil.rmtree(account.home / "share" / "keyrings")
    told = account.unlock(OPEN)
    assert told["error"] == "root_key_missing"
    assert "nothing was changed" in told["sentence"]
    assert account.unlock(OPEN) == told


def test_a_passphrase_that_is_set_is_taken_even_where_a_keyring_is(account: Account) -> None:
    made = account.unlock(OPEN, database=False, passphrase="a passphrase")
    assert account.unlock([], passphrase="a passphrase") == made
    assert account.unlock(OPEN)["error"] == "wrong_passphrase"
