"""One process speaks one language: the first that is wished and known, else English."""

from __future__ import annotations

import pytest

from app.wording import grouped, language, locale, speak, tr, trn, wished_by


@pytest.mark.parametrize(
    ("environ", "wished"),
    [
        ({}, ()),
        ({"LANG": "de_DE.UTF-8"}, ("de_DE.UTF-8",)),
        ({"LANG": "de_DE.UTF-8", "LC_ALL": "fr_FR"}, ("fr_FR",)),
        ({"LANG": "en_US", "LANGUAGE": "de:fr"}, ("de", "fr", "en_US")),
        ({"LANG": "C", "LANGUAGE": "de"}, ()),
        ({"LANG": "de_DE", "LC_ALL": "C.UTF-8", "LANGUAGE": "de"}, ()),
        ({"LC_ALL": "", "LC_MESSAGES": "de_AT", "LANG": "en_GB"}, ("de_AT",)),
    ],
)
def test_a_terminal_says_what_it_wants(
    environ: dict[str, str], wished: tuple[str, ...]
) -> None:
    assert wished_by(environ) == wished


@pytest.mark.parametrize(
    ("wished", "spoken", "written"),
    [
        ((), "en", "en"),
        (("de_AT.UTF-8",), "de", "de_AT"),
        (("fr_FR", "de-ch"), "de", "de_CH"),
        (("tlh", "zz_ZZ"), "en", "en"),
        (("en_GB", "de"), "en", "en_GB"),
        (("de_QQ@euro",), "de", "de"),
    ],
)
@pytest.mark.usefixtures("german")
def test_the_first_language_that_is_known_is_spoken(
    wished: tuple[str, ...], spoken: str, written: str
) -> None:
    assert speak(*wished) == spoken
    assert (language(), locale()) == (spoken, written)


@pytest.mark.usefixtures("german")
def test_texts_and_numbers_follow_the_language() -> None:
    assert tr("{name} is asleep", name="Anna {1}") == "Anna {1} schläft"
    assert trn("{n} device", "{n} devices", 1) == "1 Gerät"
    assert trn("{n} device", "{n} devices", 12345) == "12.345 Geräte"
    speak()
    assert tr("{name} is asleep", name="Anna") == "Anna is asleep"
    assert trn("{n} device", "{n} devices", 0) == "0 devices"
    assert grouped(-12345) == "-12,345"


def test_a_text_without_values_may_have_braces() -> None:
    assert tr('like {"valence": 0.4}') == 'like {"valence": 0.4}'
