"""What the page of devices says: what a device cannot do, and what a change would do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.wording import shared_kind, tr, trn
from mesh.model.device import Trust

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from app.viewstate import DeviceView


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


def keeps_alone(kinds: Iterable[str]) -> str:
    """What nobody else has of the owner's own devices, and what that means."""
    return tr(
        "Only this device may keep all of: {kinds}. What your other devices do not have would "
        "be lost with it. Let another one keep that first, under Sharing.",
        kinds=", ".join(map(shared_kind, kinds)),
    )


def things(counts: Mapping[str, int]) -> str:
    """How many of each kind: "12 messages, 3 memories"; empty for nothing."""
    said = {
        "conversations": trn("{n} message", "{n} messages", counts.get("conversations", 0)),
        "memories": trn("{n} memory", "{n} memories", counts.get("memories", 0)),
        "moods": trn("{n} mood", "{n} moods", counts.get("moods", 0)),
        "reasons": trn(
            "{n} reason of a mood", "{n} reasons of moods", counts.get("reasons", 0)
        ),
        "personality": trn("{n} trait", "{n} traits", counts.get("personality", 0)),
        "other": trn("{n} other thing", "{n} other things", counts.get("other", 0)),
    }
    return ", ".join(text for kind, text in said.items() if counts.get(kind))
