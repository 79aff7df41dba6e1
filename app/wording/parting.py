"""What undoing a first meeting does, in words."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from app.wording.language import tr, trn

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mesh.wishes import PartingShown


def hours_left(ends: float, now: float) -> int:
    """How many hours are left, the one that has begun included; both in Unix seconds."""
    return max(0, math.ceil((ends - now) / 3600))


def undo_button(ends: float, now: float) -> str:
    """The way to it, for as long as there is one."""
    return trn(
        "Undo the first meeting, {n} h left",
        "Undo the first meeting, {n} h left",
        hours_left(ends, now),
    )


def counted(counts: Mapping[str, int]) -> str:
    """How many of each kind: "12 messages, 3 memories"."""
    said = {
        "messages": trn("{n} message", "{n} messages", counts.get("messages", 0)),
        "memories": trn("{n} memory", "{n} memories", counts.get("memories", 0)),
        "moods": trn("{n} mood", "{n} moods", counts.get("moods", 0)),
        "traits": trn("{n} trait", "{n} traits", counts.get("traits", 0)),
    }
    return ", ".join(text for kind, text in said.items() if counts.get(kind)) or tr("nothing")


def gives_back(shown: PartingShown) -> tuple[str, str]:
    """What goes on this device, and what goes on the other side."""
    here, there = counted(shown.here), counted(shown.there)
    if shown.is_self:
        return (
            tr("This device gives back what came from the family: {things}.", things=here),
            tr("The family gives back what came from this device: {things}.", things=there),
        )
    return (
        tr(
            "This device and the others of the family give back what came from {name}: "
            "{things}.",
            name=shown.name,
            things=here,
        ),
        tr(
            "{name} gives back what came from the family: {things}.",
            name=shown.name,
            things=there,
        ),
    )


def stays() -> str:
    """What does not change by it."""
    return tr(
        "Each keeps its own past. What was forgotten stays forgotten. The two can pair again "
        "at any time."
    )


def not_told(shown: PartingShown, now: float) -> str:
    """What to do when the other side does not hear of it; empty when it does."""
    if shown.is_in_reach:
        return ""
    n = hours_left(shown.ends, now)
    if shown.is_self:
        return trn(
            "No other device is in reach to be told. Undo it there too, within {n} hour.",
            "No other device is in reach to be told. Undo it there too, within {n} hours.",
            n,
        )
    return trn(
        "{name} is not in reach to be told. Undo it there too, within {n} hour.",
        "{name} is not in reach to be told. Undo it there too, within {n} hours.",
        n,
        name=shown.name,
    )
