"""Errors are told in the spoken language, also those with values in them."""

from __future__ import annotations

import pytest

from app.wording import sentence, told
from mesh.errors import BadInput, MeshError, NotRunning, WishRefused


def test_every_error_has_one_line() -> None:
    assert sentence(WishRefused("two\nlines")) == "two lines"
    assert "aico-mesh node" in sentence(NotRunning())


@pytest.mark.usefixtures("german")
def test_an_error_is_told_in_german_with_its_values() -> None:
    assert sentence(BadInput("A family has at most 64 devices.")) == (
        "Eine Familie hat höchstens 64 Geräte."
    )
    assert sentence(BadInput("valence is a number from -1 to 1.")) == (
        "valence ist eine Zahl von -1 bis 1."
    )


@pytest.mark.usefixtures("german")
def test_a_value_is_never_read_as_a_form() -> None:
    assert told("None of the other devices answers: {0} and {x}.") == (
        "Keines der anderen Geräte antwortet: {0} and {x}."
    )


@pytest.mark.usefixtures("german")
def test_the_more_exact_sentence_wins() -> None:
    assert told("The database cannot be used.") == "Die Datenbank lässt sich nicht benutzen."
    assert told("The database cannot be used (IOError).").endswith("benutzen (IOError).")
    assert told("Something went wrong in a way that nobody foresaw.").startswith("Something")


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize("error", [*MeshError.__subclasses__(), MeshError])
def test_every_kind_of_error_has_its_german(error: type[MeshError]) -> None:
    assert sentence(error()) != error().sentence
