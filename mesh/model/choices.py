"""What the owner can choose, by name: how each choice is read, shown, and which is stricter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mesh.errors import BadInput
from mesh.model.allowance import NOTHING
from mesh.model.fact import Level

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Value = bool | int | frozenset[str]

ALL_DAYS = 1 << 20
DAYS_MAX = 36_500
TAGS_MAX = 64
TAG_MAX = 64
_WORDS = {
    "on": True, "yes": True, "true": True, "off": False, "no": False, "false": False,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose. ``strictest`` counts for a value this version cannot read."""

    built_in: Value
    strictest: Value
    read: Callable[[str], Value]
    show: Callable[[Value], str]
    stricter: Callable[[Value, Value], Value]
    is_for_all: bool = False
    """Whether it holds for the family as a whole, never for one device."""


def _read_switch(text: str) -> bool:
    try:
        return _WORDS[text.strip().lower()]
    except KeyError:
        raise BadInput("That is switched on or off.") from None


def _read_days(text: str) -> int:
    plain = text.strip().lower()
    if plain == "all":
        return ALL_DAYS
    if not plain.isascii() or not plain.isdigit() or int(plain[:9]) > DAYS_MAX:
        raise BadInput(f"The time window is a number of days up to {DAYS_MAX}, or all.")
    return int(plain)


def words_in(text: str) -> tuple[str, ...]:
    """Names separated by commas, without blanks and repetition."""
    return tuple(dict.fromkeys(one.strip() for one in text.split(",") if one.strip()))


def _read_level(text: str) -> int:
    names = {one.lower() for one in words_in(text)}
    if names == {"none"}:
        return NOTHING
    if not names or not names <= {"public", "family"}:
        raise BadInput("Levels are: public; public, family; or none.")
    return Level.FAMILY if "family" in names else Level.PUBLIC


def _read_tags(text: str) -> frozenset[str]:
    names = frozenset(words_in(text))
    if len(names) > TAGS_MAX or any(len(one) > TAG_MAX for one in names):
        raise BadInput(f"There can be {TAGS_MAX} private tags of {TAG_MAX} characters.")
    return names - {"none"}


def _show_level(value: Value) -> str:
    return {NOTHING: "none", Level.PUBLIC: "public"}.get(int(value), "public, family")  # type: ignore[arg-type]


def _show_tags(value: Value) -> str:
    return ", ".join(sorted(value)) or "none"  # type: ignore[arg-type]


def _lower(one: Value, other: Value) -> Value:
    return min(one, other)


def _union(one: Value, other: Value) -> Value:
    return one | other  # type: ignore[operator]


def _switch(built_in: bool) -> Choice:
    return Choice(built_in, False, _read_switch, lambda value: "on" if value else "off", _lower)


DEFAULT_TAGS = frozenset({"personal", "confidential"})
CHOICES: Mapping[str, Choice] = {
    "conversation_continuity": _switch(True),
    "emotional_awareness": _switch(True),
    "mood_reasons": _switch(True),
    "memory_access": _switch(True),
    "personality_consistency": _switch(False),
    "privacy_levels": Choice(Level.FAMILY, NOTHING, _read_level, _show_level, _lower),
    "time_window_days": Choice(
        7, 0, _read_days, lambda days: "all" if days == ALL_DAYS else str(days), _lower
    ),
    "private_to_own_devices": _switch(False),
    "private_tags": Choice(
        DEFAULT_TAGS, DEFAULT_TAGS, _read_tags, _show_tags, _union, is_for_all=True
    ),
}
"""What can be chosen, by name."""


def choice(key: str) -> Choice:
    """The choice of that name; BadInput."""
    try:
        return CHOICES[key]
    except KeyError:
        raise BadInput(
            f"Nothing to choose is called so; there are {', '.join(CHOICES)}."
        ) from None
