"""How the companion is, from how its devices are: pure, in typed causes; words come later.

full      whatever the companion can do, it can do here and now
limited   something is missing: each cause says what and because of which device
offline   there are other devices, and none of them is in reach
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mesh.model.device import Role, Trust

if TYPE_CHECKING:
    from collections.abc import Iterable

CLOCKS_DIFFER_S = 120.0
"""Clocks that are further apart than this make conversations hard to read."""
ESSENTIAL = ("conversation", "memory", "emotion")


@dataclass(frozen=True, slots=True)
class DeviceStanding:
    """One other device as it is seen from here."""

    device_id: str
    role: Role
    trust: Trust
    connected: bool
    in_step: bool
    paused: bool
    capabilities: tuple[str, ...]
    ahead_s: float = 0.0
    """How far its clock was ahead of this device's when it last said hello."""


@dataclass(frozen=True, slots=True)
class HealthView:
    """``causes``: what is missing, and because of whom.

    ``paused``, ``storage``, ``clock`` (this device's is wrong); ``away:``, ``behind:``,
    ``paused:``, ``clock:`` + device id. A wrong clock alone takes nothing from the level.
    """

    level: str
    causes: tuple[str, ...]
    capabilities: tuple[str, ...]


def health_of(
    others: Iterable[DeviceStanding], own: Iterable[str], *, paused: bool, full_disk: bool
) -> HealthView:
    """How the companion is on this device."""
    known = [one for one in others if one.trust is not Trust.GUEST]
    causes = ["paused"] if paused else []
    causes += ["storage"] if full_disk else []
    causes += [cause for one in known if (cause := _cause(one))]
    reachable = [one for one in known if one.connected]
    capabilities = {*own, *(name for one in reachable for name in one.capabilities)}
    level = "full" if not causes else "limited"
    if known and not reachable:
        level = "offline"
    causes += _wrong_clocks(reachable)
    return HealthView(level, tuple(causes), tuple(sorted(capabilities)))


def _wrong_clocks(others: list[DeviceStanding]) -> list[str]:
    """Of two clocks that differ nobody knows which is right; of several most are."""
    off = [one for one in others if abs(one.ahead_s) > CLOCKS_DIFFER_S]
    if not off:
        return []
    middle = sorted(one.ahead_s for one in off)[len(off) // 2]
    agreed = [one for one in off if abs(one.ahead_s - middle) <= CLOCKS_DIFFER_S]
    if len(agreed) > 1 and 2 * len(agreed) > len(others):
        return ["clock"]
    return [f"clock:{one.device_id}" for one in off]


def _cause(one: DeviceStanding) -> str | None:
    if not one.connected:
        return f"away:{one.device_id}"
    if one.paused:
        return f"paused:{one.device_id}"
    return None if one.in_step else f"behind:{one.device_id}"
