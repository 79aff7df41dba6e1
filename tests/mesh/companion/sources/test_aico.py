from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh.companion.lines import Entry, LineReader
from mesh.companion.sources.aico import RowReader
from mesh.companion.sources.findings import Bad, LeftOut
from mesh.companion.sources.parts import Part
from mesh.companion.sources.recognising import Form, Shape, form_of, shape_of
from mesh.model import fact as facts
from mesh.model.fact import FactKind, Memory, Observation, Turn
from mesh.storage import reading
from tests.mesh.companion.diary import NOON, Diary, diary

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from mesh.companion.sources.findings import Finding

AT = "2024-11-19T15:30:00"
SAID = {"conversation_id": "c1", "message_id": "m1", "user_id": "u", "role": "user",
        "content": "hello", "message_type": "user_input", "timestamp": AT}  # fmt: skip
KEPT = {"fact_id": "f1", "user_id": "u", "fact_type": "preference", "category": "likes",
        "confidence": 1.0, "content": "likes tea", "extraction_method": "user_curated",
        "tags_json": '["drinks"]', "is_favorite": 1, "user_note": "black",
        "revisit_count": 3, "created_at": AT}  # fmt: skip
FELT = {"id": 7, "user_id": "u", "timestamp": AT + "Z", "feeling": "calm", "valence": 0.3,
        "arousal": 0.25, "intensity": 0.7}  # fmt: skip


@pytest.fixture
async def laptop(tmp_path: Path) -> AsyncIterator[Diary]:
    async with diary(tmp_path) as one:
        yield one


def found(*rows: object) -> list[Finding]:
    reader = RowReader(LineReader(NOON))
    return [
        one for row in rows for one in reader.findings(Part(None, json.dumps(row).encode()))
    ]


def turn(row: object) -> Turn:
    (one,) = found(row)
    assert isinstance(one, Entry)
    assert isinstance(one.content, Turn)
    return one.content


@pytest.mark.parametrize("told", [
    AT, AT + "Z", AT + "+00:00", AT + "+00:00Z", "2024-11-19 15:30:00",
    "2024-11-19T16:30:00+01:00", 1732030200, 1732030200.0, "1732030200", 1732030200000,
    {"seconds": 1732030200, "nanos": 0},
])  # fmt: skip
def test_every_way_to_tell_the_time_is_the_same_time(told: object) -> None:
    assert turn({**SAID, "timestamp": told}).shown == 1732030200_000_000


@pytest.mark.parametrize(("said", "role"), [
    ({"role": "user"}, "user"), ({"role": "assistant"}, "assistant"),
    ({"role": "AI"}, "assistant"), ({"message_type": "SYSTEM_RESPONSE"}, "assistant"),
    ({"message_type": "ai_response"}, "assistant"), ({"message_type": "user_input"}, "user"),
    ({"message_type": "assistant_response"}, "assistant"),
    ({"message_type": 2}, "assistant"), ({"role": "tool"}, "tool"),
])  # fmt: skip
def test_every_layers_name_for_a_role_is_understood(said: dict[str, Any], role: str) -> None:
    bare = {key: value for key, value in SAID.items() if key not in {"role", "message_type"}}
    assert turn({**bare, **said}).role == role


def test_a_message_of_the_bus_is_one_too() -> None:
    inner = {"text": "hello", "type": "USER_INPUT", "conversation_id": "c1", "turn_number": 1}
    got = turn({"timestamp": AT + "Z", "source": "x", "message_id": "m1", "message": inner})
    assert (got.text, got.role, got.conversation, got.source) == ("hello", "user", "c1", "m1")


def test_a_row_with_question_and_answer_is_two_messages_in_order() -> None:
    row = {"trajectory_id": "t", "conversation_id": "c1", "turn_number": 1, "timestamp": AT,
           "user_input": "hi", "ai_response": "hello"}  # fmt: skip
    one, two = found(row)
    assert isinstance(one, Entry)
    assert isinstance(two, Entry)
    assert one.fact.stamp < two.fact.stamp


def test_a_row_that_was_sent_again_under_another_id_is_the_same() -> None:
    one, again = found(SAID, {**SAID, "message_id": "m2"})
    assert isinstance(one, Entry)
    assert isinstance(again, LeftOut)


def test_memories_and_moods_keep_what_a_person_gave_them() -> None:
    memory, mood = found(KEPT, FELT)
    assert isinstance(memory, Entry)
    assert isinstance(mood, Entry)
    assert memory.content == Memory(
        "likes tea\nblack", ("drinks", "favorite"), 1732030200_000_000, "f1"
    )
    assert mood.content == Observation(0.3, -0.5, 0.7, 1732030200_000_000)
    assert mood.because == "calm"


