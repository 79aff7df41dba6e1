"""Commands as they are typed: streams, exit codes, JSON lines, and what people see."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING, Any

import pytest

from mesh import wishes
from mesh.clock import SystemClock
from mesh.messages import DeviceShown, MoodChanged, News, Remembered, Said, told
from mesh.model.device import Context, Role, Trust
from tests.app.terminal import MESSAGE, ended, start, stop, terminal
from tests.mesh.bus.household import DEVICE

if TYPE_CHECKING:
    from pathlib import Path

NOT_RUNNING = (
    "AICO mesh is not running for this profile; "
    "start it with `aico-mesh node` or the application.\n"
)
SAID = Said(
    id="m1",
    conversation_id="c1",
    role="user",
    text="grüße \U0001f642",
    timestamp=1700000000.123456,
    device_id=DEVICE,
)
NASTY = "[red]wide 家[/] \x1b[2J\u202e" + "long " * 30


def memory(number: int, text: str = "tea") -> Remembered:
    return Remembered(
        id=f"x{number}", text=text, tags=("a", "b"), privacy="family", timestamp=1.7e9,
        device_id=DEVICE,
    )  # fmt: skip


def device(name: str) -> DeviceShown:
    return DeviceShown(
        device_id=DEVICE, name=name, role=Role.MOBILE, trust=Trust.FULL, context=Context.FAMILY
    )


async def test_without_a_node_commands_fail_with_the_sentence_and_status_does_not(
    tmp_path: Path,
) -> None:
    home = str(tmp_path / "none")
    say, status = await asyncio.gather(
        *(start(*words, "--home", home, environ={}) for words in (("say", "x"), ("status",)))
    )
    said, shown = await ended(say), await ended(status)
    assert (said.code, said.out, said.err) == (1, "", NOT_RUNNING)
    assert shown.code == 0
    assert "not running" in shown.out
    found = await ended(await start("status", "--json", environ={"AICO_MESH_HOME": home}))
    assert found.code == 0
    assert found.rows[0]["running"] is False
    assert found.rows[0]["device_id"] is None
    assert found.rows[0]["log"].startswith(home)


async def test_json_is_one_line_with_the_text_as_it_is(tmp_path: Path) -> None:
    async with terminal(tmp_path) as at:
        at.node.answers[wishes.Say] = SAID
        ended_ = await at.type("--json", "say", "grüße \U0001f642", "--tag", "a", "--tag", "b")
        assert at.node.said == [wishes.Say(text="grüße \U0001f642", tags=("a", "b"))]
    assert (ended_.code, ended_.err) == (0, "")
    assert ended_.rows == [MESSAGE]
    assert "grüße \U0001f642" in ended_.out
    assert "1700000000.123456" in ended_.out


async def test_a_list_is_one_line_each_and_nothing_when_empty(tmp_path: Path) -> None:
    async with terminal(tmp_path) as at:
        at.node.answers[wishes.Memories] = []
        empty = await at.type("memories", "--json")
        at.node.answers[wishes.Memories] = [memory(number) for number in range(1201)]
        full = await at.type("memories", "--json")
    assert (empty.code, empty.out) == (0, "")
    assert [row["id"] for row in full.rows] == [f"x{number}" for number in range(1201)]


async def test_what_the_node_refuses_is_one_sentence_and_exit_1(tmp_path: Path) -> None:
    async with terminal(tmp_path) as at:
        refused = await at.type("revoke", "nobody", "--json")
        assert at.node.said == [wishes.Revoke(device="nobody")]
    assert (refused.code, refused.out) == (1, "")
    assert refused.err == "There is no such thing.\n"


async def test_people_read_plain_lines_where_there_is_no_terminal(tmp_path: Path) -> None:
    async with terminal(tmp_path) as at:
        at.node.answers[wishes.Memories] = [memory(1, NASTY), memory(2, "two\nlines")]
        shown = await at.type("memories")
    first, second = shown.out.splitlines()
    assert "\x1b" not in shown.out
    assert "\u202e" not in shown.out
    assert "[red]wide 家[/]" in first
    assert second.split("\t")[:2] == ["x2", "two lines"]


async def test_a_terminal_shows_a_table_whatever_the_names_are(tmp_path: Path) -> None:
    async with terminal(tmp_path) as at:
        at.node.answers[wishes.Devices] = [device(NASTY), device("Tablet \U0001f4f1")]
        colours, plain = await asyncio.gather(
            at.see("devices"), at.see("devices", NO_COLOR="1")
        )
    assert "\x1b[1m" in colours
    assert "\x1b[2J" not in colours
    assert "\x1b[3" not in plain.replace("\x1b[3m", "")
    for seen in (colours, plain):
        assert "[red]wide" in seen
        assert "Tablet" in seen
        assert "Trust" in seen


async def test_watch_prints_what_happens_until_it_is_stopped(tmp_path: Path) -> None:
    async with terminal(tmp_path) as at:
        at.node.house.bus.publish(told(MoodChanged(valence=0.25), DEVICE))
        watching = await at.start("watch", "emotion/", "my/", "--json")
        assert watching.stdout is not None
        state = await watching.stdout.readline()
        at.node.house.bus.publish(News("my/own", DEVICE, {"text": "grüße"}))
        at.node.house.bus.publish(News("other/own", DEVICE, {}))
        line = await watching.stdout.readline()
        stop(watching)
        rest = await ended(watching)
    assert b'"valence":0.25' in state
    expected = f'{{"topic":"my/own","device_id":"{DEVICE}","body":{{"text":"grüße"}}}}\n'
    assert line.decode() == expected
    assert (rest.code, rest.out, rest.err) == (0, "", "")


async def test_a_reader_that_goes_leaves_no_traceback(tmp_path: Path) -> None:
    async with terminal(tmp_path) as at:
        at.node.answers[wishes.Memories] = [memory(number, "x" * 500) for number in range(5000)]
        listing = await at.start("memories", "--json")
        assert listing.stdout is not None
        await listing.stdout.readline()
        listing._transport.get_pipe_transport(1).close()  # type: ignore[attr-defined]
        assert listing.stderr is not None
        errors = await listing.stderr.read()
        assert (await listing.wait(), errors) == (0, b"")


async def test_a_node_that_dies_in_the_middle_is_told(tmp_path: Path) -> None:
    async with terminal(tmp_path) as at:
        waiting = await at.start("import", "/x", "--json")
        assert waiting.stdout is not None
        await waiting.stdout.readline()
        assert at.node.house.door is not None
        at.node.house.door.close()
        gone = await ended(waiting)
    assert (gone.code, gone.err) == (1, NOT_RUNNING)


@pytest.mark.parametrize("yes", [True, False])
async def test_inviting_asks_and_obeys(tmp_path: Path, yes: bool) -> None:
    async with terminal(tmp_path) as at:
        answer = "y\n" if yes else "n\n"
        invited = await at.type("invite", "--trust", "limited", "--json", stdin=answer)
        assert at.node.said[1] == wishes.Answer(run="r1", yes=yes)
        assert at.node.said[0] == wishes.Invite(trust=Trust.LIMITED)
    opened, asking, *joined = invited.rows
    assert opened.items() >= {"event": "invite", "link": "AICO-MESH:ABC"}.items()
    assert {"code", "expires_at"} <= set(opened)
    assert (
        asking.items() >= {"event": "asking", "name": "Tablet", "emoji": ["\U0001f436"]}.items()
    )
    assert invited.code == (0 if yes else 1)
    if yes:
        assert joined == [{"event": "joined", "device_id": DEVICE, "name": "Tablet"}]
    else:
        assert joined == []
        assert "refused" in invited.err


async def test_the_end_of_stdin_is_a_no_and_yes_needs_no_stdin(tmp_path: Path) -> None:
    async with terminal(tmp_path) as at:
        assert (await at.type("invite", "--json")).code == 1
        joined = await at.type("join", "123", "456", "789", "--at", "desk", "--yes", "--json")
        assert at.node.said[2] == wishes.Join(invitation="123 456 789", at="desk", agrees=True)
    assert joined.code == 0
    assert joined.rows[-1].items() >= {"event": "joined", "family_id": "f1"}.items()


async def test_people_see_the_code_to_scan_and_the_pictures_with_their_names(
    tmp_path: Path,
) -> None:
    async with terminal(tmp_path) as at:
        seen = await at.see("invite", "--yes")
        plain = await at.type("join", "L", "--yes")
    assert "▀" in seen
    assert "AICO-MESH:ABC" in seen
    assert "123 456 789" in seen
    for shown in (seen, plain.out):
        assert "\U0001f436" in shown
        assert "dog" in shown


async def test_sigterm_closes_the_pairing_window(tmp_path: Path) -> None:
    async with terminal(tmp_path) as at:
        inviting = await at.start("invite", "--name", "nobody", "--json")
        assert inviting.stdout is not None
        await inviting.stdout.readline()
        stop(inviting)
        closed = await ended(inviting)
        assert at.node.said[-1] == wishes.Cancel(run="r1")
    assert closed.code == 1
    assert "invitation is closed" in closed.err


async def test_ctrl_c_stops_an_import_which_tells_how_far_it_came(tmp_path: Path) -> None:
    async with terminal(tmp_path) as at:
        importing = await at.start("import", "/x.jsonl", "--json")
        assert importing.stdout is not None
        progress = await importing.stdout.readline()
        stop(importing, signal.SIGINT)
        stopped = await ended(importing)
        assert at.node.said == [wishes.Import(path="/x.jsonl"), wishes.Cancel(run="r2")]
    assert b'"event":"progress"' in progress
    assert stopped.code == 1
    assert stopped.rows[-1].items() >= {"imported": 1, "cancelled": True}.items()
    assert "go on" in stopped.err


async def test_sync_that_waits_in_vain_is_a_failure_and_names_who_is_missing(
    tmp_path: Path,
) -> None:
    async with terminal(tmp_path) as at:
        late = wishes.SyncDone(
            in_step=False, sent=0, received=0, seconds=5.0, missing=("Home Desktop",)
        )
        at.node.answers[wishes.Sync] = late
        waited, asked, read = await asyncio.gather(
            at.type("sync", "--wait", "5", "--json"), at.type("sync", "--json"), at.type("sync")
        )
    assert (waited.code, asked.code) == (1, 0)
    assert waited.rows[-1]["missing"] == ["Home Desktop"]
    assert "longer --wait" in waited.err
    assert "Home Desktop" in read.out


async def test_people_read_names_where_programs_read_ids(tmp_path: Path) -> None:
    async with terminal(tmp_path) as at:
        shown = wishes.ForgetShown(id="x1", confirmed_by=(), waiting_for=(DEVICE,))
        at.node.answers |= {wishes.Forget: shown, wishes.Devices: [device("Old Phone")]}
        person, program = await at.type("forget", "x1"), await at.type("forget", "x1", "--json")
    assert "1 device still to confirm: Old Phone" in person.out
    assert program.rows[0]["waiting_for"] == [DEVICE]


async def test_at_a_terminal_what_cannot_be_undone_is_asked_first(tmp_path: Path) -> None:
    async with terminal(tmp_path) as at:
        at.node.answers[wishes.Revoke] = device("Old Phone")
        refused = await at.answer("n", "revoke", "Old Phone")
        assert at.node.said == []
        accepted = await at.answer("y", "revoke", "Old Phone")
        assert at.node.said == [wishes.Revoke(device="Old Phone")]
    assert (refused.code, accepted.code) == (1, 0)
    assert "it keeps. [y/N]" in refused.err


def parting(**fields: object) -> wishes.PartingShown:
    known: dict[str, Any] = {
        "device_id": DEVICE, "name": "Old Phone", "is_self": False, "is_in_reach": True,
        "ends": SystemClock().wall() / 1e6 + 22.5 * 3600,
        "here": {"messages": 3, "memories": 1}, "there": {"moods": 2},
    }  # fmt: skip
    return wishes.PartingShown(**{**known, **fields})


async def test_a_first_meeting_is_undone_only_after_its_numbers_were_read(
    tmp_path: Path,
) -> None:
    async with terminal(tmp_path) as at:
        at.node.answers[wishes.Part] = parting()
        refused = await at.answer("n", "part", "Old Phone")
        assert at.node.said == [wishes.Part(device="Old Phone")]
        accepted = await at.answer("y", "part", "Old Phone")
        assert at.node.said[1:] == [
            wishes.Part(device="Old Phone"), wishes.Part(device="Old Phone", yes=True),
        ]  # fmt: skip
    assert (refused.code, accepted.code) == (1, 0)
    for words in ("23 more hours", "came from Old Phone: 3 messages, 1 memory", "2 moods"):
        assert words in accepted.out
    assert "not exchanged before" in accepted.out
    assert "Undone" not in refused.out


async def test_programs_have_to_say_that_it_shall_be_undone(tmp_path: Path) -> None:
    async with terminal(tmp_path) as at:
        at.node.answers[wishes.Part] = parting(is_in_reach=False)
        counted = await at.type("part", "--json")
        assert counted.rows[0]["here"] == {"messages": 3, "memories": 1}
        plain = await at.type("part")
        assert "not in reach" in plain.out
        assert {wish.yes for wish in at.node.said if isinstance(wish, wishes.Part)} == {False}
        await at.type("part", "--json", "--yes")
        assert at.node.said[-1] == wishes.Part(yes=True)


async def test_health_has_a_sentence_made_of_its_causes(tmp_path: Path) -> None:
    async with terminal(tmp_path) as at:
        at.node.answers[wishes.Health] = wishes.HealthShown(
            summary="", level="limited", capabilities=(), causes=(f"away:{DEVICE}",),
            devices=(wishes.DeviceHealth(
                device_id=DEVICE, name="Tablet", connection="away", capabilities=(),
                conversation_ready=True, memory_access=False, emotional_awareness=True),),
        )  # fmt: skip
        found = await at.type("health", "--json")
    assert found.rows[0]["summary"].endswith("Tablet is not connected.")


async def test_publish_and_request_carry_any_map(tmp_path: Path) -> None:
    news = News("my/own", DEVICE, {"a": [1, 2.5, None]})
    async with terminal(tmp_path) as at:
        at.node.answers[wishes.Publish] = news
        found = await at.type("publish", "my/own", '{"a": [1, 2.5, null]}', "--json")
        assert at.node.said == [wishes.Publish(topic="my/own", body={"a": [1, 2.5, None]})]
    assert found.rows == [
        {"topic": "my/own", "device_id": DEVICE, "body": {"a": [1, 2.5, None]}}
    ]


async def test_recovery_words_are_numbered_for_people_and_plain_for_programs(
    tmp_path: Path,
) -> None:
    words = tuple(f"word{number}" for number in range(1, 25))
    async with terminal(tmp_path) as at:
        shown = wishes.RecoveryShown(confirmed=False, words=words, ask=(3, 9, 17))
        at.node.answers[wishes.RecoveryPhrase] = shown
        program = await at.type("recovery-phrase", "--json")
        person = await at.type("recovery-phrase")
        at.node.answers[wishes.RecoveryPhrase] = wishes.RecoveryShown(confirmed=True)
        done = await at.type("recovery-phrase", "--confirm", "3=word3 9=word9 17=word17")
        confirm = {"3": "word3", "9": "word9", "17": "word17"}
        assert at.node.said[-1] == wishes.RecoveryPhrase(confirm=confirm)
    assert program.rows[0].items() >= {"words": list(words), "ask": [3, 9, 17]}.items()
    assert "24  word24" in person.out
    assert (done.code, "erased" in done.out) == (0, True)


async def test_wrong_usage_is_2(tmp_path: Path) -> None:
    wrong = await ended(await start("feel", "2", environ={}))
    assert (wrong.code, wrong.out) == (2, "")
    assert "not between" in wrong.err
