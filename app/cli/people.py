"""What the node answers, told to people: tables and short lines."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from app import wording
from app.cli.voice import BOLD, DIM, GREEN, PLAIN
from mesh.clock import SystemClock
from mesh.messages import DeviceShown, Hit, Remembered, Said
from mesh.wishes import (
    ConversationShown,
    ExportDone,
    ForgetShown,
    HealthShown,
    ImportDone,
    MoodShown,
    PauseShown,
    RecoveryShown,
    StatusShown,
    SyncDone,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.cli.voice import Voice

COLUMNS = 4


def status(voice: Voice, value: object) -> None:
    """This device and its links."""
    shown = msgspec.convert(value, StatusShown)
    if not shown.running:
        voice.say("AICO mesh is not running for this profile.", BOLD)
    else:
        step = "in step" if shown.in_step else f"{shown.pending} still to come"
        voice.say(f"{shown.name} is running, {step}.", BOLD)
        if shown.paused:
            voice.say("Sharing is paused.")
        voice.say(f"Device id  {shown.device_id}")
        voice.say(f"Port       {shown.port}")
    for name, place in (("Profile", shown.profile), ("Log", shown.log)):
        if place:
            voice.say(f"{name:<10} {place}", DIM)
    if shown.running and not shown.recovery_confirmed:
        voice.say("The recovery words are not written down yet: `aico-mesh recovery-phrase`.")
    if shown.devices:
        _devices(voice, shown.devices)


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
            each.name + (" (this device)" if each.is_self else ""),
            each.trust,
            each.role,
            "here" if each.is_self else wording.seen(each.connected, each.last_seen, now),
            "in step" if each.in_step else "",
            each.device_id,
        )
        for each in shown
    ]
    voice.table(("Name", "Trust", "Role", "Seen", "", "Device id"), rows)


def conversations(voice: Voice, rows: Sequence[object]) -> None:
    """A line each."""
    shown = msgspec.convert(rows, list[ConversationShown])
    cells = [(each.conversation_id, str(each.messages), _when(each.last), each.last_text)
             for each in shown]  # fmt: skip
    voice.table(("Conversation", "Messages", "Last", ""), cells)


def messages(voice: Voice, rows: Sequence[object]) -> None:
    """What was said, in order."""
    for each in msgspec.convert(rows, list[Said]):
        who = each.speaker or {"user": "You", "assistant": "AICO"}.get(each.role, each.role)
        when = _when(each.timestamp)
        if voice.is_terminal:
            voice.pieces((who, BOLD), (f"{when}  {each.id}", DIM))
            voice.say(each.text)
        else:
            voice.table((), [(each.id, when, who, each.text)])


def said(voice: Voice, value: object) -> None:
    """A receipt."""
    shown = msgspec.convert(value, Said)
    voice.say(f"Said, in conversation {shown.conversation_id}.", GREEN)


def memories(voice: Voice, rows: Sequence[object]) -> None:
    """A line each."""
    shown = msgspec.convert(rows, list[Remembered])
    voice.table(
        ("Id", "Memory", "Tags", "Privacy", "Since"),
        [(m.id, m.text, ", ".join(m.tags), m.privacy, _when(m.timestamp)) for m in shown],
    )


def remembered(voice: Voice, value: object) -> None:
    """A receipt."""
    shown = msgspec.convert(value, Remembered)
    voice.say(f"Remembered ({shown.privacy}): {shown.id}", GREEN)


def forgotten(voice: Voice, value: object) -> None:
    """Who has forgotten it too."""
    shown = msgspec.convert(value, ForgetShown)
    confirmed, waiting = wording.devices(len(shown.confirmed_by)), len(shown.waiting_for)
    voice.say(f"Forgotten here; confirmed by {confirmed}.", GREEN)
    if waiting:
        voice.say(
            f"{wording.devices(waiting)} still to confirm: {', '.join(shown.waiting_for)}"
        )
    if shown.gone:
        voice.say(f"No longer in the family, and may keep it: {', '.join(shown.gone)}")


def mood(voice: Voice, value: object) -> None:
    """The mood, and why."""
    shown = msgspec.convert(value, MoodShown)
    words = wording.mood(shown.label, shown.valence, shown.arousal, shown.confidence)
    voice.say(words, BOLD)
    if shown.why:
        rows = [
            (
                f"{why.weight:.0%}",
                f"{why.valence:+.2f}",
                _when(why.timestamp),
                why.because or "",
            )
            for why in shown.why
        ]
        voice.table(("Weight", "Valence", "When", "Because"), rows)


def hits(voice: Voice, rows: Sequence[object]) -> None:
    """What was found."""
    shown = msgspec.convert(rows, list[Hit])
    voice.table(
        ("Score", "Kind", "Text", "Id"),
        [(f"{hit.score:.2f}", hit.kind, hit.text, hit.id) for hit in shown],
    )


def news(voice: Voice, value: object) -> None:
    """One message of the bus."""
    told = msgspec.to_builtins(value)
    body = msgspec.json.encode(told["body"]).decode()
    device_id = told["device_id"].partition("-")[0]
    voice.pieces((told["topic"], BOLD), (device_id, DIM), (body, PLAIN))


def imported(voice: Voice, value: object) -> None:
    """What an import did."""
    done = msgspec.convert(value, ImportDone)
    voice.say(
        f"{done.imported:,} messages imported in {done.conversations:,} conversations, "
        f"{done.skipped:,} were here already ({done.seconds:.1f} s).",
        GREEN,
    )
    if done.bad:
        lines = ", ".join(str(line) for line in done.bad_lines)
        voice.say(f"{done.bad:,} lines could not be read: {lines}")


def exported(voice: Voice, value: object) -> None:
    """What an export wrote."""
    done = msgspec.convert(value, ExportDone)
    voice.say(f"{done.exported:,} lines written ({done.seconds:.1f} s).", GREEN)


def synced(voice: Voice, value: object) -> None:
    """How a catch-up ended."""
    done = msgspec.convert(value, SyncDone)
    how = "In step" if done.in_step else "Not in step yet"
    voice.say(f"{how}: {done.received:,} received, {done.sent:,} sent ({done.seconds:.1f} s).")
    if done.missing:
        voice.say(f"No answer from {', '.join(done.missing)}.")


def health(voice: Voice, value: object) -> None:
    """How the companion is, and each device's part in it."""
    shown = msgspec.convert(value, HealthShown)
    voice.say(shown.summary, BOLD)
    marks = {True: "yes", False: "no"}
    rows = [
        (each.name, each.connection, marks[each.conversation_ready], marks[each.memory_access],
         marks[each.emotional_awareness], ", ".join(each.capabilities))
        for each in shown.devices
    ]  # fmt: skip
    voice.table(("Device", "Link", "Talks", "Remembers", "Feels", "Can"), rows)


