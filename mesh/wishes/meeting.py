"""Two pasts that shall become one, and how that is undone."""

from __future__ import annotations

from mesh.wishes.kinds import Event, Shown, Wish


class Meet(Wish, frozen=True, tag="meet"):
    """Agree to a first meeting that waits, or part again; without ``yes`` just look.

    Answer: MeetingShown.
    """

    device: str
    yes: bool | None = None


class Part(Wish, frozen=True, tag="part"):
    """Undo that a device joined, within a day; without ``yes`` just count what that does.

    Without a device it is this one. What it brought goes back with it, what came from the
    family stays there. Answer: PartingShown.
    """

    device: str | None = None
    yes: bool = False


class Met(Shown, frozen=True):
    """Of one kind: so many here, so many there, so many of these the same."""

    here: int
    there: int
    same: int


class MeetingShown(Shown, frozen=True):
    """A first meeting that waits. ``agreed``: here, so that it waits for the other owner.

    The counts are None until the two devices have compared what they have.
    """

    device_id: str
    name: str
    agreed: bool = False
    here: int | None = None
    there: int | None = None
    same: int | None = None
    to_settle: int | None = None
    lost: int = 0
    kinds: dict[str, Met] = {}


class PartingShown(Shown, frozen=True):
    """The undoing of a first meeting.

    ``here``, ``there``: how many things of each kind are given back on this device and on the
    other side. ``is_in_reach``: whether the other side hears of it now. ``is_level``, once it
    is done: whether all that was outstanding between the two was exchanged before.
    """

    device_id: str
    name: str
    is_self: bool
    ends: float
    is_in_reach: bool
    here: dict[str, int] = {}
    there: dict[str, int] = {}
    is_done: bool = False
    is_level: bool = False


class MeetingAsked(Event, frozen=True, tag="meeting"):
    """What becomes of both pasts, before anything flows: answer whether it shall.

    So many things would flow from here and from the other device, so many both have, so many
    will contradict each other; none is lost. ``kinds``: the same by kind.
    """

    run: str
    device_id: str
    name: str
    here: int
    there: int
    same: int
    to_settle: int
    lost: int = 0
    kinds: dict[str, Met] = {}
