"""Who is family: a pure function of the set of entries, in whatever order they came.

Rules, all from the walk in ``standing``: only a strictly senior admin removes a device or sets
its trust, and every device may retire itself. A removal is for good. Of a removed device's
entries only those stay in force that its judge had seen; whom its other entries removed stays
*suspended*, because a removal is never undone by voiding its author, until an admin equal or
senior to that author removes the device too or lifts the suspension.

Where two admins add one key, the senior's add counts, and with it the rank it gives: a senior
may so take in again what only its juniors removed.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mesh.model.device import Trust, author_tag
from mesh.model.entry import HEADS_MAX, CheckedEntry, Epoch, Genesis, recipient
from mesh.model.parting import GRACE, Undone, ends, in_time
from mesh.model.rights import UNDONE, Rights
from mesh.model.standing import Rank, Standing, Walk
from mesh.model.tree import Tree

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping


@dataclass(frozen=True, slots=True)
class Member:
    """A device as the roster sees it.

    ``tags`` are the author tags of the past it brought along, its own not among them;
    ``full_until`` is the tick at which its rights as a full device ended (-1: it never had
    them, ``TICK_MAX``: it has them), ``admin_until`` the one until which it managed the family;
    ``since_hash`` names the entry that added it.
    """

    key: bytes
    trust: Trust
    admin: bool
    rank: Rank
    added_by: bytes
    tags: tuple[bytes, ...]
    since_hash: bytes
    full_until: int
    admin_until: int = -1

    def wrote(self, tag: bytes) -> bool:
        """Whether an author tag is its own or one of its past."""
        return tag in self.tags or tag == author_tag(self.key)


@dataclass(frozen=True, slots=True)
class Roster:
    """What a set of entries says.

    ``members`` may take part now. ``everyone`` adds those who did and those suspended.
    ``suspended`` names the admins without a valid word who removed each of these devices.
    ``revoked`` gives the tick at which each removed key lost its rights. ``known`` are all keys
    that anybody ever added and their rank, void words too: no entry of another issuer counts.
    ``parted`` are those removed whose joining was undone in time, with the entries that say so.
    """

    family: bytes
    recovery: bytes = b""
    members: Mapping[bytes, Member] = field(default_factory=dict)
    everyone: Mapping[bytes, Member] = field(default_factory=dict)
    revoked: Mapping[bytes, int] = field(default_factory=dict)
    suspended: Mapping[bytes, frozenset[bytes]] = field(default_factory=dict)
    forked: frozenset[bytes] = frozenset()
    epochs: tuple[Epoch, ...] = ()
    parted: Mapping[bytes, tuple[CheckedEntry, ...]] = field(default_factory=dict)
    known: Mapping[bytes, Rank] = field(default_factory=dict)
    owners: Mapping[bytes, bytes] = field(default_factory=dict)
    levels: Mapping[bytes, frozenset[Trust]] = field(default_factory=dict)
    trees: Mapping[bytes, Tree] = field(default_factory=dict, repr=False, compare=False)
    standings: Mapping[bytes, Standing] = field(default_factory=dict, repr=False)

    @property
    def epoch(self) -> Epoch | None:
        """The epoch in force: of those with the highest number the one with the lowest hash."""
        return self.epochs[0] if self.epochs else None

    def owner_of(self, tag: bytes) -> bytes | None:
        """The key of the device that writes, or brought along, facts with this author tag."""
        return self.owners.get(tag)

    def tags_of(self, key: bytes) -> frozenset[bytes]:
        """The author tags a member speaks under: its own, and its past's as it claims.

        A tag that is another member's own, or a senior member's past, is not to be had.
        """
        member = self.members.get(key)
        claimed = (author_tag(key), *member.tags) if member else ()
        return frozenset(
            tag
            for tag in claimed
            if self.owner_of(tag) == key or self.owner_of(tag) not in self.members
        )

    def past_of(self, key: bytes) -> frozenset[bytes]:
        """The author tags of a member's past that nobody else ever had."""
        member = self.members.get(key)
        return (
            frozenset(tag for tag in member.tags if self.owner_of(tag) == key)
            if member
            else frozenset()
        )

    def was_full_at(self, tag: bytes, tick: int) -> bool:
        """Whether the device behind an author tag had the rights of a full one at that tick."""
        owner = self.owner_of(tag)
        return owner is not None and tick <= self.everyone[owner].full_until

    def was_admin_at(self, tag: bytes, tick: int) -> bool:
        """Whether the device behind an author tag managed the family at that tick."""
        owner = self.owner_of(tag)
        return owner is not None and tick <= self.everyone[owner].admin_until

    @property
    def rights(self) -> Rights:
        """Until when each author had which rights."""
        return self.rights_without(self.parted_tags)

    def rights_without(self, undone: Collection[bytes]) -> Rights:
        """The same where the words of these authors are void altogether."""
        ends = {key: (one.full_until, one.admin_until) for key, one in self.everyone.items()}
        until = {tag: ends[key] for tag, key in self.owners.items()}
        return Rights(until | dict.fromkeys(undone, UNDONE))

    @property
    def parted_tags(self) -> frozenset[bytes]:
        """Whose words are nobody's history: no device that came back says they are its past."""
        if not self.parted:
            return frozenset()
        own = {author_tag(key): key for key in self.parted}
        return frozenset(tag for tag, key in own.items() if self.owner_of(tag) == key)

    @property
    def undone(self) -> tuple[Undone, ...]:
        """The first meetings that were undone, as long as nobody has come back with them."""
        tags = self.parted_tags
        return tuple(self.undoing(key) for key in self.parted if author_tag(key) in tags)

    def undoing(self, key: bytes) -> Undone:
        """What has to be known to undo that a device joined; KeyError if it never did."""
        member = self.everyone[key]
        adding = self.trees.get(member.added_by, Tree()).get(member.since_hash)
        return Undone(
            author_tag(key),
            frozenset(tag for tag, owner in self.owners.items() if owner != key),
            adding.signed if adding else b"",
            tuple(entry.signed for entry in self.parted.get(key, ())),
            (ends(self.standings[key].added) or 0) + GRACE,
        )

    def undoable_until(self, key: bytes, by: bytes) -> int | None:
        """Until which tick one device may undo that another joined, or itself did."""
        member, standing = self.members.get(key), self.standings.get(key)
        if member is None or standing is None or member.added_by == self.recovery:
            return None
        if by not in self.members or (by != key and not self.is_senior(by, key)):
            return None
        return ends(standing.added)

    def cut_tick(self, key: bytes) -> int | None:
        """The tick after which a removed device's word does not count; None if not removed."""
        return self.revoked.get(key)

    def trust_history(self, key: bytes) -> frozenset[Trust]:
        """Every level anybody ever gave a device, void words too: it may have acted on them."""
        return self.levels.get(key, frozenset())

    def heads(self, issuer: bytes) -> tuple[bytes, ...]:
        """The last entries of an issuer, to be named as seen (at most ``HEADS_MAX``)."""
        tips = self.trees.get(issuer, Tree()).tips()[:HEADS_MAX]
        return tuple(entry.hash for entry in tips)

    def is_senior(self, senior: bytes, junior: bytes) -> bool:
        """Whether the first may judge the second: an admin of strictly higher rank."""
        judge, judged = self.members.get(senior), self.everyone.get(junior)
        return bool(judge and judge.admin and judged and judge.rank < judged.rank)

    def may_lift(self, admin: bytes, key: bytes) -> bool:
        """Whether an admin is equal or senior to all whose void words keep a device out."""
        judge = self.members.get(admin)
        if judge is None or not judge.admin:
            return False
        return all(judge.rank <= self.known[void] for void in self.suspended.get(key, ()))

    def highest_word(self, key: bytes) -> int:
        """The highest number of the words about a device's trust; 0 if there are none."""
        standing = self.standings.get(key)
        return standing.words[-1].n if standing and standing.words else 0

    def most_senior_admin(self, among: Collection[bytes]) -> bytes | None:
        """The admin of the highest rank among these devices."""
        here = [m for m in self.members.values() if m.admin and m.key in among]
        return min(here, key=lambda member: member.rank).key if here else None

    def full_devices(self) -> frozenset[bytes]:
        """The keys of the full members: whom the secret of an epoch is for."""
        return frozenset(m.key for m in self.members.values() if m.trust is Trust.FULL)

    def needs_epoch(self) -> bool:
        """Whether there is no epoch yet or its recipients are not the full members of now."""
        full = frozenset(map(recipient, self.full_devices()))
        return self.epoch is None or self.epoch.listed() != full


