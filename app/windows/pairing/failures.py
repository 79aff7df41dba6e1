"""Why pairing came to nothing: one kind for each sentence and next step a person is given."""

from __future__ import annotations

from enum import Enum, StrEnum, auto
from typing import TYPE_CHECKING

from mesh import errors

if TYPE_CHECKING:
    from mesh.errors import MeshError


class Failure(Enum):
    """What went wrong, seen from this device."""

    EXPIRED = auto()
    CLOSED = auto()
    PICTURES_DIFFER = auto()
    APART = auto()
    SAID_NO_THERE = auto()
    CODE_WRONG = auto()
    UNREADABLE = auto()
    OWN = auto()
    VERSION = auto()
    BUSY = auto()
    UNREACHABLE = auto()
    NO_NETWORK = auto()
    IN_FAMILY_HERE = auto()
    IN_FAMILY_THERE = auto()
    MUDDLED = auto()
    NOT_STORED = auto()
    INTERRUPTED = auto()
    HALF_DONE = auto()
    NOT_ALLOWED = auto()
    WINDOW_OPEN = auto()
    OTHER = auto()


class Remedy(StrEnum):
    """What the button beside the sentence does."""

    AGAIN = "again"
    DEVICES = "devices"
    CLOSE = "close"


_ON_BOTH: tuple[tuple[type[MeshError], Failure], ...] = (
    (errors.PairingInterrupted, Failure.INTERRUPTED),
    (errors.PairingNotStored, Failure.NOT_STORED),
    (errors.PairingMuddled, Failure.MUDDLED),
    (errors.OtherHasFamily, Failure.IN_FAMILY_THERE),
    (errors.InvitationBusy, Failure.BUSY),
    (errors.PairingRefused, Failure.SAID_NO_THERE),
    (errors.PairingHalfDone, Failure.HALF_DONE),
    (errors.VersionMismatch, Failure.VERSION),
    (errors.InvitationOutdated, Failure.VERSION),
    (errors.InvitationOwn, Failure.OWN),
    (errors.AlreadyInFamily, Failure.IN_FAMILY_HERE),
    (errors.NotPermitted, Failure.NOT_ALLOWED),
)
_ON_THE_HOST: tuple[tuple[type[MeshError], Failure], ...] = (
    (errors.InvitationClosed, Failure.EXPIRED),
    (errors.InvitationInvalid, Failure.NO_NETWORK),
    (errors.PairingUnreachable, Failure.NO_NETWORK),
)
_ON_THE_GUEST: tuple[tuple[type[MeshError], Failure], ...] = (
    (errors.InvitationClosed, Failure.CLOSED),
    (errors.InvitationInvalid, Failure.UNREADABLE),
    (errors.CodeWrong, Failure.CODE_WRONG),
    (errors.PairingUnreachable, Failure.UNREACHABLE),
)
_REMEDIES = {
    Failure.IN_FAMILY_HERE: Remedy.DEVICES,
    Failure.NOT_ALLOWED: Remedy.CLOSE,
    Failure.IN_FAMILY_THERE: Remedy.CLOSE,
}


def failure_of(error: MeshError, *, is_host: bool) -> Failure:
    """The kind of a failure on the device that invites, or on the one that joins."""
    own = _ON_THE_HOST if is_host else _ON_THE_GUEST
    for kind, failure in (*_ON_BOTH, *own):
        if isinstance(error, kind):
            return failure
    return Failure.WINDOW_OPEN if type(error) is errors.WishRefused else Failure.OTHER


def remedy_of(why: Failure) -> Remedy:
    """What helps most."""
    return _REMEDIES.get(why, Remedy.AGAIN)
