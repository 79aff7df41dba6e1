from __future__ import annotations

import asyncio

import pytest

from mesh.crypto import SigningKey
from mesh.errors import (
    AlreadyInFamily,
    BadEntry,
    BadInput,
    BadSignature,
    DiskFull,
    NotFound,
    NotPermitted,
    TooLarge,
)
from mesh.family.book import ENTRIES_MAX, Book
from mesh.family.registry import Registry
from mesh.model.device import Trust
from mesh.model.entry import DEVICES_MAX, PURPOSE, TAGS_MAX, Add, Revoke, close, read, write
from tests.mesh.family.household import Device, device, family, join, share


async def test_a_device_begins_as_a_family_of_one_and_stays_the_same() -> None:
    desk = await device("desk")
    before = desk.registry
    assert before.is_alone
    assert before.roster.members[desk.key].admin
    assert await before.epoch_secret() is not None
    await desk.restart()
    assert (desk.registry.family, desk.key) == (before.family, before.key)
    assert desk.registry.heads() == before.heads()
    assert desk.registry.roster == before.roster


async def test_joining_replaces_a_family_of_one() -> None:
    desk, lap = await device("desk"), await device("lap")
    await join(desk, lap)
    assert lap.registry.family == desk.registry.family
    assert lap.registry.heads() == desk.registry.heads()
    assert lap.members == {desk.key, lap.key}
    assert not lap.registry.roster.members[lap.key].admin
    await lap.restart()
    assert lap.members == {desk.key, lap.key}


async def test_a_device_with_others_in_its_family_does_not_join_another() -> None:
    desk, lap = await family("desk", "lap")
    rival = await device("rival")
    await rival.registry.add(lap.key, Trust.FULL)
    with pytest.raises(AlreadyInFamily):
        await lap.registry.adopt(rival.registry.genesis, rival.registry.entries())
    assert lap.registry.family == desk.registry.family


async def test_joining_the_same_family_again_changes_nothing() -> None:
    desk, lap = await family("desk", "lap")
    before = lap.registry.heads()
    again = await lap.registry.adopt(desk.registry.genesis, desk.registry.entries())
    assert (bool(again.change), again.given) == (False, before)
    assert not await desk.registry.add(lap.key, Trust.GUEST)
    assert lap.registry.heads() == before == desk.registry.heads()


async def test_who_joins_again_came_to_the_roster_it_was_given_and_keeps_what_it_knows() -> (
    None
):
    desk, lap = await device("desk"), await device("lap")
    await join(desk, lap, admin=True)
    given = desk.registry.heads()
    await lap.registry.new_epoch()
    known = lap.registry.heads()
    again = await lap.registry.adopt(desk.registry.genesis, desk.registry.entries())
    assert (again.given, lap.registry.heads()) == (given, known)
    assert given != known


async def test_a_family_that_does_not_know_this_device_is_not_joined() -> None:
    desk, lap = await device("desk"), await device("lap")
    before = lap.registry.family
    with pytest.raises(BadEntry):
        await lap.registry.adopt(desk.registry.genesis, desk.registry.entries())
    with pytest.raises(BadEntry):
        await lap.registry.adopt(desk.registry.entries()[0], desk.registry.entries())
    assert lap.registry.family == before
    assert lap.registry.is_alone


async def test_a_forged_entry_spoils_a_joining_and_is_left_out_of_gossip() -> None:
    desk, lap = await family("desk", "lap")
    evil = desk.outsider()
    entry = write(
        Add(evil.public, Trust.FULL, admin=True),
        family=desk.registry.family,
        issuer=desk.key,
        prev=b"",
        seq=1,
    )
    forged = close(entry, evil.sign(PURPOSE, desk.registry.family, entry))
    change = await lap.registry.absorb([forged, b"junk", *desk.registry.entries()])
    assert (change.refused, bool(change), evil.public in lap.members) == (2, False, False)
    new = await device("new")
    await desk.registry.add(new.key, Trust.FULL)
    with pytest.raises(BadSignature):
        await new.registry.adopt(desk.registry.genesis, [forged, *desk.registry.entries()])


async def test_entries_of_strangers_are_not_kept() -> None:
    desk = await device("desk")
    stranger = desk.outsider()
    entry = write(
        Revoke(desk.key, (), 0),
        family=desk.registry.family,
        issuer=stranger.public,
        prev=b"",
        seq=1,
    )
    signed = close(entry, stranger.sign(PURPOSE, desk.registry.family, entry))
    change = await desk.registry.absorb([signed])
    assert change.refused == 1
    assert signed not in desk.shelf.entries


