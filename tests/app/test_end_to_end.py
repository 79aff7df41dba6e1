"""The command line against nodes that run: every command, as a program would use it."""

from __future__ import annotations

import asyncio
import json
import signal
import time
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from tests.app.terminal import ended, start, stop
from tests.app.typist import desks, pair

if TYPE_CHECKING:
    from pathlib import Path

REAL = files("resources") / "demo" / "messages.jsonl"
DEVICE = {
    "device_id", "name", "role", "trust", "context", "capabilities", "connected", "last_seen",
    "in_step",
}  # fmt: skip
MESSAGE = {"id", "conversation_id", "role", "text", "timestamp", "device_id"}
MEMORY = {"id", "text", "tags", "privacy", "timestamp", "device_id"}
MOOD = {"valence", "arousal", "confidence", "label", "contributing_devices"}
STATUS = {
    "device_id", "name", "running", "port", "door", "in_step", "pending", "devices", "log",
}  # fmt: skip
LONG = "x" * 3000
LINES = 30_000
FORGOTTEN = {"id", "confirmed_by", "waiting_for"}
SYNCED = {"in_step", "sent", "received", "seconds"}


def has(row: dict[str, Any], keys: set[str]) -> dict[str, Any]:
    """The row, which has all these keys."""
    assert keys <= row.keys(), keys - row.keys()
    return row


async def test_both_sides_of_a_pairing_print_what_is_promised(tmp_path: Path) -> None:
    async with desks(tmp_path, "Desk") as (desk,), desks(tmp_path, "Laptop") as (laptop,):
        invited, joined = await pair(
            desk, laptop, "--trust", "limited", "--role", "mobile", "--name", "Kitchen"
        )
        opened, asking, done = invited
        assert has(opened, {"link", "code", "expires_at"})["event"] == "invite"
        assert has(asking, {"name", "emoji"})["event"] == "asking"
        assert len(asking["emoji"]) == 7
        assert has(done, {"device_id", "name"})["event"] == "joined"
        theirs, last = joined
        assert theirs["emoji"] == asking["emoji"]
        assert has(last, {"family_id", "device_id"})["event"] == "joined"
        assert last["device_id"] == done["device_id"] == laptop.id
        for at in (desk, laptop):
            devices = {row["device_id"]: has(row, DEVICE) for row in await at.rows("devices")}
            kitchen = devices[laptop.id]
            assert (kitchen["name"], kitchen["trust"], kitchen["role"]) == (
                "Kitchen", "limited", "mobile",
            )  # fmt: skip
            assert devices[desk.id]["trust"] == "full"


async def test_a_code_is_typed_with_dashes_and_the_place(tmp_path: Path) -> None:
    async with desks(tmp_path, "Desk") as (desk,), desks(tmp_path, "Laptop") as (laptop,):
        inviting = await desk.open("invite", "--yes")
        opened = await desk.line(inviting)
        code = opened["code"].replace(" ", "-")
        joined = await laptop.rows("join", code, "--at", opened["at"], "--yes")
        assert joined[-1]["device_id"] == laptop.id
        assert (await ended(inviting)).code == 0


async def test_a_no_on_one_side_is_told_as_a_refusal_on_both(tmp_path: Path) -> None:
    async with desks(tmp_path, "Desk") as (desk,), desks(tmp_path, "Laptop") as (laptop,):
        inviting = await desk.open("invite", "--yes")
        opened = await desk.line(inviting)
        joining = await laptop.open("join", opened["link"])
        refused, invited = await asyncio.gather(ended(joining, "n\n"), ended(inviting))
        for one, events in ((refused, ["asking"]), (invited, ["asking"])):
            assert (one.code, "refused" in one.err) == (1, True), one
            assert [row["event"] for row in one.rows] == events
        assert len(await desk.rows("devices")) == len(await laptop.rows("devices")) == 1


async def test_sigterm_closes_an_invitation_and_ends_it_with_1(tmp_path: Path) -> None:
    async with desks(tmp_path, "Desk") as (desk,):
        inviting = await desk.open("invite")
        await desk.line(inviting)
        second = await desk.type("invite")
        assert (second.code, second.out) == (1, "")
        stop(inviting)
        closed = await ended(inviting)
        assert (closed.code, closed.out) == (1, "")
        assert len(closed.err.splitlines()) == 1
        again = await desk.open("invite")
        assert (await desk.line(again))["event"] == "invite"
        stop(again)
        assert (await ended(again)).code == 1


