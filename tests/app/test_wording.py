"""Typed causes become sentences a person understands."""

from __future__ import annotations

import pytest

from app import wording
from mesh.errors import NotRunning, WishRefused

NAMES = {"D1": "Home Desktop"}


def test_health_names_the_device_and_the_cause() -> None:
    assert wording.health("full", (), NAMES) == "AICO is fully available."
    limited = wording.health("limited", ("asleep:D1", "paused"), NAMES)
    words = "AICO has limited memory access: Home Desktop is asleep; sharing is paused."
    assert limited == words
    assert wording.health("limited", ("paused",), NAMES).startswith("AICO is available, with")
    assert "D9 is not connected" in wording.health("limited", ("away:D9",), NAMES)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(5, "just now"), (65, "1 minute ago"), (7300, "2 hours ago"), (86400 * 3, "3 days ago")],
)
def test_the_past_is_told_in_the_unit_that_fits(seconds: float, words: str) -> None:
    assert wording.ago(seconds) == words


def test_every_error_has_one_line() -> None:
    assert wording.sentence(WishRefused("two\nlines")) == "two lines"
    assert "aico-mesh node" in wording.sentence(NotRunning())
