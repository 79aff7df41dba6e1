from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh.crypto import SigningKey, kem_seal
from mesh.errors import (
    AmbiguousName,
    BadFrame,
    BadInput,
    BadSignature,
    DatabaseDamaged,
    NotFound,
    NotPermitted,
    ProtocolError,
)
from mesh.family.card import PURPOSE, Card, read_card
from mesh.family.identity import DAY_MS, PREKEY_GRACE_MS, PREKEY_LIFE_MS, Identity
from mesh.family.portrait import PURPOSE as PORTRAIT_PURPOSE
from mesh.family.portrait import Portrait, read_portrait
from mesh.family.recovery import key_of, seed_of, words_of
from mesh.family.sealed import RECORD_MAX, sign, unseal
from mesh.model.device import Context, Role, Trust, device_id
from tests.mesh.family.household import Device, SeededEntropy, device, family, join, share

FAMILY = bytes(32)
SIGNER = SigningKey(bytes(range(32)))


def identity() -> Identity:
    return Identity.create(SeededEntropy("x"), (bytes(32), bytes(range(32))), 0)


def card(**fields: object) -> Card:
    me = identity()
    plain = Card(1, SIGNER.public, bytes(32), bytes(8), me.prekey.key.public, 1, 1, (), 0, 1)
    return msgspec.structs.replace(plain, **fields)


def portrait(**fields: object) -> Portrait:
    plain = Portrait(
        1, SIGNER.public, "Desk", Role.PRIMARY, Context.FAMILY, (), 5, SIGNER.public
    )
    return msgspec.structs.replace(plain, **fields)


def test_an_identity_survives_storage_and_damage_is_named() -> None:
    me = identity()
    again = Identity.decode(me.encode())
    assert (again.key, again.curve, again.prekeys) == (me.key, me.curve, me.prekeys)
    assert again.device_id == device_id(me.key)
    with pytest.raises(DatabaseDamaged):
        Identity.decode(me.encode()[:-1])


def test_a_prekey_lasts_a_week_and_opens_for_a_month_more() -> None:
    me, entropy = identity(), SeededEntropy("later")
    assert me.with_fresh_prekey(entropy, PREKEY_LIFE_MS - 1) is me
    renewed = me.with_fresh_prekey(entropy, PREKEY_LIFE_MS)
    assert renewed.prekey.id != me.prekey.id
    assert renewed.prekeys[1] == me.prekey
    sealed = kem_seal(me.prekey.key.public, b"late", b"info")
    assert renewed.prekeys[1].key.open(sealed, b"info") == b"late"
    later = renewed.with_fresh_prekey(entropy, PREKEY_LIFE_MS + PREKEY_GRACE_MS + DAY_MS)
    assert me.prekey not in later.prekeys


def test_recovery_words_stand_for_one_key_and_typing_errors_are_named() -> None:
    seed = bytes(range(32))
    words = words_of(seed)
    assert seed_of([f" {word.upper()} " for word in words]) == seed
    assert key_of(seed).public == key_of(seed_of(words)).public
    with pytest.raises(BadInput, match="24"):
        seed_of(words[:23])
    with pytest.raises(BadInput, match="words of the recovery phrase: 3"):
        seed_of((*words[:2], "zzzz", *words[3:]))
    with pytest.raises(BadInput) as error:
        seed_of((*words[:2], words[3], words[2], *words[4:]))
    assert not set(words) & set(str(error.value).replace(".", "").split())


def test_a_card_is_signed_by_its_device_for_its_family() -> None:
    signed = sign(card(), SIGNER, PURPOSE, FAMILY)
    assert read_card(signed, FAMILY) == card()
    assert len(signed) < 2048
    with pytest.raises(BadSignature):
        read_card(signed, bytes(31) + b"x")
    with pytest.raises(BadSignature):
        read_card(sign(card(), SigningKey(bytes(32)), PURPOSE, FAMILY), FAMILY)
    with pytest.raises(BadSignature):
        read_card(sign(card(), SIGNER, PORTRAIT_PURPOSE, FAMILY), FAMILY)


