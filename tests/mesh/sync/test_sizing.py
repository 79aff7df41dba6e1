"""How large pages are: by what was measured, by the machine, and after pages were lost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mesh.links.credit import Flow
from mesh.links.steering import WINDOW, WINDOW_MAX
from mesh.model.cursor import Ranges
from mesh.model.device import Kind
from mesh.sync.sizing import LEAST, LEAST_BY_PACE, MOST, PAGE_S, Sizing

QUICK = Flow(WINDOW_MAX, rate=1e9, round_trip=0.001)


def lose(sizing: Sizing, kind: Kind = Kind.DESKTOP) -> int:
    """A page goes and is asked for again; how many facts it had."""
    facts = sizing.limits(kind, QUICK).facts
    sizing.sent(9, 1, facts)
    sizing.asked(9, Ranges())
    return facts


def test_a_mobile_device_gets_smaller_pages_than_a_desktop_and_that_than_a_server() -> None:
    given_to = {kind: Sizing().limits(kind, QUICK) for kind in Kind}
    assert given_to[Kind.MOBILE].size < given_to[Kind.DESKTOP].size
    assert given_to[Kind.DESKTOP].size < given_to[Kind.SERVER].size


def test_a_page_takes_as_long_as_it_may_and_not_longer() -> None:
    sizing = Sizing()
    for _ in range(50):
        sizing.packed(100, 20_000, 5_000)
    slow = Flow(WINDOW_MAX, rate=300_000)
    limits = sizing.limits(Kind.SERVER, slow)
    assert abs(limits.size / 4 / 300_000 - PAGE_S) < PAGE_S / 50
    assert limits.facts == round(limits.size / 200)
    far = Flow(WINDOW_MAX, rate=300_000, round_trip=0.2)
    assert sizing.limits(Kind.SERVER, far).size > 1.9 * limits.size
    narrow = Flow(1000, rate=300_000)
    assert sizing.limits(Kind.SERVER, narrow).size == LEAST
    slowest = Flow(WINDOW_MAX, rate=10)
    assert sizing.limits(Kind.SERVER, slowest).size == LEAST_BY_PACE


def test_two_pages_fit_into_the_window() -> None:
    sizing = Sizing()
    for _ in range(50):
        sizing.packed(100, 20_000, 20_000)
    limits = sizing.limits(Kind.SERVER, Flow(WINDOW))
    assert abs(limits.size - WINDOW // 2) < WINDOW // 100


def test_lost_pages_are_followed_by_smaller_ones_down_to_single_facts_and_back() -> None:
    sizing = Sizing()
    lost = [lose(sizing) for _ in range(7)]
    assert lost[0] > 100
    assert lost == sorted(lost, reverse=True)
    assert lost[-1] == 1
    grown = [
        sizing.limits(Kind.DESKTOP, Flow(WINDOW_MAX, 1e9, 0.001, dealt)).facts
        for dealt in range(1, 120)
    ]
    assert grown == sorted(grown)
    assert grown[-1] == lost[0]


def test_they_grow_quickly_to_half_of_what_was_lost_and_slowly_from_there() -> None:
    sizing = Sizing()
    sizing.sent(9, 1, 1000)
    sizing.asked(9, Ranges())
    grown = [sizing.limits(Kind.SERVER, Flow(WINDOW_MAX, dealt=n)).facts for n in range(14)]
    assert grown[:2] == [250, 500]
    assert grown[2:4] == [531, 564]
    assert grown[-1] > 1000


def test_what_came_is_not_held_against_it() -> None:
    sizing = Sizing()
    sizing.sent(9, 5, 100)
    sizing.sent(13, 5, 100)
    before = sizing.limits(Kind.DESKTOP, QUICK)
    sizing.asked(9, Ranges([(1, 9)]))
    sizing.asked(17, Ranges())
    assert sizing.limits(Kind.DESKTOP, QUICK) == before
    sizing.asked(13, Ranges())
    assert sizing.limits(Kind.DESKTOP, QUICK).facts == 25


def test_one_failure_counts_once_however_many_pages_it_took() -> None:
    sizing = Sizing()
    for number in range(5):
        sizing.sent(9, number, 100)
    sizing.asked(9, Ranges())
    sizing.asked(9, Ranges())
    assert sizing.limits(Kind.DESKTOP, QUICK).facts == 25


FLOWS = st.builds(
    Flow,
    st.integers(1, WINDOW_MAX),
    st.none() | st.floats(1e-3, 1e12),
    st.floats(0, 1e6),
    st.integers(0, 1000),
)
STEPS = st.one_of(
    FLOWS,
    st.tuples(st.integers(0, 5000), st.integers(0, 1 << 21), st.integers(0, 1 << 21)),
    st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), max_size=3),
)


@given(st.lists(STEPS, max_size=60), st.sampled_from(list(Kind)))
def test_whatever_happens_a_page_has_something_and_not_too_much(
    steps: list[Flow | tuple[int, int, int] | list[tuple[int, int]]], kind: Kind
) -> None:
    sizing = Sizing()
    for step in steps:
        if isinstance(step, Flow):
            limits = sizing.limits(kind, step)
            assert 1 <= limits.facts <= MOST[kind].facts
            assert LEAST <= limits.size <= MOST[kind].size
            sizing.sent(9, limits.facts, limits.facts)
        elif isinstance(step, tuple):
            sizing.packed(*step)
        else:
            sizing.asked(9, Ranges(step))
