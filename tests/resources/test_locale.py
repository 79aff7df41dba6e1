"""Every text of the application has its German, with the same values in it."""

from __future__ import annotations

import gettext
import io
import string
from typing import TYPE_CHECKING, BinaryIO

import pytest

from resources.locale import catalogue
from resources.locale.sentences import sentences

if TYPE_CHECKING:
    from pathlib import Path

    from babel.messages.catalog import Catalog

PLURALS = 2


@pytest.fixture(scope="module")
def german() -> Catalog:
    return catalogue.translated("de")


def test_the_catalogue_has_exactly_the_texts_of_the_code(german: Catalog) -> None:
    written = {(each.context, each.id) for each in german if each.id}
    wanted = catalogue.merged("de")
    needed = {(each.context, each.id) for each in wanted if each.id}
    assert needed - written == set(), "run `python -m resources.locale` and translate these"
    assert written - needed == set(), "run `python -m resources.locale`"
    assert catalogue.as_po(wanted) == catalogue.po_file("de").read_bytes()


def test_every_text_is_translated_and_nothing_is_guessed(german: Catalog) -> None:
    assert list(catalogue.missing(german)) == []
    assert [each.id for each in german if each.fuzzy and each.id] == []
    assert not german.obsolete


def test_a_translation_has_the_values_of_the_text(german: Catalog) -> None:
    for each in german:
        texts = catalogue.forms(each.id)
        wanted = set(_values(texts[-1]))
        *one, last = catalogue.forms(each.string)
        assert set(_values(last)) == wanted, each.id
        # A singular may say "one" or "last" without a figure.
        assert all(wanted - set(_values(form)) <= {"n"} for form in one), each.id
        assert all(set(_values(form)) <= wanted for form in one), each.id
        if len(texts) == PLURALS:
            assert len(catalogue.forms(each.string)) == german.num_plurals


def test_a_translation_begins_and_ends_as_the_text_does(german: Catalog) -> None:
    for each in german:
        forms = zip(catalogue.forms(each.id), catalogue.forms(each.string), strict=False)
        for text, translation in forms if each.id else ():
            assert _ends(translation) == _ends(text), text


def test_what_gettext_reads_is_what_people_translated(german: Catalog) -> None:
    with catalogue.mo_file("de").open("rb") as file:
        compiled = _texts(file)
    assert compiled == _texts(io.BytesIO(catalogue.as_mo(german)))


def test_a_new_text_waits_for_its_translation() -> None:
    german = catalogue.translated("de")
    german.add("A text that nobody has translated yet.")
    assert "A text that nobody has translated yet." in catalogue.missing(german)
    compiled = gettext.GNUTranslations(io.BytesIO(catalogue.as_mo(german)))
    assert compiled.gettext("just now") == "gerade eben"


def test_sentences_are_found_wherever_an_error_may_say_them(tmp_path: Path) -> None:
    code = tmp_path / "code.py"
    code.write_text(
        'WHY = "It is named."\n'
        'class MeshError(Exception):\n    """It is a docstring."""\n'
        'class Known(MeshError):\n    """It is inherited."""\n'
        '    def __init__(self, what: str) -> None:\n        super().__init__(f"Own {what}.")\n'
        "def fail(names, number):\n"
        '    raise Known("It is " "literal.")\n'
        '    raise Known(f"It has {number} and {names!r}.")\n'
        '    raise Known("It is joined: " + ", ".join(names) + ".")\n'
        "    raise Known(WHY)\n"
        '    raise ValueError("It is foreign.")\n'
    )
    assert {each.text for each in sentences([code])} == {
        "It is named.",
        "It is a docstring.",
        "It is inherited.",
        "Own {0}.",
        "It is literal.",
        "It has {0} and {1}.",
        "It is joined: {0}.",
    }


def _texts(compiled: BinaryIO) -> dict[object, str]:
    texts: dict[object, str] = vars(gettext.GNUTranslations(compiled))["_catalog"]
    return {key: text for key, text in texts.items() if key}


def _ends(text: str) -> tuple[str, str, str]:
    """The space before and after it, and the mark at its end."""
    bare = text.strip() or text
    before, _, after = text.partition(bare) if bare else ("", "", "")
    return before, bare[-1:] if bare[-1:] in ".…?:!" else "", after


def _values(text: str) -> list[str]:
    return [name for _, name, _, _ in string.Formatter().parse(text) if name is not None]
