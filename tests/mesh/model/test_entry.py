from __future__ import annotations

import contextlib
import hashlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh import crypto
from mesh.errors import BadEntry, BadSignature, ProtocolError
from mesh.model.device import Trust
from mesh.model.entry import (
    DEVICES_MAX,
    ENTRY_MAX,
    ISSUER_ENTRIES_MAX,
    NO_FAMILY,
    PURPOSE,
    Add,
    AnyBody,
    Epoch,
    Genesis,
    Revoke,
    close,
    family_of,
    read,
    recipient,
    write,
)
from mesh.model.roster import evaluate
from tests.scribe import Scribe, family_of_scribes, trust_anyone

SIGNER = crypto.SigningKey(bytes(range(32)))
FAMILY = bytes(range(32, 64))
OTHER = hashlib.sha256(b"other").digest()


def signed(body: AnyBody, family: bytes = FAMILY, signer: crypto.SigningKey = SIGNER) -> bytes:
    entry = write(body, family=family, issuer=signer.public, prev=b"", seq=1)
    return close(entry, signer.sign(PURPOSE, family or NO_FAMILY, entry))


def raw(*fields: object) -> bytes:
    return close(msgspec.msgpack.encode(fields), bytes(64))


def test_an_entry_is_known_by_its_exact_bytes_and_checked_on_them() -> None:
    body = Add(OTHER, Trust.LIMITED, admin=False, tags=(b"sixsix",))
    entry = read(signed(body), FAMILY, crypto.verify)
    assert entry.body == body
    assert entry.issuer == SIGNER.public
    assert entry.hash == hashlib.blake2b(_entry_bytes(signed(body)), digest_size=32).digest()


def _entry_bytes(closed: bytes) -> bytes:
    inner = msgspec.msgpack.decode(closed)[0]
    assert isinstance(inner, bytes)
    return inner


def test_a_single_changed_bit_is_refused() -> None:
    good = signed(Add(OTHER, Trust.FULL, admin=True))
    for place in range(len(good)):
        bad = good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :]
        with pytest.raises(ProtocolError):
            read(bad, FAMILY, crypto.verify)


def test_an_entry_of_one_family_says_nothing_in_another() -> None:
    with pytest.raises(BadEntry):
        read(signed(Add(OTHER, Trust.FULL, admin=True)), OTHER, trust_anyone)
    genesis = signed(Genesis(SIGNER.public, 1, bytes(16)), b"")
    assert read(genesis, family_of(genesis), crypto.verify).body is not None
    with pytest.raises(BadEntry):
        read(genesis, FAMILY, trust_anyone)


def test_a_genesis_is_signed_by_its_own_recovery_key() -> None:
    genesis = signed(Genesis(OTHER, 1, bytes(16)), b"")
    assert read(genesis, family_of(genesis), crypto.verify).body is None
    with pytest.raises(BadEntry):
        family_of(signed(Add(OTHER, Trust.FULL, admin=True)))


@pytest.mark.parametrize(
    "body",
    [
        ["dance", OTHER],
        ["add", OTHER, "full", True, [], "and more"],
        ["add", OTHER, "king", True, []],
        ["add", OTHER[:31], "full", True, []],
        ["add", OTHER, "full", 1, []],
        ["epoch", 1, bytes(16), bytes(13), bytes(32)],
        ["revoke", OTHER, "heads", 1],
        7,
    ],
)
def test_what_we_do_not_know_is_kept_but_says_nothing(body: object) -> None:
    entry = read(raw(1, FAMILY, SIGNER.public, b"", 1, body), FAMILY, trust_anyone)
    assert entry.body is None


def test_a_later_version_and_fields_we_do_not_know_are_ignored_whole() -> None:
    add = ["add", OTHER, "full", True, []]
    later = raw(2, FAMILY, SIGNER.public, b"", 1, add)
    wider = raw(1, FAMILY, SIGNER.public, b"", 1, add, "more")
    assert read(later, FAMILY, trust_anyone).body is None
    assert read(wider, FAMILY, trust_anyone).body is None


