"""The steps of the pairing wizard, without Qt: what happened decides what comes next.

    show    Choosing ─open→ Opening ─▶ Showing ─▶ Comparing ─yes→ (waiting) ─▶ Meeting
    read    Reading ─go→ Calling ─▶ Comparing ─yes→ (waiting) ─▶ Meeting
    where both have a past    Comparing ─▶ Uniting ─yes→ (waiting) ─▶ Meeting
    Failed  comes from everywhere; it knows why, and where to begin again

A step is frozen. Events of a wish that was given up are not for the step that stands now: the
wizard drops them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from app.windows.pairing.failures import Failure, failure_of
from mesh.model.device import Role, Trust
from mesh.wishes import (
    CodeTried,
    DeviceJoined,
    FamilyJoined,
    Invite,
    InviteOpened,
    Join,
    JoinBegun,
    MeetingAsked,
    PairingAsking,
    PairingWithdrawn,
)

if TYPE_CHECKING:
    from app.viewstate import ViewState
    from mesh.errors import MeshError
    from mesh.wishes import Event

TRIES = 3
LINK_PREFIX = "AICO-MESH:"


@dataclass(frozen=True)
class Choosing:
    """Who invites chooses how far to trust the newcomer, what it is, and what it is called."""

    trust: Trust = Trust.FULL
    role: Role | None = None
    name: str = ""

    @property
    def wish(self) -> Invite:
        """What is wished for; an empty name leaves the newcomer its own."""
        return Invite(trust=self.trust, role=self.role, name=self.name.strip() or None)


@dataclass(frozen=True)
class Opening:
    """The pairing window is being opened."""

    choice: Choosing


@dataclass(frozen=True)
class Showing:
    """The window is open; ``someone_left``: who asked went away again."""

    choice: Choosing
    run: str
    link: str
    code: str
    at: str
    expires_at: float
    tries_left: int = TRIES
    someone_left: bool = False


@dataclass(frozen=True)
class Reading:
    """Who joins gives a link, a picture of one, or a code and the place where it is good."""

    text: str = ""
    at: str = ""

    @property
    def needs_place(self) -> bool:
        """Whether what was typed is a code, which does not say where the other device is."""
        digits = sum(character.isdigit() for character in self.text)
        return bool(digits) and not self.is_link

    @property
    def is_link(self) -> bool:
        """Whether this looks like a link."""
        return "".join(self.text.split()).upper().startswith(LINK_PREFIX)

    @property
    def is_ready(self) -> bool:
        """Whether it is worth trying."""
        return self.is_link or (self.needs_place and bool(self.at.strip()))

    @property
    def wish(self) -> Join:
        """What is wished for."""
        at = self.at.strip() if self.needs_place else ""
        return Join(invitation=self.text.strip(), at=at or None)


@dataclass(frozen=True)
class Calling:
    """The inviting device is being looked for, once it is known at these hosts."""

    told: Reading
    run: str | None = None
    hosts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Comparing:
    """Both screens show seven (symbol, name) pictures; ``agreed``: here they are the same."""

    origin: Showing | Calling
    run: str
    name: str
    pictures: tuple[tuple[str, str], ...]
    trust: Trust
    mends: bool = False
    agreed: bool = False

    @property
    def is_host(self) -> bool:
        """Whether this is the device that invites."""
        return isinstance(self.origin, Showing)


@dataclass(frozen=True)
class Uniting:
    """They are family, and nothing flows before both owners have seen what becomes of it."""

    compared: Comparing
    asked: MeetingAsked
    agreed: bool = False

    @property
    def name(self) -> str:
        """What the other device is called."""
        return self.compared.name


@dataclass(frozen=True)
class Meeting:
    """They are family; the first sync is under way.

    ``device_id``: the other device, None while a newcomer does not know who is who.
    ``received`` and ``missing`` here, ``sent`` from here, in facts.
    """

    is_host: bool
    name: str
    trust: Trust
    device_id: str | None = None
    received: int = 0
    missing: int = 0
    sent: int = 0
    seconds_left: float | None = None
    is_connected: bool = False
    is_in_step: bool = False


@dataclass(frozen=True)
class Failed:
    """It came to nothing. ``again``: where to begin once more; ``hosts``: whom it called."""

    why: Failure
    again: Choosing | Reading
    hosts: tuple[str, ...] = ()
    error: MeshError | None = None


Step: TypeAlias = (
    Choosing | Opening | Showing | Reading | Calling | Comparing | Uniting | Meeting | Failed
)


def run_of(step: Step) -> str | None:
    """The running wish that is to be cancelled when the wizard is closed now."""
    if isinstance(step, Uniting):
        return step.asked.run
    return step.run if isinstance(step, Showing | Calling | Comparing) else None


def heard(step: Step, event: Event) -> Step:
    """An event of the wish that is under way."""
    match step, event:
        case Opening(choice), InviteOpened():
            return Showing(
                choice, event.run, event.link, event.code, event.at, event.expires_at
            )
        case Calling(), JoinBegun(run=run, hosts=hosts):
            return replace(step, run=run, hosts=hosts)
        case Showing() | Calling(), PairingAsking():
            return _asked(step, event)
        case Comparing(), MeetingAsked():
            return Uniting(step, event)
        case Comparing(origin=Showing() as origin), PairingWithdrawn():
            return replace(origin, someone_left=True)
        case Showing(), CodeTried(left=left):
            return replace(step, tries_left=left)
        case Comparing(origin=Showing() as origin), CodeTried(left=left):
            return replace(step, origin=replace(origin, tries_left=left))
        case _:
            return step


def answered(step: Step, *, yes: bool) -> Step:
    """Whoever sits here has compared the pictures, or seen what becomes of both."""
    if not isinstance(step, Comparing | Uniting) or step.agreed:
        return step
    if yes:
        return replace(step, agreed=True)
    is_late = isinstance(step, Uniting)
    return Failed(Failure.APART if is_late else Failure.PICTURES_DIFFER, _beginning(step))


def granted(step: Step, answer: object) -> Step:
    """The wish came true."""
    match _compared(step), answer:
        case Comparing(is_host=True) as met, DeviceJoined(device_id=device_id, name=name):
            return Meeting(is_host=True, name=name, trust=met.trust, device_id=device_id)
        case Comparing(is_host=False) as met, FamilyJoined():
            return Meeting(is_host=False, name=met.name, trust=met.trust)
        case _:
            return step


def refused(step: Step, error: MeshError) -> Step:
    """The wish failed; what this person has caused or seen already is not told again."""
    if isinstance(step, Failed | Meeting | Choosing | Reading):
        return step
    is_host = isinstance(step, Opening) or isinstance(_origin(step), Showing)
    origin = _origin(step)
    hosts = origin.hosts if isinstance(origin, Calling) else ()
    return Failed(failure_of(error, is_host=is_host), _beginning(step), hosts, error)


def synced(step: Step, state: ViewState) -> Step:
    """How far the first sync is."""
    if not isinstance(step, Meeting):
        return step
    others = [one for one in state.others if step.device_id in {None, one.device.device_id}]
    connected = [one for one in others if one.device.connected]
    left = [one.seconds_left for one in connected if one.seconds_left is not None]
    return replace(
        step,
        received=max(step.received, sum(one.received for one in connected)),
        missing=sum(one.pending for one in connected),
        sent=max(step.sent, sum(one.sent for one in connected)),
        seconds_left=max(left, default=None),
        is_connected=bool(connected),
        is_in_step=any(one.device.in_step for one in connected),
    )


def _asked(step: Showing | Calling, asking: PairingAsking) -> Comparing:
    pictures = tuple(zip(asking.emoji, asking.emoji_names, strict=False))
    origin = replace(step, someone_left=False) if isinstance(step, Showing) else step
    return Comparing(
        origin, asking.run, asking.name, pictures, asking.trust, mends=asking.is_same_family
    )


def _compared(step: Step) -> Step:
    return step.compared if isinstance(step, Uniting) else step


def _origin(step: Step) -> Step:
    step = _compared(step)
    return step.origin if isinstance(step, Comparing) else step


def _beginning(step: Step) -> Choosing | Reading:
    """Where this way began, with what was chosen or typed there."""
    match _origin(step):
        case Opening(choice) | Showing(choice=choice):
            return choice
        case Calling(told=told):
            return told
        case _:
            return Choosing()
