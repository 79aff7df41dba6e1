"""Two devices with pasts of their own meet: what people and programs are shown and asked."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from mesh.client import connect
from mesh.profile import Profile
from mesh.wishes import Revise
from tests.app.terminal import ended
from tests.app.typist import desks, pair

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.app.typist import Desk

GERMAN = {"LC_ALL": "de_DE.UTF-8"}
PLAIN = {"TERM": "dumb", "NO_COLOR": "1"}
BOTH = ("the garden is wet", "so is the dog")
ONE_TO_SETTLE = (
    "1 thing was changed on both; you will be asked which words count. Nothing is lost."
)
ONE_TO_SETTLE_DE = (
    "1 Ding wurde auf beiden geändert; du wirst gefragt, welche Worte gelten. "
    "Nichts geht verloren."
)
COUNTS = {"here", "there", "same", "to_settle", "lost"}
REFUSED = "Pairing was refused on one of the two devices.\n"
NOTHING_WAITS = "No first meeting is waiting with that device.\n"


@asynccontextmanager
async def two_pasts(folder: Path) -> AsyncIterator[tuple[Desk, Desk]]:
    """Two devices with two messages in common, one of them changed on both, and one each."""
    path = folder / "both.jsonl"
    rows = [
        {"conversation_id": "c", "role": "user", "text": text, "timestamp": 1.6e9 + number}
        for number, text in enumerate(BOTH)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    async with desks(folder, "Desk") as (desk,), desks(folder, "Laptop") as (laptop,):
        for at in (desk, laptop):
            await at.rows("import", str(path))
            await at.rows("remember", f"of the {at.name}")
            first, _ = await at.rows("show", "c")
            async with connect(Profile.find(str(at.home), at.environ)) as client:
                await client.command(Revise(id=first["id"], text=f"wet, says {at.name}"))
        yield desk, laptop


async def texts(at: Desk) -> set[str]:
    return {row["text"] for row in await at.rows("memories")}


async def test_two_people_read_what_becomes_of_both_and_agree(tmp_path: Path) -> None:
    async with two_pasts(tmp_path) as (desk, laptop):
        inviting = await desk.open("invite")
        opened = await desk.line(inviting)
        (joined, seen), invited = await asyncio.gather(
            laptop.see("join", opened["link"], stdin="j\nj\n", **PLAIN, **GERMAN),
            ended(inviting, "y\ny\n"),
        )
        assert (joined.code, invited.code) == (0, 0), (joined, invited)
        shown = [" ".join(line.split()) for line in seen.splitlines()]
        title = shown.index("Desk und dieses Gerät treffen sich zum ersten Mal.")
        table = [line for line in shown[title + 1 :] if line and not set(line) <= set("─ ")]
        assert table[:4] == [
            "hier dort auf beiden",
            "Nachrichten 2 2 2",
            "Erinnerungen 1 1 0",
            ONE_TO_SETTLE_DE,
        ]
        assert "Sollen sie eins werden? [j/n]" in joined.err
        assert shown[-1] == "Dieses Gerät heißt jetzt Laptop und gehört zur Familie."
        for at in (desk, laptop):
            assert (await at.row("sync", "--wait", "20"))["in_step"] is True
            assert await texts(at) == {"of the Desk", "of the Laptop"}
            assert len(await at.rows("conflicts")) == 1


async def test_after_a_no_both_read_of_it_and_have_what_they_had(tmp_path: Path) -> None:
    async with two_pasts(tmp_path) as (desk, laptop):
        inviting = await desk.open("invite", "--yes")
        opened = await desk.line(inviting)
        refused = await laptop.read("join", opened["link"], stdin="y\nn\n")
        invited = await ended(inviting)
        assert (refused.code, refused.err.endswith(REFUSED)) == (1, True), refused
        for line in (
            "Desk and this device meet for the first time.",
            "Messages\t2\t2\t2",
            "Memories\t1\t1\t0",
            ONE_TO_SETTLE,
        ):
            assert line in refused.out.splitlines()
        assert (invited.code, invited.err) == (1, REFUSED)
        assert [row["event"] for row in invited.rows] == ["asking"]
        for at in (desk, laptop):
            assert len(await at.rows("devices")) == 1
            assert await texts(at) == {f"of the {at.name}"}


async def test_a_program_that_answers_itself_is_told_what_becomes_of_both_before(
    tmp_path: Path,
) -> None:
    async with two_pasts(tmp_path) as (desk, laptop):
        inviting = await desk.open("invite", "--yes")
        opened = await desk.line(inviting)
        joining = await laptop.open("join", opened["link"])
        asking, meeting = await _asked(laptop, joining)
        assert meeting["run"] == asking["run"]
        assert {name: meeting[name] for name in COUNTS} == {
            "here": 3, "there": 3, "same": 2, "to_settle": 1, "lost": 0,
        }  # fmt: skip
        assert (meeting["name"], meeting["device_id"]) == ("Desk", desk.id)
        joined, invited = await asyncio.gather(ended(joining, "y\n"), ended(inviting))
        assert [row["event"] for row in joined.rows] == ["joined"]
        assert [row["event"] for row in invited.rows] == ["asking", "joined"]


async def _asked(at: Desk, pairing: Process) -> tuple[Any, Any]:
    """The pictures, which are the right ones, and what becomes of both."""
    asking = await at.line(pairing)
    assert asking["event"] == "asking"
    assert pairing.stdin is not None
    pairing.stdin.write(b"y\n")
    meeting = await at.line(pairing)
    assert meeting["event"] == "meeting"
    return asking, meeting


@asynccontextmanager
async def closed_terminals(folder: Path) -> AsyncIterator[tuple[Desk, Desk]]:
    """Both owners were asked what shall become of both, and went away."""
    async with two_pasts(folder) as (desk, laptop):
        inviting = await desk.open("invite")
        opened = await desk.line(inviting)
        joining = await laptop.open("join", opened["link"])
        await asyncio.gather(_asked(desk, inviting), _asked(laptop, joining))
        for terminal in (inviting, joining):
            terminal.kill()
            await terminal.communicate()
        yield desk, laptop


async def test_a_meeting_waits_for_who_went_away_and_goes_on_with_their_yes(
    tmp_path: Path,
) -> None:
    async with closed_terminals(tmp_path) as (desk, laptop):
        (waiting,) = (await desk.row("status"))["meetings"]
        assert (waiting["device_id"], waiting["agreed"]) == (laptop.id, False)
        status = await desk.read("status")
        hint = f"Nothing flows with Laptop yet; see `aico-mesh meet {laptop.id}`."
        assert hint in status.out.splitlines()
        assert await desk.row("meet", "Laptop") == waiting
        assert (waiting["here"], waiting["there"], waiting["to_settle"]) == (3, 3, 1)
        undecided = await desk.read("meet", "Laptop", stdin="\n")
        assert "Messages\t2\t2\t2" in undecided.out.splitlines()
        assert (await desk.row("meet", "Laptop"))["agreed"] is False
        agreed = await laptop.row("meet", "Desk", "--yes")
        assert (agreed["device_id"], agreed["agreed"]) == (desk.id, True)
        still = await laptop.read("meet", "Desk")
        assert "Waiting until somebody agrees on Desk too." in still.out.splitlines()
        assert await texts(laptop) == {"of the Laptop"}
        typed, _ = await desk.see("meet", "Laptop", stdin="y\n")
        assert (typed.code, "Let them become one? [y/n]" in typed.err) == (0, True), typed
        for at in (desk, laptop):
            assert (await at.row("sync", "--wait", "20"))["in_step"] is True
            assert await texts(at) == {"of the Desk", "of the Laptop"}
        for at, other in ((desk, "Laptop"), (laptop, "Desk")):
            done = await at.type("meet", other, "--yes")
            assert (done.code, done.out, done.err) == (1, "", NOTHING_WAITS)


async def test_a_meeting_that_waits_ends_with_a_no(tmp_path: Path) -> None:
    async with closed_terminals(tmp_path) as (desk, laptop):
        parted = await laptop.row("meet", "Desk", "--no")
        assert (parted["device_id"], parted["agreed"]) == (desk.id, False)
        assert [row["name"] for row in await laptop.rows("devices")] == ["Laptop"]
        assert await texts(laptop) == {"of the Laptop"}
        await pair(desk, laptop)
        for at in (desk, laptop):
            assert (await at.row("sync", "--wait", "20"))["in_step"] is True
            assert await texts(at) == {"of the Desk", "of the Laptop"}


async def test_nothing_waits_where_one_side_brings_nothing_or_nobody_came(
    tmp_path: Path,
) -> None:
    async with desks(tmp_path, "Desk") as (desk,), desks(tmp_path, "Laptop") as (laptop,):
        nobody = await desk.type("meet", "Laptop")
        assert (nobody.code, nobody.err) == (
            1,
            "There is no device by that name or id in the family.\n",
        )
        await desk.rows("remember", "tea")
        inviting = await desk.open("invite", "--yes")
        opened = await desk.line(inviting)
        joining = await laptop.open("join", opened["link"])
        joined, invited = await asyncio.gather(ended(joining, "y\n"), ended(inviting))
        for one in (joined, invited):
            assert [row["event"] for row in one.rows] == ["asking", "joined"]
        none = await laptop.read("meet", "Desk", "--no", **GERMAN)
        assert (none.code, none.out) == (1, "")
        assert none.err == "Mit diesem Gerät wartet kein erstes Treffen.\n"
