"""What is missing is found, whatever two sets look like; who lies finds bounds."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh.errors import BadFrame
from mesh.model.cursor import Mark
from mesh.model.prints import KEY_SIZE, Prints
from mesh.sync.reconcile import Answer, Comparison, TooFarApart
from mesh.wire import frames
from mesh.wire.spans import AnySpan, Listed, Numbered, Print, Same, Wanted

if TYPE_CHECKING:
    from collections.abc import Iterable

Key = tuple[int, int]
"""A stamp and a small number that stands for a digest."""


def entry(key: Key, number: int) -> bytes:
    stamp, digest = key
    return stamp.to_bytes(8, "big") + digest.to_bytes(16, "big") + number.to_bytes(8, "big")


def prints(keys: Iterable[Key]) -> Prints:
    return Prints(entry(key, number) for number, key in enumerate(keys, 1))


def compare(mine: Prints, theirs: Prints) -> tuple[set[int], int, int]:
    """The numbers found missing, the bytes of all frames and the questions it took."""
    comparison, size, steps = Comparison(mine), 0, 0
    while (question := comparison.question()) is not None:
        asked = frames.Compare(9, 1, steps, *question, comparison.is_last)
        spans = Answer(theirs).to(*question)
        told = frames.Compared(9, 1, steps, Mark(bytes(8), len(theirs)), spans)
        for frame in (asked, told):
            raw = frames.write(frame)
            assert frames.read(raw) == frame
            size += len(raw)
        comparison.taken(spans)
        steps += 1
    settled = comparison.settled(len(theirs))
    missing = {n for a, b in settled.holes(len(theirs)) for n in range(a, b + 1)}
    return missing, size, steps


digests = (st.integers(0, 3) | st.integers(0, 2**64 - 1)).map(lambda number: number << 64)
sets = st.sets(digests.map(lambda digest: ((digest >> 64) % 41, digest)), max_size=200)


@given(sets, sets, st.randoms())
def test_exactly_what_is_not_here_is_missing(
    mine: set[Key], theirs: set[Key], luck: random.Random
) -> None:
    feed = sorted(theirs)
    luck.shuffle(feed)
    here = {key for key in mine | theirs if key in mine or luck.random() < 0.5}
    wanted = {number for number, key in enumerate(feed, 1) if key not in here}
    missing, _, _ = compare(prints(sorted(here)), prints(feed))
    assert missing == wanted


def chance(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 — the same sets in every run


def history(count: int, luck: random.Random) -> list[Key]:
    return [(place * 60_000 << 16, luck.getrandbits(128)) for place in range(count)]


def test_equal_stores_cost_a_question_and_an_answer() -> None:
    facts = prints(history(20_000, chance(1)))
    _, size, steps = compare(facts, facts)
    assert (size < 100, steps) == (True, 1)


def test_what_is_new_at_the_end_costs_little() -> None:
    keys = history(20_000, chance(2))
    missing, size, steps = compare(prints(keys[:19_900]), prints(keys))
    assert missing == set(range(19_901, 20_001))
    assert size < 2000
    assert steps <= 4


def test_one_in_a_hundred_scattered_ones_costs_less_than_the_trial_did() -> None:
    """The trial took 812 bytes for each difference, both ways together; here one way."""
    luck = chance(3)
    keys = history(20_000, luck)
    lost = set(luck.sample(range(20_000), 200))
    here = prints(key for place, key in enumerate(keys) if place not in lost)
    missing, size, _ = compare(here, prints(keys))
    assert missing == {place + 1 for place in lost}
    assert size < 200 * 812


def test_an_empty_or_small_side_is_told_by_numbers() -> None:
    keys = history(20_000, chance(4))
    assert compare(prints([]), prints(keys))[1] < 100
    missing, size, _ = compare(prints(keys[7:9]), prints(keys))
    assert len(missing) == 19_998
    assert size < 3000


def test_scattered_numbers_come_in_bounded_answers() -> None:
    luck = chance(5)
    keys = history(3000, luck)
    luck.shuffle(keys)
    facts = prints(keys)
    comparison = Comparison(prints([]))
    while (question := comparison.question()) is not None:
        spans = Answer(facts, numbers_max=100).to(*question)
        told = [len(span.numbers) for span in spans if isinstance(span, Numbered)]
        assert sum(told) <= 100
        comparison.taken(spans)
    assert comparison.settled(3000).floor == 0
    assert not list(comparison.settled(3000))


# ---- who lies --------------------------------------------------------------------------------

bounds = st.binary(max_size=KEY_SIZE)
counts = st.integers(0, 1 << 62)
fingerprints = st.binary(min_size=16, max_size=16)
spans = st.one_of(
    st.builds(Same, bounds),
    st.builds(Print, bounds, counts, fingerprints),
    st.builds(Wanted, bounds, st.booleans()),
    st.builds(Listed, bounds, st.binary(max_size=80), st.lists(st.integers(-9, 99)).map(tuple)),
    st.builds(Numbered, bounds, st.lists(counts, max_size=6).map(tuple)),
)


@given(bounds, st.lists(spans, max_size=40), st.integers(0, 300))
def test_any_question_is_answered_or_refused(
    start: bytes, asked: list[AnySpan], count: int
) -> None:
    facts = prints(history(count, chance(6)))
    try:
        answer = Answer(facts).to(start, asked)
    except BadFrame:
        return
    assert len(answer) <= 16 * max(1, len(asked))
    assert not asked or answer[-1].upper == asked[-1].upper


@given(st.lists(st.lists(spans, max_size=20), max_size=8), st.booleans())
def test_any_answer_is_taken_or_refused(answers: list[list[AnySpan]], is_mended: bool) -> None:
    comparison = Comparison(prints(history(200, chance(7))))
    try:
        for answer in answers:
            question = comparison.question()
            if question is None:
                break
            comparison.taken(_mended(question[1], answer) if is_mended else answer)
        comparison.settled(500)
    except (BadFrame, TooFarApart):
        return


def _mended(asked: tuple[AnySpan, ...], answer: list[AnySpan]) -> list[AnySpan]:
    """Junk that at least covers what was asked."""
    kept = [span for span in answer if span.upper]
    inner = {span.upper: span for span in kept if span.upper < (asked[-1].upper or b"\xff")}
    return [*(inner[upper] for upper in sorted(inner)), asked[-1]]


def test_who_always_divides_further_is_left() -> None:
    comparison = Comparison(prints(history(2000, chance(8))), asked_max=1000)

    def divide() -> None:
        while (question := comparison.question()) is not None:
            comparison.taken([Print(span.upper, 1000, bytes(16)) for span in question[1]])

    with pytest.raises(TooFarApart):
        divide()


@pytest.mark.parametrize("numbers", [(3, 0), (0, 0), (1, 9)])
def test_numbers_beyond_the_feed_are_no_answer(numbers: tuple[int, int]) -> None:
    comparison = Comparison(prints([]))
    comparison.question()
    comparison.taken([Numbered(b"", numbers)])
    if numbers == (1, 9):
        assert comparison.settled(10).holes(10) == [(1, 10)]
    else:
        with pytest.raises(BadFrame):
            comparison.settled(2)


def test_an_answer_to_nothing_or_to_something_else_is_refused() -> None:
    comparison = Comparison(prints(history(10, chance(9))))
    with pytest.raises(BadFrame):
        comparison.taken([Same(b"")])
    comparison.question()
    with pytest.raises(BadFrame):
        comparison.taken([Same(b"\x01")])
