"""What the owner chooses holds on every device: what comes, goes back and comes again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from mesh.errors import BadInput, NotPermitted, OnlyCopy
from mesh.model.allowance import NOTHING
from mesh.model.device import Trust
from mesh.model.fact import FactKind, Level
from mesh.model.scope import ScopeKind
from mesh.node import Node
from mesh.node.sharing import NOTES_MAX
from mesh.profile import Profile
from mesh.storage import choices
from mesh.wire.frames import Hello
from mesh.wishes import (
    Conversations,
    Feel,
    Forget,
    Memories,
    Mood,
    Part,
    Policy,
    PolicyShown,
    PreviewPolicy,
    PreviewShown,
    Relabel,
    Remember,
    Retag,
    Revoke,
    Say,
    SetPolicy,
    SetTrait,
    SetTrust,
    Traits,
)
from tests.family.household import Device, family, in_step

if TYPE_CHECKING:
    from pathlib import Path


async def choose(device: Device, key: str, value: str, whom: Device | None = None) -> None:
    await device.ask(SetPolicy(key=key, value=value, device=whom.id if whom else None))


async def until_remembers(device: Device, *texts: str) -> None:
    async def holds() -> bool:
        return await device.texts() == set(texts)

    await device.until(holds)


async def until_given_back(device: Device, kind: ScopeKind) -> None:
    holding = device.node.services.holding

    async def holds() -> bool:
        return holding.held.widest(kind) == NOTHING

    await device.until(holds)


async def until_chosen(device: Device, key: str, value: str) -> None:
    async def holds() -> bool:
        shown: PolicyShown = await device.ask(Policy())
        return shown.family[key] == value

    await device.until(holds)


async def test_a_kind_that_is_not_shared_stays_and_what_is_there_goes_back_but_own_words(
    tmp_path: Path,
) -> None:
    async with family(tmp_path, "limited") as (desk, tablet):
        await desk.ask(Remember(text="of the desk"))
        await tablet.ask(Remember(text="of the tablet"))
        await desk.ask(Say(text="hello"))
        await in_step(desk, tablet)
        await choose(desk, "memory_access", "off", tablet)
        await until_remembers(tablet, "of the tablet")
        await desk.ask(Remember(text="later"))
        await in_step(desk, tablet)
        assert await tablet.texts() == {"of the tablet"}
        assert len(await tablet.ask(Conversations())) == 1
        assert await desk.texts() == {"of the desk", "of the tablet", "later"}
        await choose(desk, "memory_access", "on", tablet)
        await until_remembers(tablet, "of the desk", "of the tablet", "later")
        await in_step(desk, tablet)


async def test_who_was_off_gives_back_when_it_hears_and_is_waited_for_until_then(
    tmp_path: Path,
) -> None:
    async with family(tmp_path, "limited") as (desk, tablet):
        kept = await desk.ask(Remember(text="secret plan"))
        await in_step(tablet)
        await tablet.stop()
        await choose(desk, "limited.memory_access", "off")
        assert tablet.id in (await desk.ask(Forget(id=kept.id))).waiting_for
        await tablet.start()
        await until_remembers(tablet)

        async def nobody_is_waited_for() -> bool:
            return not (await desk.ask(Forget(id=kept.id))).waiting_for

        await desk.until(nobody_is_waited_for)


async def test_choices_reach_every_full_device_and_only_admins_make_them(
    tmp_path: Path,
) -> None:
    async with family(tmp_path, "full", "limited") as (desk, laptop, tablet):
        await choose(desk, "emotional_awareness", "off")
        await until_chosen(laptop, "emotional_awareness", "off")
        await laptop.ask(Feel(valence=0.5, because="sun"))
        await in_step(laptop, desk)
        assert (await desk.ask(Mood())).label == "unknown"
        with pytest.raises(NotPermitted):
            await choose(tablet, "memory_access", "off")
        with pytest.raises(BadInput):
            await choose(desk, "memory_acess", "off")
        with pytest.raises(BadInput):
            await choose(desk, "memory_access", "maybe")
        assert (await tablet.ask(Policy())).family["emotional_awareness"] == "on"


async def test_a_newcomer_gives_nothing_to_others_before_it_knows_what_was_chosen(
    tmp_path: Path,
) -> None:
    async with family(tmp_path, "full", "limited") as (desk, laptop, tablet):
        await choose(desk, "limited.memory_access", "off")
        await until_chosen(laptop, "memory_access", "on")
        await laptop.ask(Remember(text="of the laptop"))
        await in_step(laptop, tablet, desk)
        assert await tablet.texts() == set()
        shown: PreviewShown = await laptop.ask(PreviewPolicy(device=tablet.id))
        assert (shown.would_send, shown.withheld) == ({}, {"memories": 1})


async def test_private_things_go_to_own_devices_only_when_that_was_chosen(
    tmp_path: Path,
) -> None:
    async with family(tmp_path, "full", "limited") as (desk, laptop, tablet):
        await desk.ask(Remember(text="diary", privacy="private"))
        await desk.ask(Remember(text="tea"))
        await in_step(desk, laptop, tablet)
        assert await laptop.texts() == {"tea"}
        await choose(desk, "private_to_own_devices", "on")
        await until_remembers(laptop, "diary", "tea")
        await choose(desk, "private_to_own_devices", "off")
        await until_remembers(laptop, "tea")
        await in_step(desk, laptop, tablet)
        assert await tablet.texts() == {"tea"}
        assert await desk.texts() == {"diary", "tea"}


async def test_a_tag_chosen_as_private_takes_what_has_it_back(tmp_path: Path) -> None:
    async with family(tmp_path, "full") as (desk, laptop):
        await desk.ask(Remember(text="salary", tags=("money",)))
        await desk.ask(Remember(text="tea"))
        await in_step(laptop)
        assert await laptop.texts() == {"salary", "tea"}
        await choose(desk, "private_tags", "personal, money")
        await until_remembers(laptop, "tea")
        await desk.ask(Remember(text="rent", tags=("money",)))
        kept = await desk.ask(Remember(text="shoes"))
        await in_step(desk, laptop)
        assert await laptop.texts() == {"tea", "shoes"}
        await desk.ask(Retag(id=kept.id, add=("money",)))
        await until_remembers(laptop, "tea")
        assert await desk.texts() == {"salary", "tea", "rent", "shoes"}


async def test_who_hears_of_a_private_tag_first_lets_go_and_the_author_keeps(
    tmp_path: Path,
) -> None:
    async with family(tmp_path, "full") as (desk, laptop):
        await desk.ask(Remember(text="salary", tags=("money",)))
        await desk.ask(Remember(text="tea"))
        await in_step(laptop)
        await desk.stop()
        await choose(laptop, "private_tags", "money")
        await until_remembers(laptop, "tea")
        await desk.start()
        await in_step(desk, laptop)
        assert await desk.texts() == {"salary", "tea"}
        assert await laptop.texts() == {"tea"}


async def test_what_a_removed_device_wrote_stays_though_its_tag_is_private_now(
    tmp_path: Path,
) -> None:
    async with family(tmp_path, "full") as (desk, laptop):
        await laptop.ask(Remember(text="salary", tags=("money",)))
        await in_step(desk)
        await desk.ask(Revoke(device=laptop.id))
        await choose(desk, "private_tags", "money")

        async def is_private() -> bool:
            return [one.privacy for one in await desk.ask(Memories())] == ["private"]

        await desk.until(is_private)


async def test_what_waited_for_its_label_waits_no_longer_once_its_tag_is_not_private(
    tmp_path: Path,
) -> None:
    async with family(tmp_path, "limited") as (desk, tablet):
        await desk.ask(Remember(text="tea", tags=("money",)))
        await tablet.stop()
        tablet.profile.settings.write_text("sharing:\n  private_tags: money\n")
        await tablet.start()
        await in_step(tablet)
        database = tablet.node.services.database

        async def level() -> int:
            sql = "SELECT scope & 3 FROM fact WHERE scope BETWEEN 24 AND 31"
            return await database.read(lambda found: int(found.execute(sql).get))

        assert await level() == Level.PRIVATE
        tablet.profile.settings.write_text("")
        await tablet.ask(Policy())
        assert await level() == Level.FAMILY


async def test_looking_for_a_private_tag_is_done_at_the_next_start_if_it_was_cut(
    tmp_path: Path,
) -> None:
    async with family(tmp_path, "full") as (desk, laptop):
        await desk.ask(Remember(text="salary", tags=("money",)))
        await in_step(laptop)
        await desk.stop()
        holding = laptop.node.services.holding
        await holding.guard(holding.policies.private_tags | {"money"})
        await choose(laptop, "private_tags", "money")
        assert await laptop.texts() == {"salary"}
        await holding.guard(frozenset())
        await laptop.stop()
        await laptop.start()
        await until_remembers(laptop)


async def reasons(device: Device) -> int:
    sql = "SELECT count(*) FROM fact WHERE kind=?"
    database = device.node.services.database
    return await database.read(lambda own: int(own.execute(sql, (int(FactKind.REASON),)).get))


async def left_behind(desk: Device, laptop: Device, phone: Device) -> None:
    """Each of three wrote something; the third is gone."""
    await phone.ask(Remember(text="of the phone"))
    await phone.ask(Feel(valence=0.5, because="a walk"))
    await phone.ask(Say(text="hello", conversation="kitchen"))
    await desk.ask(Remember(text="of the desk"))
    await laptop.ask(Remember(text="of the laptop"))
    await in_step(desk, laptop)
    await desk.ask(Revoke(device=phone.id))
    await phone.stop()


async def test_what_a_removed_device_wrote_stays_when_nobody_may_have_it(
    tmp_path: Path,
) -> None:
    async with family(tmp_path, "full", "full") as (desk, laptop, phone):
        await left_behind(desk, laptop, phone)
        shown: PreviewShown = await desk.ask(
            PreviewPolicy(device=laptop.id, choices={"memory_access": "off"})
        )
        assert shown.would_withdraw["memories"] == 2
        await choose(desk, "memory_access", "off", laptop)
        await until_remembers(laptop, "of the laptop")
        await choose(desk, "memory_access", "default", laptop)
        await until_remembers(laptop, "of the desk", "of the laptop", "of the phone")
        await choose(desk, "memory_access", "off")
        await until_remembers(laptop, "of the laptop", "of the phone")
        await until_remembers(desk, "of the desk", "of the phone")
        await choose(desk, "memory_access", "on")
        await until_remembers(laptop, "of the desk", "of the laptop", "of the phone")


async def test_what_a_removed_device_wrote_stays_until_another_own_device_has_it(
    tmp_path: Path,
) -> None:
    async with family(tmp_path, "full", "full") as (desk, laptop, phone):
        await laptop.ask(Remember(text="of the laptop"))
        await in_step(desk, laptop)
        await laptop.stop()
        await phone.ask(Remember(text="of the phone"))
        await until_remembers(desk, "of the laptop", "of the phone")
        await desk.ask(Revoke(device=phone.id))
        await phone.stop()
        await choose(desk, "memory_access", "off", desk)
        await until_remembers(desk, "of the phone")
        await desk.stop()
        await desk.start()
        assert await desk.texts() == {"of the phone"}
        await laptop.start()
        await until_remembers(laptop, "of the laptop", "of the phone")
        await until_remembers(desk)
        await desk.stop()
        await desk.start()
        assert await desk.texts() == set()
        await choose(desk, "memory_access", "default", desk)
        await until_remembers(desk, "of the laptop", "of the phone")
        await laptop.stop()
        await choose(desk, "memory_access", "off", desk)
        await until_remembers(desk, "of the phone")


async def test_last_copies_go_as_soon_as_one_of_the_others_may_have_them_again(
    tmp_path: Path,
) -> None:
    async with family(tmp_path, "full", "full") as (desk, laptop, phone):
        await left_behind(desk, laptop, phone)
        await choose(desk, "memory_access", "off")
        await until_remembers(laptop, "of the laptop", "of the phone")
        await until_remembers(desk, "of the desk", "of the phone")
        await choose(desk, "memory_access", "on", desk)
        await until_remembers(desk, "of the desk", "of the laptop", "of the phone")
        await until_remembers(laptop, "of the laptop")


async def test_nobody_loses_unawares_what_one_device_alone_may_keep(tmp_path: Path) -> None:
    async with family(tmp_path, "full", "full") as (desk, laptop, tablet):
        await choose(desk, "memory_access", "off")
        await choose(desk, "memory_access", "on", laptop)
        shown = await desk.ask(Policy())
        alone = {one.name: one.keeps_alone for one in shown.devices}
        assert alone == {"Desk": (), "Laptop": ("memories",), "Tablet": ()}
        less = SetTrust(device=laptop.id, trust=Trust.LIMITED)
        for wish in (less, Revoke(device=laptop.id), Part(device=laptop.id, yes=True)):
            with pytest.raises(OnlyCopy):
                await desk.ask(wish)
        assert (await desk.ask(SetTrust(device=laptop.id, trust=Trust.FULL))).trust == "full"
        await desk.ask(SetTrust(device=tablet.id, trust=Trust.LIMITED))
        changed = await desk.ask(structs.replace(less, lets_go=True))
        assert changed.trust is Trust.LIMITED
        await desk.ask(Revoke(device=laptop.id))


async def test_why_a_removed_device_felt_so_stays_when_nobody_may_have_it(
    tmp_path: Path,
) -> None:
    async with family(tmp_path, "full", "full") as (desk, laptop, phone):
        await left_behind(desk, laptop, phone)
        await choose(desk, "mood_reasons", "off")
        await until_chosen(laptop, "mood_reasons", "off")
        await in_step(desk, laptop)
        assert [await reasons(device) for device in (desk, laptop)] == [1, 1]


async def test_who_makes_a_conversation_private_keeps_what_a_removed_device_said_in_it(
    tmp_path: Path,
) -> None:
    async with family(tmp_path, "full", "full") as (desk, laptop, phone):
        await left_behind(desk, laptop, phone)
        await desk.ask(Relabel(id="kitchen", privacy="private"))
        await in_step(desk, laptop)
        assert await desk.said("kitchen") == ["hello"]

        async def is_gone() -> bool:
            return not await laptop.ask(Conversations())

        await laptop.until(is_gone)


async def test_reasons_can_stay_at_home_while_the_mood_is_shared(tmp_path: Path) -> None:
    async with family(tmp_path, "full") as (desk, laptop):
        await desk.ask(Feel(valence=0.5, because="a letter"))
        await in_step(laptop)
        assert (await laptop.ask(Mood(why=True))).why[0].because == "a letter"
        await choose(desk, "mood_reasons", "off")

        async def is_silent() -> bool:
            mood = await laptop.ask(Mood(why=True))
            return mood.valence == 0.5 and mood.why[0].because is None

        await laptop.until(is_silent)
        assert (await desk.ask(Mood(why=True))).why[0].because == "a letter"
        await choose(desk, "mood_reasons", "default")

        async def says_why() -> bool:
            return bool((await laptop.ask(Mood(why=True))).why[0].because)

        await laptop.until(says_why)


async def test_traits_travel_once_that_is_chosen_and_the_last_word_stands(
    tmp_path: Path,
) -> None:
    async with family(tmp_path, "full") as (desk, laptop):
        await desk.ask(SetTrait(name="Humour", text="dry"))
        await in_step(desk, laptop)
        assert await laptop.ask(Traits()) == []
        await choose(desk, "personality_consistency", "on")

        async def is_known(device: Device, text: str) -> bool:
            return [(one.name, one.text) for one in await device.ask(Traits())] == [
                ("humour", text)
            ]

        await laptop.until(lambda: is_known(laptop, "dry"))
        await laptop.ask(SetTrait(name="humour", text="warm"))
        await in_step(laptop, desk)
        assert await is_known(desk, "warm")


async def test_a_preview_says_what_a_change_would_send_and_take_back(tmp_path: Path) -> None:
    async with family(tmp_path, "limited") as (desk, tablet):
        await desk.ask(Say(text="hello"))
        await desk.ask(Remember(text="tea"))
        await desk.ask(Remember(text="diary", privacy="private"))
        await tablet.ask(Remember(text="its own"))
        await in_step(desk, tablet)
        now: PreviewShown = await desk.ask(PreviewPolicy(device=tablet.id, samples=3))
        assert now.would_send == {"conversations": 1, "memories": 1}
        assert (now.withheld, now.would_withdraw) == ({"memories": 1}, {})
        assert {(one.fate, one.text) for one in now.samples} == {
            ("would_send", "hello"), ("would_send", "tea"), ("withheld", "diary"),
        }  # fmt: skip
        without = await desk.ask(
            PreviewPolicy(device=tablet.id, choices={"memory_access": "off"})
        )
        assert without.would_withdraw == {"memories": 1}
        guest = await desk.ask(PreviewPolicy(device=tablet.id, trust=Trust.GUEST))
        assert guest.would_send == {}
        assert guest.would_withdraw == {"conversations": 1, "memories": 1}
        await desk.ask(SetTrust(device=tablet.id, trust=Trust.GUEST))
        await until_remembers(tablet, "its own")


async def test_a_preview_knows_that_a_device_keeps_what_it_wrote_about(tmp_path: Path) -> None:
    async with family(tmp_path, "full") as (desk, laptop):
        await choose(desk, "private_to_own_devices", "on")
        diary = await desk.ask(Remember(text="diary", privacy="private"))
        await desk.ask(Remember(text="list", privacy="private"))
        await until_remembers(laptop, "diary", "list")
        await laptop.ask(Retag(id=diary.id, add=("blue",)))
        await in_step(desk, laptop)
        off = {"private_to_own_devices": "off"}
        seen = await desk.ask(PreviewPolicy(device=laptop.id, choices=off))
        assert (seen.withheld, seen.would_withdraw) == ({"memories": 2}, {"memories": 1})
        await choose(desk, "private_to_own_devices", "off", laptop)
        await until_remembers(laptop, "diary")


async def test_a_preview_knows_that_a_device_keeps_the_traits_it_said(tmp_path: Path) -> None:
    async with family(tmp_path, "full") as (desk, laptop):
        await choose(desk, "personality_consistency", "on")
        await in_step(desk, laptop)
        await desk.ask(SetTrait(name="pace", text="slow"))
        await laptop.ask(SetTrait(name="tone", text="dry"))
        await in_step(desk, laptop)
        off = {"personality_consistency": "off"}
        seen = await desk.ask(PreviewPolicy(device=laptop.id, choices=off))
        assert seen.would_withdraw == {"personality": 1}
        await choose(desk, "personality_consistency", "off", laptop)
        await until_given_back(laptop, ScopeKind.PERSONALITY)
        assert [one.name for one in await laptop.ask(Traits())] == ["tone"]


async def test_the_file_of_a_device_restricts_it_and_a_typo_changes_nothing(
    tmp_path: Path,
) -> None:
    async with family(tmp_path, "full") as (desk, laptop):
        file = desk.profile.settings
        file.write_text("sharing:\n  memory_access: off\n  personality_consistency: on\n")
        assert (await desk.ask(Policy())).restricted["family memory_access"] == "off"
        await desk.ask(Remember(text="stays"))
        await laptop.ask(Remember(text="comes"))
        await in_step(desk, laptop)
        assert await laptop.texts() == {"comes"}
        file.write_text("sharing:\n  memory_access: on\n  memory: on\n")
        await desk.stop()
        await desk.start()
        shown: PolicyShown = await desk.ask(Policy())
        assert shown.restricted["family memory_access"] == "off"
        assert "line 3" in str(shown.mistake)
        await in_step(desk, laptop)
        assert await laptop.texts() == {"comes"}
        file.unlink()
        await desk.stop()
        await desk.start()
        assert (await desk.ask(Policy())).mistake is None
        await until_remembers(laptop, "stays", "comes")


async def test_a_mistake_in_the_file_is_told_when_the_device_starts(tmp_path: Path) -> None:
    profile = Profile(tmp_path / "desk", tmp_path)
    profile.prepare()
    profile.settings.write_text("sharing:\n  memory_access: perhaps\n")
    told: list[str] = []
    key = bytes(range(32))
    opening = Node.open(profile, host="127.0.0.1", root_key=key, on_notice=told.append)
    async with opening as node:
        assert node.services.policies.mistake in told
    assert "line 2" in "".join(told)


async def test_a_device_that_says_one_thing_and_another_makes_others_write_so_often_only(
    tmp_path: Path,
) -> None:
    async with family(tmp_path, "limited") as (desk, tablet):
        services, sharing = desk.node.services, desk.node._following.sharing
        key = services.registry.directory.resolve(tablet.id)
        before = len(await services.database.read(choices.settings))
        for number in range(2 * NOTES_MAX):
            held = ((3, 1),) if number % 2 else ((3, 2),)
            sharing.met(key, Hello(bytes(8), 0, 0, (), holds=held))
            await sharing._note(key)
        noted = len(await services.database.read(choices.settings)) - before
        assert NOTES_MAX // 2 < noted <= NOTES_MAX


async def test_who_passed_something_on_and_had_to_let_it_go_is_given_it_again(
    tmp_path: Path,
) -> None:
    async with family(tmp_path, "full", "full") as (desk, laptop, phone):
        await desk.stop()
        await phone.ask(Remember(text="of the phone"))
        await until_remembers(laptop, "of the phone")
        await phone.stop()
        await desk.start()
        await until_remembers(desk, "of the phone")
        await in_step(laptop, device=desk)
        await choose(desk, "memory_access", "off", laptop)
        await until_remembers(laptop)
        await choose(desk, "memory_access", "default", laptop)
        await until_remembers(laptop, "of the phone")


async def test_who_had_all_that_was_stricter_does_not_have_what_came_since(
    tmp_path: Path,
) -> None:
    async with family(tmp_path, "full", "full") as (desk, laptop, phone):
        await choose(desk, "privacy_levels", "public", desk)
        holding, key = desk.node.services.holding, laptop.node.services.registry.key

        async def is_left_to_the_laptop() -> bool:
            return ScopeKind.MEMORY in holding.vouchers.of(key)

        await desk.until(is_left_to_the_laptop)
        await laptop.stop()
        await phone.ask(Remember(text="for everybody", privacy="public"))
        await until_remembers(desk, "for everybody")
        await desk.ask(Revoke(device=phone.id))
        await phone.stop()
        await choose(desk, "memory_access", "off", desk)
        await until_given_back(desk, ScopeKind.MEMORY)
        assert await desk.texts() == {"for everybody"}
        await laptop.start()
        await until_remembers(laptop, "for everybody")
        await until_remembers(desk)


async def test_what_is_private_here_alone_stays_when_its_kind_is_taken_and_its_author_has_left(
    tmp_path: Path,
) -> None:
    async with family(tmp_path, "full", "full") as (desk, laptop, phone):
        kept = await phone.ask(Remember(text="of the phone"))
        await until_remembers(desk, "of the phone")
        await until_remembers(laptop, "of the phone")
        await desk.ask(Revoke(device=phone.id))
        await phone.stop()
        await desk.ask(Relabel(id=kept.id, privacy="private"))
        await until_remembers(laptop)
        await choose(desk, "memory_access", "off", desk)
        await until_given_back(desk, ScopeKind.MEMORY)
        assert await desk.texts() == {"of the phone"}
