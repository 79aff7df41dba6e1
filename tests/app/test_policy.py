"""`policy`, `traits` and `trait`, for programs and for people."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import msgspec
import pytest

from app.cli import policies
from app.cli.parser import parse
from app.cli.voice import Voice
from mesh import wishes
from mesh.model.device import Trust
from tests.app.typist import desks, pair

if TYPE_CHECKING:
    from pathlib import Path

VALUES = {"memory_access": "on", "time_window_days": "7"}


async def test_what_is_chosen_is_shown_previewed_and_holds(tmp_path: Path) -> None:
    async with desks(tmp_path, "Desk") as (desk,), desks(tmp_path, "Tablet") as (tablet,):
        await pair(desk, tablet, "--trust", "limited")
        await desk.row("remember", "tea")
        await desk.row("remember", "diary", "--privacy", "private")
        assert (await desk.row("sync", "--wait", "20"))["in_step"]
        preview = await desk.row("policy", "preview", "Tablet")
        assert {key: preview[key] for key in ("would_send", "withheld", "would_withdraw")} == {
            "would_send": {"memories": 1}, "withheld": {"memories": 1}, "would_withdraw": {},
        }  # fmt: skip
        assert preview["device_id"] == tablet.id
        without = await desk.row(
            "policy", "preview", "tablet", "--with", "memory_access=off", "--samples", "1"
        )
        assert without["would_withdraw"] == {"memories": 1}
        assert {one["text"] for one in without["samples"]} == {"tea", "diary"}
        shown = await desk.row("policy", "set", "memory_access", "off", "--device", "Tablet")
        device = next(one for one in shown["devices"] if one["device_id"] == tablet.id)
        assert (device["values"]["memory_access"], device["chosen"]) == (
            "off", ["memory_access"],
        )  # fmt: skip
        assert (await desk.row("policy"))["family"]["memory_access"] == "on"
        assert (await desk.row("sync", "--wait", "20"))["in_step"]
        assert await tablet.rows("memories") == []
        for words in (
            ("set", "memory", "off"), ("set", "memory_access", "never"),
            ("set", "guest.memory_access", "on"), ("preview", "nobody"), ("preview", "Desk"),
        ):  # fmt: skip
            refused = await desk.type("policy", *words)
            assert (refused.code, refused.out) == (1, ""), refused
        refused = await tablet.type("policy", "set", "memory_access", "on")
        assert (refused.code, len(refused.err.splitlines())) == (1, 1)


async def test_what_one_device_alone_may_keep_goes_only_with_a_yes(tmp_path: Path) -> None:
    async with desks(tmp_path, "Desk") as (desk,), desks(tmp_path, "Server") as (server,):
        await pair(desk, server)
        await desk.row("policy", "set", "memory_access", "off")
        await desk.row("policy", "set", "memory_access", "on", "--device", "Server")
        shown = msgspec.convert(await desk.row("policy"), wishes.PolicyShown)
        assert "Only Server may keep all of: Memories\n" in told(shown)
        refused = await desk.type("trust", "Server", "limited")
        assert (refused.code, refused.out) == (1, "")
        assert "--yes" in refused.err
        assert (await desk.row("trust", "Server", "limited", "--yes"))["trust"] == "limited"


async def test_what_was_chosen_itself_is_told_apart_from_what_follows(tmp_path: Path) -> None:
    async with desks(tmp_path, "Desk") as (desk,):
        assert (await desk.row("policy"))["chosen"] == {"family": [], "full": [], "limited": []}
        await desk.row("policy", "set", "memory_access", "off")
        shown = await desk.row("policy", "set", "limited.mood_reasons", "on")
        assert shown["chosen"] == {
            "family": ["memory_access"], "full": [], "limited": ["mood_reasons"],
        }  # fmt: skip
        assert shown["limited"]["memory_access"] == "off"
        back = await desk.row("policy", "set", "memory_access", "default")
        assert back["chosen"]["family"] == []


async def test_traits_are_said_and_listed(tmp_path: Path) -> None:
    async with desks(tmp_path, "Desk") as (desk,):
        assert await desk.rows("traits") == []
        said = await desk.row("trait", "Humour", "dry")
        await desk.row("trait", "humour", "warm")
        assert (said["name"], said["text"]) == ("humour", "dry")
        assert [one["text"] for one in await desk.rows("traits")] == ["warm"]


@pytest.mark.parametrize(
    "words",
    ["policy fly", "policy set a", "policy set a b c", "policy preview", "policy show x",
     "policy preview d --with memory_access", "policy preview d --samples 21", "trait a"],
)  # fmt: skip
def test_wrong_usage_is_2(words: str) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(words.split())
    assert ended.value.code == 2


def test_nothing_more_said_shows_what_counts() -> None:
    assert isinstance(policies.wish(vars(parse(["policy"]))), wishes.Policy)


def told(answer: object) -> str:
    screen = io.StringIO()
    policies.show(Voice(as_json=False, out=screen), msgspec.to_builtins(answer))
    return screen.getvalue()


def test_people_see_what_counts_for_whom_and_what_is_wrong_in_the_file() -> None:
    device = wishes.DevicePolicy(
        device_id="D", name="Kitchen Tablet", trust=Trust.LIMITED,
        values={**VALUES, "memory_access": "off"}, chosen=("memory_access",),
    )  # fmt: skip
    seen = told(
        wishes.PolicyShown(
            family=VALUES, full=VALUES, limited=VALUES, devices=(device,),
            restricted={"family memory_access": "off"}, mistake="settings.yaml, line 3: no.",
        )
    )  # fmt: skip
    for words in ("memory_access\ton\ton\ton\toff", "family memory_access = off", "line 3"):
        assert words in seen


def test_people_see_what_a_device_would_get_and_give_back() -> None:
    seen = told(
        wishes.PreviewShown(
            device_id="D", would_send={"memories": 1200}, withheld={"memories": 3},
            would_withdraw={"memories": 2},
            samples=(wishes.SampleShown(id="x", kind="memories", fate="withheld", text="tea"),),
        )
    )  # fmt: skip
    for words in ("memories", "1,200", "3", "2", "tea"):
        assert words in seen
    nothing = wishes.PreviewShown(device_id="D", would_send={}, withheld={}, would_withdraw={})
    assert "nothing" in told(nothing)


async def test_how_much_is_spared_is_chosen_and_stays(tmp_path: Path) -> None:
    async with desks(tmp_path, "Desk") as (desk,):
        assert (await desk.row("sparing"))["level"] == "normal"
        assert (await desk.row("sparing", "strong"))["chosen"] == "strong"
        assert (await desk.row("sparing"))["level"] == "strong"
