"""The roster entries kept here: each signature is checked once, then the book is only read."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from mesh import crypto
from mesh.errors import BadEntry, ProtocolError
from mesh.model.entry import (
    ISSUER_ENTRIES_MAX,
    PURPOSE,
    AnyBody,
    CheckedEntry,
    close,
    family_of,
    read,
    write,
)
from mesh.model.roster import Roster, evaluate

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from mesh.model.standing import Rank

ENTRIES_MAX = 20_000
NOBODY: Rank = (1 << 30, ())


class Book:
    """The entries of one family and the roster they make. Frozen: adding gives a new book."""

    def __init__(self, family: bytes, entries: Iterable[CheckedEntry]) -> None:
        self.family = family
        self._entries = {entry.hash: entry for entry in entries}
        self._known = frozenset(entry.signed for entry in self._entries.values())
        self.roster: Roster = evaluate(self._entries.values(), family)
        self.hash = crypto.digest(*sorted(self._entries), person=b"aico roster")

    @classmethod
    def stored(cls, entries: Collection[bytes]) -> Book | None:
        """The book of entries that were checked before storing; None without a genesis."""
        family = next(filter(None, map(_family_begun_by, entries)), None)
        if family is None:
            return None
        return cls(family, [read(signed, family, _was_checked) for signed in entries])

    @classmethod
    def given(cls, genesis: bytes, entries: Collection[bytes]) -> Book:
        """The book of another family, all checked; a single bad entry is a ProtocolError."""
        if len(entries) > ENTRIES_MAX:
            raise BadEntry
        family = family_of(genesis)
        return cls(family, [read(one, family, crypto.verify) for one in (genesis, *entries)])

    def hashes(self) -> frozenset[bytes]:
        """The hashes of all entries here."""
        return frozenset(self._entries)

    def signed(self, without: Collection[bytes] = ()) -> list[bytes]:
        """All signed entries whose hash is not among ``without``.

        Seniors come first and parents before children, so that any beginning of the list counts
        without the rest.
        """
        left = (entry for entry in self._entries.values() if entry.hash not in without)
        return [entry.signed for entry in _senior_first(left, self.roster)]

    def draft(self, signer: crypto.SigningKey, *bodies: AnyBody) -> Book:
        """The book with new entries by one issuer, hung by its last one."""
        tips = self.roster.trees[signer.public].tips() if self._has_written(signer) else ()
        prev, seq = (tips[0].hash, tips[0].seq) if tips else (b"", 0)
        drafted = []
        for body in bodies:
            seq += 1
            entry = write(body, family=self.family, issuer=signer.public, prev=prev, seq=seq)
            signed = close(entry, signer.sign(PURPOSE, self.family, entry))
            drafted.append(read(signed, self.family, _was_checked))
            prev = drafted[-1].hash
        return self.with_entries(drafted)

    def _has_written(self, signer: crypto.SigningKey) -> bool:
        return signer.public in self.roster.trees

    def with_entries(self, entries: Iterable[CheckedEntry]) -> Book:
        """The book with some entries more."""
        return Book(self.family, [*self._entries.values(), *entries])

    def absorb(self, signed: Collection[bytes]) -> tuple[Book, int]:
        """The book with those of the given entries that may be kept, and how many may not.

        What is bad, of an issuer nobody ever added, or beyond the bounds (2,000 an issuer, of
        all together the most senior 20,000) is left out; what is here stays.
        """
        new, refused = self._checked(signed)
        if not new:
            return self, refused
        wider = self.with_entries(new)
        welcome = [entry for entry in new if entry.issuer in wider.roster.known]
        room = max(ENTRIES_MAX - len(self._entries), 0)
        kept = _senior_first(welcome, wider.roster)[:room]
        if len(kept) == len(new):
            return wider, refused
        refused += len(new) - len(kept)
        return (self.with_entries(kept) if kept else self), refused

    def _checked(self, signed: Collection[bytes]) -> tuple[list[CheckedEntry], int]:
        counts = Counter(entry.issuer for entry in self._entries.values())
        new: dict[bytes, CheckedEntry] = {}
        refused = 0
        for one in dict.fromkeys(signed):
            if one in self._known:
                continue
            try:
                entry = read(one, self.family, crypto.verify)
            except ProtocolError:
                refused += 1
                continue
            if entry.hash in self._entries or entry.hash in new:
                continue
            counts[entry.issuer] += 1
            if counts[entry.issuer] > ISSUER_ENTRIES_MAX:
                refused += 1
            else:
                new[entry.hash] = entry
        return list(new.values()), refused


def _senior_first(entries: Iterable[CheckedEntry], roster: Roster) -> list[CheckedEntry]:
    def place(entry: CheckedEntry) -> tuple[Rank, int, bytes]:
        return (roster.known.get(entry.issuer, NOBODY), entry.seq, entry.hash)

    return sorted(entries, key=place)


def _was_checked(*_: object) -> None:
    """Accept: the encrypted database kept it, or we have just signed it."""


def _family_begun_by(signed: bytes) -> bytes | None:
    try:
        return family_of(signed)
    except BadEntry:
        return None