async def test_a_device_alone_has_empty_lists_and_is_in_step(tmp_path: Path) -> None:
    async with desks(tmp_path, "Desk") as (desk,):
        for words in (("conversations",), ("memories",), ("search", "don't worry")):
            assert await desk.rows(*words) == []
        (itself,) = await desk.rows("devices")
        assert has(itself, DEVICE)["device_id"] == desk.id
        synced = has(await desk.row("sync", "--wait", "5"), SYNCED)
        assert synced["in_step"] is True
        mood = has(await desk.row("mood"), MOOD)
        assert mood == {
            **mood, "valence": 0, "arousal": 0, "confidence": 0, "label": "unknown",
            "contributing_devices": [],
        }  # fmt: skip


async def test_status_and_health_have_what_is_promised(tmp_path: Path) -> None:
    async with desks(tmp_path, "Desk", "Laptop") as (desk, laptop):
        await desk.rows("sync", "--wait", "20")
        status = has(await desk.row("status"), STATUS)
        assert status["door"].keys() == {"publish", "subscribe", "request"}
        assert (status["running"], status["port"]) == (True, desk.ready["port"])
        assert [has(row, DEVICE)["name"] for row in status["devices"]] == ["Desk", "Laptop"]
        health = has(await desk.row("health"), {"summary", "level", "capabilities", "devices"})
        assert (health["level"], health["summary"]) == ("full", "AICO is fully available.")
        assert (await desk.row("pause"))["paused"] is True
        assert (await desk.row("resume"))["paused"] is False
        told = await desk.row("publish", "my/topic", '{"a": 1}')
        assert told == {"topic": "my/topic", "device_id": desk.id, "body": {"a": 1}}
        asked = await desk.row("request", "device/registry/query", "{}", "--device", "Laptop")
        assert has(asked, {"topic", "device_id", "body"})["device_id"] == laptop.id


async def test_what_is_said_and_remembered_has_what_is_promised(tmp_path: Path) -> None:
    async with desks(tmp_path, "Desk", "Laptop") as (desk, laptop):
        said = has(await desk.row("say", "don't worry, be happy", "--tag", "song"), MESSAGE)
        where = said["conversation_id"]
        reply = await desk.row("say", LONG, "--conversation", where, "--role", "assistant")
        shown = await desk.rows("show", where)
        assert [has(row, MESSAGE)["id"] for row in shown] == [said["id"], reply["id"]]
        assert shown[1]["text"] == LONG
        assert [type(row["timestamp"]) for row in shown] == [float, float]
        (listed,) = await desk.rows("conversations")
        assert listed["conversation_id"] == where

        kept = has(await desk.row("remember", "tea", "--tag", "a", "--tag", "b"), MEMORY)
        assert (set(kept["tags"]), kept["privacy"]) == ({"a", "b"}, "family")
        assert await desk.rows("memories") == [kept]
        (hit,) = await desk.rows("search", "don't worry", "--limit", "1")
        has(hit, {"id", "kind", "text", "score", "device_id", "conversation_id"})
        assert hit["id"] == said["id"]

        felt = has(await desk.row("feel", "-0.3", "--arousal", "-0.5"), MOOD)
        assert (felt["valence"], felt["arousal"]) == (-0.3, -0.5)
        assert has(await desk.row("mood", "--why"), MOOD)["contributing_devices"] == [desk.id]

        forgotten = has(await desk.row("forget", kept["id"], "--yes"), FORGOTTEN)
        assert {*forgotten["confirmed_by"], *forgotten["waiting_for"]} == {desk.id, laptop.id}
        assert has(await laptop.row("sync", "--wait", "20"), SYNCED)["in_step"] is True
        assert await laptop.rows("show", where) == shown


async def test_the_family_is_managed_by_name_and_by_id(tmp_path: Path) -> None:
    async with desks(tmp_path, "Desk", "Laptop") as (desk, laptop):
        assert (
            has(await desk.row("rename", laptop.id[:9], "Tablet"), DEVICE)["name"] == "Tablet"
        )
        assert has(await desk.row("role", "tablet", "shared"), DEVICE)["role"] == "shared"
        trusted = has(await desk.row("trust", "tablet", "guest", "--yes"), DEVICE)
        assert trusted["trust"] == "guest"
        assert (
            has(await desk.row("revoke", "Tablet", "--yes"), DEVICE)["device_id"] == laptop.id
        )
        assert [row["device_id"] for row in await desk.rows("devices")] == [desk.id]


