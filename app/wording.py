"""Plain words for what the mesh knows, for the command line and the windows alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mesh.errors import MeshError

MINUTE, HOUR, DAY = 60, 3600, 86400
_LEVELS = {
    "full": "AICO is fully available",
    "limited": "AICO is available, with limits",
    "offline": "AICO is on its own on this device",
}
_MEMORY_IS_ELSEWHERE = ("away:", "asleep:", "behind:")
_CAUSES = {
    "alone": "no other device has joined yet",
    "paused": "sharing is paused",
    "storage": "the disk is full",
    "clock": "this device's clock is wrong",
}
_CAUSES_OF_A_DEVICE = {
    "away": "{} is not connected",
    "asleep": "{} is asleep",
    "behind": "{} is still catching up",
    "clock": "the clock of {} is wrong",
    "paused": "sharing with {} is paused",
}


def sentence(error: MeshError) -> str:
    """What went wrong and what to do next, in one line."""
    return " ".join(error.sentence.split())


def cause(word: str, names: Mapping[str, str]) -> str:
    """A typed cause of health in words; ``names`` knows devices by id."""
    what, _, device = word.partition(":")
    if device and what in _CAUSES_OF_A_DEVICE:
        return _CAUSES_OF_A_DEVICE[what].format(names.get(device, device))
    return _CAUSES.get(word, word.replace("_", " "))


def health(level: str, causes: Sequence[str], names: Mapping[str, str]) -> str:
    """How the companion is: "AICO has limited memory access: Home Desktop is asleep."."""
    words = [cause(word, names) for word in causes]
    summary = _LEVELS.get(level, level)
    if level == "limited" and any(word.startswith(_MEMORY_IS_ELSEWHERE) for word in causes):
        summary = "AICO has limited memory access"
    return f"{summary}: {'; '.join(words)}." if words else f"{summary}."


def seen(connected: bool, last_seen: float | None, now: float) -> str:
    """Whether a device is here, or when it last was; times in Unix seconds."""
    if connected:
        return "connected"
    return "never seen" if last_seen is None else f"seen {ago(now - last_seen)}"


def ago(seconds: float) -> str:
    """How long ago that is, in the one unit that fits."""
    if seconds < MINUTE:
        return "just now"
    for unit, length in (("day", DAY), ("hour", HOUR), ("minute", MINUTE)):
        number = int(seconds // length)
        if number:
            return f"{number} {unit}{'s' if number > 1 else ''} ago"
    return "just now"


def left(seconds: float | None) -> str:
    """How much longer something takes."""
    if seconds is None:
        return ""
    minutes, rest = divmod(round(seconds), MINUTE)
    return f"{minutes} min {rest} s left" if minutes else f"{rest} s left"


def mood(label: str, valence: float, arousal: float, confidence: float) -> str:
    """A mood in one line."""
    if not confidence and label == "unknown":
        return "AICO's mood is not known yet."
    return f"AICO feels {label} (valence {valence:+.2f}, arousal {arousal:+.2f})."


def devices(number: int) -> str:
    """``1 device``, ``2 devices``."""
    return f"{number} device{'' if number == 1 else 's'}"