def paused(voice: Voice, value: object) -> None:
    """Whether sharing rests."""
    shown = msgspec.convert(value, PauseShown)
    if not shown.paused:
        voice.say("Sharing goes on.", GREEN)
        return
    until = "until resumed" if shown.until is None else f"until {_when(shown.until)}"
    whom = f" with {', '.join(shown.devices)}" if shown.devices else ""
    voice.say(f"Sharing{whom} is paused {until}.")


def recovery(voice: Voice, value: object) -> None:
    """The words, numbered."""
    shown = msgspec.convert(value, RecoveryShown)
    if shown.confirmed:
        voice.say("The recovery words are confirmed and erased here.", GREEN)
        return
    voice.say("Write these words down and keep them where nobody else looks.", BOLD)
    words = [f"{number:>2}  {word}" for number, word in enumerate(shown.words, 1)]
    for row in range(0, len(words), COLUMNS):
        voice.say("   ".join(f"{word:<14}" for word in words[row : row + COLUMNS]).rstrip())


def belongs(voice: Voice, value: object) -> None:
    """Which family this device is in now."""
    del value
    voice.say("This device has left; it goes on as a family of its own.", GREEN)


def done(voice: Voice, value: object) -> None:
    """A receipt."""
    del value
    voice.say("Done.", GREEN)


def _when(seconds: float) -> str:
    try:
        moment = datetime.fromtimestamp(seconds).astimezone()
    except (OverflowError, OSError, ValueError):
        return "?"
    return f"{moment:%Y-%m-%d %H:%M}"
