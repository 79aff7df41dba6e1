"""``device/``: who belongs to the family and how they are."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from mesh.messages.kinds import Audience, Message
from mesh.model.device import Context, Role, Trust
from mesh.model.sparing import Why


class DeviceAnnounced(Message, frozen=True):
    """A device of the family was seen on the network."""

    topic: ClassVar[str] = "device/discovery/announce"
    audience: ClassVar[Audience] = Audience.HERE
    device_id: str


class DeviceRecognised(Message, frozen=True):
    """A device of the family is connected, or no longer is."""

    topic: ClassVar[str] = "device/discovery/response"
    audience: ClassVar[Audience] = Audience.HERE
    device_id: str
    connected: bool


class DeviceShown(msgspec.Struct, frozen=True, kw_only=True):
    """A device as people and modules see it; ``last_seen`` in Unix seconds.

    ``undo_until``: until when, Unix seconds, its joining can be undone from this device.
    ``waits``: for what something between it and this device waits.
    """

    device_id: str
    name: str
    role: Role
    trust: Trust
    context: Context
    capabilities: tuple[str, ...] = ()
    connected: bool = False
    last_seen: float | None = None
    in_step: bool = False
    is_self: bool = False
    admin: bool = False
    undo_until: float | None = None
    waits: Why | None = None


class RegistryUpdated(Message, frozen=True):
    """The family as it stands now."""

    topic: ClassVar[str] = "device/registry/update"
    audience: ClassVar[Audience] = Audience.HERE
    is_state: ClassVar[bool] = True
    family_id: str
    devices: tuple[DeviceShown, ...]


class RegistryQuery(Message, frozen=True):
    """Which devices are in our family? Answered with ``RegistryUpdated``."""

    topic: ClassVar[str] = "device/registry/query"
    audience: ClassVar[Audience] = Audience.HERE
    is_asked: ClassVar[bool] = True


class Heartbeat(Message, frozen=True):
    """A device is here and available."""

    topic: ClassVar[str] = "device/heartbeat"
    audience: ClassVar[Audience] = Audience.MEMBERS
    device_id: str
    capabilities: tuple[str, ...] = ()
    paused: bool = False


class PairingAsked(Message, frozen=True):
    """A device wants to join; people compare the pictures."""

    topic: ClassVar[str] = "device/pairing/asking"
    audience: ClassVar[Audience] = Audience.HERE
    name: str
    emoji: tuple[str, ...]


class PairingDone(Message, frozen=True):
    """A device joined the family."""

    topic: ClassVar[str] = "device/pairing/joined"
    audience: ClassVar[Audience] = Audience.HERE
    device_id: str
    name: str


class HealthChanged(Message, frozen=True):
    """How the companion is: ``level`` full, limited or offline; ``causes`` are typed words."""

    topic: ClassVar[str] = "device/health"
    audience: ClassVar[Audience] = Audience.HERE
    is_state: ClassVar[bool] = True
    level: str
    causes: tuple[str, ...] = ()
    capabilities: tuple[str, ...] = ()


class SharingPaused(Message, frozen=True):
    """With whom nothing is shared: with everybody, or with some ``devices``.

    ``until`` is when that with everybody ends (Unix s), None if it ends when the owner resumes.
    """

    topic: ClassVar[str] = "device/pause"
    audience: ClassVar[Audience] = Audience.HERE
    is_state: ClassVar[bool] = True
    everybody: bool
    until: float | None = None
    devices: tuple[str, ...] = ()


class BackupChanged(Message, frozen=True):
    """When the last backup was made on this device (Unix s), and how far one is now.

    ``doing``: backup, restore, or nothing; ``done`` of ``total`` facts, seconds left if known.
    """

    topic: ClassVar[str] = "device/backup"
    audience: ClassVar[Audience] = Audience.HERE
    is_state: ClassVar[bool] = True
    made_at: float | None = None
    doing: str = ""
    done: int = 0
    total: int = 0
    seconds_left: float | None = None


class TransferChanged(Message, frozen=True):
    """How far an import or export is.

    ``doing``: import, export, or nothing; ``done`` of ``total``, seconds left if known.
    """

    topic: ClassVar[str] = "device/transfer"
    audience: ClassVar[Audience] = Audience.HERE
    is_state: ClassVar[bool] = True
    doing: str = ""
    done: int = 0
    total: int = 0
    seconds_left: float | None = None


class WorkOffered(Message, frozen=True):
    """A local module offers a capability, for example ``semantic_search``."""

    topic: ClassVar[str] = "device/capability/offered"
    audience: ClassVar[Audience] = Audience.HERE
    is_asked: ClassVar[bool] = True
    capability: str
    is_offered: bool = True
