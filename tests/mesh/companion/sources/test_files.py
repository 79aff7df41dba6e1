from __future__ import annotations

import asyncio
import io
import json
import os
import signal
import struct
import sys
import zipfile
from typing import TYPE_CHECKING

import pytest

from mesh.companion.sources.archive import FILES_MAX, RATIO_FREE
from mesh.companion.sources.chatgpt import OTHERS
from mesh.errors import BadInput
from tests.mesh.companion.diary import Diary, diary
from tests.mesh.companion.sources.export import Talk, edited, export_of, saved, zipped

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from mesh.wishes import ImportDone


@pytest.fixture
async def laptop(tmp_path: Path) -> AsyncIterator[Diary]:
    async with diary(tmp_path) as one:
        yield one


def counts(done: ImportDone) -> tuple[int, int, int]:
    return done.imported, done.skipped, done.bad


async def said(device: Diary, talk: str) -> list[str]:
    return [one.text for one in await device.reading.show(talk)]


async def test_an_export_comes_in_once_as_file_or_zip(laptop: Diary, tmp_path: Path) -> None:
    done = await laptop.importing.take_in(saved(tmp_path, edited()))
    assert (*counts(done), done.conversations, done.format) == (5, 0, 0, 2, "chatgpt")
    assert await said(laptop, "talk-1") == ["Which tea in winter?", "Chai."]
    assert await said(laptop, "talk-1" + OTHERS) == ["Which tea?", "Green.", "Black."]
    files = {"chat.html": b"<p>", "user.json": b"{}", "conversations.json": export_of(edited())}
    again = await laptop.importing.take_in(zipped(tmp_path, files))
    assert counts(again) == (0, 5, 0)


async def test_a_newer_export_adds_what_is_new_and_doubles_nothing(
    laptop: Diary, tmp_path: Path
) -> None:
    talk = Talk().say("q1", "Which tea?").say("a1", "Green.", after="q1", role="assistant")
    await laptop.importing.take_in(saved(tmp_path, talk))
    talk.say("q2", "Which tea in winter?").say("a2", "Black.", after="q2", role="assistant")
    done = await laptop.importing.take_in(saved(tmp_path, talk, Talk("talk-2").say("x", "new")))
    assert counts(done) == (3, 2, 0)
    assert await said(laptop, "talk-1") == [
        "Which tea?", "Green.", "Which tea in winter?", "Black."
    ]  # fmt: skip
    assert [one.conversation_id for one in await laptop.reading.conversations()] == [
        "talk-1", "talk-2"
    ]  # fmt: skip


async def test_numbered_files_of_a_zip_are_one_history(laptop: Diary, tmp_path: Path) -> None:
    files = {f"data/conversations-{n:03}.json": export_of(Talk(f"t{n}").say("m", f"{n}"))
             for n in range(3)}  # fmt: skip
    done = await laptop.importing.take_in(zipped(tmp_path, files))
    assert (done.imported, done.conversations) == (3, 3)


async def test_one_conversation_by_itself_is_read_too(laptop: Diary, tmp_path: Path) -> None:
    path = tmp_path / "one.json"
    path.write_text(json.dumps(Talk().say("m", "hello").shown(), indent=2))
    assert counts(await laptop.importing.take_in(path)) == (1, 0, 0)


async def test_bad_parts_are_named_and_stop_nothing(laptop: Diary, tmp_path: Path) -> None:
    broken = (
        Talk("talk-2", "Milk").say("m", "x", author={"role": 7}).say("n", "fine", after="m")
    )
    path = tmp_path / "conversations.json"
    whole = export_of(
        Talk().say("m", "a"), {"mapping": 3}, broken, Talk("talk-3").say("m", "b")
    )
    path.write_bytes(whole[:-20])
    done = await laptop.importing.take_in(path)
    assert counts(done) == (2, 0, 3)
    assert [(one.line, one.title, one.message, one.why) for one in done.bad_parts] == [
        (2, None, None, "It is not a conversation."),
        (3, "Milk", "m", "It is not a message."),
        (4, None, None, "The file ends in the middle of it."),
    ]


async def test_private_things_are_in_no_bad_part(laptop: Diary, tmp_path: Path) -> None:
    talk = Talk().say("m", "secret words " * 30_000)
    done = await laptop.importing.take_in(saved(tmp_path, talk))
    (one,) = done.bad_parts
    assert "secret" not in repr(one)
    assert one.why == "A line that is too long."


async def test_zip_files_that_are_none_or_not_ours_are_refused(
    laptop: Diary, tmp_path: Path
) -> None:
    async def refusal(path: Path) -> str:
        with pytest.raises(BadInput) as refused:
            await laptop.importing.take_in(path)
        return refused.value.sentence

    assert "no conversations.json" in await refusal(zipped(tmp_path, {"a.txt": b"x"}))
    broken = zipped(tmp_path, {"conversations.json": export_of(edited())}, "broken.zip")
    content = broken.read_bytes()
    broken.write_bytes(content[:-30])
    assert "damaged" in await refusal(broken)
    broken.write_bytes(content[:60] + bytes([content[60] ^ 0xFF]) + content[61:])
    assert "damaged" in await refusal(broken)
    bomb = zipped(tmp_path, {"conversations.json": b"[" + b" " * RATIO_FREE + b"]"}, "bomb.zip")
    assert bomb.stat().st_size < 1_000_000
    assert "far more" in await refusal(bomb)
    names = {f"conversations-{n}.json": b"[]" for n in range(FILES_MAX + 1)}
    assert "far more" in await refusal(zipped(tmp_path, names, "many.zip"))


async def test_a_list_of_files_beyond_all_bounds_is_not_read(
    laptop: Diary, tmp_path: Path
) -> None:
    path = zipped(tmp_path, {"conversations.json": b"[]"})
    content = bytearray(path.read_bytes())
    end = content.rfind(b"PK\x05\x06")
    struct.pack_into("<L", content, end + 12, 0xFFFFFFF0)
    path.write_bytes(content)
    with pytest.raises(BadInput, match="far more"):
        await laptop.importing.take_in(path)


async def test_a_zip_that_asks_for_a_password_is_refused(laptop: Diary, tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("conversations.json", b"[]")
    content = bytearray(packed.getvalue())
    place = content.rfind(b"PK\x01\x02")
    content[place + 8] |= 1
    path = tmp_path / "closed.zip"
    path.write_bytes(content)
    with pytest.raises(BadInput, match="password"):
        await laptop.importing.take_in(path)


TAKE_IN = """
import asyncio, sys
from pathlib import Path
from tests.mesh.companion.diary import diary

async def main():
    async with diary(Path(sys.argv[1])) as one:
        await one.importing.take_in(
            Path(sys.argv[2]), on_progress=lambda done, *_: print(done, flush=True))

asyncio.run(main())
"""


async def test_what_was_killed_in_the_middle_goes_on(tmp_path: Path) -> None:
    talks = [Talk(f"talk-{n}") for n in range(60)]
    for talk in talks:
        for number in range(50):
            talk.say(f"m{number}", f"word {number}", after=talk.last or "root")
    path = saved(tmp_path, *talks)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", TAKE_IN, str(tmp_path), str(path),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert process.stdout is not None
    await process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    await process.wait()
    async with diary(tmp_path) as device:
        before = sum(one.messages for one in await device.reading.conversations())
        assert before >= 1
        done = await device.importing.take_in(path)
        assert (done.imported, done.skipped) == (3000 - before, before)
        assert await said(device, "talk-59") == [f"word {n}" for n in range(50)]
