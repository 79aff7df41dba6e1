"""Moments are told as people say them."""

from __future__ import annotations

import time

import pytest

from app.wording import ago, clock_time, day, full_date, lately, left, speak, until, when


def seconds_at(*parts: int) -> float:
    """A moment on the clock of this machine."""
    written = ":".join(map(str, parts))
    return time.mktime(time.strptime(written, "%Y:%m:%d:%H:%M"))


NOW = seconds_at(2026, 11, 22, 18, 30)
"""A Sunday."""
MOMENTS = [
    ((2026, 11, 22, 9, 5), "09:05", "09:05", "Heute"),
    ((2026, 11, 21, 23, 59), "Gestern, 23:59", "Gestern", "Gestern"),
    ((2026, 11, 17, 0, 0), "Di, 00:00", "Di", "Dienstag, 17. November"),
    ((2026, 3, 3, 14, 5), "3. März, 14:05", "3. März", "Dienstag, 3. März"),
    ((2025, 11, 22, 14, 5), "22. Nov. 2025", "22. Nov. 2025", "22. November 2025"),
    ((2026, 11, 25, 8, 0), "25. Nov., 08:00", "25. Nov.", "Mittwoch, 25. November"),
]


@pytest.mark.parametrize(("moment", "short", "narrow", "heading"), MOMENTS)
@pytest.mark.usefixtures("german")
def test_a_moment_is_as_short_as_it_is_clear(
    moment: tuple[int, ...], short: str, narrow: str, heading: str
) -> None:
    seconds = seconds_at(*moment)
    assert when(seconds, NOW) == short
    assert lately(seconds, NOW) == narrow
    assert day(seconds, NOW) == heading


@pytest.mark.usefixtures("german")
def test_the_end_of_a_pause_is_told_from_today() -> None:
    assert until(NOW + 3600, NOW) == "bis 19:30"
    assert until(NOW + 12.5 * 3600, NOW) == "bis morgen, 07:00"
    assert until(NOW + 9 * 86400, NOW) == "bis 1. Dez., 18:30"


def test_english_countries_write_the_time_in_their_way() -> None:
    assert speak("en_GB") == "en"
    assert clock_time(NOW) == "18:30"
    assert full_date(NOW) == "Sunday, 22 November 2026, 18:30"
    speak()
    assert clock_time(NOW) == "6:30\N{NARROW NO-BREAK SPACE}PM"


@pytest.mark.parametrize("seconds", [1e18, -1e18, float("nan"), float("inf")])
def test_a_moment_no_calendar_has_is_a_question_mark(seconds: float) -> None:
    assert when(seconds, NOW) == day(seconds, NOW) == until(seconds, NOW) == "?"
    assert clock_time(seconds) == full_date(seconds) == "?"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(5, "just now"), (-9, "just now"), (65, "1 minute ago"), (7300, "2 hours ago"),
     (86400 * 3, "3 days ago")],
)  # fmt: skip
def test_the_past_is_told_in_the_unit_that_fits(seconds: float, words: str) -> None:
    assert ago(seconds) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(None, ""), (0.2, "0 s left"), (125, "2 min 5 s left"), (7260, "2 h 1 min left")],
)
def test_what_is_left_is_told_in_two_units_at_most(seconds: float | None, words: str) -> None:
    assert left(seconds) == words
