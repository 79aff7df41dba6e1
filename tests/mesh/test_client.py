"""What a Python module may rely on when it takes part through ``mesh.client``."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

import pytest

from mesh.client import connect
from mesh.errors import (
    BadInput,
    MeshError,
    NotFound,
    NotPermitted,
    NotRunning,
    ProfileUnsafe,
    RequestFailed,
    RequestTimedOut,
)
from mesh.messages import MoodChanged, News, told
from mesh.profile import Profile
from mesh.wishes import Import, Memories, Say, Status
from tests.mesh.bus.household import DEVICE, household

if TYPE_CHECKING:
    from pathlib import Path

    from mesh.client import Client


async def test_without_a_node_there_is_a_sentence(tmp_path: Path) -> None:
    profile = Profile(tmp_path / "home", tmp_path / "run")
    with pytest.raises(NotRunning) as refused:
        async with connect(profile):
            pass
    assert "aico-mesh node" in refused.value.sentence


async def test_a_node_that_has_the_profile_but_never_answers_is_not_waited_for(
    tmp_path: Path,
) -> None:
    profile = Profile(tmp_path / "home", tmp_path / "run")
    profile.prepare()
    with profile.lock():
        async with connect(profile, seconds=0.05) as client:
            with pytest.raises(NotRunning, match="does not answer"):
                await client.command(Status())
            with pytest.raises(NotRunning):
                async with client.subscribe():
                    pass


async def test_a_call_that_is_open_when_its_client_closes_ends(tmp_path: Path) -> None:
    async with household(tmp_path) as house, asyncio.TaskGroup() as tasks:
        async with connect(house.profile) as client:
            await client.command(Say(text="hi"))
            waiting = tasks.create_task(refused(client))
            while len(house.said) < 2:  # noqa: ASYNC110 — the house counts what it was asked
                await asyncio.sleep(0)
        assert await waiting
        house.release.set()


async def refused(client: Client) -> bool:
    """Whether a call that the node does not answer ends with NotRunning."""
    with pytest.raises(NotRunning):
        await client.command(Say(text="wait"))
    return True


async def test_commands_answer_with_maps_lists_events_and_errors(tmp_path: Path) -> None:
    events: list[object] = []
    async with household(tmp_path) as house, connect(house.profile) as client:
        assert await client.command(Say(text="hi")) == {"id": "s1", "text": "hi"}
        rows = await client.command(Memories())
        assert isinstance(rows, list)
        assert [row["id"] for row in rows] == [str(number) for number in range(1200)]
        assert await client.command(Import(path="/x"), events.append) == {"done": True}
        with pytest.raises(NotFound, match="No such thing"):
            await client.command(Status())
    assert events == [
        {"event": "progress", "run": "r1", "done": 1, "total": 2, "seconds_left": None}
    ]


async def test_a_long_list_can_be_taken_piece_by_piece(tmp_path: Path) -> None:
    pieces: list[int] = []
    async with household(tmp_path) as house, connect(house.profile) as client:
        rest = await client.command(Memories(), on_rows=lambda rows: pieces.append(len(rows)))
    assert (pieces, rest) == ([500, 500, 200], [])


async def test_what_a_callback_raises_ends_the_call(tmp_path: Path) -> None:
    def full(_: object) -> None:
        raise BrokenPipeError

    async with household(tmp_path) as house, connect(house.profile) as client:
        with pytest.raises(BrokenPipeError):
            await client.command(Memories(), on_rows=full)
        with pytest.raises(BrokenPipeError):
            await client.command(Import(path="/x"), full)
        assert await client.command(Say(text="on"))


async def test_publishing_returns_what_was_stored_and_subscribers_hear_it(
    tmp_path: Path,
) -> None:
    async with household(tmp_path) as house, connect(house.profile) as client:
        async with client.subscribe("conversation/") as heard:
            stored = await client.publish("conversation/message/user", {"text": "hi"})
            news = await anext(heard)
        with pytest.raises(NotPermitted):
            await client.publish("sync/status/update", {})
    assert news == News("conversation/message/user", DEVICE, news.body)
    assert news.body == {**stored.body} if isinstance(stored.body, dict) else None
    assert isinstance(news.body, dict)
    assert news.body["id"] == "m0"


async def test_a_late_subscriber_starts_with_the_state(tmp_path: Path) -> None:
    async with household(tmp_path) as house, connect(house.profile) as client:
        house.bus.publish(told(MoodChanged(valence=0.5), DEVICE))
        async with client.subscribe() as heard:
            news = await anext(heard)
    assert isinstance(news.body, dict)
    assert news.body["valence"] == pytest.approx(0.5)


async def test_a_state_that_is_told_again_because_of_others_is_heard_once(
    tmp_path: Path,
) -> None:
    async with household(tmp_path) as house, connect(house.profile) as client:
        house.bus.publish(told(MoodChanged(valence=0.5), DEVICE))
        async with client.subscribe("emotion/", "my/") as heard:
            async with client.subscribe("emotion/", "my/") as other:
                await anext(other)
            house.bus.publish(News("my/own", DEVICE, {}))
            topics = [(await anext(heard)).topic for _ in range(2)]
    assert topics == ["emotion/state/current", "my/own"]


async def test_one_module_answers_what_another_asks(tmp_path: Path) -> None:
    async def analyse(body: dict[str, object]) -> dict[str, object]:
        if not body["text"]:
            raise BadInput("Say something.")
        return {"valence": 0.25, "heard": body["text"]}

    topic = "emotion/analysis/request"
    async with household(tmp_path) as house, connect(house.profile) as asker:
        async with connect(house.profile) as worker:
            await worker.offer(topic, analyse)
            answer = await asker.request(topic, {"text": "lovely"})
            assert answer == {"valence": 0.25, "heard": "lovely"}
            with pytest.raises(BadInput, match="Say something"):
                await asker.request(topic, {"text": ""})
        with pytest.raises(MeshError):
            await asker.request(topic, {"text": "is anybody there"}, seconds=5)


async def test_a_module_that_fails_tells_its_own_loop_and_the_asker(tmp_path: Path) -> None:
    async def fail(body: dict[str, object]) -> dict[str, object]:
        raise ValueError("a bug in the module")

    faults: list[object] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, what: faults.append(what["exception"]))
    async with household(tmp_path) as house, connect(house.profile) as client:
        await client.offer("tea", fail)
        with pytest.raises(RequestFailed, match="That module failed"):
            await client.request("work/tea", {})
    assert [type(fault) for fault in faults] == [ValueError]


async def test_a_request_in_vain_ends_in_time_and_its_retry_is_the_same_request(
    tmp_path: Path,
) -> None:
    asked: list[object] = []
    release = asyncio.Event()

    async def slow(body: object) -> object:
        asked.append(body)
        await release.wait()
        return {"done": True}

    async with household(tmp_path) as house, connect(house.profile) as client:
        house.bus.answer("my/slow", slow)
        with pytest.raises(RequestTimedOut):
            await client.request("my/slow", {}, seconds=0.05, request_id=b"12345678")
        release.set()
        answer = await client.request("my/slow", {}, request_id=b"12345678")
    assert answer == {"done": True}
    assert len(asked) == 1


async def test_when_the_node_goes_everything_that_waits_ends(tmp_path: Path) -> None:
    async with household(tmp_path) as house, connect(house.profile) as client:
        waiting = asyncio.gather(
            client.command(Say(text="wait")), client.gone(), return_exceptions=True
        )
        async with client.subscribe() as heard:
            async with connect(house.profile) as other:
                await other.command(Say(text="the one before has arrived"))
            assert house.door is not None
            house.door.close()
            with pytest.raises(NotRunning):
                await anext(heard)
        answer, gone = await waiting
        assert isinstance(answer, NotRunning)
        assert gone is None
        with pytest.raises(NotRunning):
            await client.command(Status())


@pytest.mark.skipif(os.name != "posix", reason="folders have no owner there")
async def test_a_door_that_others_can_reach_is_not_used(tmp_path: Path) -> None:
    async with household(tmp_path) as house:
        house.profile.sockets.chmod(0o755)
        with pytest.raises(ProfileUnsafe):
            async with connect(house.profile):
                pass