def evaluate(entries: Collection[CheckedEntry], family: bytes) -> Roster:
    """The roster of these entries; without the genesis entry it is empty."""
    genesis = next((entry for entry in entries if entry.hash == family), None)
    if genesis is None or not isinstance(genesis.body, Genesis):
        return Roster(family)
    trees = _trees(entries)
    force, ever = Walk(trees, with_cuts=True), Walk(trees, with_cuts=False)
    for walk in (force, ever):
        walk.begin(genesis.issuer, family)
    return _roster(genesis, force, ever)


def _trees(entries: Iterable[CheckedEntry]) -> dict[bytes, Tree]:
    by_issuer: dict[bytes, dict[bytes, CheckedEntry]] = defaultdict(dict)
    for entry in entries:
        by_issuer[entry.issuer][entry.hash] = entry
    return {issuer: Tree(own.values()) for issuer, own in by_issuer.items()}


def _roster(genesis: CheckedEntry, force: Walk, ever: Walk) -> Roster:
    recovery = genesis.issuer
    everyone = {s.key: _member(s) for s in force.standings.values() if s.key != recovery}
    revoked = _revoked(force)
    suspended = _suspended(force, ever, set(everyone) - set(revoked))
    gone = set(suspended) | set(revoked)
    parted = _parted(force, set(everyone) & set(revoked))
    ranked = sorted(force.epochs, key=lambda epoch: (-epoch[1].number, epoch[0]))
    return Roster(
        family=genesis.hash,
        recovery=recovery,
        members={key: member for key, member in everyone.items() if key not in gone},
        everyone=everyone,
        revoked=revoked,
        suspended=suspended,
        forked=frozenset(i for i, tree in ever.trees.items() if tree.is_forked)
        & set(ever.standings),
        epochs=tuple(epoch for _, epoch in ranked),
        parted=parted,
        known={key: standing.rank for key, standing in ever.standings.items()},
        owners=_owners(everyone.values(), parted),
        levels={key: frozenset(levels) for key, levels in ever.levels.items()},
        trees=ever.trees,
        standings=force.standings,
    )


