"""What the page of devices says: why something cannot be changed, and what would happen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.wording import tr, trn
from mesh.model.device import Trust

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.viewstate import DeviceView, ViewState


def is_manager(state: ViewState) -> bool:
    """Whether this device manages the family."""
    return state.this is not None and state.this.device.admin


def other_managers(state: ViewState) -> list[str]:
    """The names of the other devices that manage the family."""
    return [one.device.name for one in state.others if one.device.admin]


def hindrance(state: ViewState) -> str:
    """Why this device cannot change another; empty if it can."""
    this = state.this
    if this is None or this.device.admin:
        return ""
    if this.device.trust is Trust.GUEST:
        return tr("This device is a guest here. {where}", where=_where(state))
    if this.device.trust is Trust.LIMITED:
        return tr(
            "This device has limited trust and cannot change others. {where}",
            where=_where(state),
        )
    return tr("This device does not manage the family. {where}", where=_where(state))


def _where(state: ViewState) -> str:
    names = other_managers(state)
    if not names:
        return tr("No device does.")
    return tr("You can change it on {names}.", names=_listed(names))


def _listed(words: list[str]) -> str:
    if len(words) <= 1:
        return "".join(words)
    return tr("{first} or {last}", first=", ".join(words[:-1]), last=words[-1])


def own_limits(view: DeviceView) -> str:
    """What this device cannot do in its family; empty if it can do everything."""
    if view.device.trust is Trust.GUEST:
        return tr(
            "This device is a guest: it sees that AICO is there, and gets no conversations, "
            "memories or moods. What you tell AICO here stays here."
        )
    if view.device.trust is Trust.LIMITED:
        return tr(
            "This device has limited trust: it gets the last days only, as many as the family "
            "allows, and it cannot invite or change devices."
        )
    if not view.device.admin:
        return tr("This device gets everything, and others decide who belongs to the family.")
    return ""


def flows(trust: Trust) -> str:
    """What a change to that trust begins or ends."""
    if trust is Trust.FULL:
        return tr("From now on it gets everything that is not private, however old.")
    if trust is Trust.LIMITED:
        return tr("What it may no longer have is withdrawn from it.")
    return tr("Everything it has from the family is withdrawn from it.")


def things(counts: Mapping[str, int]) -> str:
    """How many of each kind: "12 messages, 3 memories"; empty for nothing."""
    said = [
        trn("{n} message", "{n} messages", counts.get("conversations", 0)),
        trn("{n} memory", "{n} memories", counts.get("memories", 0)),
        trn("{n} mood", "{n} moods", counts.get("moods", 0)),
        trn("{n} trait", "{n} traits", counts.get("personality", 0)),
    ]
    kinds = ("conversations", "memories", "moods", "personality")
    return ", ".join(text for kind, text in zip(kinds, said, strict=True) if counts.get(kind))
