"""What the rules of a window and of an attempt want done, for the shells to do in order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from mesh.errors import MeshError
    from mesh.model.device import Trust
    from mesh.pairing.frames import JoinRequest, Welcome


@dataclass(frozen=True)
class Reply:
    """Send this message to that peer."""

    peer: bytes
    message: bytes


@dataclass(frozen=True)
class Ask:
    """Ask our owner whether this device may join."""

    request: JoinRequest
    pictures: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Withdraw:
    """The device that our owner is asked about is gone; ask no longer."""

    request: JoinRequest


@dataclass(frozen=True)
class Guessed:
    """Somebody used up a try of the code without knowing it; so many are left."""

    left: int


@dataclass(frozen=True)
class Admit:
    """Both owners agree: store the membership, then say ``welcome``."""

    request: JoinRequest


@dataclass(frozen=True)
class Store:
    """The joiner has stored it: store its card, then say ``stored``."""

    request: JoinRequest
    card: bytes
    roster_hash: bytes


@dataclass(frozen=True)
class Finish:
    """Both have stored it."""

    request: JoinRequest


@dataclass(frozen=True)
class End:
    """The window or the attempt is over without success."""

    error: MeshError


@dataclass(frozen=True)
class Choose:
    """Talk on this lane from now on and close the others."""

    lane: int


@dataclass(frozen=True)
class Say:
    """Send this message on the chosen lane, before there is one on all lanes."""

    message: bytes


@dataclass(frozen=True)
class Show:
    """Ask our owner whether both screens show these pictures, and this is the right family."""

    inviter_name: str
    trust: Trust
    pictures: tuple[tuple[str, str], ...]
    is_same_family: bool


@dataclass(frozen=True)
class Adopt:
    """Store the new family, then say ``adopted``."""

    welcome: Welcome


@dataclass(frozen=True)
class Belong:
    """Both have stored it: this device is family."""

    welcome: Welcome


@dataclass(frozen=True)
class HangUp:
    """Nothing more is to be said or heard."""


HostEffect: TypeAlias = Reply | Ask | Withdraw | Guessed | Admit | Store | Finish | End
GuestEffect: TypeAlias = Choose | Say | Show | Adopt | Belong | HangUp | End
