"""Typed causes become sentences a person understands."""

from __future__ import annotations

import pytest

from app import wording
from mesh.model.device import Role, Trust

NAMES = {"D1": "Home Desktop"}


def test_health_names_the_device_and_the_cause() -> None:
    assert wording.health("full", (), NAMES) == "AICO is fully available."
    limited = wording.health("limited", ("asleep:D1", "paused"), NAMES)
    words = "AICO has limited memory access: Home Desktop is asleep; sharing is paused."
    assert limited == words
    assert wording.health("limited", ("paused",), NAMES).startswith("AICO is available, with")
    assert "D9 is not connected" in wording.health("limited", ("away:D9",), NAMES)


@pytest.mark.usefixtures("german")
def test_health_is_told_in_the_spoken_language() -> None:
    words = wording.health("limited", ("behind:D1", "clock"), NAMES)
    assert words.endswith(": Home Desktop holt noch auf; die Uhr dieses Geräts geht falsch.")


def test_what_a_later_version_brings_is_told_as_it_came() -> None:
    assert wording.health("half_awake", ("solar_flare",), {}) == "half awake: solar flare."
    assert wording.feeling("wistful") == "wistful"


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize("trust", Trust)
def test_every_trust_has_a_word_and_a_meaning(trust: Trust) -> None:
    assert wording.trust(trust) != trust.value
    assert wording.trust_means(trust).endswith(".")


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize("role", Role)
def test_every_role_has_a_word(role: Role) -> None:
    assert "gerät" in wording.role(role).lower()


def test_figures_are_written_as_the_country_does() -> None:
    assert (wording.signed(0.256), wording.percent(0.384)) == ("+0.26", "38%")
    wording.speak("de_DE")
    try:
        assert (wording.signed(-0.256), wording.signed(0)) == ("-0,26", "+0,00")
        assert wording.percent(0.384) == "38\N{NO-BREAK SPACE}%"
    finally:
        wording.speak()
