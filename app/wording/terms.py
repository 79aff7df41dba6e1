"""The words of the field: health and its causes, trust, roles, feelings; each has one word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.wording.dates import ago
from app.wording.language import locale, mark, tr, trn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_MEMORY_IS_ELSEWHERE = ("away:", "asleep:", "behind:")
_CAUSES = {
    "alone": mark("no other device has joined yet"),
    "paused": mark("sharing is paused"),
    "storage": mark("the disk is full"),
    "clock": mark("this device's clock is wrong"),
}
_CAUSES_OF_A_DEVICE = {
    "away": mark("{name} is not connected"),
    "asleep": mark("{name} is asleep"),
    "behind": mark("{name} is still catching up"),
    "clock": mark("the clock of {name} is wrong"),
    "paused": mark("sharing with {name} is paused"),
}
_LEVELS = {
    "full": mark("AICO is fully available"),
    "limited": mark("AICO is available, with limits"),
    "offline": mark("AICO is on its own on this device"),
}
_TRUST = {
    "full": mark("Full trust"),
    "limited": mark("Limited trust"),
    "guest": mark("Guest"),
}
_TRUST_MEANS = {
    "full": mark("One of your own devices: it gets everything that is not private."),
    "limited": mark(
        "A device of your family: it gets what is not private of the last seven days."
    ),
    "guest": mark("A guest: it gets nothing, it only sees that AICO is there."),
}
_ROLES = {
    "primary": mark("Main device"),
    "mobile": mark("Mobile device"),
    "shared": mark("Shared device"),
    "guest": mark("Guest device"),
}
_PRIVACY = {
    "public": mark("For everyone"),
    "family": mark("For the family"),
    "private": mark("Private"),
    "here": mark("Just between us"),
}
_FEELINGS = {
    "calm": mark("calm"),
    "excited": mark("excited"),
    "content": mark("content"),
    "happy": mark("happy"),
    "upset": mark("upset"),
    "sad": mark("sad"),
    "concerned": mark("concerned"),
    "unknown": mark("unknown"),
}


def cause(word: str, names: Mapping[str, str]) -> str:
    """A typed cause of health in words; ``names`` knows devices by id."""
    what, _, device = word.partition(":")
    if device and what in _CAUSES_OF_A_DEVICE:
        return tr(_CAUSES_OF_A_DEVICE[what], name=names.get(device, device))
    return _said(_CAUSES, word)


def health(level: str, causes: Sequence[str], names: Mapping[str, str]) -> str:
    """How the companion is: "AICO has limited memory access: Home Desktop is asleep."."""
    words = "; ".join(cause(word, names) for word in causes)
    summary = _said(_LEVELS, level)
    if level == "limited" and any(word.startswith(_MEMORY_IS_ELSEWHERE) for word in causes):
        summary = tr("AICO has limited memory access")
    return f"{summary}: {words}." if words else f"{summary}."


def seen(connected: bool, last_seen: float | None, now: float) -> str:
    """Whether a device is here, or when it last was; times in Unix seconds."""
    if connected:
        return tr("connected")
    if last_seen is None:
        return tr("never seen")
    return tr("seen {ago}", ago=ago(now - last_seen))


def trust(level: str) -> str:
    """How far a device is trusted, on a pill or in a list."""
    return _said(_TRUST, level)


def trust_means(level: str) -> str:
    """What a device of that trust gets, in a sentence."""
    return _said(_TRUST_MEANS, level)


def role(name: str) -> str:
    """What a device is to the companion."""
    return _said(_ROLES, name)


def privacy(level: str) -> str:
    """Who may have something."""
    return _said(_PRIVACY, level)


def feeling(label: str) -> str:
    """A mood's word: "content"."""
    return _said(_FEELINGS, label)


def mood(label: str, valence: float, arousal: float, confidence: float) -> str:
    """A mood in one line, with its figures."""
    if not confidence and label == "unknown":
        return tr("AICO's mood is not known yet.")
    return tr(
        "AICO feels {feeling} (valence {valence}, arousal {arousal}).",
        feeling=feeling(label),
        valence=signed(valence),
        arousal=signed(arousal),
    )


def devices(number: int) -> str:
    """``1 device``, ``2 devices``."""
    return trn("{n} device", "{n} devices", number)


def signed(value: float) -> str:
    """A number between −1 and 1 with its sign and two decimals: "+0.25"."""
    if locale() == "en":
        return f"{value:+.2f}"
    from babel.numbers import format_decimal

    return format_decimal(value, "+0.00;-0.00", locale=locale())


def percent(share: float) -> str:
    """A share from 0 to 1: "38 %" or "38%", as the language has it."""
    if locale() == "en":
        return f"{share:.0%}"
    from babel.numbers import format_percent

    return format_percent(share, locale=locale())


def _said(words: Mapping[str, str], key: str) -> str:
    """The word for a key; of one that a later version brought, the key itself."""
    return tr(words[key]) if key in words else key.replace("_", " ")


def shared_kind(kind: str) -> str:
    """What can be shared, as one word."""
    return {
        "conversations": tr("Conversations"),
        "memories": tr("Memories"),
        "moods": tr("Mood"),
        "reasons": tr("Reasons of moods"),
        "personality": tr("Personality"),
    }.get(kind, kind)
