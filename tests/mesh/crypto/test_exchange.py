"""Keys agreed with others: X-Wing and SPAKE2, with junk from the other side."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesh import crypto
from mesh.clock import SystemEntropy
from mesh.errors import BadHandshake
from tests.mesh.crypto.samples import SMALL, flipped

ENTROPY = SystemEntropy()

KEM = crypto.KemKey(
    bytes.fromhex("7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26")
)


def test_the_kem_key_is_the_one_of_the_x_wing_draft() -> None:
    assert KEM.public.hex().startswith("e2236b35a8c24b39b10aa1323a96a919a2ced88400633a7b")
    assert KEM.public.hex().endswith("d9abac8cd049040ef6534")
    assert len(KEM.public) == crypto.KEM_PUBLIC_SIZE


def test_a_kem_seed_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="32"):
        crypto.KemKey(bytes(31))


@settings(max_examples=20)
@given(st.binary(max_size=64), st.binary(max_size=64))
def test_what_is_sealed_to_a_kem_key_opens(secret: bytes, info: bytes) -> None:
    sealed = crypto.kem_seal(KEM.public, secret, info)
    assert KEM.open(sealed, info) == secret
    assert len(sealed) == len(secret) + crypto.KEM_OVERHEAD


@settings(max_examples=40)
@given(st.integers(0, (crypto.KEM_OVERHEAD + 32) * 8 - 1))
def test_a_bent_kem_message_does_not_open(bit: int) -> None:
    with pytest.raises(BadHandshake):
        KEM.open(flipped(crypto.kem_seal(KEM.public, bytes(32), b"i"), bit), b"i")


@settings(max_examples=20)
@given(st.binary(max_size=1300))
def test_junk_for_a_kem_key_only_raises_ours(junk: bytes) -> None:
    with pytest.raises(BadHandshake):
        KEM.open(junk, b"")


def test_a_kem_message_belongs_to_its_key_and_info() -> None:
    sealed = crypto.kem_seal(KEM.public, bytes(32), b"i")
    with pytest.raises(BadHandshake):
        KEM.open(sealed, b"j")
    with pytest.raises(BadHandshake):
        crypto.KemKey.generate(ENTROPY).open(sealed, b"i")


@pytest.mark.parametrize(
    "public",
    [b"", KEM.public[:-1], KEM.public + b"x", b"\xff" * 1216, KEM.public[:1184] + bytes(32)],
    ids=["empty", "short", "long", "no lattice key", "zero curve key"],
)
def test_what_is_no_kem_key_is_refused(public: bytes) -> None:
    with pytest.raises(BadHandshake):
        crypto.kem_seal(public, bytes(32), b"")


def met(host: crypto.Pake, guest: crypto.Pake) -> tuple[bytes, bytes]:
    """The keys that both sides of a run come to."""
    to_guest, to_host = host.start(), guest.start()
    return host.finish(to_host), guest.finish(to_guest)


def test_the_same_password_gives_one_key() -> None:
    left, right = met(crypto.Pake.host(b"4711", b"s"), crypto.Pake.guest(b"4711", b"s"))
    assert left == right
    assert len(left) == 32


@pytest.mark.parametrize(
    ("password", "session"), [(b"4712", b"s"), (b"4711", b"t"), (b"", b"s")]
)
def test_another_password_or_session_gives_other_keys(password: bytes, session: bytes) -> None:
    left, right = met(crypto.Pake.host(b"4711", b"s"), crypto.Pake.guest(password, session))
    assert left != right


def test_two_runs_never_share_a_key() -> None:
    keys = {met(crypto.Pake.host(b"1", b"s"), crypto.Pake.guest(b"1", b"s")) for _ in range(3)}
    assert len(keys) == 3


def test_a_run_does_not_answer_itself() -> None:
    run = crypto.Pake.host(b"4711", b"s")
    with pytest.raises(BadHandshake):
        run.finish(run.start())


def test_a_message_turned_round_is_refused() -> None:
    run = crypto.Pake.host(b"4711", b"s")
    with pytest.raises(BadHandshake):
        run.finish(b"A" + run.start()[1:])


def test_a_run_is_finished_once() -> None:
    run, other = crypto.Pake.host(b"4711", b"s"), crypto.Pake.guest(b"4711", b"s")
    run.start()
    run.finish(other.start())
    with pytest.raises(BadHandshake):
        run.finish(crypto.Pake.guest(b"4711", b"s").start())


@settings(max_examples=30)
@given(st.one_of(st.binary(max_size=40), st.binary(min_size=32, max_size=32).map(b"A".__add__)))
def test_junk_in_pairing_only_raises_ours(junk: bytes) -> None:
    run = crypto.Pake.host(b"4711", b"s")
    run.start()
    with suppress(BadHandshake):
        assert len(run.finish(junk)) == 32
        assert len(junk) == crypto.PAKE_SIZE


@pytest.mark.parametrize("point", SMALL, ids=lambda point: point.hex()[:8])
def test_small_order_points_are_refused_in_pairing(point: bytes) -> None:
    run = crypto.Pake.host(b"4711", b"s")
    run.start()
    with pytest.raises(BadHandshake):
        run.finish(b"A" + point)