@pytest.mark.parametrize(
    "fields",
    [
        {"version": 2},
        {"curve": bytes(31)},
        {"prekey": bytes(1215)},
        {"endpoints": ("a:1",) * 9},
        {"endpoints": ("a" * 65,)},
        {"endpoints": ("a b:1",)},
        {"endpoints": ("a:1\n",)},
        {"endpoints": ("ä:1",)},
        {"counter": 2**53},
    ],
)
def test_a_card_keeps_to_its_bounds(fields: dict[str, object]) -> None:
    with pytest.raises(BadFrame):
        read_card(sign(card(**fields), SIGNER, PURPOSE, FAMILY), FAMILY)


@pytest.mark.parametrize(
    "fields",
    [
        {"version": 2},
        {"name": ""},
        {"name": " Desk"},
        {"name": "De\u202esk"},
        {"name": "x" * 41},
        {"role": "king"},
        {"capabilities": ("ok",) * 17},
        {"capabilities": ("Not OK",)},
    ],
)
def test_a_portrait_keeps_to_its_bounds(fields: dict[str, object]) -> None:
    with pytest.raises(BadFrame):
        read_portrait(sign(portrait(**fields), SIGNER, PORTRAIT_PURPOSE, FAMILY), FAMILY)


def test_fields_of_a_later_version_are_passed_over() -> None:
    wider = msgspec.msgpack.encode([*msgspec.structs.astuple(card()), "more"])
    signature = SIGNER.sign(PURPOSE, FAMILY, wider)
    assert read_card(msgspec.msgpack.encode((wider, signature)), FAMILY) == card()


@given(st.binary(max_size=300))
def test_junk_yields_only_our_errors(junk: bytes) -> None:
    for kind in (Card, Portrait):
        with pytest.raises(ProtocolError):
            unseal(junk, kind)
    with pytest.raises(ProtocolError):
        read_card(msgspec.msgpack.encode((junk, bytes(64))), FAMILY)
    with pytest.raises(BadFrame):
        unseal(bytes(RECORD_MAX + 100), Card)


async def test_cards_tell_addresses_and_the_newest_stands() -> None:
    desk, lap = await family("desk", "lap")
    old = await desk.registry.directory.renew_card(["10.0.0.1:21550"])
    new = await desk.registry.directory.renew_card(["10.0.0.2:21550"])
    assert old
    assert new
    assert await desk.registry.directory.renew_card(["10.0.0.2:21550"]) is None
    assert await desk.registry.directory.renew_card() is None
    assert await desk.registry.directory.renew_card(["x" * 65, *["10.0.0.2:21550"] * 9])
    assert len(unseal(desk.shelf.cards[desk.key], Card)[0].endpoints) == 8
    assert await lap.registry.directory.absorb_card(new)
    assert await lap.registry.directory.absorb_card(old) is None
    known = lap.registry.directory.card_of(desk.key)
    assert known
    assert known.endpoints == ("10.0.0.2:21550",)
    await lap.restart()
    assert lap.registry.directory.card_of(desk.key) == known


async def test_a_clock_set_back_does_not_hold_a_card_back() -> None:
    desk, lap = await family("desk", "lap")
    desk.clock.ms -= 10 * DAY_MS
    card = await desk.registry.directory.renew_card(["10.0.0.3:1"])
    assert card
    assert await lap.registry.directory.absorb_card(card)


