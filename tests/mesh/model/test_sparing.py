"""What is spared: by the facts, by what was chosen, and without flickering."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh.model.sparing import Sparing, Surroundings, Why, spares

PERCENTS = st.none() | st.floats(0, 100)
AROUND = st.builds(Surroundings, st.booleans(), PERCENTS, st.booleans())
BEFORE = st.none() | st.sampled_from(Why)


@pytest.mark.parametrize(
    ("around", "normal", "strong"),
    [
        (Surroundings(), None, None),
        (Surroundings(on_battery=True, percent=80), None, Why.BATTERY),
        (Surroundings(on_battery=True, percent=20), Why.BATTERY, Why.BATTERY),
        (Surroundings(on_battery=True), None, Why.BATTERY),
        (Surroundings(on_battery=False, percent=5), None, None),
        (Surroundings(metered=True), Why.METERED, Why.METERED),
        (Surroundings(on_battery=True, percent=5, metered=True), Why.BATTERY, Why.BATTERY),
    ],
)
def test_what_is_spared(around: Surroundings, normal: Why | None, strong: Why | None) -> None:
    assert spares(Sparing.NORMAL, around) == normal
    assert spares(Sparing.STRONG, around) == strong


@given(AROUND, BEFORE)
def test_who_wants_nothing_spared_never_waits(around: Surroundings, before: Why | None) -> None:
    assert spares(Sparing.OFF, around, before) is None


@given(AROUND, BEFORE)
def test_a_stricter_choice_spares_whatever_a_milder_one_does(
    around: Surroundings, before: Why | None
) -> None:
    if spares(Sparing.NORMAL, around, before):
        assert spares(Sparing.STRONG, around, before)


def test_a_battery_that_was_low_is_low_until_it_has_clearly_more() -> None:
    between = Surroundings(on_battery=True, percent=23)
    assert spares(Sparing.NORMAL, between) is None
    assert spares(Sparing.NORMAL, between, Why.BATTERY) is Why.BATTERY
    assert spares(Sparing.NORMAL, Surroundings(True, 26.0), Why.BATTERY) is None


def test_of_two_choices_the_stricter_counts() -> None:
    assert Sparing.OFF.stricter(Sparing.STRONG) is Sparing.STRONG
    assert Sparing.STRONG.stricter(Sparing.NORMAL) is Sparing.STRONG
    assert Sparing.NORMAL.stricter(None) is Sparing.NORMAL
