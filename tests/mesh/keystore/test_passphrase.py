"""The passphrase file: only the passphrase opens it; a changed one does no harm."""

from __future__ import annotations

import asyncio
import base64
import json
import stat
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mesh.clock import SystemEntropy
from mesh.errors import KeystoreError, WrongPassphrase
from mesh.keystore import Cost, PassphraseKeystore

if TYPE_CHECKING:
    from pathlib import Path

KEY = bytes(range(32))
RIGHT = "right"
CHEAP = Cost(memory_kib=64, passes=1)
fuzzing = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file that holds KEY behind RIGHT."""
    store(tmp_path / "key.sealed")
    return tmp_path / "key.sealed"


def store(path: Path, cost: Cost | None = CHEAP) -> None:
    asyncio.run(PassphraseKeystore(path, RIGHT, SystemEntropy(), cost=cost).store(KEY))


def load(path: Path, passphrase: str = RIGHT) -> bytes | None:
    return asyncio.run(PassphraseKeystore(path, passphrase, SystemEntropy()).load())


def changed(path: Path, **fields: Any) -> None:
    path.write_text(json.dumps(json.loads(path.read_bytes()) | fields))


def test_the_file_is_this_user_s_alone_and_says_nothing(path: Path) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    content = path.read_bytes()
    for telling in (KEY, KEY.hex().encode(), base64.b64encode(KEY), RIGHT.encode()):
        assert telling not in content


@pytest.mark.parametrize("typed", ["wrong", "Right", "right ", ""])
def test_another_passphrase_does_not_open_it(path: Path, typed: str) -> None:
    before = path.read_bytes()
    with pytest.raises(WrongPassphrase):
        load(path, typed)
    assert path.read_bytes() == before


def test_by_default_a_guess_takes_64_megabytes(tmp_path: Path) -> None:
    path = tmp_path / "key.sealed"
    store(path, cost=None)
    told = json.loads(path.read_bytes())["cost"]
    assert told == {"memory_kib": 65536, "passes": 3, "lanes": 1}
    assert load(path) == KEY


def test_two_files_with_one_passphrase_have_nothing_in_common(path: Path) -> None:
    first = json.loads(path.read_bytes())
    store(path)
    second = json.loads(path.read_bytes())
    assert first["salt"] != second["salt"]
    assert first["sealed"] != second["sealed"]


@pytest.mark.parametrize(
    "cost",
    [
        {"memory_kib": 1 << 30, "passes": 1, "lanes": 1},
        {"memory_kib": 64, "passes": 1 << 30, "lanes": 1},
        {"memory_kib": 64, "passes": 1, "lanes": 1000},
        {"memory_kib": 0, "passes": 1, "lanes": 1},
        {"memory_kib": -1, "passes": 1, "lanes": 1},
        {"memory_kib": 64, "passes": 0, "lanes": 1},
    ],
)
def test_a_changed_file_cannot_ask_for_a_terabyte(path: Path, cost: Any) -> None:
    changed(path, cost=cost)
    with pytest.raises(KeystoreError, match="changed or is damaged"):
        load(path)


def test_a_cheaper_cost_written_into_the_file_opens_nothing(path: Path) -> None:
    changed(path, cost={"memory_kib": 65, "passes": 1, "lanes": 1})
    with pytest.raises(WrongPassphrase):
        load(path)


@pytest.mark.parametrize(
    "fields", [{"salt": ""}, {"sealed": "A" * 1000}, {"more": 1}, {"salt": 5}, {"version": "1"}]
)
def test_fields_that_are_not_ours_are_refused(path: Path, fields: Any) -> None:
    changed(path, **fields)
    with pytest.raises(KeystoreError, match="changed or is damaged"):
        load(path)


def test_a_later_version_says_so(path: Path) -> None:
    changed(path, version=2)
    with pytest.raises(KeystoreError, match="later version"):
        load(path)


def test_a_file_far_too_large_is_not_read(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b" " * 10_000)
    with pytest.raises(KeystoreError, match="too large"):
        load(path)


@fuzzing
@given(place=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_a_file_with_a_bit_turned_opens_right_or_not_at_all(
    path: Path, place: int, bit: int
) -> None:
    store(path)
    content = bytearray(path.read_bytes())
    content[place % len(content)] ^= 1 << bit
    path.write_bytes(content)
    with suppress(KeystoreError):
        assert load(path) == KEY


@fuzzing
@given(junk=st.binary(max_size=200))
@example(junk=b'{"\xf3alt":1}')
@example(junk=b"[" * 4000)
def test_junk_only_raises_ours(path: Path, junk: bytes) -> None:
    path.write_bytes(junk)
    with pytest.raises(KeystoreError):
        load(path)


def test_a_disk_that_refuses_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(KeystoreError):
        store(tmp_path / "none" / "key.sealed")
