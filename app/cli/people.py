"""What the node answers, told to people: tables and short lines."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from app import wording
from app.cli.voice import BOLD, DIM, PLAIN
from app.wording import tr
from mesh.clock import SystemClock
from mesh.messages import DeviceShown, Hit, Remembered, Said
from mesh.wishes import (
    ConflictShown,
    ConversationShown,
    HealthShown,
    MoodShown,
    StatusShown,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

from app.cli.voice import Voice


def status(voice: Voice, value: object) -> None:
    """This device and its links."""
    shown = msgspec.convert(value, StatusShown)
    if not shown.running:
        voice.say(tr("AICO mesh is not running for this profile."), BOLD)
    else:
        voice.say(_how_it_runs(shown), BOLD)
        if shown.paused:
            voice.say(tr("Sharing is paused."))
    _where(voice, shown)
    if shown.running and not shown.recovery_confirmed:
        voice.say(
            tr("The recovery words are not written down yet: `aico-mesh recovery-phrase`.")
        )
    for waiting in shown.meetings:
        voice.say(
            tr(
                "Nothing flows with {name} yet; see `aico-mesh meet {id}`.",
                name=waiting.name,
                id=waiting.device_id,
            )
        )
    if any(each.waits for each in shown.devices):
        voice.say(tr("A long history waits; `aico-mesh sync` fetches it all the same."))
    if shown.devices:
        _devices(voice, shown.devices)


def _how_it_runs(shown: StatusShown) -> str:
    if shown.in_step:
        return tr("{name} is running, in step.", name=shown.name)
    pending = wording.grouped(shown.pending)
    return tr("{name} is running, {n} still to come.", name=shown.name, n=pending)


def _where(voice: Voice, shown: StatusShown) -> None:
    """What a person needs to find the node and its files."""
    places = (
        (tr("Device id"), shown.device_id, PLAIN),
        (tr("Port"), shown.port, PLAIN),
        (tr("Profile"), shown.profile, DIM),
        (tr("Log"), shown.log, DIM),
    )
    width = max(len(name) for name, _, _ in places)
    for name, place, style in places:
        if place is not None:
            voice.say(f"{name:<{width}}  {place}", style)


def devices(voice: Voice, rows: Sequence[object]) -> None:
    """The family."""
    _devices(voice, msgspec.convert(rows, list[DeviceShown]))


def device(voice: Voice, value: object) -> None:
    """One device."""
    _devices(voice, [msgspec.convert(value, DeviceShown)])


def _devices(voice: Voice, shown: Sequence[DeviceShown]) -> None:
    now = SystemClock().wall() / 1e6
    rows = [
        (
            tr("{name} (this device)", name=each.name) if each.is_self else each.name,
            each.trust,
            each.role,
            tr("here") if each.is_self else wording.seen(each.connected, each.last_seen, now),
            tr("in step") if each.in_step else _waits(each),
            each.device_id,
        )
        for each in shown
    ]
    header = (tr("Name"), tr("Trust"), tr("Role"), tr("Seen"), "", tr("Device id"))
    voice.table(header, rows)


def _waits(device: DeviceShown) -> str:
    return "" if device.waits is None else wording.waits(device.waits)


def conversations(voice: Voice, rows: Sequence[object]) -> None:
    """A line each."""
    shown = msgspec.convert(rows, list[ConversationShown])
    cells = [(each.conversation_id, str(each.messages), moment(each.last), each.last_text)
             for each in shown]  # fmt: skip
    voice.table((tr("Conversation"), tr("Messages"), tr("Last"), ""), cells)


def messages(voice: Voice, rows: Sequence[object]) -> None:
    """What was said, in order."""
    for each in msgspec.convert(rows, list[Said]):
        who = each.speaker or _voice_of(each.role)
        when = moment(each.timestamp)
        if voice.is_terminal:
            voice.pieces((who, BOLD), (f"{when}  {each.id}", DIM))
            voice.say(each.text)
        else:
            voice.table((), [(each.id, when, who, each.text)])


def _voice_of(role: str) -> str:
    if role == "user":
        return tr("You")
    return "AICO" if role == "assistant" else role


def memories(voice: Voice, rows: Sequence[object]) -> None:
    """A line each."""
    shown = msgspec.convert(rows, list[Remembered])
    voice.table(
        (tr("Id"), tr("Memory"), tr("Tags"), tr("Privacy"), tr("Since")),
        [(m.id, m.text, ", ".join(m.tags), m.privacy, moment(m.timestamp)) for m in shown],
    )


def conflicts(voice: Voice, rows: Sequence[object]) -> None:
    """Each with its texts, and how to settle it."""
    for each in msgspec.convert(rows, list[ConflictShown]):
        if each.kind == "memory":
            voice.say(tr("A memory has different texts: {id}", id=each.id), BOLD)
        else:
            voice.say(tr("A message has different texts: {id}", id=each.id), BOLD)
        voice.table(
            (), [(side.choice, moment(side.timestamp), side.text) for side in each.choices]
        )
        voice.say(tr("Choose one: aico-mesh resolve {id} NUMBER", id=each.id), DIM)


def mood(voice: Voice, value: object) -> None:
    """The mood, and why."""
    shown = msgspec.convert(value, MoodShown)
    words = wording.mood(shown.label, shown.valence, shown.arousal, shown.confidence)
    voice.say(words, BOLD)
    if shown.why:
        rows = [
            (
                wording.percent(why.weight),
                wording.signed(why.valence),
                moment(why.timestamp),
                why.because or "",
            )
            for why in shown.why
        ]
        voice.table((tr("Weight"), tr("Valence"), tr("When"), tr("Because")), rows)


def hits(voice: Voice, rows: Sequence[object]) -> None:
    """What was found."""
    shown = msgspec.convert(rows, list[Hit])
    voice.table(
        (tr("Score"), tr("Kind"), tr("Text"), tr("Id")),
        [(f"{hit.score:.2f}", hit.kind, hit.text, hit.id) for hit in shown],
    )


def news(voice: Voice, value: object) -> None:
    """One message of the bus."""
    told = msgspec.to_builtins(value)
    body = msgspec.json.encode(told["body"]).decode()
    device_id = told["device_id"].partition("-")[0]
    voice.pieces((told["topic"], BOLD), (device_id, DIM), (body, PLAIN))


def health(voice: Voice, value: object) -> None:
    """How the companion is, and each device's part in it."""
    shown = msgspec.convert(value, HealthShown)
    voice.say(shown.summary, BOLD)
    marks = {True: tr("yes"), False: tr("no")}
    rows = [
        (
            each.name,
            _link(each.connection),
            marks[each.conversation_ready],
            marks[each.memory_access],
            marks[each.emotional_awareness],
            ", ".join(each.capabilities),
        )
        for each in shown.devices
    ]
    talks, remembers, feels, can = tr("Talks"), tr("Remembers"), tr("Feels"), tr("Can")
    voice.table((tr("Device"), tr("Connection"), talks, remembers, feels, can), rows)


def _link(connection: str) -> str:
    known = {"healthy": tr("connected"), "away": tr("away")}
    return known.get(connection, connection)


def moment(seconds: float) -> str:
    """Day and time, as tables have it in every language."""
    try:
        moment = datetime.fromtimestamp(seconds).astimezone()
    except (OverflowError, OSError, ValueError):
        return "?"
    return f"{moment:%Y-%m-%d %H:%M}"