async def test_two_registries_with_the_same_entries_agree_however_they_came() -> None:
    desk, lap, tab = await family("desk", "lap", "tab")
    phone = await device("phone")
    await lap.registry.add(phone.key, Trust.LIMITED)
    await desk.registry.set_trust(tab.key, Trust.GUEST)
    news = lap.registry.missing(desk.registry.hashes())
    await desk.registry.absorb(list(reversed(news)) * 2)
    await lap.registry.absorb(desk.registry.missing(lap.registry.hashes()))
    assert desk.registry.heads() == lap.registry.heads()
    assert desk.registry.roster == lap.registry.roster
    assert desk.registry.roster.members[tab.key].trust is Trust.GUEST


async def test_any_beginning_of_what_is_missing_counts_alone() -> None:
    desk, lap, tab = await family("desk", "lap", "tab")
    phone = await device("phone")
    await lap.registry.add(phone.key, Trust.FULL)
    await share([desk, lap, tab])
    await desk.registry.add(SigningKey(bytes(32)).public, Trust.LIMITED)
    everything = desk.registry.missing(())
    book = Book.given(everything[0], ())
    for entry in everything[1:]:
        book, refused = book.absorb([entry])
        assert refused == 0
    assert book.hash == desk.registry.heads()


async def test_a_change_says_who_came_went_and_is_trusted_otherwise() -> None:
    desk, lap, tab, pad = await family("desk", "lap", "tab", "pad")
    phone = await device("phone")
    await desk.registry.add(phone.key, Trust.LIMITED)
    await desk.registry.revoke(tab.key)
    await desk.registry.set_trust(pad.key, Trust.LIMITED)
    await desk.registry.new_epoch()
    change = await lap.registry.absorb(desk.registry.missing(lap.registry.hashes()))
    assert change.added == {phone.key}
    assert change.gone == {tab.key}
    assert change.retrusted == {pad.key}
    assert change.epoch
    assert len(change.fresh) == 4


async def test_only_a_senior_admin_manages_the_family() -> None:
    desk, lap, tab = await family("desk", "lap", "tab")
    stranger = tab.outsider().public
    for refused in (
        tab.registry.add(stranger, Trust.GUEST),
        tab.registry.revoke(lap.key),
        tab.registry.set_trust(lap.key, Trust.GUEST),
        tab.registry.new_epoch(),
        tab.registry.lift(lap.key),
        lap.registry.revoke(desk.key),
        lap.registry.set_trust(desk.key, Trust.GUEST),
    ):
        with pytest.raises(NotPermitted):
            await refused
    with pytest.raises(NotFound):
        await desk.registry.revoke(stranger)
    assert await desk.registry.revoke(tab.key)


async def test_what_cannot_be_added() -> None:
    desk, lap = await family("desk", "lap")
    with pytest.raises(BadSignature):
        await desk.registry.add(b"\x01" + bytes(31), Trust.FULL)
    with pytest.raises(BadInput):
        await desk.registry.add(desk.outsider().public, Trust.LIMITED, admin=True)
    tags = [bytes([n]) * 6 for n in range(TAGS_MAX + 1)]
    with pytest.raises(TooLarge):
        await desk.registry.add(desk.outsider().public, Trust.LIMITED, tags=tags)
    await desk.registry.revoke(lap.key)
    with pytest.raises(NotPermitted):
        await desk.registry.add(lap.key, Trust.FULL)
    for _ in range(DEVICES_MAX - 1):
        await desk.registry.add(desk.outsider().public, Trust.GUEST)
    with pytest.raises(TooLarge):
        await desk.registry.add(desk.outsider().public, Trust.GUEST)


async def test_a_removed_device_is_out_and_can_begin_anew() -> None:
    desk, lap = await family("desk", "lap")
    tick = desk.hybrid.last
    await desk.registry.revoke(lap.key)
    await lap.registry.absorb(desk.registry.missing(lap.registry.hashes()))
    assert not lap.registry.is_member
    assert (lap.registry.roster.cut_tick(lap.key) or 0) > tick
    old = lap.key
    await lap.registry.start_anew()
    assert lap.key != old
    assert lap.registry.is_alone
    await lap.restart()
    assert lap.members == {lap.key}
    await join(desk, lap)
    assert desk.members == {desk.key, lap.key}


async def test_a_device_that_is_family_does_not_begin_anew() -> None:
    _, lap = await family("desk", "lap")
    with pytest.raises(NotPermitted):
        await lap.registry.start_anew()


