"""The entries of one issuer as a tree.

Entries hang by ``prev``. Two entries with one ``prev`` both count: stopping at a fork would let
whoever holds a stolen key undo what that key once revoked, and would punish an honest restore.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mesh.model.entry import CheckedEntry


class Tree:
    """What one issuer said, as far as all ancestors are here, oldest first."""

    def __init__(self, entries: Iterable[CheckedEntry] = ()) -> None:
        self._here: dict[bytes, CheckedEntry] = {}
        for entry in sorted(entries, key=lambda entry: (entry.seq, entry.hash)):
            if self._is_rooted(entry):
                self._here[entry.hash] = entry

    def _is_rooted(self, entry: CheckedEntry) -> bool:
        parent = self._here.get(entry.prev)
        if parent is None:
            return not entry.prev and entry.seq == 1
        return entry.seq == parent.seq + 1

    def __iter__(self) -> Iterator[CheckedEntry]:
        return iter(self._here.values())

    def __len__(self) -> int:
        return len(self._here)

    def get(self, known: bytes) -> CheckedEntry | None:
        """The entry with this hash."""
        return self._here.get(known)

    @property
    def is_forked(self) -> bool:
        """Whether two entries share a parent: a restore, or someone else has the key."""
        children = Counter(entry.prev for entry in self._here.values())
        return any(count > 1 for count in children.values())

    def all(self) -> frozenset[bytes]:
        """The hashes of all entries."""
        return frozenset(self._here)

    def below(self, heads: Iterable[bytes]) -> frozenset[bytes]:
        """The hashes of these entries and of all their ancestors."""
        found: set[bytes] = set()
        waiting = list(heads)
        while waiting:
            known = waiting.pop()
            if known in self._here and known not in found:
                found.add(known)
                waiting.append(self._here[known].prev)
        return frozenset(found)

    def tips(self) -> tuple[CheckedEntry, ...]:
        """The entries nothing hangs by, the longest branch first."""
        parents = {entry.prev for entry in self._here.values()}
        tips = [entry for entry in self._here.values() if entry.hash not in parents]
        return tuple(sorted(tips, key=lambda entry: (-entry.seq, entry.hash)))
