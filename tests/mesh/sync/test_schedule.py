"""The schedule: nothing starves, asked means at once, whatever happens in whatever order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh.model.sparing import Sparing, Surroundings, Why
from mesh.sync.patience import Patience
from mesh.sync.remaining import Remaining
from mesh.sync.schedule import (
    ALL,
    ASKED_S,
    BREATH_S,
    FIRST_S,
    PORTION,
    PORTION_EVERY_S,
    QUIET_S,
    Schedule,
)

ONE, OTHER = b"one", b"other"
LOW = Surroundings(on_battery=True, percent=5)
CHOSEN = Sparing.NORMAL

KEYS = st.sampled_from([ONE, OTHER])
STEPS = st.lists(
    st.tuples(
        st.floats(0, 2000),
        st.one_of(
            st.tuples(st.just("said")),
            st.tuples(st.just("ask"), KEYS),
            st.tuples(st.just("level"), KEYS),
            st.tuples(st.just("part"), KEYS),
            st.tuples(st.just("meet"), KEYS),
            st.tuples(st.just("hear"), KEYS, st.none() | st.sampled_from(Why), st.booleans()),
            st.tuples(
                st.just("notice"),
                st.builds(Surroundings, st.booleans(), st.floats(0, 100), st.booleans()),
                st.sampled_from(Sparing),
            ),
        ),
    ),
    max_size=30,
)


def play(steps: list[tuple[float, tuple[object, ...]]]) -> tuple[Schedule, float]:
    """A schedule after all of that, and what time it is then."""
    schedule, now = Schedule(), 0.0
    for later, (what, *given_) in steps:
        now += later
        match what:
            case "said":
                schedule.said(now)
            case "ask" | "meet":
                getattr(schedule, str(what))(given_[0], now)
            case "hear":
                key, why, asked = given_
                schedule.hear(key, why, asked=asked, now=now)  # type: ignore[arg-type]
            case _:
                getattr(schedule, str(what))(*given_)
    return schedule, now


@given(STEPS, st.floats(0, 10))
def test_a_page_waits_for_a_pause_but_never_for_long(
    steps: list[tuple[float, tuple[object, ...]]], since: float
) -> None:
    schedule, now = play(steps)
    begun = now - since
    due = schedule.turn(ONE, begun, now)
    assert now <= due <= max(now, begun + BREATH_S)
    assert schedule.turn(ONE, begun, max(now, begun + BREATH_S)) == max(now, begun + BREATH_S)


@given(STEPS)
def test_who_asks_gets_all_at_once(steps: list[tuple[float, tuple[object, ...]]]) -> None:
    schedule, now = play(steps)
    schedule.said(now)
    schedule.ask(ONE, now)
    assert schedule.verdict(ONE, 9, now) == ALL
    assert schedule.turn(ONE, now, now) == now
    assert schedule.waits(ONE, now) is None


@given(STEPS)
def test_who_is_asked_by_the_other_gives_all_at_once(
    steps: list[tuple[float, tuple[object, ...]]],
) -> None:
    schedule, now = play(steps)
    schedule.hear(ONE, Why.BATTERY, asked=True, now=now)
    assert schedule.verdict(ONE, 9, now) == ALL
    assert schedule.verdict(ONE, 9, now + ASKED_S).portion != 0


@given(STEPS, st.integers(PORTION + 1, 20 * PORTION))
def test_nothing_starves(steps: list[tuple[float, tuple[object, ...]]], facts: int) -> None:
    """However it stands: who looks again when it was told to has given all in bounded time."""
    schedule, now = play(steps)
    begun, left = now, facts
    while left:
        verdict = schedule.verdict(ONE, 9, now)
        if verdict.portion is None or left <= PORTION:
            left = 0
        elif verdict.portion:
            schedule.give(ONE, 9, now)
            left -= verdict.portion
        if left:
            assert verdict.why is not None
            assert now < verdict.look_again <= now + PORTION_EVERY_S
            now = verdict.look_again
    assert now - begun <= PORTION_EVERY_S * (facts / PORTION + 1)


@given(STEPS)
def test_whatever_waits_has_a_reason_on_one_of_the_two(
    steps: list[tuple[float, tuple[object, ...]]],
) -> None:
    schedule, now = play(steps)
    why = schedule.waits(ONE, now)
    if why in {Why.BATTERY, Why.METERED}:
        assert schedule.why is why
    if schedule.verdict(ONE, 9, now).portion is not None:
        assert why is not None
    schedule.part(ONE)
    assert schedule.waits(ONE, now) in {None, schedule.why}


def test_a_conversation_that_is_over_delays_nothing() -> None:
    schedule = Schedule()
    schedule.said(100.0)
    assert schedule.turn(ONE, 100.0, 100.0) == 100.0 + BREATH_S
    assert schedule.turn(ONE, 101.8, 101.8) == 100.0 + QUIET_S
    assert schedule.turn(ONE, 103.0, 103.0) == 103.0


def test_devices_that_have_just_met_wait_for_no_pause() -> None:
    schedule = Schedule()
    schedule.meet(ONE, 100.0)
    schedule.said(100.0 + FIRST_S)
    assert schedule.turn(ONE, 100.0, 100.0) == 100.0
    later = 100.0 + FIRST_S
    assert schedule.turn(ONE, later, later) == later + BREATH_S
    assert schedule.turn(OTHER, 100.0, 100.0) == 100.0 + BREATH_S


def test_a_low_battery_lets_the_newest_go_and_then_a_portion_now_and_then() -> None:
    schedule = Schedule()
    assert schedule.notice(LOW, CHOSEN)
    assert not schedule.notice(LOW, CHOSEN)
    first = schedule.verdict(ONE, 9, 0.0)
    assert (first.portion, first.why) == (PORTION, Why.BATTERY)
    schedule.give(ONE, 9, 0.0)
    assert schedule.verdict(ONE, 9, 1.0).portion == 0
    assert schedule.verdict(ONE, 17, 1.0).portion == PORTION
    assert schedule.verdict(OTHER, 9, 1.0).portion == PORTION
    assert schedule.verdict(ONE, 9, PORTION_EVERY_S).portion == PORTION


def test_what_was_asked_for_is_spared_again_once_it_is_there_or_an_hour_later() -> None:
    schedule = Schedule()
    schedule.notice(LOW, CHOSEN)
    schedule.ask(ONE, 0.0)
    assert schedule.waits(OTHER, 0.0) is Why.BATTERY
    schedule.level(ONE)
    assert schedule.waits(ONE, 0.0) is Why.BATTERY
    schedule.ask(ONE, 0.0)
    assert schedule.waits(ONE, ASKED_S - 1) is None
    assert schedule.waits(ONE, ASKED_S) is Why.BATTERY


def test_the_others_reason_is_told_as_the_others() -> None:
    schedule = Schedule()
    schedule.hear(ONE, Why.METERED, asked=False, now=0.0)
    assert schedule.waits(ONE, 0.0) is Why.THEIR_METERED
    schedule.notice(LOW, CHOSEN)
    assert schedule.waits(ONE, 0.0) is Why.BATTERY


@pytest.mark.parametrize("missing", [1, 1000])
def test_the_time_left_follows_the_pace_so_far(missing: int) -> None:
    remaining = Remaining()
    assert remaining.seconds(missing + 10, 5, 0.0) is None
    assert remaining.seconds(missing, 15, 2.0) == round(missing * 2.0 / 10, 1)
    assert remaining.seconds(0, 15 + missing, 3.0) is None
    assert remaining.seconds(4, 15 + missing, 9.0) is None


@given(st.integers(0, 40))
def test_patience_grows_to_a_bound_and_begins_anew_after_a_success(failures: int) -> None:
    patience = Patience(2.0, 60.0)
    spent = [patience.spend() for _ in range(failures)]
    assert spent == [min(60.0, 2.0 * 2**n) for n in range(failures)]
    patience.rest()
    assert patience.spend() == 2.0