def test_an_unknown_entry_holds_its_place_in_the_tree() -> None:
    entries, (recovery, desk) = family_of_scribes("desk")
    strange = raw(1, recovery.family, recovery.key, recovery.log[-1].hash, 2, ["dance"])
    recovery.log.append(read(strange, recovery.family, trust_anyone))
    entries += [recovery.log[-1], recovery.add(desk, admin=True)]
    assert desk.key in evaluate(entries, recovery.family).members


@pytest.mark.parametrize(
    "fields",
    [
        (1, FAMILY, SIGNER.public, b"", 2, ["lift", OTHER, OTHER]),
        (1, FAMILY, SIGNER.public, OTHER, 1, ["lift", OTHER, OTHER]),
        (1, FAMILY, SIGNER.public, OTHER[:5], 2, ["lift", OTHER, OTHER]),
        (1, FAMILY, b"short", b"", 1, ["lift", OTHER, OTHER]),
        (1, FAMILY, SIGNER.public, OTHER, ISSUER_ENTRIES_MAX + 1, ["lift", OTHER, OTHER]),
        (1, FAMILY, SIGNER.public, b"", 1, ["x", bytes(ENTRY_MAX)]),
        (1, FAMILY),
    ],
)
def test_a_frame_that_fits_nowhere_is_refused(fields: tuple[object, ...]) -> None:
    with pytest.raises(BadEntry):
        read(raw(*fields), FAMILY, trust_anyone)


def test_small_order_keys_sign_nothing() -> None:
    weak = close(
        write(Revoke(OTHER, (), 0), family=FAMILY, issuer=b"\x01" + bytes(31), prev=b"", seq=1),
        b"\x01" + bytes(63),
    )
    with pytest.raises(BadSignature):
        read(weak, FAMILY, crypto.verify)


def test_an_epoch_for_a_whole_family_fits_and_more_does_not() -> None:
    keys = [hashlib.sha256(bytes([n])).digest() for n in range(DEVICES_MAX)]
    epoch = Epoch(2**53 - 1, bytes(16), b"".join(map(recipient, keys)), bytes(32))
    entry = write(epoch, family=FAMILY, issuer=SIGNER.public, prev=OTHER, seq=2000)
    assert len(entry) <= ENTRY_MAX
    assert all(map(epoch.is_for, keys))
    assert not epoch.is_for(OTHER)
    with pytest.raises(BadEntry):
        write(
            Add(OTHER, Trust.FULL, False, (bytes(6),) * 200),
            family=FAMILY,
            issuer=OTHER,
            prev=b"",
            seq=1,
        )


@given(st.binary(max_size=1200))
def test_junk_yields_only_our_errors(junk: bytes) -> None:
    with pytest.raises(ProtocolError):
        read(junk, FAMILY, crypto.verify)


@given(st.binary(max_size=900), st.booleans())
def test_junk_inside_a_frame_yields_only_our_errors(junk: bytes, in_body: bool) -> None:
    head = msgspec.msgpack.encode((1, FAMILY, SIGNER.public, b"", 1))
    inside = b"\x96" + head[1:] + junk if in_body else junk
    with contextlib.suppress(ProtocolError):
        assert read(close(inside, bytes(64)), FAMILY, trust_anyone).seq >= 1


def test_deep_nesting_is_refused_or_ignored() -> None:
    head = msgspec.msgpack.encode((1, FAMILY, SIGNER.public, b"", 1))
    deep = close(b"\x96" + head[1:] + b"\x91" * 900 + b"\xc0", bytes(64))
    with contextlib.suppress(BadEntry):
        assert read(deep, FAMILY, trust_anyone).body is None


def test_a_scribe_and_a_signer_write_the_same_bytes() -> None:
    scribe = Scribe("x", FAMILY)
    entry = scribe.add(scribe)
    assert read(entry.signed, FAMILY, trust_anyone) == entry
