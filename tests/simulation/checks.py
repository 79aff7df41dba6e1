"""What must hold: at any moment, and once everything has come to rest."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from mesh.model import fact as facts
from mesh.model import hlc
from mesh.model.device import Trust, author_tag, device_id
from mesh.model.fact import ObjectKind
from mesh.storage import reading
from mesh.storage.objects import object_by_n
from tests.simulation.model import (
    CONVERSATION,
    FAMILY,
    FORGET,
    KINDS,
    REASON,
    RECEIPT,
    ROOT,
    WISH,
    Item,
    Store,
    has_right,
    item,
    store_about,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    import apsw

    from mesh.model.roster import Roster
    from tests.simulation.device import Device

FAST_MS = 20 * 86_400_000
"""How far a clock that was wrong for a while may have taken the hybrid clock along."""
FORGOTTEN, WITHDRAWN = 2, 3
"""An object's state on a disk."""
GONE = frozenset({FORGOTTEN, WITHDRAWN})


class Broken(AssertionError):
    """A promise of the product does not hold."""


def trust_of(roster: Roster, key: bytes) -> Trust | None:
    """How far a device is trusted; None when it is no member."""
    member = roster.members.get(key)
    return member.trust if member else None


def is_undone(one: Item, roster: Roster) -> bool:
    """Whether it went with a device whose joining was undone: of it, or about what it began."""
    gone = roster.parted_tags
    return not one.is_stub and bool({one.author, one.object[:6]} & gone)


def may_be_gone(one: Item, roster: Roster) -> bool:
    """The same, and lines of files: nobody can tell which of the family took one in before."""
    is_line = bool(one.object[0] & 0x80) and not one.is_stub
    return is_undone(one, roster) or (is_line and bool(roster.parted))


def states(connection: apsw.Connection) -> dict[bytes, int]:
    """The state of each object on a disk."""
    return dict(connection.execute("SELECT id, state FROM object"))


# ---- at any moment ---------------------------------------------------------------------------


def may_have(giver: Device, taker: bytes, store: Store) -> set[bytes]:
    """The facts on one disk that another device should come to have."""
    roster = giver.services.registry.roster
    here, there = trust_of(roster, giver.key), trust_of(roster, taker)
    if Trust.FULL not in {here, there} or {here, there} & {None, Trust.GUEST}:
        return set()
    oldest = giver.windows.get(taker, 0) if there is Trust.LIMITED else 0
    found = set()
    for identity, items in store.objects.items():
        is_recent = store.newest(identity) >= oldest
        # Who may not label it private keeps what has a private tag to itself.
        waits = here is not Trust.FULL and store.has_private_tag(identity)
        for one in items:
            if here is not Trust.FULL and one.raw not in store.mine:
                continue
            if one.object_kind not in KINDS[there or Trust.GUEST]:
                continue
            if one.is_stub:
                fits = min(one.level, store.width(identity)) <= FAMILY
            elif one.object_kind == CONVERSATION:
                fits = there is Trust.FULL and store.may_leave(one)
            else:
                fits = is_recent and store.may_leave(one) and not waits
            if fits:
                found.add(one.raw)
    return found


def lacks(taker: Device, wanted: Iterable[bytes]) -> list[bytes]:
    """Which of these facts are not on a disk, though nothing there says that they are gone."""
    here, state = taker.store, states(taker.connection)
    missing = [raw for raw in wanted if raw not in here.raws]
    return [raw for raw in missing if not _is_settled(taker, raw, here, state)]


def _is_settled(taker: Device, raw: bytes, here: Store, state: dict[bytes, int]) -> bool:
    one = item(raw)
    stands = state.get(one.object)
    if stands in GONE and one.kind not in {FORGET, RECEIPT}:
        return stands == 2 or not one.is_stub
    if one.kind == REASON and here.level(one.object) > FAMILY:
        return True  # who makes a mood of another private keeps it, without its reason
    roster = taker.services.registry.roster
    is_void = not has_right(one, roster.was_full_at) or may_be_gone(one, roster)
    return is_void or any(state.get(home) == 2 for home in here.homes(one.object))


