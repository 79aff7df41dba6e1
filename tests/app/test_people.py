"""Every answer has words for people, on a terminal and elsewhere."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import msgspec
import pytest

from app.cli import people, policies, receipts
from app.cli.voice import Voice, clean
from mesh import wishes
from mesh.messages import DeviceShown, Hit, News, Remembered, Said
from mesh.model.device import Context, Role, Trust
from mesh.model.sparing import Sparing, Why

if TYPE_CHECKING:
    from collections.abc import Callable

DEVICE = DeviceShown(
    device_id="ABC-DEF", name="Home Desktop", role=Role.PRIMARY, trust=Trust.FULL,
    context=Context.PERSONAL, is_self=True, in_step=True,
)  # fmt: skip
HELD = msgspec.structs.replace(DEVICE, is_self=False, in_step=False, waits=Why.METERED)
SAID = Said(
    id="m1", conversation_id="c1", role="assistant", text="Good morning", timestamp=1.7e9,
    device_id=None,
)  # fmt: skip
MEMORY = Remembered(
    id="x1", text="Tea", tags=("kitchen",), privacy="family", timestamp=9e99, device_id=None
)
REASON = wishes.ReasonShown(
    device_id=None, valence=0.5, arousal=0.0, confidence=1.0, timestamp=1.7e9, weight=0.25,
    because="rain",
)  # fmt: skip
MOOD = wishes.MoodShown(
    valence=0.5, arousal=0.1, confidence=0.9, label="content", contributing_devices=(),
    why=(REASON,),
)  # fmt: skip
STATUS = wishes.StatusShown(
    device_id="ABC-DEF", name="Home Desktop", running=True, port=21550, pending=3,
    devices=(DEVICE,), log="/x/log", paused=True,
)  # fmt: skip
PART = wishes.DeviceHealth(
    device_id="ABC", name="Home Desktop", connection="live", capabilities=("search",),
    conversation_ready=True, memory_access=False, emotional_awareness=True,
)  # fmt: skip
HEALTH = wishes.HealthShown(
    summary="AICO is fully available.", level="full", capabilities=(), devices=(PART,)
)

SHOWN: list[tuple[Callable[[Voice, object], None], object, list[str]]] = [
    (people.status, STATUS, ["Home Desktop is running", "3 still to come", "21550", "/x/log"]),
    (people.devices, [DEVICE], ["Home Desktop (this device)", "full", "ABC-DEF"]),  # type: ignore[list-item]
    (people.device, DEVICE, ["Home Desktop"]),
    (people.device, HELD, ["Waits", "unmetered"]),
    (people.status, msgspec.structs.replace(STATUS, devices=(HELD,)),
     ["A long history waits; `aico-mesh sync` fetches it all the same."]),
    (policies.sparing,
     wishes.SparingShown(level=Sparing.STRONG, chosen=Sparing.NORMAL, restricted=Sparing.STRONG,
                         on_battery=True, percent=40.0, metered=True, why=Why.BATTERY),
     ["On battery, or metered", "The settings file of this device says so.", "40%",
      "The connection is metered.", "`aico-mesh sync` fetches them all the same"]),
    (policies.sparing, wishes.SparingShown(level=Sparing.OFF, chosen=Sparing.OFF),
     ["Spared: Never", "Nothing has to wait for that now."]),
    (people.messages, [SAID], ["AICO", "Good morning", "m1"]),  # type: ignore[list-item]
    (receipts.said, SAID, ["conversation c1"]),
    (people.memories, [MEMORY], ["x1", "Tea", "kitchen", "family"]),  # type: ignore[list-item]
    (receipts.remembered, MEMORY, ["x1"]),
    (receipts.forgotten, wishes.ForgetShown(id="x", confirmed_by=("A",), waiting_for=("B", "C"),
                                          gone=("D",)),
     ["by 1 device", "2 devices still", "B, C", "may keep it: D"]),
    (people.mood, MOOD, ["feels content", "+0.50", "25%", "rain"]),
    (people.mood, wishes.MoodShown(valence=0.0, arousal=0.0, confidence=0.0, label="unknown",
                                   contributing_devices=()), ["not known yet"]),
    (people.hits, [Hit(id="x1", kind="memory", text="Tea", score=0.5, device_id=None)],  # type: ignore[list-item]
     ["0.50", "memory", "Tea", "x1"]),
    (people.conversations, [wishes.ConversationShown(conversation_id="c1", messages=7,  # type: ignore[list-item]
                                                     first=1.0, last=2.0, last_text="Bye")],
     ["c1", "7", "Bye"]),
    (people.news, News("my/own", "ABC-DEF", {"a": 1}), ["my/own", "ABC", '{"a":1}']),
    (receipts.imported,
     wishes.ImportDone(imported=1200, skipped=3, conversations=2, seconds=1.0, bad=2,
                       bad_lines=(4, 9)),
     ["1,200", "4, 9"]),
    (receipts.imported,
     wishes.ImportDone(imported=1, skipped=0, conversations=1, seconds=1.0, bad=1, left_out=2,
                       format="chatgpt", bad_parts=(
                           wishes.BadPart(why="It is not a message.", line=3, title="Tea",
                                          message="m1"),)),
     ["2 hidden notes", "1 part", "number 3, Tea, m1: It is not a message."]),
    (receipts.exported, wishes.ExportDone(exported=7, seconds=0.1), ["7 lines"]),
    (receipts.synced, wishes.SyncDone(in_step=True, sent=1, received=2, seconds=0.1),
     ["In step", "2 received"]),
    (people.health, HEALTH, ["fully available", "Home Desktop", "search"]),
    (receipts.paused, wishes.PauseShown(paused=True, until=1.7e9, devices=("Tablet",)),
     ["with Tablet", "until 2023"]),
    (receipts.paused, wishes.PauseShown(paused=False), ["goes on"]),
    (receipts.recovery, wishes.RecoveryShown(confirmed=False, words=("tea", "moon")),
     [" 1  tea", " 2  moon"]),
    (receipts.belongs, wishes.Done(), ["left"]),
]  # fmt: skip


class Screen(io.StringIO):
    """A terminal that remembers."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("out", [io.StringIO, Screen])
@pytest.mark.parametrize(("show", "answer", "words"), SHOWN)
def test_each_answer_is_told(
    show: Callable[[Voice, object], None],
    answer: object,
    words: list[str],
    out: type[io.StringIO],
) -> None:
    screen = out()
    show(Voice(as_json=False, out=screen), msgspec.to_builtins(answer))
    missing = [word for word in words if word not in screen.getvalue()]
    assert missing == []


def test_what_moves_the_cursor_or_turns_text_is_shown_as_a_mark() -> None:
    assert clean("a\x1b[2Jb\x07\u202ec\u2066") == "a\ufffd[2Jb\ufffd\ufffdc\ufffd"
    assert clean("two\nlines\tand \U0001f642\u200d") == "two\nlines\tand \U0001f642\u200d"


def test_colour_is_for_terminals_of_people_who_want_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for out, no_color, wanted in (
        (Screen(), "", "\x1b[1mhi\x1b[0m\n"),
        (Screen(), "1", "hi\n"),
        (io.StringIO(), "", "hi\n"),
    ):
        monkeypatch.setenv("NO_COLOR", no_color)
        Voice(as_json=False, out=out).say("hi", "1")
        assert out.getvalue() == wanted


def test_a_stream_that_cannot_say_a_character_gets_another() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    Voice(as_json=False, out=stream).say("grüße")
    stream.seek(0)
    assert stream.read() == "gr??e\n"
