"""The parts of what is shown, and ``Wisher``, all that a window may ask of the node."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

import msgspec

from mesh.messages import DeviceShown
from mesh.wishes import MoodShown, PauseShown, StatusShown

if TYPE_CHECKING:
    from collections.abc import Callable

    from mesh.errors import MeshError
    from mesh.wishes import AnyWish, Event


class Link(StrEnum):
    """How this device and another stand."""

    HERE = "here"
    CONNECTED = "connected"
    CATCHING_UP = "catching_up"
    AWAY = "away"
    NEVER_SEEN = "never_seen"
    PAUSED = "paused"


class Standing(StrEnum):
    """How far a kind of content is the same everywhere."""

    IN_STEP = "in_step"
    CATCHING_UP = "catching_up"
    WAITING = "waiting"
    """Some device is away or paused: what is here may not be all."""
    ALONE = "alone"


class AttentionKind(StrEnum):
    """What the owner should look at."""

    RECOVERY = "recovery"
    DISK = "disk"
    CLOCK = "clock"
    LONG_AWAY = "long_away"
    REMOVED = "removed"
    MEETING = "meeting"
    """Two pasts are to become one, and the owner has not agreed yet."""
    SPARING = "sparing"
    """A long history waits, as a battery or a metered link is to be spared."""


class View(msgspec.Struct, frozen=True, kw_only=True):
    """A part of what is shown."""


class Attention(View, frozen=True):
    """One thing to look at; ``device_id`` when it is about a device."""

    kind: AttentionKind
    device_id: str | None = None


class DeviceView(View, frozen=True):
    """A device with what is known of it now.

    ``pending``: facts known to be missing here; ``seconds_left`` until none is, if known;
    ``received`` and ``sent``: facts of this talk.
    """

    device: DeviceShown
    link: Link
    pending: int = 0
    seconds_left: float | None = None
    received: int = 0
    sent: int = 0
    is_paused: bool = False
    is_partner: bool = True
    """Whether content flows between the two: guests get none, limited ones do not meet."""
    begun_with: int | None = None
    """How much it had received when it began to catch up."""


class KindView(View, frozen=True):
    """How far one kind of content is the same everywhere; ``missing``: facts on their way."""

    kind: str
    standing: Standing
    missing: int = 0


class ViewState(View, frozen=True):
    """All that the windows show of the family; this device comes first in ``devices``."""

    me: StatusShown | None = None
    devices: tuple[DeviceView, ...] = ()
    level: str = "full"
    causes: tuple[str, ...] = ()
    capabilities: tuple[str, ...] = ()
    mood: MoodShown | None = None
    pause: PauseShown = PauseShown(paused=False)
    """``paused``: with everybody; ``devices``: with these alone."""
    kinds: tuple[KindView, ...] = ()
    attention: tuple[Attention, ...] = ()
    just_between_us: bool = False
    private_conversation: str | None = None
    """The conversation that stays here; None while the next one has not begun."""
    was_removed: bool = False
    backed_up_at: float | None = None
    """When the last backup of this device was made, Unix seconds; None: never."""

    @property
    def this(self) -> DeviceView | None:
        """This device."""
        return next((one for one in self.devices if one.device.is_self), None)

    @property
    def others(self) -> tuple[DeviceView, ...]:
        """All devices but this one."""
        return tuple(one for one in self.devices if not one.device.is_self)

    @property
    def names(self) -> dict[str, str]:
        """What each device is called, by its id."""
        return {one.device.device_id: one.device.name for one in self.devices}


class Asked(Protocol):
    """A wish that was sent."""

    def cancel(self) -> None:
        """Give it up; nothing of it is heard any more."""


class Wisher(Protocol):
    """Whoever can send a wish to the node and call back on the GUI thread."""

    def wish(
        self,
        wish: AnyWish,
        *,
        done: Callable[[object], None] | None = None,
        failed: Callable[[MeshError], None] | None = None,
        event: Callable[[Event], None] | None = None,
    ) -> Asked:
        """Send it: events first, then either the answer or what went wrong."""
