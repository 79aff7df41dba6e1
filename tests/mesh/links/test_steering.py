"""The window of a bulk lane: it follows the queue on the way, and stays within its bounds."""

from __future__ import annotations

from collections import deque
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh.links.credit import Outgoing
from mesh.links.steering import (
    LATEST,
    SLOT_S,
    SLOTS,
    STEP,
    TARGET_S,
    WINDOW,
    WINDOW_MAX,
    WINDOW_MIN,
    Quickest,
    Steering,
)

PAGE = 8 * 1024
MEGABIT = 125_000


def saturate(
    rate: float, way: float, seconds: float, jitter: float = 0.0
) -> tuple[Outgoing, list[float]]:
    """Pages without end over a link of ``rate`` bytes a second, ``way`` seconds each way.

    The receiver is quick. Returns the account, and the seconds each page of the second half
    waited in the queue of the link before it.
    """
    sender, chance = Outgoing(), Random(1)  # noqa: S311 — chance that comes again
    wire, waited = deque[tuple[float, int]](), list[float]()
    now = free = 0.0
    while now < seconds:
        while sender.has_room(PAGE):
            sender.went(PAGE, now)
            if now > seconds / 2:
                waited.append(max(0.0, free - now))
            free = max(free, now) + PAGE / rate
            wire.append((free + 2 * way + chance.random() * jitter, PAGE))
        due, size = wire.popleft()
        now = max(now, due)
        sender.arrived(size, now)
        sender.give(size, now)
    return sender, waited


@pytest.mark.parametrize("megabits", [5, 20, 100])
@pytest.mark.parametrize("way", [0.0005, 0.02, 0.1])
def test_a_saturated_link_has_a_short_queue_and_is_not_idle(megabits: int, way: float) -> None:
    rate = megabits * MEGABIT
    sender, waited = saturate(rate, way, 20)
    own = PAGE / rate
    assert max(waited) <= 2 * TARGET_S + own
    assert sender.flow.window >= min(0.8 * WINDOW_MAX, rate * 2 * way)


def test_journeys_that_are_late_by_chance_do_not_shrink_it() -> None:
    rate = 100 * MEGABIT
    steady, _ = saturate(rate, 0.02, 10)
    shaken, _ = saturate(rate, 0.02, 10, jitter=0.02)
    assert shaken.flow.window > steady.flow.window / 2


def test_on_a_slow_link_next_to_nothing_waits() -> None:
    rate = 0.1 * MEGABIT
    sender, waited = saturate(rate, 0.01, 60)
    assert sum(waited) / len(waited) < PAGE / rate
    assert sender.flow.rate == pytest.approx(rate, rel=0.1)


def test_it_doubles_at_first_and_then_grows_by_steps() -> None:
    steering = Steering()
    steering.arrived(WINDOW, 0.1, 0.0, is_filled=True)
    assert steering.window == 2 * WINDOW
    for _ in range(LATEST):
        steering.arrived(WINDOW, 0.1 + 2 * TARGET_S, 1.0, is_filled=False)
    shrunk = steering.window
    assert shrunk == 2 * WINDOW - WINDOW // 2
    for _ in range(LATEST - 1):
        steering.arrived(shrunk, 0.1, 1.0, is_filled=False)
    steering.arrived(shrunk, 0.1, 2.0, is_filled=True)
    assert steering.window == shrunk + STEP


def test_it_does_not_grow_when_more_would_not_help() -> None:
    steering = Steering()
    steering.arrived(WINDOW, 0.1, 0.0, is_filled=False)
    assert steering.window == WINDOW


ARRIVALS = st.lists(
    st.tuples(
        st.integers(0, 2 * WINDOW_MAX), st.floats(0, 100), st.floats(0, 1000), st.booleans()
    )
)


@given(ARRIVALS)
def test_whatever_the_other_side_says_the_bounds_hold(
    arrivals: list[tuple[int, float, float, bool]],
) -> None:
    steering, now = Steering(), 0.0
    for size, seconds, later, is_filled in arrivals:
        now += later
        before = steering.window
        steering.arrived(size, seconds, now, is_filled=is_filled)
        assert WINDOW_MIN <= steering.window <= WINDOW_MAX
        assert steering.queueing >= 0
        if steering.queueing > TARGET_S:
            assert steering.window <= before
        else:
            assert steering.window >= before


@given(st.lists(st.tuples(st.floats(0, 200), st.floats(0, 10)), min_size=1))
def test_the_quickest_is_that_of_the_last_minutes(notes: list[tuple[float, float]]) -> None:
    quickest, now = Quickest(), 0.0
    said = list[tuple[float, float]]()
    for later, seconds in notes:
        now += later
        said.append((now, seconds))
        quickest.note(seconds, now)
    surely = [s for at, s in said if at > now - (SLOTS - 1) * SLOT_S]
    maybe = [s for at, s in said if at > now - SLOTS * SLOT_S]
    assert min(maybe) <= quickest.seconds <= min(surely)
