"""What the Companion page says of a state."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from app.viewstate import AttentionKind, Link, Standing
from app.wording import cause, feeling, health, reason_to_wait, tr, trn, trust, until
from mesh.model.device import Trust
from mesh.model.sparing import Why

if TYPE_CHECKING:
    from app.viewstate import Attention, KindView, ViewState
    from mesh.wishes import MoodShown

CAUSES_SHOWN = 3


class Look(NamedTuple):
    """A few words and the tone they are said in."""

    words: str
    tone: str


def headline(state: ViewState) -> str:
    """How the companion is, in a few warm words."""
    if state.me is None:
        return tr("AICO mesh is starting…")
    if state.pause.paused:
        return tr("AICO keeps to itself for now")
    if not state.others:
        return tr("AICO lives on this device")
    if _is_guest(state):
        return tr("This device is a guest")
    return {
        "full": tr("AICO is with you"),
        "limited": tr("AICO is with you, with limits"),
    }.get(state.level, tr("AICO is on its own here"))


def explanation(state: ViewState, now: float) -> str:
    """What that means, and what a person can expect."""
    if state.pause.paused:
        return _paused(state, now)
    if not state.others:
        return tr(
            "Pair a second device: conversations, memories and mood become the same on both."
        )
    if _is_guest(state):
        return tr("It sees that AICO is there. No conversations, memories or moods come here.")
    if state.level == "full":
        return tr("Conversations, memories and mood are the same on the devices near you.")
    if state.level == "offline":
        return tr(
            "None of your other devices can be reached now. You can go on; they hear of it "
            "when they are back."
        )
    said = health(state.level, state.causes[:CAUSES_SHOWN], state.names)
    if "storage" in state.causes:
        return said
    return tr("{why} You can go on; nothing is lost.", why=said)


def _is_guest(state: ViewState) -> bool:
    return state.this is not None and state.this.device.trust is Trust.GUEST


def _paused(state: ViewState, now: float) -> str:
    if state.pause.until is None:
        return tr(
            "Nothing leaves this device and nothing comes, until you resume. "
            "What happens meanwhile is shared then."
        )
    return tr(
        "Nothing leaves this device and nothing comes {until}. "
        "What happens meanwhile is shared then.",
        until=until(state.pause.until, now),
    )


def level(state: ViewState) -> Look:
    """The pill below."""
    if state.pause.paused:
        return Look(tr("Paused"), "off")
    if not state.others:
        return Look(tr("On this device"), "accent")
    if _is_guest(state):
        return Look(trust(Trust.GUEST), "off")
    return {
        "full": Look(tr("Fully available"), "ok"),
        "limited": Look(tr("Limited"), "warn"),
    }.get(state.level, Look(tr("On its own"), "off"))


def proof(state: ViewState) -> str:
    """How far that is proven: with how many devices this one is in step."""
    others = [one for one in state.others if one.is_partner]
    if not others:
        return ""
    proven = sum(one.link is Link.CONNECTED for one in others)
    if proven == len(others):
        return tr("In step with every device")
    if not proven:
        return tr("Not in step with any device right now")
    return trn(
        "In step with {proven} of {n} device",
        "In step with {proven} of {n} devices",
        len(others),
        proven=proven,
    )


def kind_name(kind: str) -> str:
    """What a kind of content is called."""
    return {
        "conversation": tr("Conversations"), "memory": tr("Memories"), "mood": tr("Mood"),
    }.get(kind, kind)  # fmt: skip


def kind_standing(view: KindView, state: ViewState) -> Look:
    """How far it is the same everywhere."""
    if state.pause.paused:
        return Look(tr("Paused"), "off")
    match view.standing:
        case Standing.IN_STEP:
            return Look(tr("In step"), "ok")
        case Standing.CATCHING_UP:
            said = tr("Catching up") if view.missing else tr("Comparing notes")
            return Look(said, "warn")
        case Standing.WAITING:
            return Look(tr("Waits for a device"), "off")
        case _:
            return Look(tr("On this device"), "accent")


def mood(state: ViewState) -> str:
    """How the companion feels, and who says so."""
    if state.mood is None:
        return tr("How AICO feels is not known yet.")
    return tr("AICO feels {feeling}", feeling=feeling(state.mood.label))


def contributors(shown: MoodShown, names: dict[str, str]) -> str:
    """From which devices that comes."""
    known = [names.get(one, "") for one in shown.contributing_devices]
    named = ", ".join(name for name in known if name)
    return tr("From {names}", names=named) if named else ""


def attention(one: Attention, state: ViewState) -> str:
    """What there is to look at, and what helps."""
    names = state.names
    name = names.get(one.device_id or "", tr("a device"))
    match one.kind:
        case AttentionKind.RECOVERY:
            return tr(
                "The recovery words are not written down yet. They are the way back into your "
                "family if every device is lost."
            )
        case AttentionKind.DISK:
            return tr(
                "The disk is full, so nothing new can be kept. Make room; it goes on by itself."
            )
        case AttentionKind.CLOCK:
            wrong = cause(f"clock:{one.device_id}" if one.device_id else "clock", names)
            return tr(
                "Please set a clock right: {what}. Times of messages depend on it.", what=wrong
            )
        case AttentionKind.LONG_AWAY:
            return tr(
                "{name} has been away for more than two weeks. If it is lost, remove it.",
                name=name,
            )
        case AttentionKind.MEETING:
            return tr(
                "Nothing flows with {name} yet: you have not agreed that the two become one.",
                name=name,
            )
        case AttentionKind.SPARING:
            return tr(
                "A long history waits {why}. What is new comes at once.",
                why=reason_to_wait(_why(one, state), name),
            )
        case AttentionKind.REMOVED:
            return tr(
                "This device was removed from its family. What is here stays; "
                "pair it again to share."
            )


def _why(one: Attention, state: ViewState) -> Why:
    found = (
        view.device.waits for view in state.others if view.device.device_id == one.device_id
    )
    return next(found, None) or Why.BATTERY
