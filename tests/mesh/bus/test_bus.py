"""What the rooms of a node may rely on when they talk over the bus."""

from __future__ import annotations

import asyncio

import pytest

from mesh.bus.bus import Bus
from mesh.errors import BadInput, NotFound, NotPermitted, RequestTimedOut
from mesh.messages import HealthChanged, Heartbeat, News, told

HERE = "here"
Ear = list[News]


def news(topic: str, number: int = 0) -> News:
    return News(topic, HERE, {"number": number})


def test_news_reach_those_whose_prefix_fits_and_nobody_else() -> None:
    bus, moods, all_ = Bus(), Ear(), Ear()
    bus.subscribe("emotion/", "my/", callback=moods.append)
    bus.subscribe("", callback=all_.append)
    for topic in ("emotion/state/current", "memory/x", "my/own"):
        bus.publish(news(topic))
    assert [item.topic for item in moods] == ["emotion/state/current", "my/own"]
    assert len(all_) == 3


def test_a_closed_subscription_hears_nothing_more() -> None:
    bus, heard = Bus(), Ear()
    with bus.subscribe("a", callback=heard.append):
        bus.publish(news("a"))
    bus.publish(news("a"))
    assert len(heard) == 1


def test_a_late_subscriber_gets_the_last_state_first_but_no_old_event() -> None:
    bus, heard = Bus(), Ear()
    for level in ("limited", "full"):
        bus.publish(told(HealthChanged(level=level), HERE))
    bus.publish(told(Heartbeat(device_id=HERE), HERE))
    bus.subscribe("device/", callback=heard.append)
    assert [item.body for item in heard] == [HealthChanged(level="full")]


def test_everybody_hears_in_the_order_of_publishing_even_when_a_callback_publishes() -> None:
    bus, first, second = Bus(), list[str](), list[str]()

    def answer(item: News) -> None:
        first.append(item.topic)
        if item.topic == "a":
            bus.publish(news("b"))

    bus.subscribe("", callback=answer)
    bus.subscribe("", callback=lambda item: second.append(item.topic))
    bus.publish(news("a"))
    assert first == second == ["a", "b"]


def test_a_subscriber_that_fails_does_not_silence_the_others(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bus, heard = Bus(), Ear()

    def fail(item: News) -> None:
        raise ValueError("a secret text")

    bus.subscribe("", callback=fail)
    bus.subscribe("", callback=heard.append)
    bus.publish(news("a"))
    assert len(heard) == 1
    assert bus.failures == 1
    assert "ValueError" in caplog.text
    assert "secret" not in caplog.text


async def test_a_listener_that_is_slow_loses_the_oldest_and_knows_it() -> None:
    bus = Bus()
    with bus.listen("a", limit=2) as listener:
        for number in range(3):
            bus.publish(news("a", number))
        assert [(await anext(listener)).body for _ in range(2)] == [
            {"number": 1},
            {"number": 2},
        ]
        assert listener.missed == 1


async def test_a_listener_waits_for_what_comes_later() -> None:
    bus = Bus()
    with bus.listen("a") as listener:
        asyncio.get_running_loop().call_soon(bus.publish, news("a", 7))
        assert (await anext(listener)).body == {"number": 7}


async def test_a_request_gets_the_answer_or_the_answerers_own_error() -> None:
    bus = Bus()

    async def answer(body: object) -> object:
        if not body:
            raise BadInput("Say something.")
        return {"heard": body}

    with bus.answer("my/question", answer):
        assert await bus.request("my/question", {"a": 1}) == {"heard": {"a": 1}}
        with pytest.raises(BadInput, match="Say something"):
            await bus.request("my/question", {})
        with pytest.raises(NotPermitted):
            bus.answer("my/question", answer)
    with pytest.raises(NotFound):
        await bus.request("my/question", {"a": 1})


async def test_a_request_that_is_not_answered_in_time_says_so() -> None:
    bus = Bus()

    async def never(_: object) -> object:
        return await asyncio.get_running_loop().create_future()

    bus.answer("my/question", never)
    with pytest.raises(RequestTimedOut):
        await bus.request("my/question", {}, seconds=0.01)
