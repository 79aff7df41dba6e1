"""One walk through the entries of a family, from the recovery key down to the youngest device.

An admin's rank is its depth in the tree of adds and then the path of these adds. Seniors are
heard before juniors, so that when a device's turn comes all that may be said about it was said.
The walk is made twice by the roster: once with the cuts of revocations and lowered trust, which
tells who is in force, and once without, which tells what anybody ever said.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import TYPE_CHECKING

from mesh.model.device import Trust
from mesh.model.entry import Add, CheckedEntry, Epoch, Lift, Parted, Revoke, Word
from mesh.model.hlc import TICK_MAX
from mesh.model.tree import Tree

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Rank = tuple[int, tuple[tuple[int, bytes], ...]]
RECOVERY_RANK: Rank = (0, ())


@dataclass(frozen=True, slots=True)
class Revocation:
    """A revocation and who, of which rank, spoke it."""

    rank: Rank
    issuer: bytes
    said: Revoke


@dataclass(frozen=True, slots=True)
class Lifting:
    """A lift and who, of which rank, spoke it."""

    rank: Rank
    issuer: bytes
    said: Lift


@dataclass(frozen=True, slots=True)
class Standing:
    """What a device was added as and what its seniors said of it since."""

    key: bytes
    rank: Rank
    added_by: bytes
    since_hash: bytes
    added: Add
    words: tuple[Word, ...] = ()
    revocations: tuple[Revocation, ...] = ()
    retirements: tuple[Revoke, ...] = ()

    @property
    def trust(self) -> Trust:
        """The level in force."""
        return self.words[-1].trust if self.words else self.added.trust

    @property
    def is_admin(self) -> bool:
        """Whether it may manage the family now."""
        return is_admin(self.words[-1] if self.words else self.added)

    @property
    def was_ever_admin(self) -> bool:
        """Whether any word that stands ever let it manage the family."""
        return is_admin(self.added) or any(is_admin(word) for word in self.words)

    @property
    def full_until(self) -> int:
        """The tick at which its full rights ended; -1 never had them, TICK_MAX has them."""
        until = TICK_MAX if self.added.trust is Trust.FULL else -1
        for word in self.words:
            if word.trust is Trust.FULL:
                until = TICK_MAX
            elif until == TICK_MAX:
                until = word.tick
        return min(until, self.gone_at)

    @property
    def admin_until(self) -> int:
        """The tick at which it ceased to manage the family; -1 never did, TICK_MAX does."""
        until = TICK_MAX if is_admin(self.added) else -1
        for word in self.words:
            if is_admin(word):
                until = TICK_MAX
            elif until == TICK_MAX:
                until = word.tick
        return min(until, self.gone_at)

    @property
    def gone_at(self) -> int:
        """The tick of its removal as its most senior judge set it, else TICK_MAX."""
        if self.revocations:
            return self.revocations[0].said.tick
        return min((said.tick for said in self.retirements), default=TICK_MAX)

    @property
    def is_gone(self) -> bool:
        """Whether it was removed for good, by a senior or by itself."""
        return bool(self.revocations or self.retirements)


def is_admin(said: Add | Word) -> bool:
    """Whether these words make an admin: only a full device can be one."""
    return said.admin and said.trust is Trust.FULL


def standing_words(heard: Iterable[tuple[Rank, Word]]) -> tuple[Word, ...]:
    """For each ``n`` the word that stands, rising: the senior's, of one voice the lower."""
    best: dict[int, tuple[Rank, int, bool, Word]] = {}
    for rank, word in heard:
        claim = (rank, word.trust.rank, word.admin, word)
        if word.n not in best or claim[:3] < best[word.n][:3]:
            best[word.n] = claim
    return tuple(best[n][3] for n in sorted(best))


def kept_by_words(tree: Tree, standing: Standing) -> frozenset[bytes]:
    """What an issuer wrote while it was admin, as far as those who changed that had seen it."""
    admin = is_admin(standing.added)
    kept: frozenset[bytes] = frozenset()
    void: frozenset[bytes] = frozenset()
    for word in standing.words:
        if is_admin(word) == admin:
            continue
        seen = tree.below(word.heads)
        if admin:
            kept |= seen - void
        else:
            void |= seen - kept
        admin = not admin
    return tree.all() - void if admin else kept


