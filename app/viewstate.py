"""What the windows show, worked out from what the node told; no Qt, no clock, no words.

    begin(status, devices, …) ─▶ ViewState
    ViewState + News + now    ─▶ reduce ─▶ ViewState

Times are Unix seconds. ``Wisher`` is all that a window may ask of the node.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import msgspec

from mesh.messages import (
    DeviceShown,
    HealthChanged,
    JustBetweenUs,
    MoodChanged,
    News,
    RegistryUpdated,
    SharingPaused,
    SyncStatus,
)
from mesh.model.device import Trust
from mesh.wishes import MoodShown, PauseShown, StatusShown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mesh.errors import MeshError
    from mesh.wishes import AnyWish, Event, HealthShown

MORNING = 7
"""The hour at which a pause until tomorrow ends."""
EARLY_HOURS = 3
"""So long before it, tomorrow is the day after."""
KINDS = ("conversation", "memory", "mood")
LONG_AWAY_S = 14 * 24 * 3600.0
UNKNOWN = "unknown"
RELOAD = News(topic="lists/reload", device_id="", body={})
"""Told instead of the news of a frame when they were too many: lists must be read anew."""


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


class View(msgspec.Struct, frozen=True, kw_only=True):
    """A part of what is shown."""


Part = TypeVar("Part", bound=msgspec.Struct)


def _changed(part: Part, **fields: Any) -> Part:
    """The part with other fields; itself when they are the same."""
    if all(getattr(part, name) == value for name, value in fields.items()):
        return part
    return msgspec.structs.replace(part, **fields)


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
    begun_at: float | None = None
    """When it began to catch up, and …"""
    begun_with: int = 0
    """… how much it had received by then."""


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


def begin(
    status: StatusShown,
    devices: Iterable[DeviceShown],
    health: HealthShown,
    mood: MoodShown | None = None,
    pause: PauseShown | None = None,
    *,
    now: float,
) -> ViewState:
    """The first state."""
    state = ViewState(
        me=status,
        level=health.level,
        causes=health.causes,
        capabilities=health.capabilities,
        mood=_known(mood),
        pause=pause or PauseShown(paused=status.paused),
    )
    return _finished(_with_devices(state, devices), now)


def reduce(state: ViewState, news: News, now: float) -> ViewState:
    """The state after a piece of news; the same state when it changes nothing shown."""
    changed = _follow(state, news, now)
    return state if changed is state else _finished(changed, now)


def with_status(state: ViewState, status: StatusShown, now: float) -> ViewState:
    """The state with what the node says of itself now."""
    return _finished(_changed(state, me=status), now)


def minutes_until_morning(now: datetime) -> float:
    """How long a pause until tomorrow lasts; at night that is the morning to come."""
    morning = datetime.combine(now.date(), time(MORNING), now.tzinfo)
    if now.hour >= MORNING - EARLY_HOURS:
        morning += timedelta(days=1)
    return (morning - now).total_seconds() / 60


def _follow(state: ViewState, news: News, now: float) -> ViewState:
    match news.body:
        case RegistryUpdated() as updated:
            return _registry(state, updated)
        case SyncStatus() as status:
            devices = tuple(_synced(one, status, now) for one in state.devices)
            return _changed(state, devices=devices)
        case HealthChanged(level=level, causes=causes, capabilities=capabilities):
            return _changed(state, level=level, causes=causes, capabilities=capabilities)
        case MoodChanged() as mood:
            return _changed(state, mood=_known(_mood_of(mood)))
        case SharingPaused() as told:
            pause = PauseShown(paused=told.everybody, until=told.until, devices=told.devices)
            return _changed(state, pause=pause)
        case JustBetweenUs(is_on=is_on, conversation_id=conversation):
            return _changed(state, just_between_us=is_on, private_conversation=conversation)
        case _:
            return state


def _registry(state: ViewState, updated: RegistryUpdated) -> ViewState:
    """The family as it is now; another one than before means that this device is out of it."""
    was = None if state.me is None else state.me.family_id
    removed = state.was_removed
    if len(updated.devices) > 1:
        removed = False
    elif state.others and was not in (None, updated.family_id):
        removed = True
    me = state.me and _changed(state.me, family_id=updated.family_id, **_own(updated.devices))
    state = _changed(state, me=me, was_removed=removed)
    return _with_devices(state, updated.devices)


def _own(devices: Iterable[DeviceShown]) -> dict[str, str]:
    return next(
        ({"device_id": one.device_id, "name": one.name} for one in devices if one.is_self), {}
    )


def _with_devices(state: ViewState, devices: Iterable[DeviceShown]) -> ViewState:
    known = {one.device.device_id: one for one in state.devices}
    shown = sorted(devices, key=lambda one: not one.is_self)
    return _changed(state, devices=tuple(_seen(known.get(one.device_id), one) for one in shown))


def _seen(before: DeviceView | None, device: DeviceShown) -> DeviceView:
    if before is None or not device.connected:
        return DeviceView(device=device, link=Link.AWAY)
    return _changed(before, device=device)


def _synced(view: DeviceView, status: SyncStatus, now: float) -> DeviceView:
    """A device with what sync says of it: the pace so far tells how long is left."""
    if view.device.device_id != status.device_id:
        return view
    device = _changed(view.device, in_step=status.in_step)
    if not status.pending:
        return _changed(
            view, device=device, pending=0, seconds_left=None, received=status.received,
            sent=status.sent, begun_at=None, begun_with=0,
        )  # fmt: skip
    begun_at, begun_with = view.begun_at, view.begun_with
    if begun_at is None or status.received < begun_with:
        begun_at, begun_with = now, status.received
    came, took = status.received - begun_with, now - begun_at
    left = round(status.pending * took / came, 1) if came > 0 and took > 0 else None
    return _changed(
        view, device=device, pending=status.pending, seconds_left=left,
        received=status.received, sent=status.sent, begun_at=begun_at, begun_with=begun_with,
    )  # fmt: skip


def _finished(state: ViewState, now: float) -> ViewState:
    """With all that follows from the rest."""
    devices = tuple(_linked(one, state) for one in state.devices)
    state = _changed(state, devices=devices)
    standing, missing = _standing(state), sum(one.pending for one in devices)
    kinds = tuple(KindView(kind=kind, standing=standing, missing=missing) for kind in KINDS)
    return _changed(state, kinds=kinds, attention=tuple(_attention(state, now)))


def _linked(view: DeviceView, state: ViewState) -> DeviceView:
    device = view.device
    paused = not device.is_self and (
        state.pause.paused
        or device.device_id in state.pause.devices
        or f"paused:{device.device_id}" in state.causes
    )
    partner = device.is_self or _are_partners(device, state)
    view = _changed(view, is_paused=paused, is_partner=partner)
    return _changed(view, link=_link(view, is_paused=paused))


def _are_partners(device: DeviceShown, state: ViewState) -> bool:
    own = next((one.device.trust for one in state.devices if one.device.is_self), Trust.FULL)
    both = {device.trust, own}
    return Trust.FULL in both and Trust.GUEST not in both


def _link(view: DeviceView, *, is_paused: bool) -> Link:
    device = view.device
    if device.is_self:
        return Link.HERE
    if not device.connected:
        return Link.NEVER_SEEN if device.last_seen is None else Link.AWAY
    if is_paused:
        return Link.PAUSED
    is_level = device.in_step or not view.is_partner
    return Link.CONNECTED if is_level else Link.CATCHING_UP


def _standing(state: ViewState) -> Standing:
    """Only those count with whom content flows."""
    links = {one.link for one in state.others if one.is_partner}
    if not links:
        return Standing.ALONE
    if Link.CATCHING_UP in links:
        return Standing.CATCHING_UP
    return Standing.IN_STEP if links == {Link.CONNECTED} else Standing.WAITING


def _attention(state: ViewState, now: float) -> Iterable[Attention]:
    if state.was_removed:
        yield Attention(kind=AttentionKind.REMOVED)
    if "storage" in state.causes:
        yield Attention(kind=AttentionKind.DISK)
    for cause in state.causes:
        what, _, device = cause.partition(":")
        if what == "clock":
            yield Attention(kind=AttentionKind.CLOCK, device_id=device or None)
    for one in state.others:
        seen = one.device.last_seen
        if one.link is Link.AWAY and seen is not None and now - seen > LONG_AWAY_S:
            yield Attention(kind=AttentionKind.LONG_AWAY, device_id=one.device.device_id)
    if state.me is not None and not state.me.recovery_confirmed:
        yield Attention(kind=AttentionKind.RECOVERY)


def _mood_of(mood: MoodChanged) -> MoodShown:
    return MoodShown(
        valence=mood.valence,
        arousal=mood.arousal,
        confidence=mood.confidence,
        label=mood.label,
        contributing_devices=mood.contributing_devices,
    )


def _known(mood: MoodShown | None) -> MoodShown | None:
    """A mood without observations is none."""
    return None if mood is None or mood.label == UNKNOWN else mood
