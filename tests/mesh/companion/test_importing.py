from __future__ import annotations

import asyncio
import itertools
import json
from typing import TYPE_CHECKING

import pytest

from mesh.companion.importing import BATCH_LINES
from mesh.companion.lines import LINE_MAX
from mesh.errors import AmbiguousName, BadInput, NotFound
from mesh.messages import Said
from mesh.model import fact as facts

if TYPE_CHECKING:
    from pathlib import Path

    from tests.mesh.companion.diary import Diary


def line(text: str = "hello", talk: str = "talk", at: float = 1.5e9, **more: object) -> str:
    content = {"conversation_id": talk, "role": "user", "text": text, "timestamp": at, **more}
    return json.dumps(content)


def file_of(folder: Path, *lines: str, name: str = "in.jsonl", end: str = "\n") -> Path:
    path = folder / name
    path.write_bytes("".join(one + end for one in lines).encode())
    return path


def many(count: int) -> list[str]:
    return [line(f"word {n}", f"talk-{n % 7}", 1.5e9 + n, id=str(n)) for n in range(count)]


async def texts(device: Diary, talk: str = "talk") -> list[str]:
    return [one.text for one in await device.reading.show(talk)]


async def test_a_file_comes_in_once_however_often_it_is_imported(
    laptop: Diary, tmp_path: Path
) -> None:
    path = file_of(tmp_path, *many(25), line("bare"), line("bare"))
    done = await laptop.importing.take_in(path)
    assert (done.imported, done.skipped, done.conversations, done.bad) == (27, 0, 8, 0)
    again = await laptop.importing.take_in(path)
    assert (again.imported, again.skipped) == (0, 27)
    assert await texts(laptop) == ["bare", "bare"]


async def test_a_file_imported_on_two_devices_is_one_history(
    laptop: Diary, phone: Diary, tmp_path: Path
) -> None:
    path = file_of(tmp_path, *many(25), line("bare"), line("bare"))
    for device in (laptop, phone):
        await device.importing.take_in(path)
    outcome = await phone.take(await laptop.facts())
    assert (outcome.added, outcome.known) == (0, 27)
    assert sorted(await laptop.facts()) == sorted(await phone.facts())


async def test_what_was_said_in_one_second_stays_in_order(
    laptop: Diary, tmp_path: Path
) -> None:
    words = ["how", "are", "you", "today", "my", "friend"]
    await laptop.importing.take_in(file_of(tmp_path, *(line(word, id=word) for word in words)))
    assert await texts(laptop) == words


async def test_a_conversation_is_contiguous_in_the_feed(laptop: Diary, tmp_path: Path) -> None:
    await laptop.importing.take_in(file_of(tmp_path, *many(70)))
    talks = [facts.turn(facts.read(raw)).conversation for raw in await laptop.facts()]
    changes = sum(one != other for one, other in itertools.pairwise(talks))
    assert changes == 6


async def test_bad_lines_are_named_and_stop_nothing(laptop: Diary, tmp_path: Path) -> None:
    path = file_of(
        tmp_path, line("one"), "junk", "", "   ", line("x" * LINE_MAX), line("two", id="2"),
        '{"half": ', line("three", at=4e9),
    )  # fmt: skip
    done = await laptop.importing.take_in(path)
    assert (done.imported, done.bad, done.bad_lines) == (2, 4, (2, 5, 7, 8))
    assert await texts(laptop) == ["one", "two"]


async def test_only_the_first_hundred_bad_lines_are_named(
    laptop: Diary, tmp_path: Path
) -> None:
    done = await laptop.importing.take_in(file_of(tmp_path, *["junk"] * 150))
    assert (done.bad, done.bad_lines) == (150, tuple(range(1, 101)))


@pytest.mark.parametrize("end", ["\n", "\r\n"])
async def test_a_byte_order_mark_and_other_line_ends_are_no_trouble(
    laptop: Diary, tmp_path: Path, end: str
) -> None:
    path = file_of(tmp_path, "\ufeff" + line("one"), line("two", id="2"), end=end)
    path.write_bytes(path.read_bytes() + line("no end", id="3").encode())
    done = await laptop.importing.take_in(path)
    assert (done.imported, done.bad) == (3, 0)


