"""What came of a wish, told to people: receipts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from app import wording
from app.cli.people import moment
from app.cli.voice import BOLD, GREEN
from app.wording import tr, trn
from mesh.messages import Remembered, Said
from mesh.wishes import (
    BackupDone,
    ExportDone,
    ForgetShown,
    ImportDone,
    PauseShown,
    RecoveryShown,
    RestoreDone,
    SyncDone,
)

if TYPE_CHECKING:
    from app.cli.voice import Voice

COLUMNS = 4


def said(voice: Voice, value: object) -> None:
    """A receipt."""
    shown = msgspec.convert(value, Said)
    voice.say(tr("Said, in conversation {id}.", id=shown.conversation_id), GREEN)


def remembered(voice: Voice, value: object) -> None:
    """A receipt."""
    shown = msgspec.convert(value, Remembered)
    kept = {"privacy": shown.privacy, "id": shown.id}
    voice.say(tr("Remembered ({privacy}): {id}", **kept), GREEN)


def settled(voice: Voice, value: object) -> None:
    """What stands now."""
    text = value.get("text", "") if isinstance(value, dict) else ""
    voice.say(tr("Settled; this stands now: {text}", text=text), GREEN)


def forgotten(voice: Voice, value: object) -> None:
    """Who has forgotten it too."""
    shown = msgspec.convert(value, ForgetShown)
    if shown.is_wish:
        voice.say(
            tr("Hidden here; your fully trusted devices ask whether to forget it."), GREEN
        )
        return
    confirmed = trn(
        "Forgotten here; confirmed by {n} device.",
        "Forgotten here; confirmed by {n} devices.",
        len(shown.confirmed_by),
    )
    voice.say(confirmed, GREEN)
    if shown.waiting_for:
        waiting = trn(
            "{n} device still to confirm: {names}",
            "{n} devices still to confirm: {names}",
            len(shown.waiting_for),
            names=", ".join(shown.waiting_for),
        )
        voice.say(waiting)
    if shown.gone:
        gone = ", ".join(shown.gone)
        voice.say(tr("No longer in the family, and may keep it: {names}", names=gone))


def imported(voice: Voice, value: object) -> None:
    """What an import did."""
    done = msgspec.convert(value, ImportDone)
    messages = trn("{n} message imported", "{n} messages imported", done.imported)
    threads = trn("in {n} conversation", "in {n} conversations", done.conversations)
    known = trn("{n} was here already", "{n} were here already", done.skipped)
    took = _seconds(done.seconds)
    voice.say(f"{messages} {threads}, {known} ({took}).", GREEN)
    if done.left_out:
        voice.say(f"{wording.left_out(done.left_out)}.")
    if done.bad and done.format == "jsonl":
        bad = trn(
            "{n} line could not be read: {lines}",
            "{n} lines could not be read: {lines}",
            done.bad,
            lines=", ".join(str(line) for line in done.bad_lines),
        )
        voice.say(bad)
    elif done.bad:
        voice.say(trn("{n} part could not be read:", "{n} parts could not be read:", done.bad))
        for one in done.bad_parts:
            voice.say(f"  {wording.bad_part(one)}")


def exported(voice: Voice, value: object) -> None:
    """What an export wrote."""
    done = msgspec.convert(value, ExportDone)
    lines = trn("{n} line written", "{n} lines written", done.exported)
    voice.say(f"{lines} ({_seconds(done.seconds)}).", GREEN)


def backed_up(voice: Voice, value: object) -> None:
    """What stands in the backup."""
    done = msgspec.convert(value, BackupDone)
    things = trn("{n} entry backed up", "{n} entries backed up", done.backed_up)
    size = tr("{n} KB", n=wording.grouped(-(-done.size // 1000)))
    voice.say(f"{things}, {size} ({_seconds(done.seconds)}).", GREEN)
    voice.say(tr("Without its passphrase nobody can open it, not even you."))


def restored(voice: Voice, value: object) -> None:
    """What came back, and what there is to do now."""
    done = msgspec.convert(value, RestoreDone)
    things = trn("{n} entry restored", "{n} entries restored", done.restored)
    known = trn("{n} was here already", "{n} were here already", done.known)
    voice.say(f"{things}, {known} ({_seconds(done.seconds)}).", GREEN)
    if done.refused:
        voice.say(trn(
            "{n} entry has no right in this family and was left out.",
            "{n} entries have no right in this family and were left out.",
            done.refused,
        ))  # fmt: skip
    if done.new_device:
        voice.say(tr(
            "This is a new device, which goes on for {name}. Pair it with your others; if "
            "{name} is gone, remove it from the family.",
            name=done.made_on,
        ))  # fmt: skip


def synced(voice: Voice, value: object) -> None:
    """How a catch-up ended."""
    done = msgspec.convert(value, SyncDone)
    how = tr("In step") if done.in_step else tr("Not in step yet")
    received = tr("{n} received", n=wording.grouped(done.received))
    sent = tr("{n} sent", n=wording.grouped(done.sent))
    voice.say(f"{how}: {received}, {sent} ({_seconds(done.seconds)}).")
    if done.missing:
        voice.say(tr("No answer from {names}.", names=", ".join(done.missing)))


def paused(voice: Voice, value: object) -> None:
    """Whether sharing rests."""
    shown = msgspec.convert(value, PauseShown)
    if not shown.paused:
        voice.say(tr("Sharing goes on."), GREEN)
        return
    until = tr("until resumed")
    if shown.until is not None:
        until = tr("until {time}", time=moment(shown.until))
    if shown.devices:
        names = ", ".join(shown.devices)
        voice.say(tr("Sharing with {names} is paused {until}.", names=names, until=until))
    else:
        voice.say(tr("Sharing is paused {until}.", until=until))


def recovery(voice: Voice, value: object) -> None:
    """The words, numbered."""
    shown = msgspec.convert(value, RecoveryShown)
    if shown.confirmed:
        voice.say(tr("The recovery words are confirmed and erased here."), GREEN)
        return
    voice.say(tr("Write these words down and keep them where nobody else looks."), BOLD)
    words = [f"{number:>2}  {word}" for number, word in enumerate(shown.words, 1)]
    for row in range(0, len(words), COLUMNS):
        voice.say("   ".join(f"{word:<14}" for word in words[row : row + COLUMNS]).rstrip())


def belongs(voice: Voice, value: object) -> None:
    """Which family this device is in now."""
    del value
    voice.say(tr("This device has left; it goes on as a family of its own."), GREEN)


def done(voice: Voice, value: object) -> None:
    """A receipt."""
    del value
    voice.say(tr("Done."), GREEN)


def _seconds(seconds: float) -> str:
    return tr("{seconds} s", seconds=f"{seconds:.1f}")
