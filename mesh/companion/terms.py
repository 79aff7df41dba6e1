"""What may be said, tagged and shared: the limits that hold at the door.

What passes here can be stored, and what can be stored can travel.
"""

from __future__ import annotations

import math
import unicodedata
from typing import TYPE_CHECKING

from mesh.errors import BadInput, TooLarge
from mesh.model.choices import DEFAULT_TAGS
from mesh.model.fact import TAGS_MAX, TEXT_MAX, Level, ObjectKind

if TYPE_CHECKING:
    from collections.abc import Iterable

NAME_MAX = 256
TAG_MAX = 64
ROLES = ("user", "assistant")
_KINDS: dict[int, str] = {
    ObjectKind.CONVERSATION: "conversation",
    ObjectKind.TURN: "message",
    ObjectKind.MEMORY: "memory",
    ObjectKind.OBSERVATION: "mood",
}


def kind_name(kind: int) -> str:
    """What an object is, as people and programs are told."""
    return _KINDS.get(kind, "memory")


def text(words: str) -> str:
    """Words fit to be kept: not empty, not too long, real characters."""
    if not words.strip():
        raise BadInput("There is nothing to keep: the text is empty.")
    if len(words) > TEXT_MAX:
        raise TooLarge(f"A text has at most {TEXT_MAX} characters.")
    return real(words)


def real(words: str) -> str:
    """Text without halves of characters, which no file and no wire can carry."""
    try:
        words.encode()
    except UnicodeEncodeError as error:
        raise BadInput("The text holds something that is not a character.") from error
    return words


def conversation(name: str) -> str:
    """A conversation's id: one line, not empty, at most 256 characters."""
    if not name.strip() or len(name) > NAME_MAX:
        raise BadInput(f"A conversation's id has 1 to {NAME_MAX} characters.")
    if not name.isprintable() and any(unicodedata.category(letter) == "Cc" for letter in name):
        raise BadInput("A conversation's id cannot hold control characters.")
    return real(name)


def tags(names: Iterable[str]) -> tuple[str, ...]:
    """Tags without blanks around them and without repetition, in the order given."""
    if not names:
        return ()
    found = tuple(dict.fromkeys(real(name.strip()) for name in names))
    if any(not name or len(name) > TAG_MAX for name in found):
        raise BadInput(f"A tag has 1 to {TAG_MAX} characters.")
    if len(found) > TAGS_MAX:
        raise BadInput(f"There can be at most {TAGS_MAX} tags.")
    return found


def level(name: str) -> Level:
    """The level with this name: public, family, private or here."""
    try:
        return Level[name.upper()]
    except KeyError:
        raise BadInput("Privacy is one of: public, family, private, here.") from None


def level_name(number: int) -> str:
    """How a level is called."""
    return Level(number).name.lower()


def level_with(
    wanted: int, names: Iterable[str], private: frozenset[str] = DEFAULT_TAGS
) -> int:
    """The level something with these tags is written at."""
    return wanted if private.isdisjoint(names) else max(wanted, Level.PRIVATE)


def within(value: float, low: float, high: float, what: str) -> float:
    """A real number between two bounds."""
    if not math.isfinite(value) or not low <= value <= high:
        raise BadInput(f"{what} is a number from {low:g} to {high:g}.")
    return float(value)
