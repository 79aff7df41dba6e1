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


@dataclass(frozen=True, slots=True)
class HealthView:
    """``causes``: ``paused``, ``storage``; ``away:``, ``behind:``, ``paused:`` + device id."""

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
    return HealthView(level, tuple(causes), tuple(sorted(capabilities)))


def _cause(one: DeviceStanding) -> str | None:
    if not one.connected:
        return f"away:{one.device_id}"
    if one.paused:
        return f"paused:{one.device_id}"
    return None if one.in_step else f"behind:{one.device_id}"
