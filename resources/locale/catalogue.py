"""From the code to the catalogue of texts, and from translations to what gettext reads."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from app.cli.catalogue import COMMANDS
from resources.locale.sentences import sentences

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(__file__).resolve().parent
LANGUAGES = ("de",)
DOMAIN = "aico-mesh"
KEYWORDS = {"tr": None, "mark": None, "trn": (1, 2), "trc": ((1, "c"), 2)}
ERRORS = "error"
LINE = 92
_UNDATED = datetime.fromtimestamp(0, UTC)
"""Files that only change when a text does."""


def template() -> Catalog:
    """Every text of the application, and every sentence of the mesh, without a translation."""
    found = Catalog(domain=DOMAIN, fuzzy=False)
    app, mesh = _code("app"), _code("mesh")
    for path in app:
        for _, text, _, context in extract_from_file("python", path, keywords=KEYWORDS):
            found.add(text, locations=[(_place(path), 0)], context=context)
    for text in _helps():
        found.add(text, locations=[("app/cli/catalogue.py", 0)])
    for each in sentences([*mesh, *app]):
        found.add(each.text, locations=[(_place(each.file), 0)], context=ERRORS)
    return found


def translated(language: str) -> Catalog:
    """What people have translated so far."""
    with po_file(language).open("rb") as file:
        return read_po(file, locale=language, domain=DOMAIN)


def merged(language: str) -> Catalog:
    """The translations brought to what the code says now: new texts empty, old ones gone."""
    known, wanted = translated(language), template()
    whole = Catalog(domain=DOMAIN, locale=language, fuzzy=False)
    whole.creation_date = whole.revision_date = _UNDATED
    for each in sorted(wanted, key=_order):
        if each.id:
            old = known.get(each.id, each.context)
            text = old.string if old else None
            whole.add(each.id, text, locations=each.locations, context=each.context)
    return whole


def as_po(catalogue: Catalog) -> bytes:
    """The catalogue for people, under a header that never changes by itself."""
    body = io.BytesIO()
    write_po(body, catalogue, width=LINE, omit_header=True, include_lineno=False)
    header = (
        'msgid ""\nmsgstr ""\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        f'"Language: {catalogue.locale}\\n"\n'
        f'"Plural-Forms: {catalogue.plural_forms}\\n"\n\n'
    )
    return header.encode() + body.getvalue().strip() + b"\n"


def as_mo(catalogue: Catalog) -> bytes:
    """The catalogue as gettext reads it."""
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    return compiled.getvalue()


def po_file(language: str) -> Path:
    """Where people translate."""
    return FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def mo_file(language: str) -> Path:
    """What the application reads."""
    return po_file(language).with_suffix(".mo")


def missing(catalogue: Catalog) -> Iterator[str]:
    """The texts that have no translation."""
    for each in catalogue:
        if each.id and not all(forms(each.string)):
            yield forms(each.id)[0]


def forms(text: str | Sequence[str] | None) -> tuple[str, ...]:
    """A text in all its forms: one, or a singular and plurals."""
    return (text or "",) if isinstance(text, str | None) else tuple(text)


def _helps() -> Iterator[str]:
    """What `--help` says of the commands and what they take."""
    for command in COMMANDS.values():
        yield command.does
        for argument in command.arguments:
            if "help" in argument.settings:
                yield argument.settings["help"]


def _code(room: str) -> list[Path]:
    return sorted((ROOT / room).rglob("*.py"))


def _place(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _order(message: Message) -> tuple[str, str]:
    return message.context or "", message.locations[0][0] if message.locations else ""
