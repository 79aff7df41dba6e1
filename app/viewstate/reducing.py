"""From what the node told to the next state: the first one, and one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.viewstate.conclusions import changed, finished
from app.viewstate.shapes import DeviceView, Link, ViewState
from mesh.messages import (
    BackupChanged,
    DeviceShown,
    HealthChanged,
    JustBetweenUs,
    MoodChanged,
    News,
    RegistryUpdated,
    SharingPaused,
    SyncStatus,
)
from mesh.wishes import MoodShown, PauseShown, StatusShown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mesh.wishes import HealthShown

UNKNOWN = "unknown"


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
    return finished(_with_devices(state, devices), now)


def reduce(state: ViewState, news: News, now: float) -> ViewState:
    """The state after a piece of news; the same state when it changes nothing shown."""
    changed = _follow(state, news)
    return state if changed is state else finished(changed, now)


def with_status(state: ViewState, status: StatusShown, now: float) -> ViewState:
    """The state with what the node says of itself now."""
    return finished(changed(state, me=status), now)


def _follow(state: ViewState, news: News) -> ViewState:
    match news.body:
        case RegistryUpdated() as updated:
            return _registry(state, updated)
        case SyncStatus() as status:
            devices = tuple(_synced(one, status) for one in state.devices)
            return changed(state, devices=devices)
        case HealthChanged(level=level, causes=causes, capabilities=capabilities):
            return changed(state, level=level, causes=causes, capabilities=capabilities)
        case MoodChanged() as mood:
            return changed(state, mood=_known(_mood_of(mood)))
        case SharingPaused() as told:
            pause = PauseShown(paused=told.everybody, until=told.until, devices=told.devices)
            return changed(state, pause=pause)
        case BackupChanged(made_at=made_at):
            return changed(state, backed_up_at=made_at)
        case JustBetweenUs(is_on=is_on, conversation_id=conversation):
            return changed(state, just_between_us=is_on, private_conversation=conversation)
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
    me = state.me and changed(state.me, family_id=updated.family_id, **_own(updated.devices))
    state = changed(state, me=me, was_removed=removed)
    return _with_devices(state, updated.devices)


def _own(devices: Iterable[DeviceShown]) -> dict[str, str]:
    return next(
        ({"device_id": one.device_id, "name": one.name} for one in devices if one.is_self), {}
    )


def _with_devices(state: ViewState, devices: Iterable[DeviceShown]) -> ViewState:
    known = {one.device.device_id: one for one in state.devices}
    shown = sorted(devices, key=lambda one: not one.is_self)
    return changed(state, devices=tuple(_seen(known.get(one.device_id), one) for one in shown))


def _seen(before: DeviceView | None, device: DeviceShown) -> DeviceView:
    if before is None or not device.connected:
        return DeviceView(device=device, link=Link.AWAY)
    return changed(before, device=device)


def _synced(view: DeviceView, status: SyncStatus) -> DeviceView:
    """A device with what sync says of it."""
    if view.device.device_id != status.device_id:
        return view
    device = changed(view.device, in_step=status.in_step, waits=status.waits)
    if not status.pending:
        return changed(
            view, device=device, pending=0, seconds_left=None, received=status.received,
            sent=status.sent, begun_with=None,
        )  # fmt: skip
    begun_with = view.begun_with
    if begun_with is None or status.received < begun_with:
        begun_with = status.received
    return changed(
        view, device=device, pending=status.pending, seconds_left=status.seconds_left,
        received=status.received, sent=status.sent, begun_with=begun_with,
    )  # fmt: skip


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