async def test_a_card_is_renewed_with_prekey_and_epoch() -> None:
    desk, lap = await family("desk", "lap")
    before = desk.registry.directory.card_of(desk.key)
    desk.clock.ms += 8 * DAY_MS
    assert await desk.registry.directory.renew_card()
    after = desk.registry.directory.card_of(desk.key)
    assert before
    assert after
    assert before.prekey_id != after.prekey_id
    assert desk.shelf.secrets["identity"] == desk.registry.identity.encode()
    await desk.registry.new_epoch()
    await share([desk, lap])
    numbers = [d.registry.directory.card_of(d.key) for d in (desk, lap)]
    epoch = desk.registry.roster.epoch
    assert epoch
    assert [card and card.epoch for card in numbers] == [epoch.number, epoch.number - 1]
    assert await lap.registry.absorb_epoch_secret(await desk.registry.epoch_secret() or b"")
    assert await lap.registry.directory.renew_card()


async def test_a_card_of_a_stranger_is_not_kept() -> None:
    desk = await device("desk")
    signed = sign(card(), SIGNER, PURPOSE, desk.registry.family)
    assert await desk.registry.directory.absorb_card(signed) is None
    assert not desk.registry.directory.card_of(SIGNER.public)


async def mixed_family() -> list[Device]:
    desk, lap = await family("desk", "lap")
    pad, cousin, guest = [await device(name) for name in ("pad", "cousin", "guest")]
    await join(desk, pad, Trust.LIMITED)
    await join(desk, cousin, Trust.LIMITED)
    await join(desk, guest, Trust.GUEST)
    everyone = [desk, lap, pad, cousin, guest]
    for one in everyone:
        await one.registry.directory.describe(one.key, name=one.name.title())
    await share(everyone)
    await share(everyone)
    return everyone


async def test_only_family_may_connect_and_the_others_only_to_full_devices() -> None:
    desk, lap, pad, cousin, guest = await mixed_family()

    def allowed(one: Device) -> set[bytes]:
        return set(one.registry.directory.allowed().values())

    assert allowed(desk) == {lap.key, pad.key, cousin.key, guest.key}
    assert allowed(pad) == allowed(guest) == {desk.key, lap.key}
    assert pad.registry.directory.card_of(cousin.key) is None
    await desk.registry.revoke(cousin.key)
    assert allowed(desk) == {lap.key, pad.key, guest.key}
    assert lap.registry.directory.allowed()[pad.registry.identity.curve[0]] == pad.key


async def test_a_copied_curve_key_belongs_to_the_senior_device() -> None:
    desk, lap, pad, *_ = await mixed_family()
    stolen = lap.registry.directory.card_of(lap.key)
    own = pad.registry.directory.card_of(pad.key)
    assert stolen
    assert own
    copied = msgspec.structs.replace(own, curve=stolen.curve, counter=own.counter + 1)
    signer = pad.registry.identity.signing
    assert await desk.registry.directory.absorb_card(
        sign(copied, signer, PURPOSE, desk.registry.family)
    )
    assert desk.registry.directory.allowed()[stolen.curve] == lap.key


async def test_guests_learn_no_names() -> None:
    desk, lap, pad, cousin, guest = await mixed_family()
    names = [{view.name for view in d.registry.directory.devices()} for d in (lap, pad, guest)]
    assert names[0] == names[1] == {"Desk", "Lap", "Pad", "Cousin", "Guest"}
    assert "Guest" in names[2]
    assert not names[2] & {"Desk", "Lap", "Pad", "Cousin"}
    assert desk.registry.directory.portraits_for(SIGNER.public) == []
    assert cousin.registry.directory.cards_for(SIGNER.public) == []


async def test_devices_are_shown_with_what_their_portraits_say() -> None:
    desk, lap = await family("desk", "lap")
    unnamed = lap.registry.directory.view_of(lap.key)
    assert (unnamed.name, unnamed.role) == (device_id(lap.key)[:9], Role.PRIMARY)
    await desk.registry.directory.describe(
        lap.key,
        name="  Old   laptop ",
        role=Role.MOBILE,
        context=Context.WORK,
        capabilities=["search"],
    )
    await share([desk, lap])
    me, other = lap.registry.directory.devices()
    assert (me.name, me.role, me.context, me.capabilities, me.is_self, me.admin) == (
        "Old laptop",
        Role.MOBILE,
        Context.WORK,
        ("search",),
        True,
        True,
    )
    assert not other.is_self
    with pytest.raises(NotFound):
        desk.registry.directory.view_of(SIGNER.public)
    with pytest.raises(BadInput):
        await desk.registry.directory.describe(lap.key, name="\u202e")
    with pytest.raises(BadInput):
        await desk.registry.directory.describe(lap.key, capabilities=["Not OK"])