def in_step_is_true(one: Device, other: Device) -> None:
    """``in_step`` is said of what is on both disks, never of what is only under way.

    What is committed and nobody has heard of yet is not said to be anywhere.
    """
    if one.disk is not None and one.disk.is_telling:
        return
    if one.services.sync.in_step(other.key):
        missing = lacks(other, may_have(one, other.key, one.store))
        if missing:
            first = item(min(missing))
            raise Broken(
                f"{one.name} says in step with {other.name}, who lacks {len(missing)}, one is"
                f" {first.kind} {first.id.hex()} of {first.object.hex()}"
            )


# ---- at rest ---------------------------------------------------------------------------------


def feeds_are_equal(fulls: list[Device]) -> None:
    """Devices with the same rights hold the same facts."""
    first, *others = fulls
    held = _given(first)
    for other in others:
        theirs = _given(other)
        if held != theirs:
            odd = item(min(held ^ theirs))
            where = first.name if odd.raw in held else other.name
            raise Broken(
                f"{first.name} and {other.name} differ: only {where} has"
                f" {odd.kind} {odd.id.hex()} of {odd.object.hex()}"
            )


def _given(device: Device) -> set[bytes]:
    found = device.connection.execute(
        "SELECT raw FROM fact WHERE number IS NOT NULL AND scope & 3 <= 1"
    )
    return {raw for (raw,) in found}


def given_by(devices: Iterable[Device], roster: Roster) -> Store:
    """What these devices can tell the others: a full one all it has, a limited one its own."""
    return given_of([(one, one.store) for one in devices], roster)


def given_of(stores: Iterable[tuple[Device, Store]], roster: Roster) -> Store:
    """The same of what their disks held at some moment."""
    found = Store()
    for device, store in stores:
        trust = trust_of(roster, device.key)
        given = {Trust.FULL: store.raws, Trust.LIMITED: store.mine}.get(trust or Trust.GUEST)
        for raw in given or ():
            found.add(raw)
    return found


def nothing_forgotten_is_back(devices: list[Device], roster: Roster) -> None:
    """Whoever is family holds nothing of what was forgotten, nor what it may not hold."""
    union = given_by(devices, roster)
    # A lowered device keeps at home what it made private, though nobody else need heed it.
    valid = union.where(lambda one: has_right(one, roster.was_full_at))
    tags = {author_tag(key) for key in roster.members}
    for device in devices:
        name, own = device.name, author_tag(device.key)
        store = device.store
        for identity, items in store.objects.items():
            content = [one for one in items if not one.is_stub and one.kind != WISH]
            if content and union.is_forgotten(identity):
                raise Broken(f"{name} still has {identity.hex()}, which was forgotten")
            # Who makes private what no member wrote, or its conversation, keeps it.
            homes = () if identity[:6] in tags else store.homes(identity)
            around = [one for home in homes for one in store.objects.get(home, ())]
            said = [*items, *around]
            is_mine = any(one.raw in store.mine for one in said) or identity[:6] == own
            # An edit that came before its message cannot know which conversation it is in.
            is_stray = not store.has_root(identity) and union.own_level(identity) <= FAMILY
            counts = content and not (is_mine or is_stray)
            if counts and valid.joined(store).level(identity) > FAMILY:
                raise Broken(f"{name} still has {identity.hex()}, which is private")


def views_are_equal(fulls: list[Device]) -> None:
    """What the family may know is shown in the same words everywhere.

    But for what a device added while a thing was private: that stays with it.
    """
    first, *others = fulls
    shown = _shown(first.connection)
    for other in others:
        theirs = _shown(other.connection)
        for identity in sorted(shown.keys() & theirs.keys()):
            if shown[identity] != theirs[identity]:
                raise Broken(f"{first.name} and {other.name} show {identity.hex()} differently")


def _shown(connection: apsw.Connection) -> dict[bytes, tuple[str, tuple[str, ...]]]:
    found = {}
    for kind in (ObjectKind.TURN, ObjectKind.MEMORY, ObjectKind.OBSERVATION):
        for seen in reading.all_of(connection, kind):
            home = object_by_n(connection, seen.row.home) if seen.row.home else None
            level = max(seen.row.level, home.level if home else 0)
            if level <= FAMILY and not _has_more(connection, seen.row.n):
                found[seen.row.id] = (seen.text, seen.tags)
    return found


