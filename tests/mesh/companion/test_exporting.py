from __future__ import annotations

import json
import stat
import subprocess
from pathlib import Path

import pytest

from mesh.companion.exporting import fresh_file
from mesh.errors import BadInput
from tests.mesh.companion.diary import MINUTE, Diary, diary, id_of

DEMO = Path(__file__).parents[3] / "resources" / "demo" / "messages.jsonl"
RICH = [
    {"id": "b", "conversation_id": "talk", "role": "user", "text": "späte \u2028 Grüße\n\"",
     "timestamp": 1523383337.123456, "speaker": "Ann", "tags": ["x", "y"]},
    {"id": "a", "conversation_id": "talk", "role": "assistant", "text": "",
     "timestamp": 1523383337.123457},
    {"id": "7", "conversation_id": "walk", "role": "tool", "text": "\N{GRINNING FACE}\0",
     "timestamp": 0.0},
]  # fmt: skip


async def exported(device: Diary, folder: Path, kind: str = "conversations") -> bytes:
    path = folder / f"{device.name}-{kind}.jsonl"
    await device.exporting.write(path, kind=kind)
    return path.read_bytes()


def objects(content: bytes) -> list[dict[str, object]]:
    return [json.loads(line) for line in content.decode().split("\n")[:-1]]


async def bring(device: Diary, folder: Path, lines: list[dict[str, object]]) -> None:
    path = folder / "in.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in lines))
    await device.importing.take_in(path)


async def test_what_came_in_goes_out_with_ids_speakers_tags_and_times(
    laptop: Diary, tmp_path: Path
) -> None:
    await bring(laptop, tmp_path, RICH)
    out = objects(await exported(laptop, tmp_path))
    expected = sorted(RICH, key=lambda one: one["timestamp"])  # type: ignore[arg-type,return-value]
    assert out == [{**one, "device_id": None} for one in expected]
    assert all(list(one)[:6] == [*expected[0], "device_id"] for one in out)


async def test_devices_with_the_same_facts_export_the_same_bytes(
    laptop: Diary, phone: Diary, tmp_path: Path
) -> None:
    await laptop.importing.take_in(DEMO)
    await laptop.writing.say("hello", conversation="talk")
    await phone.writing.say("hello", conversation="talk")
    said = await phone.writing.say("helo again", tags=["x"])
    await laptop.give_all(phone)
    await phone.give_all(laptop)
    await laptop.writing.revise(said.id, "hello again")
    await laptop.give_all(phone)
    content = await exported(laptop, tmp_path)
    assert content == await exported(phone, tmp_path)
    assert content.count(b"\n") == 469
    assert content == await exported(laptop, tmp_path)


async def test_an_export_adds_nothing_to_the_family_it_came_from(
    laptop: Diary, phone: Diary, tmp_path: Path
) -> None:
    await bring(
        laptop, tmp_path, [*RICH, *[{k: v for k, v in RICH[0].items() if k != "id"}] * 3]
    )
    said = await laptop.writing.say("hello")
    await laptop.writing.revise(said.id, "hello, corrected")
    content = await exported(laptop, tmp_path)
    await laptop.give_all(phone)
    before = await phone.facts()
    for device in (laptop, phone):
        done = await device.importing.take_in(tmp_path / "laptop-conversations.jsonl")
        assert (done.imported, done.skipped) == (0, 7)
    assert await phone.facts() == before
    assert await exported(phone, tmp_path) == content


async def test_an_export_goes_through_another_family_unchanged(
    laptop: Diary, tmp_path: Path
) -> None:
    bare = {k: v for k, v in RICH[0].items() if k != "id"}
    await bring(laptop, tmp_path, [*RICH, bare, bare])
    await laptop.writing.say("hello")
    laptop.clock.turn(MINUTE)
    await laptop.writing.say("again", role="assistant", tags=["x"])
    content = await exported(laptop, tmp_path)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    async with diary(elsewhere, "stranger") as other:
        await other.importing.take_in(tmp_path / "laptop-conversations.jsonl")
        second = await exported(other, elsewhere)
        done = await other.importing.take_in(tmp_path / "in.jsonl")
        assert done.imported == 0
    # Who said it belongs to a family; everything else is the line's own.
    named = f'"{id_of("laptop")}"'.encode()
    assert content.count(named) == 2
    assert second == content.replace(named, b"null")


async def test_memories_and_moods_go_out_too(laptop: Diary, tmp_path: Path) -> None:
    await laptop.writing.remember("tea", tags=["x"], privacy="public")
    await laptop.writing.feel(-0.5, because="rain")
    await laptop.writing.say("hello")
    (kept,) = objects(await exported(laptop, tmp_path, "memories"))
    assert kept.keys() == {"id", "text", "tags", "privacy", "timestamp", "device_id"}
    (felt,) = objects(await exported(laptop, tmp_path, "moods"))
    assert (felt["valence"], felt["because"]) == (-0.5, "rain")
    every = objects(await exported(laptop, tmp_path, "all"))
    assert [one["kind"] for one in every] == ["message", "memory", "mood"]


async def test_what_is_forgotten_is_not_exported(laptop: Diary, tmp_path: Path) -> None:
    said = await laptop.writing.say("hello")
    await laptop.writing.forget(said.id)
    assert await exported(laptop, tmp_path) == b""


async def test_only_the_owner_can_read_it_and_progress_is_told(
    laptop: Diary, tmp_path: Path
) -> None:
    await laptop.importing.take_in(DEMO)
    told: list[tuple[int, int]] = []
    path = tmp_path / "out.jsonl"
    path.write_text("what was here before")
    path.chmod(0o644)
    done = await laptop.exporting.write(
        path, on_progress=lambda done, total, _left: told.append((done, total))
    )
    assert done.exported == 466
    assert told[-1] == (466, 466)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("name", "more"),
    [(".", {}), ("no/folder/out", {}), ("x", {"kind": "secrets"}), ("x", {"form": "html"})],
)
async def test_what_cannot_be_written_is_refused_and_leaves_nothing(
    laptop: Diary, tmp_path: Path, name: str, more: dict[str, str]
) -> None:
    before = sorted(tmp_path.iterdir())  # noqa: ASYNC240 - a test may wait
    with pytest.raises(BadInput):
        await laptop.exporting.write(tmp_path / name, **more)  # type: ignore[arg-type]
    assert sorted(tmp_path.iterdir()) == before  # noqa: ASYNC240 - a test may wait


def test_a_device_is_never_replaced_by_a_file() -> None:
    with pytest.raises(BadInput), fresh_file(Path("/dev/null")):
        pass


def test_a_file_that_was_not_finished_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_text("old")

    def write_half() -> None:
        with fresh_file(path) as file:
            file.write(b"half")
            raise KeyError

    with pytest.raises(KeyError):
        write_half()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_what_a_killed_process_left_half_done_goes_with_the_next_one(tmp_path: Path) -> None:
    with subprocess.Popen(["sleep", "60"]) as alive:
        over = 2**22 + 1  # beyond what the kernel numbers
        kept = {f".out.{alive.pid}.new", ".out.x.new", f".other.{over}.new", "out"}
        for name in {*kept, f".out.{over}.new"} - {"out"}:
            (tmp_path / name).write_text("half")
        with fresh_file(tmp_path / "out") as file:
            file.write(b"whole")
        alive.kill()
    assert {path.name for path in tmp_path.iterdir()} == kept


def test_a_link_to_a_file_stays_a_link(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("old")
    link.symlink_to(target)
    with fresh_file(link) as file:
        file.write(b"new")
    assert link.is_symlink()
    assert target.read_text() == "new"
