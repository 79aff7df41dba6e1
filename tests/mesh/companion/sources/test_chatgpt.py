from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh.companion.lines import Entry, LineReader
from mesh.companion.sources.chatgpt import OTHERS, findings
from mesh.companion.sources.findings import Bad, LeftOut
from mesh.companion.sources.parts import Part
from mesh.model.fact import Turn
from tests.mesh.companion.diary import NOON
from tests.mesh.companion.sources.export import BEGAN, Talk, edited

if TYPE_CHECKING:
    from mesh.companion.sources.findings import Finding


def found(talk: Talk | dict[str, Any] | bytes) -> list[Finding]:
    shown = talk.shown() if isinstance(talk, Talk) else talk
    raw = shown if isinstance(shown, bytes) else json.dumps(shown).encode()
    return list(findings(Part(None, raw), LineReader(NOON)))


def turns(talk: Talk | dict[str, Any] | bytes) -> list[Turn]:
    entries = [one.content for one in found(talk) if isinstance(one, Entry)]
    return [one for one in entries if isinstance(one, Turn)]


def texts(talk: Talk) -> list[str]:
    return [one.text for one in turns(talk)]


def bad(talk: Talk | dict[str, Any] | bytes) -> list[Bad]:
    return [one for one in found(talk) if isinstance(one, Bad)]


def test_the_branch_shown_last_is_the_conversation_and_the_others_are_beside_it() -> None:
    lines = [(one.conversation, one.source, one.role) for one in turns(edited())]
    assert lines == [
        ("talk-1", "q2", "user"), ("talk-1", "a3", "assistant"),
        ("talk-1" + OTHERS, "q1", "user"), ("talk-1" + OTHERS, "a1", "assistant"),
        ("talk-1" + OTHERS, "a2", "assistant"),
    ]  # fmt: skip


def test_a_message_that_changes_branches_is_known_where_it_was() -> None:
    before = {one.identity for one in found(edited()) if isinstance(one, Entry)}
    talk = edited()
    talk.last = "a1"
    for one in found(talk):
        assert isinstance(one, Entry)
        assert before & {one.identity, *one.known_as}


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ({"content_type": "text", "parts": ["one", "", "two"]}, "one\ntwo"),
        ({"content_type": "code", "language": "python", "text": "print(1)"}, "print(1)"),
        ({"content_type": "execution_output", "text": "1"}, "1"),
        ({"content_type": "tether_quote", "title": "T", "text": "said"}, "said"),
        ({"content_type": "tether_browsing_display", "result": "L0: x"}, "L0: x"),
        ({"content_type": "multimodal_text", "parts": [
            {"content_type": "image_asset_pointer", "asset_pointer": "file-service://file-7"},
            "look"]}, "[image file-7]\nlook"),
        ({"content_type": "multimodal_text", "parts": [
            {"content_type": "audio_transcription", "text": "spoken", "direction": "in"}]},
         "spoken"),
        ({"content_type": "of next year", "parts": ["new"]}, "new"),
        ({"content_type": "text", "parts": ["see \ue200cite\ue202turn0\ue201."]}, "see ."),
        ({"content_type": "text", "parts": [None, 7, {"content_type": "odd"}]}, "[odd]"),
    ],
)  # fmt: skip
def test_each_shape_of_content_says_its_words(content: dict[str, Any], text: str) -> None:
    assert texts(Talk().say("m", content)) == [text]


def test_files_are_told_by_their_names() -> None:
    talk = Talk().say("m", "read it", metadata={"attachments": [{"name": "a.pdf"}, {}, 3]})
    assert texts(talk) == ["read it\n[a.pdf]"]


def test_what_nobody_said_is_left_out_and_counted() -> None:
    hidden = {"is_visually_hidden_from_conversation": True}
    talk = Talk().say("h", "be kind", role="system", metadata=hidden)
    talk.say("t", {"content_type": "thoughts", "thoughts": [{"summary": "hm"}]},
             role="assistant")  # fmt: skip
    talk.say("e", "", role="system").say("u", "hello")
    assert [type(one) for one in found(talk)].count(LeftOut) == 2
    assert texts(talk) == ["hello"]


