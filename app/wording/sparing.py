"""The words for what waits, and for how much is spared."""

from __future__ import annotations

from app.wording.language import mark, tr

_LEVELS = {
    "off": mark("Never"),
    "normal": mark("Battery low, or metered"),
    "strong": mark("On battery, or metered"),
}
_WAITS = {
    "battery": mark("Waits to spare this battery"),
    "metered": mark("Waits for an unmetered connection"),
    "their_battery": mark("Waits to spare its battery"),
    "their_metered": mark("Waits: its connection is metered"),
}
_REASONS = {
    "battery": mark("to spare the battery of this device"),
    "metered": mark("for a connection of this device that is not metered"),
    "their_battery": mark("to spare the battery of {name}"),
    "their_metered": mark("for a connection of {name} that is not metered"),
}


def spared_by(level: str) -> str:
    """When something is spared, as a choice."""
    return tr(_LEVELS[level])


def waits(why: str) -> str:
    """For what something waits, beside the device it is about."""
    return tr(_WAITS[why])


def reason_to_wait(why: str, name: str) -> str:
    """The same within a sentence; ``name``: of the other device."""
    return tr(_REASONS[why], name=name)