async def test_leaving_is_open_to_everyone_and_keeps_what_was_said() -> None:
    desk, lap, tab = await family("desk", "lap", "tab")
    await tab.registry.retire()
    assert not tab.registry.is_member
    assert not await tab.registry.retire()
    await desk.registry.retire()
    await share([desk, lap, tab])
    assert lap.members == {lap.key}


async def test_what_a_stolen_device_added_is_out_and_what_it_removed_waits() -> None:
    desk, lap, tab, evil = [*await family("desk", "lap", "tab"), await device("evil")]
    await lap.registry.add(evil.key, Trust.FULL)
    await lap.registry.revoke(tab.key)
    await share([desk, lap])
    assert desk.members == {desk.key, lap.key, evil.key}
    await desk.registry.phrase.revoke(await words_of(desk), lap.key, heads=())
    assert desk.members == {desk.key}
    assert set(desk.registry.roster.suspended) == {tab.key}
    await desk.registry.lift(tab.key)
    await lap.registry.retire()
    await lap.registry.absorb(desk.registry.missing(lap.registry.hashes()))
    await desk.registry.absorb(lap.registry.missing(desk.registry.hashes()))
    assert desk.members == {desk.key, tab.key}


async def test_a_suspended_device_comes_back_by_lift_only() -> None:
    desk, lap, tab = await family("desk", "lap", "tab")
    pad = await device("pad")
    await lap.registry.add(pad.key, Trust.FULL)
    seen = lap.registry.roster.heads(lap.key)
    await lap.registry.revoke(pad.key)
    await share([desk, lap, tab])
    await desk.registry.revoke(lap.key, heads=seen)
    assert set(desk.registry.roster.suspended) == {pad.key}
    with pytest.raises(NotPermitted):
        await desk.registry.add(pad.key, Trust.FULL)
    with pytest.raises(NotFound):
        await desk.registry.lift(tab.key)
    change = await desk.registry.lift(pad.key)
    assert change.added == {pad.key}
    assert desk.members == {desk.key, tab.key, pad.key}


async def words_of(device: Device) -> tuple[str, ...]:
    words = await device.registry.phrase.words()
    assert words is not None
    return words


async def test_two_wishes_at_once_do_not_fork_the_chain() -> None:
    desk, lap, tab = await family("desk", "lap", "tab")
    keys = [desk.outsider().public for _ in range(5)]
    await asyncio.gather(
        *(desk.registry.add(key, Trust.GUEST) for key in keys),
        desk.registry.set_trust(tab.key, Trust.LIMITED),
    )
    assert not desk.registry.roster.forked
    assert desk.members == {desk.key, lap.key, tab.key, *keys}


async def test_nothing_counts_that_could_not_be_stored() -> None:
    desk = await device("desk")
    before = desk.registry.heads()
    desk.shelf.is_full = True
    with pytest.raises(DiskFull):
        await desk.registry.add(desk.outsider().public, Trust.FULL)
    assert desk.registry.heads() == before
    assert desk.registry.is_alone
    desk.shelf.is_full = False
    assert await desk.registry.add(desk.outsider().public, Trust.FULL)


async def test_by_which_rights_facts_come_in_is_stored_with_every_change() -> None:
    desk, lap = await family("desk", "lap")
    for trust in (Trust.LIMITED, Trust.FULL):
        await desk.registry.set_trust(lap.key, trust)
        await share([desk, lap])
        assert desk.shelf.rights == lap.shelf.rights == desk.registry.roster.rights
    await lap.registry.retire()
    await lap.registry.start_anew()
    assert lap.shelf.rights == lap.registry.roster.rights


async def test_the_epoch_follows_the_full_devices() -> None:
    desk, lap, tab = await family("desk", "lap", "tab")
    first = await desk.registry.epoch_secret()
    assert first is not None
    assert not desk.registry.roster.needs_epoch()
    await desk.registry.set_trust(tab.key, Trust.LIMITED)
    assert desk.registry.roster.needs_epoch()
    await share([desk, lap])
    assert not await lap.registry.renew_epoch({desk.key, lap.key})
    change = await desk.registry.renew_epoch({lap.key})
    assert change.epoch
    second = await desk.registry.epoch_secret()
    assert second not in {None, first}
    await share([desk, lap])
    assert await lap.registry.epoch_secret() is None
    assert not await lap.registry.absorb_epoch_secret(bytes(32))
    assert await lap.registry.absorb_epoch_secret(second or b"")
    assert await lap.registry.epoch_secret() == second
    await desk.registry.revoke(tab.key)
    assert not desk.registry.roster.needs_epoch(), "a limited device never knew the secret"