async def test_home_and_json_stand_before_or_after_the_command(tmp_path: Path) -> None:
    async with desks(tmp_path, "Desk") as (desk,):
        home = ("--home", str(desk.home))
        shown = [
            await ended(await start(*words, environ={}))
            for words in (
                (*home, "--json", "memories"),
                ("memories", *home, "--json"),
                ("--json", "memories", *home),
                (*home, "devices", "--json"),
            )
        ]
        assert [(one.code, one.err) for one in shown] == [(0, "")] * 4
        assert shown[3].rows[0]["device_id"] == desk.id


async def test_what_cannot_be_done_is_1_with_a_sentence_and_wrong_usage_is_2(
    tmp_path: Path,
) -> None:
    async with desks(tmp_path, "Desk") as (desk,):
        for words in (
            ("revoke", "nobody", "--yes"), ("trust", "nobody", "full", "--yes"),
            ("rename", "nobody", "x"), ("show", "nowhere"), ("forget", "0123456789", "--yes"),
            ("leave", "--yes"), ("import", str(tmp_path / "absent.jsonl")),
            ("join", "not an invitation", "--yes"), ("sync", "--device", "nobody"),
            ("request", "nobody/answers", "{}"), ("revoke", "Desk", "--yes"),
        ):  # fmt: skip
            refused = await desk.type(*words)
            assert (refused.code, refused.out) == (1, ""), (words, refused)
            assert len(refused.err.splitlines()) == 1, refused
            assert refused.err.strip().endswith("."), refused
            assert "Traceback" not in refused.err
        for line in ("feel 2", "trust Desk much", "publish a/b [1]", "nothing"):
            wrong = await desk.type(*line.split())
            assert (wrong.code, wrong.out) == (2, ""), (line, wrong)


async def test_an_import_reaches_the_other_and_both_export_the_same(tmp_path: Path) -> None:
    async with desks(tmp_path, "Desk", "Laptop") as (desk, laptop):
        lines = len(REAL.read_text(encoding="utf-8").splitlines())
        done = await desk.row("import", str(REAL))
        assert (
            has(done, {"imported", "skipped", "conversations", "seconds"})["imported"] == lines
        )
        assert (await laptop.row("sync", "--wait", "30"))["in_step"] is True
        again = await laptop.row("import", str(REAL))
        assert (again["imported"], again["skipped"]) == (0, lines)
        paths = [tmp_path / f"{at.name}.jsonl" for at in (desk, laptop)]
        for at, path in zip((desk, laptop), paths, strict=True):
            assert (await at.row("export", str(path)))["exported"] == lines
        assert paths[0].read_bytes() == paths[1].read_bytes()


def long_history(folder: Path) -> Path:
    """A file that takes a while."""
    path = folder / "long.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for number in range(LINES):
            row = {"conversation_id": f"c{number % 50}", "role": "user",
                   "text": f"line {number}", "timestamp": 1.6e9 + number}  # fmt: skip
            file.write(json.dumps(row) + "\n")
    return path


async def test_an_import_that_is_cut_goes_on(tmp_path: Path) -> None:
    path = long_history(tmp_path)
    async with desks(tmp_path, "Desk") as (desk,):
        importing = await desk.open("import", str(path))
        first = has(await desk.line(importing), {"done", "total"})
        assert first["event"] == "progress"
        stop(importing, signal.SIGINT)
        cut = await ended(importing)
        assert cut.code == 1
        assert 0 < cut.rows[-1]["imported"] < LINES
        done = await desk.row("import", str(path))
        assert done["imported"] + cut.rows[-1]["imported"] == LINES
        assert done["skipped"] == cut.rows[-1]["imported"]


async def test_a_node_that_is_ended_in_the_middle_of_work_ends_within_two_seconds(
    tmp_path: Path,
) -> None:
    path = long_history(tmp_path)
    async with desks(tmp_path, "Desk", "Laptop") as (desk, laptop):
        importing = await desk.open("import", str(path))
        inviting = await desk.open("invite")
        await desk.line(inviting)
        await desk.line(importing)
        begun = time.monotonic()
        off = await desk.switch_off()
        assert time.monotonic() - begun < 2
        assert off is not None
        assert (off.code, len(off.err.splitlines())) == (0, 1), off
        for command in (importing, inviting):
            cut = await ended(command)
            assert (cut.code, "not running" in cut.err) == (1, True), cut
        await desk.switch_on()
        done = await desk.row("import", str(path))
        assert done["skipped"] > 0
        assert done["imported"] + done["skipped"] == LINES
        assert (await laptop.row("sync", "--wait", "30"))["in_step"] is True


