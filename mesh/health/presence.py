"""Who is around: the devices of the family with what is known of each of them now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from mesh.messages import DeviceShown
from mesh.model.device import Kind, kind_of
from mesh.model.health import ESSENTIAL, DeviceStanding, HealthView, health_of
from mesh.wishes import DeviceHealth, HealthShown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mesh.clock import Clock
    from mesh.family.views import DeviceView
    from mesh.model.sparing import Why

MICRO = 1_000_000


class Talks(Protocol):
    """What sync knows of the other devices."""

    def is_connected(self, key: bytes) -> bool:
        """Whether a device is being talked to."""

    def in_step(self, key: bytes) -> bool:
        """Whether all that may flow is known to be on both sides."""

    def is_paused(self, key: bytes) -> bool:
        """Whether sharing with a device is paused here."""

    def waits(self, key: bytes) -> Why | None:
        """For what something between a device and this one waits."""


class Presence:
    """Last seen and offered capabilities, joined with the family's list."""

    def __init__(self, clock: Clock, sightings: dict[bytes, float]) -> None:
        self._clock = clock
        self._seen = sightings
        self._offered: dict[bytes, tuple[str, ...]] = {}
        self._paused_there: set[bytes] = set()
        self._ahead: dict[bytes, float] = {}
        self.own_capabilities: set[str] = set(ESSENTIAL)

    def see(self, key: bytes) -> float:
        """A device was heard now; Unix seconds."""
        self._seen[key] = self._clock.wall() / MICRO
        return self._seen[key]

    def met(self, key: bytes, capabilities: Iterable[str], *, paused: bool, now: int) -> None:
        """A device said what it can do, whether it has paused, and its time (Unix µs)."""
        self._ahead[key] = (now - self._clock.wall()) / MICRO
        self._offered[key] = tuple(capabilities)
        (self._paused_there.add if paused else self._paused_there.discard)(key)

    def shown(self, view: DeviceView, talks: Talks) -> DeviceShown:
        """A device as people see it."""
        connected = view.is_self or talks.is_connected(view.key)
        return DeviceShown(
            device_id=view.device_id,
            name=view.name,
            role=view.role,
            trust=view.trust,
            context=view.context,
            capabilities=self._capabilities(view),
            connected=connected,
            last_seen=self._clock.wall() / MICRO if connected else self._seen.get(view.key),
            in_step=view.is_self or talks.in_step(view.key),
            is_self=view.is_self,
            admin=view.admin,
            undo_until=self._open_end(view.undo_until_ms),
            waits=None if view.is_self else talks.waits(view.key),
        )

    def _open_end(self, until_ms: int | None) -> float | None:
        if until_ms is None or self._clock.wall() // 1000 > until_ms:
            return None
        return until_ms / 1000

    def kind_of(self, view: DeviceView) -> Kind:
        """What sort of machine a device is."""
        return kind_of(view.role, self._capabilities(view))

    def _capabilities(self, view: DeviceView) -> tuple[str, ...]:
        offered = self.own_capabilities if view.is_self else self._offered.get(view.key, ())
        return tuple(sorted({*offered, *view.capabilities}))

    def standing(self, view: DeviceView, talks: Talks) -> DeviceStanding:
        """A device as health sees it."""
        return DeviceStanding(
            device_id=view.device_id,
            role=view.role,
            trust=view.trust,
            connected=talks.is_connected(view.key),
            in_step=talks.in_step(view.key),
            paused=view.key in self._paused_there or talks.is_paused(view.key),
            capabilities=self._capabilities(view),
            ahead_s=self._ahead.get(view.key, 0.0),
        )

    def health(
        self, views: Iterable[DeviceView], talks: Talks, *, paused: bool, full_disk: bool
    ) -> HealthView:
        """How the companion is here."""
        others = [self.standing(view, talks) for view in views if not view.is_self]
        return health_of(others, self.own_capabilities, paused=paused, full_disk=full_disk)

    def report(
        self, views: Iterable[DeviceView], talks: Talks, health: HealthView
    ) -> HealthShown:
        """Health with every device's part in it; the words are made where they are shown."""
        return HealthShown(
            summary="",
            level=health.level,
            capabilities=health.capabilities,
            devices=tuple(self._device_health(view, talks) for view in views),
            causes=health.causes,
        )

    def _device_health(self, view: DeviceView, talks: Talks) -> DeviceHealth:
        shown = self.shown(view, talks)
        offered = shown.capabilities if shown.connected else ()
        return DeviceHealth(
            device_id=shown.device_id,
            name=shown.name,
            connection="healthy" if shown.connected else "away",
            capabilities=offered,
            conversation_ready="conversation" in offered,
            memory_access="memory" in offered,
            emotional_awareness="emotion" in offered,
        )
