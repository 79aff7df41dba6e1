"""How a device joins a family."""

from __future__ import annotations

from mesh.model.device import Role, Trust
from mesh.wishes.kinds import Event, Wish


class Invite(Wish, frozen=True, tag="invite"):
    """Open a pairing window. Answer: DeviceJoined.

    Events: InviteOpened, CodeTried, PairingAsking, PairingWithdrawn, MeetingAsked. ``agrees``:
    to the first meeting, whatever it brings.
    """

    trust: Trust = Trust.FULL
    role: Role | None = None
    name: str | None = None
    minutes: float = 3.0
    agrees: bool = False


class Join(Wish, frozen=True, tag="join"):
    """Join a family by link or code. Answer: FamilyJoined.

    Events: JoinBegun, PairingAsking, MeetingAsked. ``agrees`` as with Invite.
    """

    invitation: str
    at: str | None = None
    name: str | None = None
    agrees: bool = False


class Answer(Wish, frozen=True, tag="answer"):
    """Do the pictures match, shall they become one? For the run that asked. Answer: Done."""

    run: str
    yes: bool


class InviteOpened(Event, frozen=True, tag="invite"):
    """A pairing window is open until ``expires_at`` (Unix s); the code is good at ``at``."""

    run: str
    link: str
    code: str
    at: str
    expires_at: float


class CodeTried(Event, frozen=True, tag="tried"):
    """Somebody typed a wrong code; the code of this window is good for ``left`` more tries."""

    run: str
    left: int


class JoinBegun(Event, frozen=True, tag="calling"):
    """The inviting device is looked for at these hosts."""

    run: str
    hosts: tuple[str, ...]


class PairingAsking(Event, frozen=True, tag="asking"):
    """Compare the seven pictures on both screens, then answer. ``name``: the other side's.

    ``trust``: how far the joining device will be trusted. ``is_same_family``: it is in this
    family already, and going on mends a pairing that broke.
    """

    run: str
    name: str
    emoji: tuple[str, ...]
    emoji_names: tuple[str, ...]
    trust: Trust
    is_same_family: bool = False


class PairingWithdrawn(Event, frozen=True, tag="withdrawn"):
    """The device that was asked about is gone; the window is still open."""

    run: str


class DeviceJoined(Event, frozen=True, tag="joined"):
    """A device joined this family."""

    device_id: str
    name: str


class FamilyJoined(Event, frozen=True, tag="joined"):
    """This device belongs to that family now."""

    family_id: str
    device_id: str
    name: str
