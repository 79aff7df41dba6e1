"""What goes out comes in again as it was, in every form that is written."""

from __future__ import annotations

import asyncio
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.mesh.companion.diary import Diary, diary

moments = st.integers(0, 1_700_000_000_000_000).map(lambda micros: micros / 1_000_000)
texts = st.text(max_size=20)
ids = st.text(st.characters(codec="utf-8", exclude_characters="/"), min_size=1, max_size=8)
tags = st.lists(st.sampled_from(["x", "a tag", "ü", "personal"]), unique=True, max_size=3)
unit = st.integers(-1000, 1000).map(lambda thousandths: thousandths / 1000)
messages = st.fixed_dictionaries(
    {"id": ids, "conversation_id": st.sampled_from(["talk", "walk"]), "text": texts,
     "role": st.sampled_from(["user", "assistant", "system", "tool"]), "timestamp": moments},
    optional={"speaker": st.text(min_size=1, max_size=5), "tags": tags,
              "privacy": st.sampled_from(["public", "family", "private", "here"])},
)  # fmt: skip
memories = st.fixed_dictionaries(
    {"text": texts.filter(bool), "tags": tags, "timestamp": moments, "id": ids,
     "privacy": st.sampled_from(["public", "family", "private", "here"])},
)  # fmt: skip
moods = st.fixed_dictionaries(
    {"valence": unit, "arousal": unit, "confidence": unit.map(abs), "timestamp": moments},
    optional={"because": texts},
)


def everything() -> st.SearchStrategy[list[dict[str, Any]]]:
    return st.tuples(
        st.lists(messages, max_size=6, unique_by=lambda one: (one["text"], one["timestamp"])),
        st.lists(memories, max_size=4),
        st.lists(moods, max_size=4),
    ).map(lambda found: [*found[0], *found[1], *found[2]])


def read(path: Path) -> list[dict[str, Any]]:
    """The lines of an export; who said it belongs to a family."""
    lines = path.read_text(encoding="utf-8").split("\n")[:-1]
    return [{**json.loads(line), "device_id": None} for line in lines]


async def written(device: Diary, path: Path) -> list[dict[str, Any]]:
    await device.exporting.write(path, kind="all")
    return read(path)


async def round_trip(lines: list[dict[str, Any]], form: str, folder: Path) -> None:
    async with diary(folder) as first:
        path = folder / "in.jsonl"
        path.write_text("".join(json.dumps(one) + "\n" for one in lines), encoding="utf-8")
        assert (await first.importing.take_in(path)).bad == 0
        await first.writing.say("said here", tags=["x"])
        await first.writing.remember("kept here", privacy="private")
        await first.writing.feel(0.25, arousal=-0.5, because="rain")
        before = await written(first, folder / "first.jsonl")
        await first.exporting.write(folder / "out", kind="all", form=form)
        known = await first.importing.take_in(folder / "out")
        assert (known.imported, known.bad) == (0, 0)
    async with diary(folder, "stranger") as other:
        done = await other.importing.take_in(folder / "out")
        assert (done.bad, done.imported) == (0, len(before))
        after = await written(other, folder / "second.jsonl")
        again = await other.importing.take_in(folder / "out")
        assert again.imported == 0
    assert after == before


@pytest.mark.parametrize("form", ["jsonl", "aico"])
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(lines=everything())
def test_what_goes_out_comes_in_again_as_it_was(form: str, lines: list[dict[str, Any]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(round_trip(lines, form, Path(folder)))
