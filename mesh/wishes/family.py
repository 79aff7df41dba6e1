"""This device and its family: who belongs to it, and how everyone is."""

from __future__ import annotations

from mesh.messages import DeviceShown
from mesh.model.device import Role, Trust
from mesh.wishes.kinds import Shown, Wish
from mesh.wishes.meeting import MeetingShown


class Status(Wish, frozen=True, tag="status"):
    """How is this device? Answer: StatusShown."""


class Stop(Wish, frozen=True, tag="stop"):
    """End the node cleanly. Answer: Done."""


class Devices(Wish, frozen=True, tag="devices"):
    """Who is in the family? Answer: list of DeviceShown."""


class SetTrust(Wish, frozen=True, tag="trust"):
    """Set how far a device is trusted. Answer: DeviceShown.

    ``lets_go``: also if it alone keeps some kinds of things (else OnlyCopy).
    """

    device: str
    trust: Trust
    lets_go: bool = False


class Rename(Wish, frozen=True, tag="rename"):
    """Name a device. Answer: DeviceShown."""

    device: str
    name: str


class SetRole(Wish, frozen=True, tag="role"):
    """Say what a device is to the companion. Answer: DeviceShown."""

    device: str
    role: Role


class Revoke(Wish, frozen=True, tag="revoke"):
    """Remove a device for good. Answer: DeviceShown (as it was).

    ``hours``: what it changed of others' words in the last so many hours does not count
    either, so that what it forgot comes back where it is still held. ``lets_go``: also if it
    alone keeps some kinds of things (else OnlyCopy).
    """

    device: str
    hours: float | None = None
    lets_go: bool = False


class Leave(Wish, frozen=True, tag="leave"):
    """Leave the family; this device goes on as a family of one. Answer: FamilyJoined."""


class RecoveryPhrase(Wish, frozen=True, tag="recovery-phrase"):
    """Show the recovery words, or erase them once three (position → word) are confirmed."""

    confirm: dict[str, str] | None = None


class Health(Wish, frozen=True, tag="health"):
    """How is the companion? Answer: HealthShown."""


class DoorShown(Shown, frozen=True):
    """ZeroMQ endpoints of the local bus."""

    publish: str
    subscribe: str
    request: str


class StatusShown(Shown, frozen=True):
    """This device and its links. ``pending``: facts known to be missing here."""

    device_id: str | None
    name: str | None
    running: bool
    port: int | None = None
    door: DoorShown | None = None
    in_step: bool = False
    pending: int = 0
    devices: tuple[DeviceShown, ...] = ()
    family_id: str | None = None
    paused: bool = False
    recovery_confirmed: bool = False
    log: str | None = None
    profile: str | None = None
    keystore: str | None = None
    version: str | None = None
    refused: dict[str, int] = {}
    meetings: tuple[MeetingShown, ...] = ()


class RecoveryShown(Shown, frozen=True):
    """The recovery words while they are not confirmed, and the three positions asked for."""

    confirmed: bool
    words: tuple[str, ...] = ()
    ask: tuple[int, ...] = ()


class DeviceHealth(Shown, frozen=True):
    """What one device can do for the companion now."""

    device_id: str
    name: str
    connection: str
    capabilities: tuple[str, ...]
    conversation_ready: bool
    memory_access: bool
    emotional_awareness: bool


class HealthShown(Shown, frozen=True):
    """How the companion is, in words and in parts; ``level``: full, limited or offline."""

    summary: str
    level: str
    capabilities: tuple[str, ...]
    devices: tuple[DeviceHealth, ...]
    causes: tuple[str, ...] = ()