def test_work_with_a_tool_is_the_tools() -> None:
    talk = Talk().say("c", "draw()", role="assistant", recipient="python")
    talk.say("o", "done", after="c", role="tool", author={"role": "tool", "name": "python"})
    assert [(one.role, one.speaker) for one in turns(talk)] == [("tool", "python")] * 2


def test_a_message_without_a_time_takes_the_one_before() -> None:
    talk = Talk().say("a", "1", create_time=None).say("b", "2", after="a")
    talk.say("c", "3", after="b", create_time=None).say("d", "4", after="c", create_time=0)
    times = [one.shown / 1e6 for one in turns(talk)]
    assert times == [BEGAN, BEGAN + 2, BEGAN + 2, BEGAN + 2]


def test_a_conversation_without_any_time_is_named_message_by_message() -> None:
    talk = Talk(began=None).say("a", "1", create_time=None)
    (one,) = bad(talk)
    assert (one.conversation, one.title, one.message) == ("talk-1", "Tea", "a")


@pytest.mark.parametrize("message", [
    {"author": {"role": 5}, "content": {}}, "no map", [], {"content": {"parts": ["x"]}},
    {"author": {"role": "user"}, "content": {"parts": "no list"}},
])  # fmt: skip
def test_a_message_that_is_none_costs_only_itself(message: object) -> None:
    talk = Talk().say("a", "before").put("m", message, "a")
    talk.say("b", "after", after="m")
    assert texts(talk) == ["before", "after"]
    assert [one.message for one in bad(talk)] == ["m"]


@pytest.mark.parametrize("raw", [b"7", b"[]", b'{"title": 1}', b'{"mapping": []}', b"{",
                                 b"\xff", b'{"mapping":' + b"[" * 5000])  # fmt: skip
def test_what_is_no_conversation_is_said(raw: bytes) -> None:
    assert [one.why.sentence for one in bad(raw)] == ["It is not a conversation."]


def test_a_conversation_without_an_id_has_the_same_name_in_every_export() -> None:
    talk = Talk().say("a", "1").shown()
    del talk["id"], talk["conversation_id"]
    (one,), (again,) = turns(talk), turns(dict(reversed(talk.items())))
    assert one.conversation == again.conversation
    assert one.conversation.startswith("chatgpt-")


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["role", "parts", "content_type", "text"]), inner)
    ),
    max_leaves=6,
)
keys = st.sampled_from(["a", "b", "c", "d", "e"])
messages = st.none() | anything | st.fixed_dictionaries(
    {"author": st.just({"role": "user"}), "content": st.fixed_dictionaries(
        {"content_type": st.just("text"), "parts": st.lists(st.text(), max_size=2)})},
    optional={"create_time": anything, "recipient": anything, "metadata": anything},
)  # fmt: skip
nodes = anything | st.fixed_dictionaries(
    {"message": messages, "parent": st.none() | keys | anything},
    optional={"children": st.lists(keys, max_size=4) | anything},
)  # fmt: skip


@given(
    st.dictionaries(keys, nodes),
    st.none() | keys | anything,
    st.fixed_dictionaries({}, optional={"title": anything, "id": anything,
                                        "create_time": anything}),
)  # fmt: skip
def test_any_tree_is_read_once_and_to_its_end(
    mapping: dict[str, Any], last: object, more: dict[str, Any]
) -> None:
    all_found = found({"mapping": mapping, "current_node": last, **more})
    entries = [one for one in all_found if isinstance(one, Entry)]
    assert len({one.identity for one in entries}) == len(entries)
    named = [one.message for one in all_found if isinstance(one, Bad)]
    assert len(named) == len(set(named))
    assert len(all_found) <= max(1, len(mapping))  # what is no JSON is one bad part
