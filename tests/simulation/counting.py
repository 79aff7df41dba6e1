"""A first meeting, worked out apart from the product: what is counted, and what may cross."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from mesh.model.meeting import Counts, Preview
from mesh.wire import frames
from tests.simulation.checks import Broken, may_have
from tests.simulation.model import ROOT, TEXT, TURN, Item, Store, store_of
from tests.simulation.watch import Leak

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.simulation.device import Device

ANSWER, SETTING = 7, 6
NAMES = {2: "messages", 3: "moods", 4: "memories"}
"""What is counted, by the kind of object."""
WORDS = (b"number ", b"and so on", b"kitchen", b"garden", b"work", b"tea", b"blue", b"trip")
"""Parts of all that owners say in a run."""
OF_THE_FAMILY = (
    frames.RosterHashes, frames.RosterEntries, frames.EpochSecret, frames.Survey,
    frames.FrontierAsk,
)  # fmt: skip


def judge_crossing(sender: Device, payload: bytes, *, has_heard: bool) -> None:
    """Raise ``Leak`` when this frame tells more than who is family, and how much there is.

    ``has_heard``: whether the sender knows that somebody waits. Who does not says hello as to
    anybody: by numbers alone, too, but how many in each scope.
    """
    frame = frames.read(payload)
    match frame:
        case frames.Hello():
            terms = frame.offers or frame.chosen_at or frame.may_hold or frame.holds
            is_bare = not (has_heard and terms)
        case frames.Frontier():
            is_bare = not (has_heard and frame.tops)
        case frames.Offer():
            is_bare = not has_heard
        case frames.Surveyed():
            is_bare = not any(one.id in payload for one in _items(store_of(sender.connection)))
        case _:
            is_bare = isinstance(frame, OF_THE_FAMILY)
    if not is_bare or any(word in payload for word in WORDS):
        raise Leak(f"{sender.name} says {type(frame).__name__} before both have agreed")


def _items(store: Store) -> Iterable[Item]:
    return (one for items in store.objects.values() for one in items)


# ---- counting --------------------------------------------------------------------------------


def given(giver: Device, taker: bytes) -> Store:
    """What another device would be given of a disk as it is now."""
    found = Store()
    for raw in may_have(giver, taker, store_of(giver.connection)):
        found.add(raw)
    return found


def counted(here: Store, there: Store) -> Preview:
    """What becomes of both, by putting them together."""
    kinds = {}
    for kind, name in NAMES.items():
        ours, theirs = _things(here, kind), _things(there, kind)
        if ours or theirs:
            kinds[name] = Counts(len(ours), len(theirs), len(ours & theirs))
    both = here.joined(there)
    return Preview(kinds, sum(_is_contested(items) for items in both.objects.values()))


def _things(store: Store, kind: int) -> set[bytes]:
    return {one.object for one in _items(store) if (one.kind, one.object_kind) == (ROOT, kind)}


def _is_contested(items: list[Item]) -> bool:
    texts = [one for one in items if one.kind in {ROOT, TEXT, ANSWER}]
    seen = {identity for one in texts for identity in one.sees}
    return len({_text(one) for one in texts if one.id not in seen}) > 1


def _text(one: Item) -> object:
    if one.kind == ANSWER:
        raise Broken("no owner answers a contradiction in these runs")
    body = msgspec.msgpack.decode(one.raw)[8]
    return body[2 if (one.kind, one.object_kind) == (ROOT, TURN) else 0]


# ---- after a no ------------------------------------------------------------------------------


def of_no_family(store: Store) -> Store:
    """All but what was noted of a family, and means nothing in another."""
    found = Store()
    for one in _items(store):
        if one.object_kind != SETTING:
            found.add(one.raw)
    return found


def nothing_crossed(guest: Device, before: list[tuple[Device, Store]]) -> None:
    """What came to one side's disks since then was on no disk of the other.

    But for what each took in from a file of its own.
    """
    then: dict[bool, set[bytes]] = {True: set(), False: set()}
    now: dict[bool, set[bytes]] = {True: set(), False: set()}
    own: dict[bool, set[bytes]] = {True: set(), False: set()}
    for device, store in before:
        then[device is guest] |= store.raws
        here = store_of(device.connection)
        now[device is guest] |= here.raws
        own[device is guest] |= here.mine
    for side in (True, False):
        crossed = (now[side] - then[side] - own[side]) & (then[not side] | now[not side])
        if crossed:
            who = guest.name if side else "the family"
            raise Broken(f"{who} has {len(crossed)} of what it was not to get")
