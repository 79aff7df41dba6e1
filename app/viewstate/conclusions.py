"""What follows from the rest of a state: links, standing, what wants attention."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from app.viewstate.shapes import (
    Attention,
    AttentionKind,
    DeviceView,
    KindView,
    Link,
    Standing,
    ViewState,
)
from mesh.model.device import Trust

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mesh.messages import DeviceShown

KINDS = ("conversation", "memory", "mood")
LONG_AWAY_S = 14 * 24 * 3600.0

Part = TypeVar("Part", bound=msgspec.Struct)


def changed(part: Part, **fields: Any) -> Part:
    """The part with other fields; itself when they are the same."""
    if all(getattr(part, name) == value for name, value in fields.items()):
        return part
    return msgspec.structs.replace(part, **fields)


def finished(state: ViewState, now: float) -> ViewState:
    """With all that follows from the rest."""
    devices = tuple(_linked(one, state) for one in state.devices)
    state = changed(state, devices=devices)
    standing, missing = _standing(state), sum(one.pending for one in devices)
    kinds = tuple(KindView(kind=kind, standing=standing, missing=missing) for kind in KINDS)
    return changed(state, kinds=kinds, attention=tuple(_attention(state, now)))


def _linked(view: DeviceView, state: ViewState) -> DeviceView:
    device = view.device
    paused = not device.is_self and (
        state.pause.paused
        or device.device_id in state.pause.devices
        or f"paused:{device.device_id}" in state.causes
    )
    partner = device.is_self or _are_partners(device, state)
    view = changed(view, is_paused=paused, is_partner=partner)
    return changed(view, link=_link(view, is_paused=paused))


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
    held = next((one for one in state.others if one.device.waits is not None), None)
    if held is not None:
        yield Attention(kind=AttentionKind.SPARING, device_id=held.device.device_id)
    for waiting in () if state.me is None else state.me.meetings:
        if not waiting.agreed:
            yield Attention(kind=AttentionKind.MEETING, device_id=waiting.device_id)
    if state.me is not None and not state.me.recovery_confirmed:
        yield Attention(kind=AttentionKind.RECOVERY)
