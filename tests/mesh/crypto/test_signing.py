"""Nothing forged counts, and no signature counts for anything but what was signed."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from mesh import crypto
from mesh.errors import BadSignature
from tests.mesh.crypto.samples import PRIME, SMALL, flipped, small_order_points

KEY = crypto.SigningKey(bytes(range(32)))
FAMILY = b"\x07" * 32
BODY = b"what was said"


def test_all_eight_small_order_points_are_tried() -> None:
    assert len(small_order_points()) == 8
    assert len(SMALL) == 14


@pytest.mark.parametrize("public", SMALL, ids=lambda public: public.hex()[:8])
def test_small_order_keys_are_refused(public: bytes) -> None:
    with pytest.raises(BadSignature):
        crypto.check_public(public)
    with pytest.raises(BadSignature):
        crypto.verify(public, bytes(64), "roster", FAMILY, BODY)


def test_the_forgery_that_a_small_order_key_allows() -> None:
    neutral = b"\x01" + bytes(31)
    forged = neutral + bytes(32)
    Ed25519PublicKey.from_public_bytes(neutral).verify(forged, b"any message")
    with pytest.raises(BadSignature):
        crypto.verify(neutral, forged, "roster", FAMILY, BODY)


@given(st.integers(0, 18), st.integers(0, 1))
def test_non_canonical_keys_are_refused(y: int, sign: int) -> None:
    with pytest.raises(BadSignature):
        crypto.check_public((y + PRIME | sign << 255).to_bytes(32, "little"))


@pytest.mark.parametrize("size", [0, 31, 33, 64])
def test_keys_of_another_length_are_refused(size: int) -> None:
    with pytest.raises(BadSignature):
        crypto.check_public(b"\x09" * size)


@given(st.binary(min_size=32, max_size=32))
def test_every_honest_key_is_taken(seed: bytes) -> None:
    crypto.check_public(crypto.SigningKey(seed).public)


@given(st.binary(max_size=200))
def test_a_signature_holds(body: bytes) -> None:
    crypto.verify(KEY.public, KEY.sign("roster", FAMILY, body), "roster", FAMILY, body)


def test_the_signed_bytes_are_those_of_the_protocol() -> None:
    signature = KEY.sign("roster", FAMILY, BODY)
    plain = b"aico-mesh/1 roster\0" + FAMILY + BODY
    Ed25519PublicKey.from_public_bytes(KEY.public).verify(signature, plain)


@given(st.integers(0, 64 * 8 - 1))
def test_a_bent_signature_is_refused(bit: int) -> None:
    with pytest.raises(BadSignature):
        crypto.verify(
            KEY.public, flipped(KEY.sign("card", FAMILY, BODY), bit), "card", FAMILY, BODY
        )


@given(st.integers(0, len(BODY) * 8 - 1))
def test_a_bent_body_is_refused(bit: int) -> None:
    with pytest.raises(BadSignature):
        crypto.verify(
            KEY.public, KEY.sign("card", FAMILY, BODY), "card", FAMILY, flipped(BODY, bit)
        )


@pytest.mark.parametrize(
    ("purpose", "family"), [("roster", FAMILY), ("card", crypto.NO_FAMILY), ("car", FAMILY)]
)
def test_purposes_and_families_do_not_mix(purpose: str, family: bytes) -> None:
    with pytest.raises(BadSignature):
        crypto.verify(KEY.public, KEY.sign("card", FAMILY, BODY), purpose, family, BODY)


@given(st.binary(max_size=70), st.binary(max_size=40))
def test_signatures_and_families_of_any_length_only_raise_ours(
    signature: bytes, family: bytes
) -> None:
    with pytest.raises(BadSignature):
        crypto.verify(KEY.public, signature, "card", family, BODY)


def test_a_purpose_cannot_reach_into_the_family() -> None:
    with pytest.raises(ValueError, match="NUL"):
        KEY.sign("card\0", FAMILY, BODY)
