"""What must hold once everything has come to rest: nothing is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh.model.device import Trust, author_tag
from tests.simulation.checks import (
    FORGOTTEN,
    WITHDRAWN,
    Broken,
    given_by,
    may_be_gone,
    states,
    trust_of,
)
from tests.simulation.model import (
    CONVERSATION,
    FAMILY,
    FORGET,
    KINDS,
    RECEIPT,
    Store,
    has_right,
    item,
    window,
)

if TYPE_CHECKING:
    from mesh.model.roster import Roster
    from tests.simulation.device import Device


def nothing_is_lost(devices: list[Device], before: Store, roster: Roster, now_ms: int) -> None:
    """Whatever was on any disk of the family, and may be known, is where it should be."""
    union = given_by(devices, roster).joined(before)
    told = _told(devices, before, union, roster)
    for device in devices:
        trust = trust_of(roster, device.key)
        oldest = {Trust.FULL: 0, Trust.LIMITED: window(now_ms)}.get(trust or Trust.GUEST)
        if oldest is None:
            continue
        here = device.store
        known = union.joined(here)
        for raw in told:
            if raw not in here.raws:
                _must_be_settled(device, raw, union, known, oldest)


def _told(devices: list[Device], before: Store, union: Store, roster: Roster) -> list[bytes]:
    """Of what was there what anybody tells others about.

    What only a copy of a device said, or its disk before a restore, only limited ones may know,
    who tell of their own words alone. They keep what that made private, and nobody passes on
    what is said of a thing that only they have.
    """
    limited = [one.store for one in devices if trust_of(roster, one.key) is Trust.LIMITED]
    fulls = [one.store for one in devices if trust_of(roster, one.key) is Trust.FULL]
    kept = {raw for store in limited for raw in _kept_at_home(store, union)}
    kept -= {raw for store in fulls for raw in store.raws}
    given = union.where(lambda one: one.raw not in kept)
    return [
        raw
        for raw in sorted(before.raws & given.raws)
        if (one := item(raw)).is_stub
        or one.object_kind == CONVERSATION
        or given.has_root(one.object)
    ]


def _kept_at_home(store: Store, union: Store) -> set[bytes]:
    """The own words of a limited device that are private by what it and all others know.

    Or by a tag, as long as nobody who may has labelled it: the device itself may not.
    """
    known = union.joined(store)
    mine = [one for one in map(item, store.mine) if not one.is_stub]
    return {
        one.raw
        for one in mine
        if known.level(one.object) > FAMILY or store.has_private_tag(one.object)
    }


def _must_be_settled(
    device: Device, raw: bytes, union: Store, known: Store, oldest: int
) -> None:
    """``known``: what all tell and the device knows besides.

    How new a thing is says who gives it: an edit that only limited devices heard of counts
    for nobody else.
    """
    one = item(raw)
    if one.object_kind == CONVERSATION and not one.is_stub and oldest:
        return
    roster = device.services.registry.roster
    is_kept = one.object_kind in KINDS[trust_of(roster, device.key) or Trust.GUEST]
    if one.level > FAMILY or not is_kept or not has_right(one, roster.was_full_at):
        return
    if may_be_gone(one, roster):
        return
    if one.is_stub:
        is_over = known.is_forgotten(one.object) and one.kind not in {FORGET, RECEIPT}
        if not is_over:
            raise Broken(f"{device.name} never heard of a {one.kind} of {one.object.hex()}")
    elif known.may_leave(one) and union.newest(one.object) >= oldest:
        raise Broken(f"{device.name} has lost {one.kind} {one.id.hex()}")


def own_words_are_kept(devices: list[Device]) -> None:
    """What an owner was told is kept is there, however private; unless it was forgotten."""
    for device in devices:
        store, state = device.store, states(device.connection)
        here = {one.id for items in store.objects.values() for one in items}
        roster = device.services.registry.roster
        # A line that came by a joining which was undone goes with what says it anew.
        may_go = device.widened if roster.parted else frozenset[bytes]()
        for identity, target in device.wrote.items():
            is_own = target[:6] == author_tag(device.key)
            is_void = not is_own and not roster.was_full_at(identity[:6], _tick(identity))
            is_void = is_void or identity in may_go
            if identity not in here and state.get(target) != FORGOTTEN and not is_void:
                raise Broken(f"{device.name} has lost its own {identity.hex()}")
            if is_own and state.get(target) == WITHDRAWN:
                raise Broken(f"{device.name} has put away its own {target.hex()}")


def _tick(identity: bytes) -> int:
    return int.from_bytes(identity[8:], "big")
