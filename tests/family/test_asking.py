"""What devices may ask each other, and what a search on all of them finds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mesh.clock import SystemEntropy
from mesh.errors import NotPermitted, RequestFailed
from mesh.messages import TOPICS
from mesh.wishes import Pause, Relabel, Remember, Request, Say, Search
from mesh.work.requests import Requests
from tests.family.household import family

if TYPE_CHECKING:
    from pathlib import Path

    from tests.family.household import Device

MODULES = "weather/now"
ASKED: dict[str, dict[str, object]] = {
    "device/registry/query": {},
    "memory/search/request": {"query": "tea"},
    "memory/store/request": {"text": "slipped in"},
    MODULES: {},
}


async def weather(_: object) -> dict[str, str]:
    return {"sky": "blue"}


async def no_answer(_key: bytes, _: dict[str, object]) -> None:
    """A device that asks for anything has to have it on its own list."""


def ask_for_anything(device: Device) -> None:
    """From now on this device asks what a program of somebody else might."""
    services = device.node.services
    services.requests = Requests(
        services.bus,
        services.sync,
        SystemEntropy(),
        services.wires.own,
        is_full=lambda _: True,
        answerers=dict.fromkeys([*TOPICS, MODULES], no_answer),
    )


@pytest.mark.parametrize("trust", ["guest", "limited"])
async def test_who_is_not_the_owners_own_asks_in_vain(tmp_path: Path, trust: str) -> None:
    async with family(tmp_path, trust) as (desk, other):
        desk.node.bus.answer(MODULES, weather)
        for topic, body in ASKED.items():
            for who, whom in ((desk, other), (other, desk)):
                with pytest.raises(NotPermitted):
                    await who.ask(Request(topic=topic, body=body, device=whom.id))
        ask_for_anything(other)
        for topic, body in ASKED.items():
            with pytest.raises(RequestFailed, match="not_permitted"):
                await other.ask(Request(topic=topic, body=body, device=desk.id))
        assert await desk.texts() == set()


async def test_own_devices_ask_for_the_family_and_of_modules_but_store_nothing(
    tmp_path: Path,
) -> None:
    async with family(tmp_path, "full") as (desk, laptop):
        desk.node.bus.answer(MODULES, weather)
        query = Request(topic="device/registry/query", body={}, device=desk.id)
        listed = await laptop.ask(query)
        ids = {one["device_id"] for one in listed["body"]["devices"]}
        assert ids == {desk.id, laptop.id}
        sky = await laptop.ask(Request(topic=MODULES, body={}, device=desk.id))
        assert sky["body"] == {"sky": "blue"}
        ask_for_anything(laptop)
        for topic in ("memory/store/request", "conversation/message/user"):
            with pytest.raises(RequestFailed, match="not_permitted"):
                await laptop.ask(Request(topic=topic, body={"text": "in"}, device=desk.id))
        assert await desk.texts() == set()


async def test_a_search_everywhere_finds_there_only_what_may_leave(tmp_path: Path) -> None:
    async with family(tmp_path, "full") as (desk, laptop):
        await laptop.ask(Pause())
        shared = await laptop.ask(Remember(text="tea for all"))
        said = await laptop.ask(Say(text="tea, anybody?"))
        await laptop.ask(Remember(text="tea at the surgery", privacy="private"))
        await laptop.ask(Say(text="tea and sorrow", private=True))
        told = await laptop.ask(Say(text="tea with my lawyer", conversation="closed"))
        await laptop.ask(Relabel(id=told.conversation_id, privacy="private"))
        assert len(await laptop.ask(Search(query="tea"))) == 5
        found = await desk.ask(Search(query="tea", everywhere=True))
        assert {hit.id for hit in found} == {shared.id, said.id}
        assert {hit.device_id for hit in found} == {laptop.id}


async def test_what_is_private_there_crowds_nothing_out(tmp_path: Path) -> None:
    async with family(tmp_path, "full") as (desk, laptop):
        await laptop.ask(Pause())
        for number in range(4):
            await laptop.ask(Remember(text=f"tea {number}", privacy="private"))
        long = "one cup of tea on the day before we all went to the sea"
        shared = await laptop.ask(Remember(text=long))
        found = await desk.ask(Search(query="tea", everywhere=True, limit=2))
        assert [hit.id for hit in found] == [shared.id]
