"""What is spared, and why: batteries and metered links, as far as the owner wants that. Pure.

off      long histories flow at once, whatever that costs
normal   they wait while the battery is low, or the link is metered
strong   they wait while the device runs on its battery, or the link is metered
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

SPARING = "sparing"
"""What the owner's file calls it."""
LOW_PERCENT = 20.0
FINE_PERCENT = 25.0
"""A battery that was low is so until it has this much, so that nothing flickers."""


class Sparing(StrEnum):
    """How much is spared on a device."""

    OFF = "off"
    NORMAL = "normal"
    STRONG = "strong"

    def stricter(self, other: Sparing | None) -> Sparing:
        """Whichever of the two spares more."""
        order = list(Sparing)
        return self if other is None else max(self, other, key=order.index)


class Why(StrEnum):
    """For what a long history waits: here, or on the other device."""

    BATTERY = "battery"
    METERED = "metered"
    THEIR_BATTERY = "their_battery"
    THEIR_METERED = "their_metered"

    @property
    def as_theirs(self) -> Why:
        """The same, as the other device's."""
        return {
            Why.BATTERY: Why.THEIR_BATTERY, Why.METERED: Why.THEIR_METERED,
        }.get(self, self)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a device runs on, as far as the platform tells; ``percent`` None: not known."""

    on_battery: bool = False
    percent: float | None = None
    metered: bool = False


def spares(sparing: Sparing, around: Surroundings, before: Why | None = None) -> Why | None:
    """Why this device wants to be spared now, if it does; ``before``: what it said last."""
    if sparing is Sparing.OFF:
        return None
    if around.on_battery and (sparing is Sparing.STRONG or _is_low(around, before)):
        return Why.BATTERY
    return Why.METERED if around.metered else None


def _is_low(around: Surroundings, before: Why | None) -> bool:
    bound = FINE_PERCENT if before is Why.BATTERY else LOW_PERCENT
    return around.percent is not None and around.percent <= bound