def _member(standing: Standing) -> Member:
    return Member(
        key=standing.key,
        trust=standing.trust,
        admin=standing.is_admin,
        rank=standing.rank,
        added_by=standing.added_by,
        tags=standing.added.tags,
        since_hash=standing.since_hash,
        full_until=standing.full_until,
        admin_until=standing.admin_until,
    )


def _revoked(force: Walk) -> dict[bytes, int]:
    """Also keys that are no members: who was removed first and added later stays out."""
    gone = {key: s.gone_at for key, s in force.standings.items() if s.is_gone}
    for key, heard in force.revocations.items():
        if heard and key not in force.standings:
            gone[key] = heard[0].said.tick
    return gone


def _suspended(
    force: Walk, ever: Walk, candidates: set[bytes]
) -> dict[bytes, frozenset[bytes]]:
    """Whom somebody removed whose word is void now.

    The rank of the removed is the one in force: no void add can make it senior to its judge.
    """
    lifted = [(lift.said.key, lift.said.of, lift.rank) for lift in force.lifts]
    judges = {
        key: frozenset(
            void.issuer
            for void in ever.revocations.get(key, ())
            if void.rank < force.standings[key].rank
            and not any(
                k == key and of == void.issuer and r <= void.rank for k, of, r in lifted
            )
        )
        for key in candidates
    }
    return {key: voided for key, voided in judges.items() if voided}


def _parted(force: Walk, removed: set[bytes]) -> dict[bytes, tuple[CheckedEntry, ...]]:
    """Of those removed whose joining was undone; nobody undoes the first device."""
    standings = {key: force.standings[key] for key in removed & set(force.parted)}
    said = {
        key: in_time(standing.added, force.parted[key])
        for key, standing in standings.items()
        if standing.rank[0] > 1
    }
    return {key: entries for key, entries in said.items() if entries}


def _owners(members: Iterable[Member], parted: Collection[bytes]) -> dict[bytes, bytes]:
    """An own tag is stronger than a claimed one, a senior's claim than a junior's.

    Of those whose joining was undone both count last, so that whoever comes back has them.
    """
    ranked = sorted(members, key=lambda member: member.rank)
    stayed = [member for member in ranked if member.key not in parted]
    owners = {author_tag(member.key): member.key for member in stayed}
    _claim(owners, stayed)
    undone = [member for member in ranked if member.key in parted]
    for member in undone:
        owners.setdefault(author_tag(member.key), member.key)
    _claim(owners, undone)
    return owners


def _claim(owners: dict[bytes, bytes], members: Iterable[Member]) -> None:
    for member in members:
        for tag in member.tags:
            owners.setdefault(tag, member.key)
