"""What the pairing wizard says: failures, what will flow, and the names of the pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.windows.pairing.failures import Failure, Remedy, remedy_of
from app.windows.pairing.steps import Failed, Meeting, Reading
from app.wording import grouped, mark, sentence, tr, trn
from mesh.model.device import Trust

if TYPE_CHECKING:
    from app.windows.pairing.steps import Comparing


@dataclass(frozen=True)
class Trouble:
    """A failure in words: what happened, what to do about it, and the button that helps.

    ``called``: at which addresses, when there were several.
    """

    title: str
    advice: str
    remedy: str
    called: str = ""


_SAID: dict[Failure, tuple[str, str]] = {
    Failure.EXPIRED: (
        mark("The time is over"),
        mark(
            "Nobody came while the invitation was open. Make a new one when the other device "
            "is at hand."
        ),
    ),
    Failure.CLOSED: (
        mark("This invitation is closed"),
        mark(
            "It was used already, its time is over, or it was closed on the other device. Make "
            "a new invitation there and read that one."
        ),
    ),
    Failure.PICTURES_DIFFER: (
        mark("The pictures were not the same"),
        mark(
            "Nothing was shared. Somebody else may have seen the invitation: make a new one "
            "and show it only to the device that you want to pair."
        ),
    ),
    Failure.APART: (
        mark("The two stay apart"),
        mark(
            "Nothing was shared: each device has what it had, and belongs to itself again. "
            "You can pair them at any time."
        ),
    ),
    Failure.SAID_NO_THERE: (
        mark("The other device said no"),
        mark(
            "Somebody there saw other pictures or does not want to pair. Nothing was shared. "
            "Begin again with a new invitation."
        ),
    ),
    Failure.CODE_WRONG: (
        mark("This code does not match"),
        mark(
            "Compare the nine digits and the address with the other screen. It also says how "
            "many tries are left."
        ),
    ),
    Failure.UNREADABLE: (mark("That is not an invitation"), ""),
    Failure.OWN: (
        mark("That is the invitation of this device"),
        mark("Read it on the device that you want to pair with this one."),
    ),
    Failure.VERSION: (
        mark("The two devices have different versions"),
        mark("Update AICO mesh on both of them, then pair again."),
    ),
    Failure.BUSY: (
        mark("Somebody else is using this invitation"),
        mark("If that is not you, close it on the other device and make a new one there."),
    ),
    Failure.UNREACHABLE: (
        mark("The other device does not answer"),
        mark(
            "It may be asleep, on another network or a guest Wi-Fi, or behind a firewall. Keep "
            "its invitation open, put both devices on the same network and try again."
        ),
    ),
    Failure.NO_NETWORK: (
        mark("This device cannot be reached"),
        mark(
            "It has no network address that another device could call. Connect it to your "
            "network, then make a new invitation."
        ),
    ),
    Failure.IN_FAMILY_HERE: (
        mark("This device already has a family"),
        mark(
            "To join another one it has to leave its family first, on the page Devices. What "
            "it knows stays on it."
        ),
    ),
    Failure.IN_FAMILY_THERE: (
        mark("The other device already has a family"),
        mark("It has to leave that family first, on its page Devices."),
    ),
    Failure.MUDDLED: (
        mark("The two devices did not understand each other"),
        mark("Update AICO mesh on both of them, then pair again."),
    ),
    Failure.NOT_STORED: (
        mark("The other device could not keep it"),
        mark("Its disk may be full. Make room there, then pair again with a new invitation."),
    ),
    Failure.INTERRUPTED: (
        mark("The connection broke"),
        mark("Keep both devices awake and near, then pair again with a new invitation."),
    ),
    Failure.HALF_DONE: (
        mark("The last confirmation is missing"),
        mark(
            "One of the two devices did not hear the end. Pair them once more with a new "
            "invitation: that mends it, and nothing is lost."
        ),
    ),
    Failure.NOT_ALLOWED: (
        mark("Another device manages this family"),
        mark("Invite new devices from there."),
    ),
    Failure.WINDOW_OPEN: (
        mark("An invitation is open already"),
        mark(
            "It was opened elsewhere on this device, perhaps in a terminal. Close it there or "
            "wait until its time is over."
        ),
    ),
    Failure.OTHER: (mark("Pairing did not succeed"), ""),
}
PICTURES = (
    mark("dog"), mark("cat"), mark("lion"), mark("elephant"), mark("cow"), mark("pig"),
    mark("rabbit"), mark("bear"), mark("penguin"), mark("owl"), mark("turtle"), mark("snake"),
    mark("frog"), mark("butterfly"), mark("snail"), mark("octopus"), mark("whale"),
    mark("crab"), mark("bee"), mark("giraffe"), mark("tree"), mark("cactus"),
    mark("sunflower"), mark("mushroom"), mark("globe"), mark("moon"), mark("fire"),
    mark("rainbow"), mark("apple"), mark("banana"), mark("grapes"), mark("strawberry"),
    mark("lemon"), mark("carrot"), mark("corn"), mark("bread"), mark("cheese"), mark("pizza"),
    mark("cake"), mark("coffee"), mark("house"), mark("car"), mark("bicycle"), mark("train"),
    mark("sailboat"), mark("rocket"), mark("balloon"), mark("tent"), mark("key"),
    mark("bell"), mark("hammer"), mark("telephone"), mark("book"), mark("pencil"),
    mark("scissors"), mark("umbrella"), mark("glasses"), mark("crown"), mark("boot"),
    mark("clock"), mark("guitar"), mark("drum"), mark("football"), mark("anchor"),
)  # fmt: skip
"""The names of the pictures, as the mesh has them."""

_FLOWS_TO_GUEST = {
    Trust.FULL: mark(
        "{name} is to be one of your own devices: it gets every conversation, memory and mood "
        "that is not private, and shares with your family what it has itself."
    ),
    Trust.LIMITED: mark(
        "{name} is to be a device of your family: it gets what is not private of the last "
        "seven days, and shares with your family what was said on it."
    ),
    Trust.GUEST: mark(
        "{name} is to be a guest: no conversation, memory or mood goes there or comes from it."
    ),
}
_FLOWS_FROM_HOST = {
    Trust.FULL: mark(
        "This device is to belong to the family of {name}: every conversation, memory and mood "
        "that is not private goes both ways."
    ),
    Trust.LIMITED: mark(
        "This device is to belong to the family of {name}: it gets what is not private of the "
        "last seven days, and shares with that family what was said on it."
    ),
    Trust.GUEST: mark(
        "This device is to be a guest of {name}: no conversation, memory or mood goes there or "
        "comes from it."
    ),
}


def trouble(step: Failed) -> Trouble:
    """A failure, for whoever sits here."""
    title, advice = (tr(text) if text else "" for text in _SAID[step.why])
    called = ""
    if step.why is Failure.UNREACHABLE and len(step.hosts) == 1:
        title = tr("{host} does not answer", host=step.hosts[0])
    elif step.why is Failure.UNREACHABLE and step.hosts:
        called = tr("It was called at {hosts}.", hosts=", ".join(step.hosts))
    if not advice and step.error is not None:
        advice = sentence(step.error)
    return Trouble(title, advice, _remedy(step), called)


def _remedy(step: Failed) -> str:
    match remedy_of(step.why), step.again:
        case Remedy.DEVICES, _:
            return tr("Open Devices")
        case Remedy.CLOSE, _:
            return tr("Close")
        case _, Reading():
            return tr("Try again")
        case _:
            return tr("New invitation")


def will_flow(step: Comparing) -> str:
    """What becomes of saying yes, before it is said."""
    if step.mends:
        return tr(
            "These two belong to one family already; going on mends a pairing that broke."
        )
    table = _FLOWS_TO_GUEST if step.is_host else _FLOWS_FROM_HOST
    return tr(table[step.trust], name=step.name)


def met(step: Meeting) -> str:
    """The headline once they are family."""
    if step.is_host:
        return tr("{name} belongs to the family now", name=step.name)
    return tr("This device belongs to the family of {name} now", name=step.name)


def progress(step: Meeting) -> str:
    """How far the first sync is."""
    if step.trust is Trust.GUEST:
        return tr("A guest shares nothing, so there is nothing to fetch.")
    if not step.is_connected:
        return tr("Waiting for the two devices to connect…")
    if step.is_in_step and step.trust is Trust.LIMITED:
        return tr("What these two devices share is on both of them now.")
    if step.is_in_step:
        return tr("Both devices know the same now.")
    if step.missing:
        return trn(
            "{came} fetched, {n} change still to come",
            "{came} fetched, {n} changes still to come",
            step.missing,
            came=grouped(step.received),
        )
    if step.sent:
        return trn("{n} change sent so far", "{n} changes sent so far", step.sent)
    return tr("Comparing what each of them knows…")


def share(step: Meeting) -> float | None:
    """How much of the first sync is done, 0…1; None while nobody knows how much there is."""
    if step.is_in_step or step.trust is Trust.GUEST:
        return 1.0
    known = step.received + step.missing
    return step.received / known if step.missing else None


def picture_name(english: str) -> str:
    """What a picture is called in the spoken language."""
    return tr(english)