async def test_when_the_senior_is_away_the_next_admin_makes_the_epoch() -> None:
    desk, lap, tab = await family("desk", "lap", "tab")
    await desk.registry.revoke(tab.key)
    await share([desk, lap])
    assert await lap.registry.renew_epoch({lap.key})
    await share([desk, lap])
    assert not desk.registry.roster.needs_epoch()


async def test_recovery_words_are_kept_until_three_of_them_were_typed() -> None:
    desk, lap = await device("desk"), await device("lap")
    words = await words_of(desk)
    assert len(words) == 24
    for answers in ({1: words[0], 2: words[1]}, {1: words[0], 2: words[1], 3: "zebra" * 2}, {}):
        with pytest.raises(BadInput):
            await desk.registry.phrase.confirm(answers)
    assert await desk.registry.phrase.words() == words
    await desk.registry.phrase.confirm({5: words[4].upper(), 9: f" {words[8]}", 24: words[23]})
    assert await desk.registry.phrase.words() is None
    with pytest.raises(NotFound):
        await desk.registry.phrase.confirm({})
    await join(desk, lap)
    assert await lap.registry.phrase.words() is None
    assert not any(word.encode() in b"".join(desk.shelf.secrets.values()) for word in words)


async def test_recovery_words_make_a_full_device_admin_again() -> None:
    desk, lap, tab = await family("desk", "lap", "tab")
    words = await words_of(desk)
    await desk.registry.set_trust(lap.key, Trust.FULL)
    await share([desk, lap, tab])
    with pytest.raises(BadInput):
        await lap.registry.phrase.promote((*words[1:], words[0]))
    with pytest.raises(BadInput):
        await lap.registry.phrase.promote(["abandon"] * 23 + ["art"])
    change = await lap.registry.phrase.promote(words)
    assert change.retrusted == {lap.key}
    await lap.registry.phrase.revoke(words, desk.key)
    await share([lap, tab, desk])
    assert tab.members == {lap.key, tab.key}
    await lap.registry.set_trust(tab.key, Trust.LIMITED)
    with pytest.raises(NotPermitted):
        await desk.registry.phrase.promote(words)


async def test_words_left_by_a_crash_while_joining_are_erased() -> None:
    desk, lap = await device("desk"), await device("lap")
    left = lap.shelf.secrets["recovery"]
    await join(desk, lap)
    lap.shelf.secrets["recovery"] = left
    await lap.restart()
    assert await lap.registry.phrase.words() is None


async def test_a_crash_while_beginning_anew_ends_in_a_family_of_one() -> None:
    desk, lap = await family("desk", "lap")
    other = await device("other")
    lap.shelf.secrets["identity"] = other.registry.identity.encode()
    await lap.restart()
    assert lap.members == {other.key}
    assert lap.registry.family != desk.registry.family


async def test_a_stranger_cannot_fill_the_book() -> None:
    desk = await device("desk")
    genesis, *rest = desk.registry.missing(())
    with pytest.raises(BadEntry):
        Book.given(genesis, rest * ENTRIES_MAX)
    with pytest.raises(BadEntry):
        desk.registry.missing([bytes(32)] * 30_000)


async def test_an_issuer_has_room_for_two_thousand_entries_first_come_first_kept() -> None:
    desk, lap = await family("desk", "lap")
    family_id, prev = desk.registry.family, b""
    flood = []
    for n in range(2100):
        entry = write(
            Add(n.to_bytes(32, "big"), Trust.GUEST, admin=False),
            family=family_id,
            issuer=lap.key,
            prev=prev,
            seq=1,
        )
        signer = lap.registry.identity.signing
        flood.append(close(entry, signer.sign(PURPOSE, family_id, entry)))
    change = await desk.registry.absorb(flood)
    assert change.refused == 100
    assert len(change.fresh) == 2000
    assert read(change.fresh[-1], family_id, lambda *_: None).issuer == lap.key
    assert await desk.registry.revoke(lap.key, heads=())
    assert desk.members == {desk.key}


async def test_a_registry_opens_what_another_run_stored() -> None:
    desk, lap = await family("desk", "lap")
    await desk.registry.directory.describe(lap.key, name="Lap")
    again = await Registry.open(desk.means())
    assert again.heads() == desk.registry.heads()
    assert again.directory.devices() == desk.registry.directory.devices()
    assert again.roster == desk.registry.roster
    assert again.entries() == desk.registry.entries()
