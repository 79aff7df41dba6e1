"""Digests, keys and seals: what is bent, cut or taken elsewhere does not open."""

from __future__ import annotations

import hashlib

import pytest
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from hypothesis import given
from hypothesis import strategies as st

from mesh import crypto
from mesh.clock import SystemEntropy
from mesh.errors import BadSeal
from tests.mesh.crypto.samples import flipped

ENTROPY = SystemEntropy()
FAMILY = b"\x07" * 32
BODY = b"what was said"


@given(st.lists(st.binary(max_size=6), max_size=4), st.lists(st.binary(max_size=6), max_size=4))
def test_two_lists_never_share_a_digest(left: list[bytes], right: list[bytes]) -> None:
    assert (crypto.digest(*left) == crypto.digest(*right)) == (left == right)


def test_the_digest_is_blake2b_over_lengths_and_parts() -> None:
    plain = (3).to_bytes(8, "big") + b"one" + bytes(8)
    expected = hashlib.blake2b(plain, digest_size=20, person=b"x").digest()
    assert crypto.digest(b"one", b"", size=20, person=b"x") == expected


def test_derive_is_hkdf_sha256() -> None:
    expected = (
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"
    )
    assert crypto.derive(b"\x0b" * 22, "", length=42).hex() == expected  # RFC 5869, case 3


def test_labels_and_salts_give_other_keys() -> None:
    keys = {
        crypto.derive(BODY, label, salt=salt)
        for label in ("a", "b")
        for salt in (b"", b"1" * 32, b"2" * 32)
    }
    assert len(keys) == 6


def test_records_are_chacha20_poly1305_with_a_counted_nonce() -> None:
    sealed = crypto.Cipher(FAMILY).seal(258, BODY, b"header")
    nonce = bytes(4) + bytes(6) + b"\x01\x02"
    assert ChaCha20Poly1305(FAMILY).decrypt(nonce, sealed, b"header") == BODY
    assert len(sealed) == len(BODY) + crypto.SEAL_OVERHEAD


@given(st.integers(0, 2**64 - 1), st.binary(max_size=100), st.binary(max_size=20))
def test_a_record_opens(counter: int, plaintext: bytes, header: bytes) -> None:
    cipher = crypto.Cipher(FAMILY)
    assert cipher.open(counter, cipher.seal(counter, plaintext, header), header) == plaintext


@given(st.integers(0, (len(BODY) + 16) * 8 - 1))
def test_a_bent_record_does_not_open(bit: int) -> None:
    cipher = crypto.Cipher(FAMILY)
    with pytest.raises(BadSeal):
        cipher.open(1, flipped(cipher.seal(1, BODY, b"h"), bit), b"h")


@pytest.mark.parametrize(
    ("key", "counter", "header"),
    [(FAMILY, 2, b"h"), (FAMILY, 1, b""), (BODY + bytes(19), 1, b"h")],
)
def test_a_record_belongs_to_its_key_place_and_header(
    key: bytes, counter: int, header: bytes
) -> None:
    with pytest.raises(BadSeal):
        crypto.Cipher(key).open(counter, crypto.Cipher(FAMILY).seal(1, BODY, b"h"), header)


@pytest.mark.parametrize("counter", [-1, 2**64])
def test_an_impossible_counter_is_a_bad_seal(counter: int) -> None:
    with pytest.raises(BadSeal):
        crypto.Cipher(FAMILY).open(counter, bytes(32), b"")


@given(st.binary(max_size=100))
def test_a_wrapped_secret_opens(secret: bytes) -> None:
    sealed = crypto.wrap(FAMILY, secret, "database", ENTROPY)
    assert crypto.unwrap(FAMILY, sealed, "database") == secret


def test_a_secret_is_never_wrapped_twice_alike() -> None:
    assert len({crypto.wrap(FAMILY, BODY, "x", ENTROPY) for _ in range(20)}) == 20


@given(st.integers(0, (1 + 32 + len(BODY) + 16) * 8 - 1))
def test_a_bent_wrapping_does_not_open(bit: int) -> None:
    with pytest.raises(BadSeal):
        crypto.unwrap(FAMILY, flipped(crypto.wrap(FAMILY, BODY, "x", ENTROPY), bit), "x")


@given(st.integers(0, 32 + len(BODY) + 16))
def test_a_cut_wrapping_does_not_open(length: int) -> None:
    with pytest.raises(BadSeal):
        crypto.unwrap(FAMILY, crypto.wrap(FAMILY, BODY, "x", ENTROPY)[:length], "x")


@pytest.mark.parametrize(("key", "label"), [(FAMILY, "y"), (bytes(32), "x")])
def test_a_wrapping_belongs_to_its_key_and_label(key: bytes, label: str) -> None:
    with pytest.raises(BadSeal):
        crypto.unwrap(key, crypto.wrap(FAMILY, BODY, "x", ENTROPY), label)


def test_mac_is_hmac_sha256() -> None:
    expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert crypto.mac(b"Jefe", b"what do ya want for nothing?").hex() == expected  # RFC 4231


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_same_is_equality(left: bytes, right: bytes) -> None:
    assert crypto.same(left, right) == (left == right)
    assert crypto.same(left, bytes(left))


def test_a_passphrase_is_the_same_however_it_was_typed() -> None:
    salt = bytes(16)
    composed = crypto.passphrase_key("caf\u00e9", salt, memory_kib=64, passes=1)
    assert composed == crypto.passphrase_key("cafe\u0301", salt, memory_kib=64, passes=1)
    assert len(composed) == 32


def test_passphrase_salt_and_cost_all_count() -> None:
    keys = {
        crypto.passphrase_key(text, salt, memory_kib=memory, passes=passes)
        for text in ("a", "b")
        for salt in (bytes(16), b"1" * 16)
        for memory in (64, 128)
        for passes in (1, 2)
    }
    assert len(keys) == 16
