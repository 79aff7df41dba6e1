"""Which language is spoken, and every text in it: English stands in the code.

A process speaks one language. It is English until ``speak`` chooses another, so texts are made
when they are shown and never when a module is imported.
"""

from __future__ import annotations

import gettext
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from importlib.resources.abc import Traversable

DOMAIN = "aico-mesh"
LANGUAGES = ("en", "de")
_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
_UNTRANSLATED = ("C", "POSIX")
_GROUPED_FROM = 1000


class Texts(gettext.GNUTranslations):
    """What one language knows to say."""

    def known(self, context: str) -> tuple[str, ...]:
        """The English of all texts with that context."""
        # gettext has no other way to ask what it knows.
        prefix = self.CONTEXT % (context, "")
        ids: Iterable[object] = vars(self)["_catalog"]
        return tuple(
            each.removeprefix(prefix)
            for each in ids
            if isinstance(each, str) and each.startswith(prefix)
        )


@dataclass(slots=True)
class _Tongue:
    """What is spoken now; ``locale`` also says how dates and numbers are written."""

    language: str
    locale: str
    texts: Texts | None


_tongue = _Tongue("en", "en", None)
_english = gettext.NullTranslations()


def speak(*wished: str) -> str:
    """Speak the first of these that is known here ("de", "de_AT.UTF-8", "de-CH"), else English.

    Returns the code of the language.
    """
    language, locale = _first_known(wished)
    _tongue.texts = None if language == "en" else _texts_in(language)
    _tongue.language, _tongue.locale = language, locale
    return language


def wished_by(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The languages a terminal asks for, best first; none where it wants none (``LANG=C``)."""
    locale = next((environ[name] for name in _VARIABLES if environ.get(name)), "")
    if _without_encoding(locale) in _UNTRANSLATED:
        return ()
    asked = environ.get("LANGUAGE", "").split(":")
    return tuple(each for each in (*asked, locale) if each)


def language() -> str:
    """The code of the language that is spoken: "en" or "de"."""
    return _tongue.language


def locale() -> str:
    """The language with its country where one was wished: "de_AT", for dates and numbers."""
    return _tongue.locale


def tr(template: str, /, **values: object) -> str:
    """The text in the spoken language, with its values: ``tr("{name} is asleep", name=x)``."""
    return _filled(_spoken().gettext(template), values)


def trn(one: str, many: str, n: int, /, **values: object) -> str:
    """As ``tr`` in the form that fits the number, which is ``{n}`` in the text."""
    return _filled(_spoken().ngettext(one, many, n), {"n": grouped(n), **values})


def trc(context: str, template: str, /, **values: object) -> str:
    """As ``tr`` for a word with several meanings; the context says which one it is."""
    return _filled(_spoken().pgettext(context, template), values)


def mark(template: str) -> str:
    """The template as it is: it stands in a table here and is given to ``tr`` later."""
    return template


def grouped(number: int) -> str:
    """A whole number as people write it: 12,345."""
    if abs(number) < _GROUPED_FROM:
        return str(number)
    from babel.numbers import format_decimal

    return format_decimal(number, locale=_tongue.locale)


def known(context: str) -> tuple[str, ...]:
    """The English of all texts with that context that the spoken language translates."""
    return _tongue.texts.known(context) if _tongue.texts else ()


def folder() -> tuple[str, str]:
    """For a library that speaks through gettext on its own: the domain and where it lies."""
    return DOMAIN, str(_folder())


def _spoken() -> gettext.NullTranslations:
    return _tongue.texts or _english


def _filled(text: str, values: Mapping[str, object]) -> str:
    return text.format(**values) if values else text


def _first_known(wished: Iterable[str]) -> tuple[str, str]:
    for wish in wished:
        name = _without_encoding(wish).replace("-", "_")
        language, _, country = name.partition("_")
        if language.lower() in LANGUAGES:
            return language.lower(), _written_as(language.lower(), country.upper())
    return "en", "en"


def _written_as(language: str, country: str) -> str:
    if not country:
        return language
    from babel import Locale, UnknownLocaleError

    with suppress(UnknownLocaleError, ValueError):
        return str(Locale(language, territory=country))
    return language


def _without_encoding(wish: str) -> str:
    return wish.partition(".")[0].partition("@")[0]


def _folder() -> Traversable:
    from importlib.resources import files  # a short command in English needs none of it

    return files("resources") / "locale"


def _texts_in(language: str) -> Texts:
    compiled = _folder() / language / "LC_MESSAGES" / f"{DOMAIN}.mo"
    with compiled.open("rb") as file:
        return Texts(file)
