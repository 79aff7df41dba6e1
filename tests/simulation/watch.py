"""Looks at every frame as it is sent: nothing may leave that the receiver may not have.

Judged by the sender's roster (who is trusted how far, as far as it knows) and by the model
(what the facts on its disk mean at this very moment). What another device gave it counts for a
forgetting even where nothing of it was kept, because it was forgotten here already.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh.model.device import Trust, author_tag
from mesh.wire import frames
from tests.simulation.model import FAMILY, KINDS, Item, item, store_about, window

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.simulation.device import Device
    from tests.simulation.model import Store

ABOUT_RECORDS = (frames.Hello, frames.Offer, frames.Page, frames.Frontier)


class Leak(AssertionError):
    """Something left that should not have."""


def judge(sender: Device, peer: bytes, payload: bytes, given: dict[bytes, set[bytes]]) -> None:
    """Raise ``Leak`` when this frame should not go from that device to this one.

    ``given``: by device, the things of which it was ever given something; written here.
    """
    frame = frames.read(payload)
    if not isinstance(frame, ABOUT_RECORDS):
        return
    roster = sender.services.registry.roster
    member = roster.members.get(peer)
    if member is None:
        raise Leak(f"{sender.name} tells of records who is no member")
    if isinstance(frame, frames.Hello):
        _note_window(sender, peer, frame, member.trust)
    if sender.services.sync.is_paused(peer) and not isinstance(frame, frames.Hello):
        raise Leak(f"{sender.name} has paused, and shares")
    if isinstance(frame, frames.Page):
        # What was narrowed in a commit that nobody has heard of yet is still on its way.
        if sender.disk is not None and sender.disk.is_telling:
            return
        _judge_page(sender, peer, frame, member.trust, given.get(sender.key, set()))
        rows = map(item, frames.unpack_rows(frame))
        given.setdefault(peer, set()).update(one.object for one in rows if not one.is_stub)
    else:
        offered = frame.tops if isinstance(frame, frames.Frontier) else frame.offers
        _judge_offers(sender, offered, member.trust)


def _note_window(sender: Device, peer: bytes, hello: frames.Hello, trust: Trust) -> None:
    """The window is set by the hello: it does not move while the talk lasts."""
    oldest = window(sender.clock.wall() // 1000) if trust is Trust.LIMITED else 0
    if hello.offers and hello.since < oldest:
        raise Leak(f"{sender.name} opens the window too wide")
    sender.windows[peer] = hello.since


def _judge_offers(sender: Device, offered: Iterable[tuple[int, int]], trust: Trust) -> None:
    for scope, _ in offered:
        if scope & 3 > FAMILY:
            raise Leak(f"{sender.name} offers what stays at home")
        if trust is Trust.GUEST:
            raise Leak(f"{sender.name} offers records to a guest")


def _judge_page(
    sender: Device, peer: bytes, page: frames.Page, trust: Trust, given: set[bytes]
) -> None:
    rows = [item(raw) for raw in frames.unpack_rows(page)]
    store = store_about(sender.connection, dict.fromkeys(one.object for one in rows))
    oldest = sender.windows.get(peer, 0) if trust is Trust.LIMITED else 0
    me = sender.services.registry.roster.members.get(sender.key)
    is_full = me is None or me.trust is Trust.FULL  # None: about to leave, as what it was
    for one in rows:
        if one.object_kind not in KINDS[trust]:
            raise Leak(f"{sender.name} gives a kind of object that may not go there")
        if one.is_stub:
            is_wide = min(one.level, store.width(one.object)) <= FAMILY
            if trust is Trust.GUEST or not (is_wide or one.object in given):
                raise Leak(f"{sender.name} tells a label or forgetting too far")
        else:
            _judge_content(sender, one, store, trust, oldest)
        if not is_full and not _is_own(sender, one, store):
            raise Leak(f"{sender.name} is limited and relays")


def _judge_content(sender: Device, one: Item, store: Store, trust: Trust, oldest: int) -> None:
    if trust is Trust.GUEST:
        raise Leak(f"{sender.name} gives content to a guest")
    if not store.may_leave(one):
        raise Leak(f"{sender.name} gives what may not leave: {one.id.hex()}")
    if store.newest(one.object) < oldest:
        raise Leak(
            f"{sender.name} gives a limited device what is too old: {one.kind} {one.id.hex()}"
        )


def _is_own(sender: Device, one: Item, store: Store) -> bool:
    return one.author == author_tag(sender.key) or one.raw in store.mine
