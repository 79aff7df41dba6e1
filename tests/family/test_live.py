"""What happens on one device is heard on the others as it happens, by any program."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
import zmq

from mesh.errors import NotPermitted
from mesh.wishes import Feel, Mood, Pause, Remember, Request, Say, Search
from tests.family.household import PATIENCE_S, family, in_step
from tests.mesh.bus.household import Module, listens

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mesh.bus.bus import Listener


async def first(news: Listener, wanted: Callable[[Any], bool]) -> Any:
    """The first of the news that fits."""
    async with asyncio.timeout(PATIENCE_S):
        async for one in news:
            if wanted(one.body):
                return one
    raise AssertionError


async def test_a_feeling_on_one_device_is_the_mood_on_all(tmp_path: Path) -> None:
    async with family(tmp_path, "full", "limited") as (desk, laptop, tablet):
        with laptop.node.bus.listen("emotion/state/current") as there, \
                tablet.node.bus.listen("emotion/state/current") as elsewhere:  # fmt: skip
            felt = await desk.ask(Feel(valence=0.6, arousal=0.3))
            for news in (there, elsewhere):
                heard = await first(news, lambda body: body.valence > 0)
                assert heard.body.valence == felt.valence
                assert heard.body.contributing_devices == (desk.id,)
        moods = [await device.ask(Mood()) for device in (desk, laptop, tablet)]
        assert [(one.valence, one.arousal, one.label) for one in moods] == [
            (felt.valence, felt.arousal, felt.label)
        ] * 3


async def test_feelings_of_several_devices_make_one_mood_everywhere(tmp_path: Path) -> None:
    async with family(tmp_path, "full", "full") as devices:
        for device, valence in zip(devices, (0.9, -0.4, 0.1), strict=True):
            await device.ask(Feel(valence=valence))
        await in_step(*devices)
        moods = [await device.ask(Mood(why=True)) for device in devices]
        assert {one.valence for one in moods} == {moods[0].valence}
        assert len(moods[0].contributing_devices) == len(moods[0].why) == 3


async def test_what_is_said_is_heard_elsewhere_with_who_said_it_where(tmp_path: Path) -> None:
    async with family(tmp_path, "full") as (desk, laptop):
        with laptop.node.bus.listen("conversation/message/") as news:
            said = await desk.ask(Say(text="good morning", tags=("early",)))
            heard = await first(news, lambda body: body.text == "good morning")
        assert heard.topic == "conversation/message/user"
        assert heard.device_id == desk.id
        assert heard.body.id == said.id
        assert heard.body.conversation_id == said.conversation_id
        assert await laptop.said(said.conversation_id) == ["good morning"]


async def test_a_memory_is_told_elsewhere_after_it_is_stored_there(tmp_path: Path) -> None:
    async with family(tmp_path, "full") as (desk, laptop):
        with laptop.node.bus.listen("memory/sync/update") as news:
            kept = await desk.ask(Remember(text="tea at four"))
            heard = await first(news, lambda body: body.text == "tea at four")
            assert heard.body.id == kept.id
            assert await laptop.texts() == {"tea at four"}


@pytest.mark.parametrize("topic", ["device/registry/update", "emotion/state/current"])
async def test_who_subscribes_late_gets_the_present_state_first(
    tmp_path: Path, topic: str
) -> None:
    async with family(tmp_path, "full") as (desk, laptop):
        await desk.ask(Feel(valence=-0.7))
        await in_step(desk, laptop)

        async def is_told() -> bool:
            told: dict[str, Any] = {one.topic: one.body for one in laptop.node.bus.states("")}
            family, mood = (
                told.get(topic) for topic in ("device/registry/update", "emotion/state/current")
            )
            return bool(family and len(family.devices) == 2 and mood and mood.valence < 0)

        await laptop.until(is_told)
        with Module(laptop.profile) as module:
            late = module.open(zmq.SUB, "subscribe")
            late.subscribe(f"json/{topic}".encode())
            _, body = await late.recv_multipart()
            news = json.loads(body)
        assert news["topic"] == topic
        if topic.startswith("emotion"):
            assert news["body"]["valence"] == -0.7
        else:
            assert {one["device_id"] for one in news["body"]["devices"]} == {desk.id, laptop.id}


def write(spelling: str, body: dict[str, object]) -> bytes:
    if spelling == "json":
        return json.dumps(body).encode()
    return msgspec.msgpack.encode(body)


def read(spelling: str, body: bytes) -> Any:
    return json.loads(body) if spelling == "json" else msgspec.msgpack.decode(body)


@pytest.mark.parametrize("spelling", ["json", "msgpack"])
async def test_a_program_of_somebody_else_speaks_to_the_whole_family(
    tmp_path: Path, spelling: str
) -> None:
    prefix = "json/" if spelling == "json" else ""
    async with family(tmp_path, "full") as (desk, laptop):
        with Module(desk.profile) as here, Module(laptop.profile) as there:
            hears = there.open(zmq.SUB, "subscribe")
            await listens(hears, f"{prefix}conversation/message/".encode())
            says = here.open(zmq.XPUB, "publish")
            await says.recv()  # what is published before somebody subscribed is lost
            topic, text = b"conversation/message/assistant", "grüße aus Python"
            asks = here.open(zmq.REQ, "request")
            await asks.send_multipart(
                [
                    b"bus/publish",
                    write(spelling, {"topic": topic.decode(), "body": {"text": text}}),
                ]
            )
            status, made = await asks.recv_multipart()
            assert status == b"ok"
            stored = read(spelling, made)["body"]["id"]
            heard_topic, heard = await hears.recv_multipart()
            news = read(spelling, heard)
            assert heard_topic == prefix.encode() + topic
            assert (news["device_id"], news["body"]["text"]) == (desk.id, text)
            assert news["body"]["id"] == stored
            await says.send_multipart([topic, write(spelling, {"text": "and once more"})])
            _, heard = await hears.recv_multipart()
            assert read(spelling, heard)["body"]["text"] == "and once more"


@pytest.mark.parametrize("spelling", ["json", "msgpack"])
async def test_a_program_of_somebody_else_asks_and_is_answered(
    tmp_path: Path, spelling: str
) -> None:
    async with family(tmp_path, "full") as (desk, laptop):
        await laptop.ask(Remember(text="tea without sugar"))
        await in_step(desk)
        with Module(desk.profile) as module:
            asks = module.open(zmq.REQ, "request")
            await asks.send_multipart(
                [b"memory/search/request", write(spelling, {"query": "tea"})]
            )
            status, answer = await asks.recv_multipart()
            assert status == b"ok"
            (hit,) = read(spelling, answer)["hits"]
            assert (hit["text"], hit["device_id"]) == ("tea without sugar", laptop.id)
            await asks.send_multipart([b"nobody/answers", write(spelling, {})])
            status, answer = await asks.recv_multipart()
            assert status == b"error"
            assert read(spelling, answer)["error"] == "not_found"


async def test_a_device_that_is_asked_tells_its_own_but_not_what_is_private(
    tmp_path: Path,
) -> None:
    async with family(tmp_path, "full", "guest") as (desk, laptop, guest):
        await laptop.ask(Pause())
        await laptop.ask(Remember(text="only here", privacy="private"))
        shared = await laptop.ask(Remember(text="only there for now"))
        body: dict[str, object] = {"query": "only"}
        wish = Request(topic="memory/search/request", body=body, device="Laptop")
        answer = await desk.ask(wish)
        assert answer["device_id"] == laptop.id
        assert [hit["id"] for hit in answer["body"]["hits"]] == [shared.id]
        for who, whom in ((guest, desk), (desk, guest)):
            with pytest.raises(NotPermitted):
                await who.ask(Request(topic="memory/search/request", body=body, device=whom.id))


async def test_a_search_everywhere_finds_what_only_another_device_has(tmp_path: Path) -> None:
    async with family(tmp_path, "full") as (desk, laptop):
        await laptop.ask(Pause())
        kept = await laptop.ask(Remember(text="it doesn't rain, don't worry"))
        assert await desk.ask(Search(query="don't worry")) == []
        (hit,) = await desk.ask(Search(query="don't worry", everywhere=True))
        assert (hit.id, hit.device_id) == (kept.id, laptop.id)
