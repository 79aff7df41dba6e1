"""What need not be sent back: which numbers of our feeds are of facts the other gave us."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from mesh.model.cursor import NO_MARK, Mark, Ranges, ranges_of

if TYPE_CHECKING:
    from collections.abc import Collection


class Echoes:
    """Of one talk: what the other is not known to lack is settled there without being sent."""

    def __init__(self) -> None:
        self._numbers: dict[int, Ranges] = {}

    def came(self, rooted: Collection[tuple[int, int]]) -> None:
        """These (scope, number) of ours are of facts that the other has just given."""
        for scope, some in groupby(sorted(rooted), key=itemgetter(0)):
            numbers = ranges_of(number for _, number in some)
            self._numbers.setdefault(scope, Ranges()).settle(numbers)

    def of(self, scope: int) -> Ranges:
        """The numbers of one scope, as they are now."""
        return self._numbers.get(scope, Ranges()).copy()

    def asked(self, scope: int, mark: Mark, *, is_known: bool) -> None:
        """The other asks for a scope, from a mark that is known here or not.

        What it has not settled up to there it lacks, whoever gave it: it may have had to let
        that go since. Only of what it had not heard of it says nothing.
        """
        before = self._numbers.pop(scope, Ranges())
        if is_known and mark != NO_MARK:
            left = Ranges((max(first, mark.top + 1), last) for first, last in before)
            self._numbers[scope] = left