async def test_what_is_no_file_of_lines_is_refused(laptop: Diary, tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        await laptop.importing.take_in(tmp_path / "missing")
    with pytest.raises(BadInput):
        await laptop.importing.take_in(tmp_path)
    with pytest.raises(BadInput):
        await laptop.importing.take_in(file_of(tmp_path, line()), form="html")
    assert (await laptop.importing.take_in(file_of(tmp_path))).imported == 0


async def test_a_list_of_messages_is_as_good_as_lines(laptop: Diary, tmp_path: Path) -> None:
    path = file_of(tmp_path, "[", line("one"), ",", "{}", ",", line("two", id="2"), "]")
    done = await laptop.importing.take_in(path)
    assert (done.imported, done.bad, done.bad_lines) == (2, 1, (2,))
    assert await texts(laptop) == ["one", "two"]


async def test_progress_is_told_and_ends_at_the_end(laptop: Diary, tmp_path: Path) -> None:
    path = file_of(tmp_path, *many(2 * BATCH_LINES + 5))
    told: list[tuple[int, int, float | None]] = []
    done = await laptop.importing.take_in(
        path, on_progress=lambda done, total, left: told.append((done, total, left))
    )
    size = path.stat().st_size
    assert done.imported == 2 * BATCH_LINES + 5
    assert [total for _, total, _ in told] == [size] * len(told)
    assert told[-1][0] == size
    assert [one for one, _, _ in told] == sorted(one for one, _, _ in told)


async def test_an_import_that_was_cut_goes_on_where_it_was(
    laptop: Diary, tmp_path: Path
) -> None:
    path = file_of(tmp_path, *many(3 * BATCH_LINES))
    cancelled = asyncio.Event()
    first = await laptop.importing.take_in(
        path, on_progress=lambda *_: cancelled.set(), cancelled=cancelled
    )
    assert first.cancelled
    assert 0 < first.imported < 3 * BATCH_LINES
    second = await laptop.importing.take_in(path)
    assert second.skipped == first.imported
    assert first.imported + second.imported == 3 * BATCH_LINES


async def test_a_forgotten_line_stays_forgotten(
    laptop: Diary, phone: Diary, tmp_path: Path
) -> None:
    path = file_of(tmp_path, line("one", id="a"), line("two", id="b"))
    await laptop.importing.take_in(path)
    (said,) = [one for one in await laptop.reading.show("talk") if one.text == "one"]
    assert said.id == "a"
    identity = await laptop.writing.forget(said.id)
    assert (await laptop.importing.take_in(path)).imported == 0
    await laptop.give_all(phone)
    assert (await phone.importing.take_in(path)).skipped == 2
    assert await texts(phone) == ["two"]
    assert await laptop.writing.forget("a") == identity


async def test_lines_of_a_forgotten_conversation_are_not_taken_in_again(
    laptop: Diary, tmp_path: Path
) -> None:
    path = file_of(tmp_path, line("one", id="a"), line("two", "walk", id="a"))
    await laptop.importing.take_in(path)
    await laptop.writing.forget("talk")
    later = file_of(tmp_path, line("three", id="c"), name="later.jsonl")
    done = await laptop.importing.take_in(later)
    assert (done.imported, done.skipped) == (0, 1)
    assert [one.conversation_id for one in await laptop.reading.conversations()] == ["walk"]


async def test_one_source_id_in_two_conversations_is_asked_back(
    laptop: Diary, tmp_path: Path
) -> None:
    await laptop.importing.take_in(
        file_of(tmp_path, line("one", "talk", id="1"), line("two", "walk/far", id="1"))
    )
    with pytest.raises(AmbiguousName):
        await laptop.writing.forget("1")
    found = await laptop.reading.item("walk/far/1")
    assert isinstance(found, Said)
    assert (found.text, found.id, found.device_id) == ("two", "1", None)
    await laptop.writing.forget("walk/far/1")
    assert (await laptop.reading.conversations())[0].conversation_id == "talk"
    with pytest.raises(NotFound):
        await laptop.reading.item("walk/far/2")


async def test_a_private_line_stays_home(laptop: Diary, tmp_path: Path) -> None:
    await laptop.importing.take_in(
        file_of(tmp_path, line("psst", tags=["personal"]), line("hello", id="1"))
    )
    shared = b"".join(await laptop.facts())
    assert b"psst" not in shared
    assert b"hello" in shared


async def test_it_is_told_of_every_batch_that_brought_something(
    laptop: Diary, tmp_path: Path
) -> None:
    path = file_of(tmp_path, *many(BATCH_LINES + 1))
    await laptop.importing.take_in(path)
    assert [outcome.added for outcome in laptop.outcomes] == [BATCH_LINES, 1]
    assert all(not outcome.fed for outcome in laptop.outcomes)
    laptop.outcomes.clear()
    await laptop.importing.take_in(path)
    assert laptop.outcomes == []


async def test_an_imported_line_can_be_changed_like_any_other(
    laptop: Diary, phone: Diary, tmp_path: Path
) -> None:
    await laptop.importing.take_in(file_of(tmp_path, line("helo", id="a", tags=["x", "y"])))
    await laptop.writing.revise("a", "hello")
    await laptop.writing.retag("a", remove=["x"])
    await laptop.writing.relabel("a", "private")
    await laptop.give_all(phone)
    assert await phone.reading.conversations() == []
    await laptop.writing.relabel("a", "family")
    await laptop.give_all(phone)
    for device in (laptop, phone):
        (said,) = await device.reading.show("talk")
        assert (said.id, said.text, said.tags, said.device_id) == ("a", "hello", ("y",), None)
