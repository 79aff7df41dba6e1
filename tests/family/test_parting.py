"""A first meeting undone within a day: each goes on with its own past, and may come back."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from app.cli.household import ChildDevice
from app.cli.household import pair as pair_children
from mesh.errors import NotPermitted, TooLate
from mesh.model.device import Trust
from mesh.wishes import (
    Conversations,
    Feel,
    Forget,
    Import,
    Invite,
    Leave,
    Memories,
    Mood,
    Part,
    Policy,
    Relabel,
    Remember,
    Revise,
    Say,
    Search,
    SetPolicy,
    Sync,
)
from tests.family.household import FastClock, in_step, outcome, pair, strangers

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from mesh.wishes import PartingShown
    from tests.family.household import Device


async def fill(device: Device, count: int = 2) -> None:
    """Some of each kind."""
    for number in range(count):
        await device.ask(Remember(text=f"{device.name} remembers {number}"))
        await device.ask(Say(text=f"{device.name} says {number}", conversation="both"))
    await device.ask(Say(text=f"{device.name} alone", conversation=device.name))
    await device.ask(Feel(valence=0.5, arousal=0.1, confidence=0.9, because="why not"))


async def known(device: Device) -> tuple[set[str], list[str], set[str], int]:
    """What there is: memories, what was said to both, conversations, observations."""
    mood = await device.ask(Mood(why=True))
    return (
        await device.texts(),
        sorted(await device.said("both")),
        {one.conversation_id for one in await device.ask(Conversations())},
        len(mood.why),
    )


@asynccontextmanager
async def met(folder: Path, trust: Trust = Trust.FULL) -> AsyncIterator[list[Device]]:
    """Two devices with a past each that have met, and are in step."""
    async with strangers(folder, 2) as (desk, laptop):
        await fill(desk)
        await fill(laptop)
        await pair(desk, laptop, Invite(trust=trust))
        await in_step(desk, laptop)
        yield [desk, laptop]


async def until_alone(*devices: Device) -> None:
    """Until each is a family of one, with keys that work."""
    for device in devices:

        async def is_alone(device: Device = device) -> bool:
            return len(await device.seen()) == 1

        await device.until(is_alone)


async def until_known(device: Device, expected: object) -> None:
    """Until this device knows this and nothing else."""

    async def holds() -> bool:
        return await known(device) == expected

    try:
        await device.until(holds)
    except TimeoutError:
        assert await known(device) == expected


async def until_remembered(device: Device, *texts: str) -> None:
    """Until just this is remembered: words about what was not here are given once it is."""

    async def holds() -> bool:
        return await device.texts() == set(texts)

    await device.until(holds)


async def undo(device: Device, of: Device | None = None) -> PartingShown:
    shown: PartingShown = await device.ask(Part(device=of.id if of else None, yes=True))
    return shown


def past_of(device: Device, count: int = 2) -> tuple[set[str], list[str], set[str], int]:
    name = device.name
    return (
        {f"{name} remembers {number}" for number in range(count)},
        [f"{name} says {number}" for number in range(count)],
        {"both", name},
        1,
    )


def both_of(one: Device, other: Device) -> tuple[set[str], list[str], set[str], int]:
    mine, theirs = past_of(one), past_of(other)
    return (mine[0] | theirs[0], sorted(mine[1] + theirs[1]), mine[2] | theirs[2], 2)


@pytest.mark.parametrize("by", ["Desk", "Laptop"])
@pytest.mark.parametrize("trust", [Trust.FULL, Trust.LIMITED])
async def test_undone_by_either_each_has_its_own_past_and_back_again_all_of_it_once(
    tmp_path: Path, by: str, trust: Trust
) -> None:
    async with met(tmp_path, trust) as (desk, laptop):
        assert await known(desk) == await known(laptop) == both_of(desk, laptop)
        old = laptop.id
        shown = await (undo(desk, laptop) if by == "Desk" else undo(laptop))
        counts = {"messages": 3, "memories": 2, "moods": 1}
        assert (shown.here, shown.there) == (counts, counts)
        assert (shown.is_done, shown.is_level, shown.is_in_reach) == (True, True, True)
        await until_alone(desk)
        await until_known(desk, past_of(desk))
        await until_known(laptop, past_of(laptop))
        await until_alone(laptop)
        assert laptop.id != old
        assert (await laptop.seen())[laptop.id].name == "Laptop"
        assert not await desk.ask(Search("Laptop"))
        assert not await laptop.ask(Search("Desk"))

        await pair(desk, laptop, Invite(trust=trust))
        await in_step(desk, laptop)
        assert await known(desk) == await known(laptop) == both_of(desk, laptop)
        assert await desk.export() == await laptop.export()
        assert {one.text for one in await desk.ask(Search("Laptop"))} >= past_of(laptop)[0]


async def test_it_is_counted_first_and_nothing_happens_by_that(tmp_path: Path) -> None:
    async with met(tmp_path) as (desk, laptop):
        for device, of in ((desk, laptop), (laptop, None)):
            shown = await device.ask(Part(device=of.id if of else None))
            assert (shown.name, shown.is_done) == ("Laptop", False)
            assert shown.here == shown.there == {"messages": 3, "memories": 2, "moods": 1}
            row = (await device.seen())[laptop.id]
            assert row.undo_until == shown.ends
            assert (await device.seen())[desk.id].undo_until is None
        assert await known(desk) == both_of(desk, laptop)


async def test_only_who_joined_or_an_admin_may(tmp_path: Path) -> None:
    async with met(tmp_path) as (desk, laptop):
        for device, of in ((laptop, desk), (desk, desk)):
            assert isinstance(await outcome(undo(device, of)), NotPermitted)
        assert await known(desk) == both_of(desk, laptop)


class LaterClock(FastClock):
    """A clock that can be put forward."""

    ahead = 0

    def wall(self) -> int:
        return super().wall() + self.ahead


async def test_after_a_day_it_is_too_late(tmp_path: Path) -> None:
    clock = LaterClock()
    async with strangers(tmp_path, 2, clock) as (desk, laptop):
        await fill(desk)
        await pair(desk, laptop)
        await in_step(desk, laptop)
        clock.ahead = 24 * 3600 * 1_000_000 + 1
        for device, of in ((desk, laptop), (laptop, None)):
            error = await outcome(undo(device, of))
            assert isinstance(error, TooLate)
            assert "leave" in error.sentence
            assert (await device.seen())[laptop.id].undo_until is None
        assert await laptop.texts() == past_of(desk)[0]


async def test_a_clock_that_stands_does_not_make_that_day_last(tmp_path: Path) -> None:
    """What the newcomer wrote since is here, and no other device would believe it."""
    async with strangers(tmp_path, 2) as (desk, laptop):
        await fill(desk)
        await pair(desk, laptop)
        later = LaterClock()
        later.ahead = 9 * 24 * 3600 * 1_000_000
        laptop.node.services.author._clock = later
        await laptop.ask(Remember(text="nine days later"))
        await in_step(desk, laptop)
        assert isinstance(await outcome(undo(desk, laptop)), TooLate)


async def test_a_third_device_follows_when_it_hears_of_it(tmp_path: Path) -> None:
    async with strangers(tmp_path, 3) as (desk, laptop, tablet):
        await fill(desk)
        await fill(tablet)
        await pair(desk, tablet)
        await in_step(desk, tablet)
        family = await known(desk)
        await fill(laptop)
        await pair(desk, laptop)
        await in_step(desk, laptop, tablet)
        assert past_of(laptop)[0] < await tablet.texts()
        await tablet.stop()
        shown = await undo(laptop)
        assert shown.is_done
        assert not shown.is_level
        await until_known(desk, family)
        await until_known(laptop, past_of(laptop))
        await tablet.start()
        await until_known(tablet, family)
        await in_step(desk, tablet)
        assert await known(desk) == await known(tablet) == family
        assert laptop.id not in await tablet.seen()

        await pair(desk, laptop)
        await in_step(desk, laptop, tablet)
        assert past_of(laptop)[0] < await tablet.texts()
        assert await known(desk) == await known(laptop) == await known(tablet)
        assert await desk.export() == await tablet.export() == await laptop.export()


async def test_words_about_the_others_things_go_and_come_back_with_them(
    tmp_path: Path,
) -> None:
    async with met(tmp_path) as (desk, laptop):
        ids = {one.text: one.id for one in await desk.ask(Memories())}
        await desk.ask(Revise(id=ids["Laptop remembers 0"], text="what the desk made of it"))
        await laptop.ask(Revise(id=ids["Desk remembers 0"], text="what the laptop made of it"))
        await laptop.ask(Revise(id=ids["Laptop remembers 1"], text="changed here"))
        await in_step(desk, laptop)
        assert await desk.texts() == {
            "what the desk made of it", "what the laptop made of it", "Desk remembers 1",
            "changed here",
        }  # fmt: skip
        await undo(laptop)
        await until_alone(desk, laptop)
        await until_known(desk, past_of(desk))
        assert await laptop.texts() == {"Laptop remembers 0", "changed here"}
        await pair(desk, laptop)
        await in_step(desk, laptop)
        for device in (desk, laptop):
            await until_remembered(
                device, "what the desk made of it", "what the laptop made of it",
                "Desk remembers 1", "changed here",
            )  # fmt: skip


async def test_what_was_forgotten_in_between_stays_forgotten_on_both_sides(
    tmp_path: Path,
) -> None:
    async with met(tmp_path) as (desk, laptop):
        ids = {one.text: one.id for one in await desk.ask(Memories())}
        await desk.ask(Forget(id=ids["Laptop remembers 0"]))
        await laptop.ask(Forget(id=ids["Desk remembers 0"]))
        await in_step(desk, laptop)
        await undo(desk, laptop)
        await until_alone(desk, laptop)
        for _ in range(2):
            assert "Laptop remembers 0" not in await laptop.texts() | await desk.texts()
            assert "Desk remembers 0" not in await laptop.texts() | await desk.texts()
            await laptop.stop()
            await laptop.start()
        assert await laptop.texts() == {"Laptop remembers 1"}
        await pair(desk, laptop)
        await in_step(desk, laptop)
        for device in (desk, laptop):
            assert await device.texts() == {"Laptop remembers 1", "Desk remembers 1"}


async def test_what_the_others_made_private_stays_so(tmp_path: Path) -> None:
    async with met(tmp_path) as (desk, laptop):
        ids = {one.text: one.id for one in await desk.ask(Memories())}
        await desk.ask(Relabel(id=ids["Laptop remembers 0"], privacy="private"))
        await laptop.ask(Relabel(id=ids["Desk remembers 0"], privacy="private"))
        await in_step(desk, laptop)
        await undo(laptop)
        await until_alone(desk, laptop)
        await until_known(desk, past_of(desk))
        for device in (desk, laptop):
            privacy = {one.text: one.privacy for one in await device.ask(Memories())}
            assert privacy == {
                f"{device.name} remembers 0": "private",
                f"{device.name} remembers 1": "family",
            }


async def test_what_each_took_in_from_a_file_stays_with_it(tmp_path: Path) -> None:
    lines = {
        name: json.dumps({
            "id": name, "conversation_id": "both", "role": "user", "text": f"from {name}",
            "timestamp": 1_700_000_000,
        })
        for name in ("Desk", "Laptop", "shared", "later")
    }  # fmt: skip

    async def take_in(device: Device, *names: str) -> None:
        path = tmp_path / "lines.jsonl"
        path.write_text("\n".join(lines[name] for name in names) + "\n")
        await device.ask(Import(path=str(path)))

    async with strangers(tmp_path, 2) as (desk, laptop):
        await take_in(desk, "Desk", "shared")
        await take_in(laptop, "Laptop", "shared")
        await pair(desk, laptop)
        await take_in(laptop, "later")
        await in_step(desk, laptop)
        assert len(await desk.said("both")) == 4
        await undo(laptop)
        await until_alone(desk, laptop)

        async def has_let_go() -> bool:
            return sorted(await desk.said("both")) == ["from Desk", "from shared"]

        await desk.until(has_let_go)
        ours = ["from Laptop", "from later", "from shared"]
        assert sorted(await laptop.said("both")) == ours
        await take_in(desk, "later")
        assert sorted(await desk.said("both")) == ["from Desk", "from later", "from shared"]
        await pair(desk, laptop)
        await in_step(desk, laptop)
        for device in (desk, laptop):
            assert sorted(await device.said("both")) == sorted([*ours, "from Desk"])


async def test_a_past_from_another_family_goes_along_and_what_was_there_stays(
    tmp_path: Path,
) -> None:
    """The desk and the laptop were family before; the tablet gets to know of it only now."""
    async with strangers(tmp_path, 3) as (desk, laptop, tablet):
        await fill(desk)
        await fill(laptop)
        await pair(desk, laptop)
        await in_step(desk, laptop)
        await laptop.ask(Leave())
        await until_alone(desk, laptop)
        stayed = await known(desk)
        await laptop.ask(Remember(text="later"))
        await fill(tablet)
        await pair(tablet, laptop)
        await in_step(tablet, laptop)
        assert past_of(desk)[0] | {"later"} < await tablet.texts()
        await undo(laptop)
        await until_alone(tablet, laptop)
        await until_known(tablet, past_of(tablet))
        assert await laptop.texts() == past_of(desk)[0] | past_of(laptop)[0] | {"later"}
        await pair(desk, laptop)
        await in_step(desk, laptop)
        assert "later" in await desk.texts()
        await undo(laptop)
        await until_alone(desk, laptop)
        await until_known(desk, stayed)


async def test_choices_go_with_who_made_them(tmp_path: Path) -> None:
    async with strangers(tmp_path, 2) as (desk, laptop):
        await pair(desk, laptop)
        await laptop.ask(SetPolicy(key="personality_consistency", value="on"))
        await in_step(desk, laptop)
        assert (await desk.ask(Policy())).chosen["family"]
        await undo(laptop)
        await until_alone(desk, laptop)

        async def has_gone() -> bool:
            return not (await desk.ask(Policy())).chosen["family"]

        await desk.until(has_gone)


async def test_when_nobody_is_in_reach_it_says_so_and_the_other_can_do_the_same(
    tmp_path: Path,
) -> None:
    async with met(tmp_path) as (desk, laptop):
        await desk.stop()
        await laptop.until_seen(desk.id, lambda shown: not shown.connected)
        shown = await undo(laptop)
        assert (shown.is_done, shown.is_level, shown.is_in_reach) == (True, False, False)
        await until_alone(laptop)
        assert await known(laptop) == past_of(laptop)
        await desk.start()
        (old,) = [one for one in await desk.seen() if one != desk.id]
        await desk.ask(Part(device=old, yes=True))
        await until_alone(desk)
        await until_known(desk, past_of(desk))


@pytest.mark.parametrize("victims", ["desk", "laptop", "both"])
async def test_killed_at_any_step_it_is_done_at_the_next_start(
    tmp_path: Path, victims: str
) -> None:
    desk, laptop = ChildDevice(tmp_path / "d", "Desk"), ChildDevice(tmp_path / "l", "Laptop")
    devices = {"desk": desk, "laptop": laptop}
    try:
        for device in devices.values():
            await device.start()
            for number in range(3):
                await device.ask(Remember(text=f"{device.name} {number}"))
        await pair_children(desk, laptop, Invite())
        for device in devices.values():
            await device.ask(Sync(wait=20.0))
            assert len(await device.ask(Memories())) == 6
        old = laptop.device_id
        async with desk.listen("device/registry/update") as heard:
            await laptop.ask(Part(yes=True))
            await heard(lambda body: old not in {one["device_id"] for one in body["devices"]})
            for name, device in devices.items():
                await (device.kill() if victims in {name, "both"} else device.stop())
        for device in devices.values():
            await device.start()
            async with device.listen("") as heard:
                while len(shown := await device.ask(Memories())) != 3:
                    await heard(lambda _: True)
            assert {one["text"] for one in shown} == {f"{device.name} {n}" for n in range(3)}
    finally:
        for device in devices.values():
            await device.stop()
