"""What lists say of their rows: when, who, how widely shared."""

from __future__ import annotations

import functools

from app import wording
from app.wording import clock_time, day, language, privacy, tr, when

LEVELS = ("public", "family", "private", "here")
MINUTE = 60


def time_of(seconds: float) -> str:
    """The time of day."""
    return _time_of(int(seconds // MINUTE), language())


@functools.lru_cache(maxsize=4096)
def _time_of(minute: int, _language: str) -> str:
    return clock_time(minute * MINUTE)


def day_of(seconds: float, now: float) -> str:
    """The day, as a heading."""
    return _day_of(int(seconds // MINUTE), int(now // MINUTE), language())


@functools.lru_cache(maxsize=4096)
def _day_of(minute: int, now: int, _language: str) -> str:
    return day(minute * MINUTE, now * MINUTE)


def moment_of(seconds: float, now: float) -> str:
    """The moment, as short as it is clear."""
    return _moment_of(int(seconds // MINUTE), int(now // MINUTE), language())


@functools.lru_cache(maxsize=4096)
def _moment_of(minute: int, now: int, _language: str) -> str:
    return when(minute * MINUTE, now * MINUTE)


def lately(seconds: float, now: float) -> str:
    """The moment to the day, for a narrow list."""
    return _lately(int(seconds // MINUTE), int(now // MINUTE), language())


@functools.lru_cache(maxsize=4096)
def _lately(minute: int, now: int, _language: str) -> str:
    return wording.lately(minute * MINUTE, now * MINUTE)


def is_kept_close(level: str) -> bool:
    """Whether it is shared less than with the family."""
    return level in {"private", "here"}


def privacy_means(level: str) -> str:
    """Who may have something of that level, in a sentence."""
    sentences = {
        "public": tr("Nothing personal: every device in the family may have it."),
        "family": tr("Your own devices and those of your family get it, as you have set."),
        "private": tr(
            "It stays on this device, unless you have chosen to share private things with "
            "your own devices."
        ),
        "here": tr("It never leaves this device, whatever is set."),
    }
    return sentences.get(level, "")


def shared(level: str) -> str:
    """A word for it."""
    return privacy(level)