async def test_a_device_is_named_by_itself_or_an_admin() -> None:
    desk, lap, pad, cousin, _ = await mixed_family()
    with pytest.raises(NotPermitted):
        await pad.registry.directory.describe(cousin.key, name="Mine")
    forged = portrait(key=cousin.key, author=pad.key, stamp=pad.clock.ms + 5, name="Mine")
    signed = sign(forged, pad.registry.identity.signing, PORTRAIT_PURPOSE, pad.registry.family)
    assert await desk.registry.directory.absorb_portrait(signed) is None
    renamed = await lap.registry.directory.describe(cousin.key, name="Niece")
    assert await desk.registry.directory.absorb_portrait(renamed)
    assert await desk.registry.directory.absorb_portrait(renamed) is None
    assert desk.registry.directory.view_of(cousin.key).name == "Niece"


async def test_a_name_from_the_far_future_is_refused() -> None:
    desk, _, pad, *_ = await mixed_family()
    stuck = portrait(
        key=pad.key, author=pad.key, stamp=desk.clock.ms + 2 * DAY_MS, name="Stuck"
    )
    signed = sign(stuck, pad.registry.identity.signing, PORTRAIT_PURPOSE, desk.registry.family)
    assert await desk.registry.directory.absorb_portrait(signed) is None


async def test_what_a_removed_admin_named_keeps_its_name_and_it_names_no_more() -> None:
    desk, lap, pad, *_ = await mixed_family()
    named = await lap.registry.directory.describe(pad.key, name="By lap")
    desk.clock.ms += 1000
    desk.hybrid.tick(desk.clock.ms)
    await desk.registry.phrase.revoke(await desk.registry.phrase.words() or (), lap.key)
    assert await desk.registry.directory.absorb_portrait(named)
    lap.clock.ms += 5000
    later = await lap.registry.directory.describe(pad.key, name="By thief")
    assert await desk.registry.directory.absorb_portrait(later) is None
    assert desk.registry.directory.view_of(pad.key).name == "By lap"


async def test_a_device_is_meant_by_id_by_the_beginning_of_it_or_by_name() -> None:
    desk, lap, pad, cousin, _ = await mixed_family()
    directory = desk.registry.directory
    full = device_id(lap.key)
    for text in (full, full.lower().replace("-", " "), full[:5], "lap", " LAP "):
        assert directory.resolve(text) == lap.key
    for text in ("", "nobody", full[:3]):
        with pytest.raises(NotFound):
            directory.resolve(text)
    await directory.describe(pad.key, name="Lap")
    with pytest.raises(AmbiguousName):
        directory.resolve("lap")
    await directory.describe(cousin.key, name=full[:9])
    with pytest.raises(AmbiguousName):
        directory.resolve(full[:9])
    assert directory.resolve(full) == lap.key


async def test_joining_forgets_the_names_and_cards_of_the_family_of_one() -> None:
    desk, lap = await device("desk"), await device("lap")
    await lap.registry.directory.describe(lap.key, name="Alone")
    await lap.registry.directory.renew_card(["10.0.0.9:1"])
    await desk.registry.add(lap.key, Trust.FULL)
    await lap.registry.adopt(desk.registry.genesis, desk.registry.entries())
    assert lap.registry.directory.card_of(lap.key) is None
    assert lap.registry.directory.view_of(lap.key).name == device_id(lap.key)[:9]
    assert not lap.shelf.profiles
    card = await lap.registry.directory.renew_card(["10.0.0.9:1"])
    assert card
    assert await desk.registry.directory.absorb_card(card)