def test_the_one_row_of_the_present_mood_is_the_last_of_its_history() -> None:
    state = {"id": 1, "timestamp": AT, "subjective_feeling": "calm", "mood_valence": 0.3,
             "mood_arousal": 0.25, "intensity": 0.7, "warmth": 0.5}  # fmt: skip
    one, other = found(FELT, state)
    assert isinstance(one, Entry)
    assert isinstance(other, Entry)
    assert one.identity == other.identity


@given(st.dictionaries(
    st.sampled_from([*SAID, *KEPT, *FELT, "message", "type", "privacy", "tags", "ai_response"]),
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6)
    | st.lists(st.text(max_size=3), max_size=2)
    | st.dictionaries(st.sampled_from(["text", "tags", "seconds"]), st.text(max_size=3)),
))  # fmt: skip
def test_any_row_is_read_or_named(row: dict[str, Any]) -> None:
    for one in found({**SAID, **row}) + found(row):
        assert isinstance(one, Entry | Bad | LeftOut)


@pytest.mark.parametrize(("content", "form", "shape"), [
    (json.dumps(SAID) + "\n" + json.dumps(SAID), Form.AICO, Shape.LINES),
    (json.dumps([SAID]), Form.AICO, Shape.LIST),
    (json.dumps({"success": True, "messages": [SAID]}, indent=1), Form.AICO, Shape.ONE),
    (json.dumps({"emotion_history": [FELT]}), Form.AICO, Shape.ONE),
    (json.dumps([{"title": "x", "mapping": {}}]), Form.CHATGPT, Shape.LIST),
    ('{"conversation_id":"c","role":"user","text":"\\"mapping\\": {","timestamp":1}\n',
     Form.JSONL, Shape.LINES),
    ("\ufeff junk\n", Form.JSONL, Shape.LINES),
])  # fmt: skip
def test_a_file_is_known_by_how_it_begins(content: str, form: Form, shape: Shape) -> None:
    assert (form_of(content.encode()), shape_of(content.encode())) == (form, shape)


async def test_a_file_of_tables_comes_in_once(laptop: Diary, tmp_path: Path) -> None:
    path = tmp_path / "aico.json"
    tables = {"version": 1, "messages": [SAID, {}], "user_memories": [KEPT],
              "emotion_history": [FELT]}  # fmt: skip
    path.write_text(json.dumps(tables))
    done = await laptop.importing.take_in(path)
    assert (done.imported, done.bad, done.format) == (3, 1, "aico")
    again = await laptop.importing.take_in(path)
    assert (again.imported, again.skipped) == (0, 3)
    (memory,) = await laptop.reading.memories()
    assert (memory.id, memory.tags, memory.device_id) == ("f1", ("drinks", "favorite"), None)


async def test_imported_moods_are_nobodys_and_do_not_change_the_mood(
    laptop: Diary, tmp_path: Path
) -> None:
    path = tmp_path / "moods.jsonl"
    path.write_text(json.dumps(FELT) + "\n")
    assert (await laptop.importing.take_in(path)).imported == 1
    find = reading.latest_observations
    assert await laptop.database.read(lambda sql: find(sql, facts.STAMP_MAX)) == []
    await laptop.writing.feel(0.5)
    assert len(await laptop.database.read(lambda sql: find(sql, facts.STAMP_MAX))) == 1


@pytest.mark.parametrize(("is_full", "reasons"), [(True, 1), (False, 0)])
async def test_only_a_full_device_says_why_and_the_other_asks_nothing(
    tmp_path: Path, is_full: bool, reasons: int
) -> None:
    path = tmp_path / "moods.jsonl"
    path.write_text(json.dumps(FELT) + "\n")
    async with diary(tmp_path, is_full=lambda _tag, _tick: is_full) as device:
        assert (await device.importing.take_in(path)).imported == 1
        kinds = [facts.read(raw).kind for raw in await device.facts()]
    assert sorted(kinds) == [FactKind.ROOT, *[FactKind.REASON] * reasons]


async def test_an_imported_memory_is_found_and_forgotten_by_its_id(
    laptop: Diary, tmp_path: Path
) -> None:
    path = tmp_path / "memories.jsonl"
    path.write_text(json.dumps(KEPT) + "\n")
    await laptop.importing.take_in(path)
    identity = await laptop.writing.forget("f1")
    assert await laptop.reading.memories() == []
    assert (await laptop.importing.take_in(path)).skipped == 1
    assert await laptop.writing.forget("f1") == identity
