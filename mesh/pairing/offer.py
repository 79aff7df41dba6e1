"""What a pairing window is opened with, and what it tells its owner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from mesh.model.device import clean_name

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from mesh.pairing.frames import JoinRequest, Welcome
    from mesh.pairing.host import Inviter


@dataclass(frozen=True)
class HostOffer:
    """Who invites, and what happens once both owners have agreed.

    ``admit`` stores the membership (the request carries the name it is to have) and gives the
    welcome; ``store`` stores the card of the new member. Both are durable when they return, and
    harmless when they are called again for a device that is already family. A MeshError they
    raise ends the window. ``guest_name`` wins over the name the joiner gives itself;
    BadInput if it is not fit to be shown.
    """

    inviter: Inviter
    admit: Callable[[JoinRequest], Awaitable[Welcome]]
    store: Callable[[JoinRequest, bytes], Awaitable[None]]
    guest_name: str | None = None
    minutes: float = 3.0

    def __post_init__(self) -> None:
        if self.guest_name is not None:
            clean_name(self.guest_name)


@dataclass(frozen=True)
class Place:
    """Where the window is: the interface, the port of the mesh (to lie near it), our addresses.

    ``hosts`` are tried in their order; what nobody could dial is left out.
    """

    bind_host: str
    mesh_port: int
    hosts: tuple[str, ...]


@dataclass(frozen=True)
class Shown:
    """What the owner shows: the link, the code, where the code is good, until when (Unix s)."""

    link: str
    code: str
    at: tuple[str, ...]
    expires_at: float


@dataclass(frozen=True)
class Asking:
    """A device wants to join; both screens must show these seven (symbol, name) pictures."""

    key: bytes
    device_id: str
    name: str
    emoji: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Withdrawn:
    """The device that was asked about is gone; the window is still open."""

    key: bytes


@dataclass(frozen=True)
class CodeTried:
    """Somebody typed a wrong code, or did not go on; so many tries are ``left``."""

    left: int


@dataclass(frozen=True)
class DeviceJoined:
    """Both devices have stored it."""

    key: bytes
    device_id: str
    name: str


Event: TypeAlias = Asking | Withdrawn | CodeTried | DeviceJoined
