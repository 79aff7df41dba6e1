"""The clock of a device never runs back, and no other device can run away with it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mesh.model.hlc import (
    AHEAD_MAX_MS,
    TICK_MAX,
    HybridClock,
    is_far_ahead,
    milliseconds_of,
    tick_of,
)

times = st.integers(0, 2**46)


@given(
    st.lists(
        st.one_of(times.map(lambda now: (now, None)), st.tuples(times, times)), max_size=30
    )
)
def test_ticks_only_rise(steps: list[tuple[int, int | None]]) -> None:
    clock, before = HybridClock(), -1
    for now, seen in steps:
        if seen is not None:
            clock.see(tick_of(seen), now)
        tick = clock.tick(now)
        assert tick > before
        before = tick


@given(times, times)
def test_a_tick_is_above_what_was_seen_unless_too_far_ahead(now: int, seen: int) -> None:
    clock = HybridClock()
    clock.see(tick_of(seen), now)
    assert (clock.tick(now) > tick_of(seen)) == (seen <= now + AHEAD_MAX_MS)


@given(times, st.integers(0, 2**47 - 1))
def test_others_move_the_clock_a_day_at_most(now: int, seen: int) -> None:
    clock = HybridClock()
    clock.see(tick_of(seen), now)
    assert milliseconds_of(clock.tick(now)) <= now + AHEAD_MAX_MS


def test_the_limit_is_a_day_to_the_millisecond() -> None:
    assert not is_far_ahead(tick_of(AHEAD_MAX_MS + 5, 0xFFFF), 5)
    assert is_far_ahead(tick_of(AHEAD_MAX_MS + 6), 5)


@given(times, st.integers(0, 0xFFFF))
def test_a_tick_holds_its_time(now: int, counter: int) -> None:
    tick = tick_of(now, counter)
    assert milliseconds_of(tick) == now
    assert tick <= TICK_MAX


def test_a_clock_before_1970_counts_from_zero() -> None:
    assert tick_of(-5) == 0


def test_a_restored_clock_goes_on_above_its_last_tick() -> None:
    last = tick_of(10_000, 7)
    assert HybridClock(last).tick(now_ms=3) == last + 1