async def test_who_waits_for_a_device_that_has_paused_is_told_its_name(tmp_path: Path) -> None:
    async with desks(tmp_path, "Desk", "Laptop") as (desk, laptop):
        await laptop.rows("pause", "--minutes", "10")
        waiting = await desk.type("sync", "--wait", "1")
        assert (waiting.code, "Laptop" in waiting.err) == (1, True), waiting
        await laptop.rows("resume")
        assert (await desk.row("sync", "--wait", "20"))["in_step"] is True


async def test_a_feeling_is_watched_on_the_other_device(tmp_path: Path) -> None:
    async with desks(tmp_path, "Desk", "Laptop") as (desk, laptop):
        watching = await laptop.open("watch", "emotion/state/current")
        state = await laptop.line(watching)
        assert has(state, {"topic", "device_id", "body"})["body"]["label"] == "unknown"
        await desk.rows("feel", "-0.3")
        seen = await laptop.line(watching)
        assert seen["body"]["valence"] == -0.3
        assert seen["body"]["contributing_devices"] == [desk.id]
        stop(watching)
        assert (await ended(watching)).code == 0


async def test_a_restarted_node_has_its_port_and_its_family_again(tmp_path: Path) -> None:
    async with desks(tmp_path, "Desk", "Laptop") as (desk, laptop):
        before = desk.ready
        await desk.kill()
        gone = await desk.type("status")
        assert (gone.code, gone.rows[-1]["running"]) == (0, False)
        silent = await laptop.type("sync", "--wait", "1")
        assert (silent.code, "Desk" in silent.err) == (1, True)
        await laptop.rows("remember", "while it was off")
        await desk.switch_on()
        assert desk.ready == before
        assert (await desk.row("sync", "--wait", "20"))["in_step"] is True
        assert [row["text"] for row in await desk.rows("memories")] == ["while it was off"]
        begun = time.monotonic()
        off = await desk.switch_off()
        assert time.monotonic() - begun < 2
        assert off is not None
        assert (off.code, off.out, off.err) == (0, "", "")


async def test_who_leaves_may_join_again_in_the_next_breath(tmp_path: Path) -> None:
    async with desks(tmp_path, "Desk", "Laptop") as (desk, laptop):
        await laptop.rows("remember", "of the laptop")
        await laptop.rows("sync", "--wait", "20")
        left = await laptop.row("leave", "--yes")
        inviting = await desk.open("invite", "--yes")
        opened = await desk.line(inviting)
        joined = await laptop.row("join", opened["link"], "--yes")
        assert joined["device_id"] == left["device_id"] != laptop.id
        assert (await ended(inviting)).code == 0
        assert (await laptop.row("sync", "--wait", "20"))["in_step"] is True
        assert {row["device_id"] for row in await desk.rows("devices")} == {
            desk.id, joined["device_id"],
        }  # fmt: skip


async def test_the_recovery_words_are_shown_confirmed_by_three_and_erased(
    tmp_path: Path,
) -> None:
    async with desks(tmp_path, "Desk") as (desk,):
        shown = await desk.row("recovery-phrase")
        assert (len(shown["words"]), len(shown["ask"])) == (24, 3)
        right = [f"{place}={shown['words'][place - 1]}" for place in shown["ask"]]
        false = [*right[:2], f"{shown['ask'][2]}=nonsense"]
        wrong = await desk.type("recovery-phrase", "--confirm", " ".join(false))
        few = await desk.type("recovery-phrase", "--confirm", " ".join(right[:2]))
        assert [(one.code, one.out) for one in (wrong, few)] == [(1, ""), (1, "")]
        assert (await desk.row("recovery-phrase"))["words"] == shown["words"]
        done = await desk.row("recovery-phrase", "--confirm", " ".join(right))
        assert (done["confirmed"], done.get("words", [])) == (True, [])
        assert (await desk.row("recovery-phrase")).get("words", []) == []


async def test_several_commands_at_once_are_all_answered(tmp_path: Path) -> None:
    async with desks(tmp_path, "Desk") as (desk,):
        kept = await asyncio.gather(*(desk.row("remember", f"number {n}") for n in range(6)))
        assert len({row["id"] for row in kept}) == 6
        assert len(await desk.rows("memories")) == 6
