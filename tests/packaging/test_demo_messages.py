"""The real messages which the demo imports."""

import json
from importlib.resources import files
from itertools import groupby
from typing import Any


def messages() -> list[dict[str, Any]]:
    text = files("resources").joinpath("demo/messages.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def test_they_are_whole_conversations_in_the_order_they_were_said() -> None:
    conversations = [
        list(said) for _, said in groupby(messages(), key=lambda m: m["conversation_id"])
    ]
    assert 25 <= len(conversations) <= 40
    assert len({said[0]["conversation_id"] for said in conversations}) == len(conversations)
    for said in conversations:
        name = said[0]["conversation_id"]
        assert [m["id"] for m in said] == [f"{name}:{n}" for n in range(len(said))]
        assert {m["role"] for m in said} == {"user", "assistant"}
        times = [m["timestamp"] for m in said]
        assert times == sorted(times)


def test_their_licence_is_shipped_beside_them_and_counts_them_rightly() -> None:
    notice = files("resources").joinpath("demo/NOTICE").read_text(encoding="utf-8")
    assert "MIT License" in notice
    assert "chitchat-dataset" in notice
    assert f"{len(messages())} messages" in notice
