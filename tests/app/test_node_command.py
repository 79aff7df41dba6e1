"""`aico-mesh node` as a service runs it."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

from tests.app.terminal import ended, start, stop

if TYPE_CHECKING:
    from pathlib import Path

WORDS = ("node", "--host", "127.0.0.1", "--port", "0", "--json")


async def ready(process: asyncio.subprocess.Process) -> dict[str, object]:
    """Its first line."""
    assert process.stdout is not None
    async with asyncio.timeout(20):
        line: dict[str, object] = json.loads(await process.stdout.readline())
    return line


async def test_it_says_ready_serves_its_profile_and_ends_with_sigterm(tmp_path: Path) -> None:
    environ = {"AICO_MESH_HOME": str(tmp_path / "home"), "AICO_MESH_PASSPHRASE": "words"}
    node = await start(*WORDS, "--name", "Home Desktop", environ=environ)
    line = await ready(node)
    assert line.keys() >= {"event", "device_id", "name", "host", "port"}
    assert (line["event"], line["name"]) == ("ready", "Home Desktop")

    status = await ended(await start("status", "--json", environ=environ))
    assert status.rows[0]["running"] is True
    assert status.rows[0]["device_id"] == line["device_id"]
    assert status.rows[0]["port"] == line["port"]

    second = await ended(await start(*WORDS, environ=environ))
    assert (second.code, second.out) == (1, "")
    assert second.err == "AICO mesh is already running for this profile.\n"

    stop(node)
    over = await ended(node)
    assert (over.code, over.out) == (0, "")
    assert len(over.err.splitlines()) == 1
    assert environ["AICO_MESH_HOME"] in over.err
    assert "passphrase" in over.err


async def test_the_wrong_passphrase_is_a_sentence_and_the_right_file_opens(
    tmp_path: Path,
) -> None:
    home = ("--home", str(tmp_path / "home"))
    (tmp_path / "words").write_text("right words\n")
    by_file = (*WORDS, *home, "--passphrase-file", str(tmp_path / "words"))
    first = await start(*by_file, environ={})
    before = await ready(first)
    stop(first)
    assert (await ended(first)).code == 0

    wrong = await ended(await start(*WORDS, *home, environ={"AICO_MESH_PASSPHRASE": "wrong"}))
    assert (wrong.code, wrong.out) == (1, "")
    assert wrong.err == "The passphrase does not open this profile; nothing was changed.\n"

    again = await start(*by_file, environ={})
    after = await ready(again)
    assert after == before
    stop(again)
    assert (await ended(again)).code == 0


async def test_a_passphrase_file_that_is_none_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("\n")
    for name, words in (("empty", "is empty"), ("absent", "cannot be read")):
        refused = await ended(
            await start(
                *WORDS,
                "--home",
                str(tmp_path / "home"),
                "--passphrase-file",
                str(tmp_path / name),
                environ={},
            )
        )
        assert (refused.code, refused.out) == (1, "")
        assert words in refused.err
    assert not (tmp_path / "home").exists()