def _has_more(connection: apsw.Connection, n: int) -> bool:
    sql = "SELECT 1 FROM fact WHERE object=? AND scope & 3 > 1 AND number IS NOT NULL"
    return connection.execute(sql, (n,)).get is not None


async def moods_are_equal(fulls: list[Device]) -> None:
    """The companion feels the same on every own device."""
    moods = {
        device.name: await device.services.reading.mood(device.services.tags_of_members())
        for device in fulls
    }
    if len(set(moods.values())) > 1:
        raise Broken(f"moods differ: {moods}")


async def receipts_are_true(holders: list[Device], fulls: list[Device]) -> None:
    """Everybody who hears of a forgetting has confirmed it."""
    for device in fulls:
        for identity, state in sorted(states(device.connection).items()):
            items = store_of_object(device, identity)
            if state != 2 or not any(one.kind == FORGET for one in items.objects[identity]):
                continue
            shown = await device.following.forget_progress(identity)
            missing = [one.name for one in holders if device_id(one.key) in shown.waiting_for]
            if missing:
                raise Broken(f"{device.name} waits for {missing} to confirm {identity.hex()}")


def store_of_object(device: Device, identity: bytes) -> Store:
    """What a disk holds of one object."""
    return store_about(device.connection, [identity])


def nobody_confirms_falsely(device: Device) -> None:
    """A device whose receipt is out holds nothing of that object, while a forgetting stands.

    One that turned out to be void is gone, and what it took away is back: its receipt stays
    and counts for nothing.
    """
    store = device.store
    for identity, items in store.objects.items():
        if not any(one.kind == FORGET for one in items):
            continue
        mine = [one for one in items if one.author == author_tag(device.key)]
        if any(one.kind == RECEIPT for one in mine) and not all(one.is_stub for one in items):
            raise Broken(f"{device.name} has confirmed and still holds {identity.hex()}")


async def all_are_in_step(devices: list[Device]) -> None:
    """At rest everybody knows that nothing is missing."""
    for one in devices:
        for key in one.services.partners:
            other = next((d for d in devices if d.key == key), None)
            if other is not None and not one.services.sync.in_step(key):
                raise Broken(f"{one.name} is not in step with {other.name}")


def no_line_is_there_twice(devices: list[Device]) -> None:
    """A line of a file is one turn, wherever and however often it was taken in."""
    for device in devices:
        roots = [x for x in map(item, device.store.raws) if x.author is None and x.kind == ROOT]
        turns = [facts.turn(facts.read(one.raw)) for one in roots]
        lines = Counter((one.conversation, one.role, one.text, one.shown) for one in turns)
        twice = [conversation for (conversation, *_), count in lines.items() if count > 1]
        if twice:
            raise Broken(f"{device.name} has {len(twice)} lines twice, one in {twice[0]}")


def doubts(device: Device, roster: Roster) -> bool:
    """Whether it holds what a device wrote long after the day its joining is said to be undone.

    That one was cut off so long, and so was this one: here it is a removal as any other.
    """
    refuted = {one.tag: one.refuted_at for one in roster.undone}
    written = map(item, device.store.raws) if refuted else ()
    return any(x.author in refuted and x.tick > refuted[x.author] for x in written if x.author)


def what_was_undone_is_gone(devices: list[Device], roster: Roster) -> None:
    """Of a device whose joining was undone nobody holds a word, nor anything that it began."""
    for device in devices:
        if doubts(device, roster):
            continue
        store = device.store
        for identity, items in store.objects.items():
            for one in items:
                if is_undone(one, roster) and one.raw not in store.mine:
                    raise Broken(f"{device.name} still has {one.kind} of {identity.hex()}")


def no_lie_is_believed(honest: list[Device], forged: set[bytes]) -> None:
    """Nobody holds what was forged, and nobody's clock was moved by it."""
    for device in honest:
        believed = sorted(forged & device.store.raws)
        if believed:
            one = item(believed[0])
            raise Broken(
                f"{device.name} holds what was forged: {one.kind} {one.id.hex()} of"
                f" {one.object.hex()}"
            )
        kept = device.connection.execute("SELECT value FROM meta WHERE name='clock'").get or 0
        if hlc.is_far_ahead(int(kept), device.clock.wall() // 1000 + FAST_MS):
            raise Broken(f"the clock of {device.name} was moved")
