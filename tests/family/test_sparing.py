"""Histories wait where something is to be spared; news never do, and who asks gets all."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from typing_extensions import override

from mesh.clock import SystemClock
from mesh.errors import BadInput, NoDeviceAnswers, NotFound
from mesh.messages import HistoryArrived, SyncStatus, UserSaid
from mesh.model.sparing import Sparing, Surroundings, Why
from mesh.sync.schedule import BREATH_S, FIRST_S, PORTION
from mesh.wishes import Import, Remember, Say, Spare, SparingShown, Sync
from tests.family.household import Device, family, in_step, outcome, pair, strangers

if TYPE_CHECKING:
    from pathlib import Path

    from mesh.messages import DeviceShown, News

FULL_BATTERY = Surroundings()
LOW = Surroundings(on_battery=True, percent=7)
METERED = Surroundings(metered=True)
LINES = 4 * PORTION


def history(folder: Path, name: str = "old") -> str:
    """A file with many old messages."""
    path = folder / f"{name}.jsonl"
    lines = [
        {"conversation_id": name, "role": "user", "text": f"{name} {n}", "timestamp": 1.5e9 + n}
        for n in range(LINES)
    ]
    path.write_text("\n".join(map(json.dumps, lines)))
    return str(path)


async def runs_on(device: Device, around: Surroundings) -> SparingShown:
    """The device finds itself on this battery, in this network."""

    async def look() -> Surroundings:
        return around

    device.node.services.around = look
    shown: SparingShown = await device.ask(Spare())
    return shown


async def until_waiting(device: Device, other: Device, why: Why | None) -> DeviceShown:
    await device.until_seen(other.id, lambda seen: seen.waits is why)
    return (await device.seen())[other.id]


async def said(device: Device, conversation: str) -> int:
    """How much of a conversation is there."""
    try:
        return len(await device.said(conversation))
    except NotFound:
        return 0


async def until_said(device: Device, conversation: str, count: int) -> None:
    async def has() -> bool:
        return await said(device, conversation) == count

    await device.until(has)


@pytest.mark.parametrize("around", [LOW, METERED])
async def test_a_history_waits_and_both_tell_why_until_somebody_asks(
    tmp_path: Path, around: Surroundings
) -> None:
    async with family(tmp_path, "full") as (desk, laptop):
        await runs_on(desk, around)
        await desk.ask(Import(path=history(tmp_path)))
        here, there = (
            (Why.BATTERY, Why.THEIR_BATTERY)
            if around is LOW
            else (Why.METERED, Why.THEIR_METERED)
        )
        await until_waiting(desk, laptop, here)
        seen = await until_waiting(laptop, desk, there)
        assert not seen.in_step
        assert not (await laptop.status()).in_step
        assert (await laptop.status()).pending >= LINES - PORTION
        await until_said(laptop, "old", PORTION)
        kept = await desk.ask(Remember(text="news"))
        assert kept.text == "news"

        async def has_news() -> bool:
            return await laptop.texts() == {"news"}

        await laptop.until(has_news)
        assert await said(laptop, "old") == PORTION
        await in_step(laptop)
        assert await said(laptop, "old") == LINES
        await until_waiting(laptop, desk, None)


async def test_the_newest_of_a_history_comes_first(tmp_path: Path) -> None:
    async with family(tmp_path, "full") as (desk, laptop):
        await runs_on(desk, LOW)
        for name in ("older", "newer"):
            await desk.ask(Import(path=history(tmp_path, name)))
        today = await desk.ask(Say(text="today"))
        await until_said(laptop, today.conversation_id, 1)
        await desk.ask(Sync(wait=20))
        assert await said(laptop, "older") == await said(laptop, "newer") == LINES


async def test_who_takes_is_spared_too_and_gets_all_once_it_is_plugged_in(
    tmp_path: Path,
) -> None:
    async with family(tmp_path, "full") as (desk, laptop):
        await runs_on(laptop, LOW)
        await laptop.ask(Remember(text="after that"))

        async def has_heard() -> bool:
            return bool(await desk.texts())

        await desk.until(has_heard)
        await desk.ask(Import(path=history(tmp_path)))
        await until_waiting(desk, laptop, Why.THEIR_BATTERY)
        await until_waiting(laptop, desk, Why.BATTERY)
        await runs_on(laptop, FULL_BATTERY)
        await until_said(laptop, "old", LINES)
        await until_waiting(desk, laptop, None)


async def test_what_was_asked_for_goes_on_after_a_short_wait(tmp_path: Path) -> None:
    """Without a wait `sync` answers soon; what is asked for comes all the same."""
    async with family(tmp_path, "full") as (desk, laptop):
        await runs_on(desk, METERED)
        await desk.ask(Import(path=history(tmp_path)))
        await until_waiting(laptop, desk, Why.THEIR_METERED)
        assert isinstance(await outcome(laptop.ask(Sync(wait=0))), NoDeviceAnswers)
        await until_said(laptop, "old", LINES)
        await laptop.until_seen(desk.id, lambda seen: seen.in_step)
        await desk.ask(Import(path=history(tmp_path, "next")))
        await until_waiting(laptop, desk, Why.THEIR_METERED)
        assert await said(laptop, "next") <= PORTION


async def test_a_restart_changes_nothing_of_what_is_spared(tmp_path: Path) -> None:
    async with family(tmp_path, "full") as (desk, laptop):
        await desk.ask(Spare(level=Sparing.OFF))
        await runs_on(desk, LOW)
        await desk.stop()
        await desk.start()
        shown = await runs_on(desk, LOW)
        assert (shown.level, shown.why) == (Sparing.OFF, None)
        await desk.ask(Import(path=history(tmp_path)))
        await until_said(laptop, "old", LINES)


async def test_the_owners_file_makes_it_stricter_and_never_milder(tmp_path: Path) -> None:
    async with family(tmp_path) as (desk,):
        await runs_on(desk, Surroundings(on_battery=True, percent=90))
        assert (await desk.ask(Spare())).why is None
        desk.profile.settings.write_text("sparing: strong\n")
        shown = await desk.ask(Spare())
        assert (shown.level, shown.chosen) == (Sparing.STRONG, Sparing.NORMAL)
        assert shown.why is Why.BATTERY
        desk.profile.settings.write_text("sparing: off\n")
        assert (await desk.ask(Spare())).level is Sparing.NORMAL
        with pytest.raises(BadInput):
            await desk.ask(Spare(level="much"))


class LaterClock(SystemClock):
    """A clock that can be put on: what has just begun is over then."""

    ahead = 0.0

    @override
    def monotonic(self) -> float:
        return super().monotonic() + self.ahead


async def test_a_conversation_delays_a_history_but_not_what_is_said(tmp_path: Path) -> None:
    clock = LaterClock()
    async with strangers(tmp_path, 2, clock) as (desk, laptop):
        await pair(desk, laptop)
        await in_step(desk, laptop)
        where = (await desk.ask(Say(text="first"))).conversation_id
        await until_said(laptop, where, 1)
        clock.ahead += FIRST_S
        came: list[str] = []
        laptop.node.follow(lambda news: came.append(what_came(news)))
        await desk.ask(Say(text="second", conversation=where))
        begun = clock.monotonic()
        await desk.ask(Import(path=history(tmp_path)))
        await desk.ask(Say(text="third", conversation=where))
        await until_said(laptop, where, 3)
        assert await said(laptop, "old") < LINES
        await until_said(laptop, "old", LINES)
        assert clock.monotonic() - begun >= BREATH_S
        assert came.index("third") < came.index(HistoryArrived.topic)


def what_came(news: News) -> str:
    """What was said, or the topic of other news."""
    return news.body.text if isinstance(news.body, UserSaid) else news.topic


async def test_the_bus_tells_how_much_waits_and_why(tmp_path: Path) -> None:
    async with family(tmp_path, "full") as (desk, laptop):
        told: list[SyncStatus] = []
        laptop.node.follow(lambda news: note(told, news))
        await runs_on(desk, LOW)
        await desk.ask(Import(path=history(tmp_path)))
        await until_waiting(laptop, desk, Why.THEIR_BATTERY)
        await laptop.until(lambda: tells(told, Why.THEIR_BATTERY))
        assert told[-1].pending >= LINES - PORTION
        assert told[-1].seconds_left is None
        await in_step(laptop)
        await laptop.until(lambda: tells(told, None))
        assert told[-1].in_step


def note(told: list[SyncStatus], news: News) -> None:
    if isinstance(news.body, SyncStatus):
        told.append(news.body)


async def tells(told: list[SyncStatus], why: Why | None) -> bool:
    return bool(told) and told[-1].waits is why and told[-1].in_step is (why is None)
