"""What of a feed is not here: two frozen sets compared by fingerprints of ever smaller spans.

    the taker                                the giver
    Print of all it has    ───────────────▶  equal? nothing more
    ◀───────────────  Prints of sixteen parts, or a list of a few
    Prints of what differs, Wanted ───────▶
    ◀───────────────  Listed, Numbered       until every span is settled

The taker asks and keeps count; the giver answers each question alone, from its frozen set. What
comes out are the numbers of the giver's feed that are not here: a cursor with just these holes.
"""

from __future__ import annotations

import itertools
from collections import deque
from typing import TYPE_CHECKING

from mesh.errors import BadFrame
from mesh.model.cursor import RANGES_MAX, Ranges, ranges_of
from mesh.model.prints import END, Prints
from mesh.wire.spans import (
    LISTED_MAX,
    SHORT_SIZE,
    AnySpan,
    Listed,
    Numbered,
    Print,
    Same,
    Wanted,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FANOUT = 16
FEW = 32
"""So many facts are listed rather than divided further."""
ASKED_AT_ONCE = 128
ASKED_MAX = 100_000
"""Spans asked in all: sets that are farther apart are given from nothing."""
ANSWERED_MAX = 4096
NUMBERS_MAX = 50_000
"""Spans and packed numbers in one answer; what is left out is answered by its print."""

NUMBER_MAX = 1 << 62

Stretch = tuple[bytes, AnySpan]
"""A span and where it begins."""


class TooFarApart(Exception):
    """Comparing would cost more than giving all: the cursor starts over."""


def stretches(start: bytes, spans: Iterable[AnySpan]) -> Iterator[Stretch]:
    """Spans with their beginnings; BadFrame when they do not follow each other."""
    lower, is_over = start, False
    for span in spans:
        if is_over or (span.upper != END and span.upper <= lower):
            raise BadFrame("spans out of order")
        yield lower, span
        lower, is_over = span.upper, span.upper == END


def joined(spans: Iterable[AnySpan]) -> tuple[AnySpan, ...]:
    """Neighbours about which there is nothing to say become one."""
    found: list[AnySpan] = []
    for span in spans:
        if isinstance(span, Same) and found and isinstance(found[-1], Same):
            found.pop()
        found.append(span)
    return tuple(found)


def _printed(facts: Prints, first: int, last: int, upper: bytes) -> Print:
    return Print(upper, last - first, facts.print(first, last))


def _parts(facts: Prints, first: int, last: int, upper: bytes) -> Iterator[Print]:
    """Sixteen spans with about as many facts each."""
    edges = [first + (last - first) * part // FANOUT for part in range(FANOUT + 1)]
    for low, high in itertools.pairwise(edges):
        if low < high:
            yield _printed(facts, low, high, upper if high == last else facts.bound(high))


# ---- the giver -------------------------------------------------------------------------------


class Answer:
    """What a giver says to one question, from its frozen set."""

    def __init__(self, facts: Prints, numbers_max: int = NUMBERS_MAX) -> None:
        self._facts = facts
        self._spans: list[AnySpan] = []
        self._numbers_max = self._numbers_left = numbers_max

    def to(self, start: bytes, spans: Iterable[AnySpan]) -> tuple[AnySpan, ...]:
        """The answer to all spans of a question; BadFrame when they make no sense."""
        for lower, span in stretches(start, spans):
            self._spans += self._about(span, *self._facts.places(lower, span.upper))
        return joined(self._spans)

    def _about(self, span: AnySpan, first: int, last: int) -> Iterable[AnySpan]:
        facts, upper, count = self._facts, span.upper, last - first
        if isinstance(span, Same) or count == 0:
            return [Same(upper)]
        if isinstance(span, Print) and span == _printed(facts, first, last, upper):
            return [Same(upper)]
        if not isinstance(span, Print | Wanted) or len(self._spans) >= ANSWERED_MAX:
            return [_printed(facts, first, last, upper)]
        if span.count == 0 if isinstance(span, Print) else span.by_number:
            return self._numbered(first, last, upper)
        if count <= FEW:
            return [_listed(facts, first, last, upper)]
        return _parts(facts, first, last, upper)

    def _numbered(self, first: int, last: int, upper: bytes) -> Iterable[AnySpan]:
        numbers = sorted(self._facts.number(place) for place in range(first, last))
        packed = Ranges(ranges_of(numbers)).packed()
        if len(packed) <= self._numbers_left:
            self._numbers_left -= len(packed)
            return [Numbered(upper, packed)]
        if len(packed) > self._numbers_max:
            return _parts(self._facts, first, last, upper)
        return [_printed(self._facts, first, last, upper)]


def _listed(facts: Prints, first: int, last: int, upper: bytes) -> Listed:
    shorts = b"".join(facts.digest(place)[:SHORT_SIZE] for place in range(first, last))
    numbers = [facts.number(place) for place in range(first, last)]
    steps = [after - before for before, after in zip([0, *numbers], numbers, strict=False)]
    return Listed(upper, shorts, tuple(steps))


# ---- the taker -------------------------------------------------------------------------------


class Comparison:
    """Finds out what of a feed is not here. ``top``: how long the feed was when it was frozen.

    Ask with ``question`` until it gives none; ``taken`` takes the answer to the last question.
    """

    def __init__(
        self,
        facts: Prints,
        known: frozenset[bytes] = frozenset(),
        *,
        asked_max: int = ASKED_MAX,
    ) -> None:
        """``known``: digests of facts that are here and may be in the feed or not."""
        self._facts = facts
        self._known = {digest[:SHORT_SIZE] for digest in known}
        self._left: deque[Stretch] = deque([(END, self._first())])
        self._asked: tuple[bytes, bytes] | None = None
        self._may_ask = asked_max
        self._missing = Ranges()

    def _first(self) -> AnySpan:
        return _printed(self._facts, 0, len(self._facts), END)

    @property
    def is_last(self) -> bool:
        """Whether nothing is left to be asked but what was asked already."""
        return not self._left

    def question(self) -> tuple[bytes, tuple[AnySpan, ...]] | None:
        """Where the next question begins, and its spans; TooFarApart when it costs too much."""
        if not self._left:
            return None
        start, lower = self._left[0][0], self._left[0][0]
        spans: list[AnySpan] = []
        while self._left and len(spans) < ASKED_AT_ONCE:
            begin, span = self._left.popleft()
            if begin != lower:
                spans.append(Same(begin))
            spans.append(span)
            lower = span.upper
        self._may_ask -= len(spans)
        if self._may_ask < 0:
            raise TooFarApart
        self._asked = (start, lower)
        return start, tuple(spans)

    def taken(self, spans: Iterable[AnySpan]) -> None:
        """Take the answer to the last question; BadFrame when it is none."""
        if self._asked is None:
            raise BadFrame("an answer to nothing")
        (start, end), self._asked = self._asked, None
        more: list[Stretch] = []
        upper = start
        for lower, span in stretches(start, spans):
            begin = lower
            for one in self._about(lower, span):
                more.append((begin, one))
                begin = one.upper
            upper = span.upper
        if upper != end:
            raise BadFrame("an answer to something else")
        if len(self._missing) > RANGES_MAX:
            raise TooFarApart
        self._left.extendleft(reversed(more))

    def _about(self, lower: bytes, span: AnySpan) -> Iterable[AnySpan]:
        """What is to be asked of a span that the giver told of."""
        first, last = self._facts.places(lower, span.upper)
        match span:
            case Listed():
                self._note_listed(span, first, last)
            case Numbered():
                self._missing.settle(Ranges.unpacked(span.numbers))
            case Print() if span.count and span != _printed(
                self._facts, first, last, span.upper
            ):
                return self._closer(span, first, last)
        return ()

    def _closer(self, span: Print, first: int, last: int) -> Iterable[AnySpan]:
        if first == last:
            return [Wanted(span.upper, by_number=True)]
        if span.count <= FEW:
            return [Wanted(span.upper, by_number=False)]
        if last - first <= FEW:
            return [_printed(self._facts, first, last, span.upper)]
        return _parts(self._facts, first, last, span.upper)

    def _note_listed(self, span: Listed, first: int, last: int) -> None:
        if len(span.shorts) != SHORT_SIZE * len(span.steps) or len(span.steps) > LISTED_MAX:
            raise BadFrame("a list of the wrong shape")
        here = {self._facts.digest(place)[:SHORT_SIZE] for place in range(first, last)}
        number = 0
        for place, step in enumerate(span.steps):
            number += step
            short = span.shorts[place * SHORT_SIZE : (place + 1) * SHORT_SIZE]
            if short not in here and short not in self._known:
                if not 1 <= number <= NUMBER_MAX:
                    raise BadFrame("a number of no feed")
                self._missing.settle([(number, number)])

    def settled(self, top: int) -> Ranges:
        """Of the feed's numbers up to ``top`` those that are not missing here."""
        if self._missing.goes_beyond(top) or 0 in self._missing:
            raise BadFrame("numbers beyond the feed")
        return Ranges(self._missing.holes(top))