def retirements(tree: Tree) -> list[tuple[bytes, Revoke]]:
    """The entries by which an issuer removed itself, each with its hash."""
    return [
        (entry.hash, entry.body)
        for entry in tree
        if isinstance(entry.body, Revoke) and entry.body.key == entry.issuer
    ]


@dataclass(slots=True)
class Walk:
    """The state of one walk; ``standings`` and the lists are its result."""

    trees: Mapping[bytes, Tree]
    with_cuts: bool
    standings: dict[bytes, Standing] = field(default_factory=dict)
    revocations: dict[bytes, list[Revocation]] = field(
        default_factory=lambda: defaultdict(list)
    )
    lifts: list[Lifting] = field(default_factory=list)
    epochs: list[tuple[bytes, Epoch]] = field(default_factory=list)
    parted: dict[bytes, list[CheckedEntry]] = field(default_factory=lambda: defaultdict(list))
    levels: dict[bytes, set[Trust]] = field(default_factory=lambda: defaultdict(set))
    admins: set[bytes] = field(default_factory=set)
    _words: dict[bytes, list[tuple[Rank, Word]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    _turns: list[tuple[Rank, bytes]] = field(default_factory=list)

    def begin(self, recovery: bytes, genesis: bytes) -> None:
        """Walk from the recovery key through everyone it reaches."""
        added = Add(recovery, Trust.FULL, admin=True)
        self._welcome(Standing(recovery, RECOVERY_RANK, b"", genesis, added))
        while self._turns:
            self._hear(heappop(self._turns)[1])

    def _welcome(self, standing: Standing) -> None:
        self.standings[standing.key] = standing
        heappush(self._turns, (standing.rank, standing.key))

    def _hear(self, key: bytes) -> None:
        tree = self.trees.get(key, Tree())
        met = self.standings[key]
        standing = self.standings[key] = Standing(
            key,
            met.rank,
            met.added_by,
            met.since_hash,
            met.added,
            standing_words(self._words[key]),
            tuple(self.revocations[key]),
            tuple(said for _, said in retirements(tree)),
        )
        self.levels[key] |= {word.trust for word in standing.words}
        if standing.was_ever_admin:
            self.admins.add(key)
        power = self._power(standing, tree)
        for entry in tree:
            if isinstance(entry.body, Parted) and entry.body.key == key:
                self.parted[key].append(entry)
            elif entry.hash in power:
                self._take(standing, entry)

    def _power(self, standing: Standing, tree: Tree) -> frozenset[bytes]:
        """Which entries of this issuer speak for the family."""
        if not self.with_cuts:
            return tree.all() if standing.was_ever_admin else frozenset()
        power = kept_by_words(tree, standing)
        if standing.revocations:
            return power & tree.below(standing.revocations[0].said.heads)
        for last, said in retirements(tree):
            power &= tree.below((last, *said.heads))
        return power

    def _take(self, by: Standing, entry: CheckedEntry) -> None:
        said = entry.body
        if isinstance(said, Add):
            self._add(by, entry, said)
        elif isinstance(said, Word):
            self._words[said.key].append((by.rank, said))
        elif isinstance(said, Revoke) and said.key != by.key:
            self.revocations[said.key].append(Revocation(by.rank, by.key, said))
        elif isinstance(said, Lift):
            self.lifts.append(Lifting(by.rank, by.key, said))
        elif isinstance(said, Epoch):
            self.epochs.append((entry.hash, said))
        elif isinstance(said, Parted) and self._is_junior(said.key, by):
            self.parted[said.key].append(entry)

    def _is_junior(self, key: bytes, by: Standing) -> bool:
        return key in self.standings and self.standings[key].rank > by.rank

    def _add(self, by: Standing, entry: CheckedEntry, said: Add) -> None:
        """Seniors were heard first, so whoever is there already was added by a senior."""
        self.levels[said.key].add(said.trust)
        if said.key not in self.standings:
            rank = (by.rank[0] + 1, (*by.rank[1], (entry.seq, entry.hash)))
            self._welcome(Standing(said.key, rank, by.key, entry.hash, said))
