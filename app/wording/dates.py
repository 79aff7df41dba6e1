"""Moments and spans as people say them; times are Unix seconds, in this machine's time zone."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from app.wording.language import locale, tr, trn

if TYPE_CHECKING:
    from datetime import date

MINUTE, HOUR, DAY = 60, 3600, 86400
_WEEK = timedelta(days=6)
UNKNOWN = "?"


def when(seconds: float, now: float) -> str:
    """The moment as short as it is clear: "14:05", "Yesterday, 14:05", "Mon, 14:05", a date."""
    moment, today = moment_of(seconds), moment_of(now)
    if moment is None or today is None:
        return UNKNOWN
    if moment.date() == today.date():
        return _clock(moment)
    if moment.year != today.year:
        return _skeleton(moment, "yMMMd")
    if moment.date() == today.date() - timedelta(days=1):
        return tr("Yesterday, {time}", time=_clock(moment))
    if timedelta() < today.date() - moment.date() <= _WEEK:
        return tr("{day}, {time}", day=_skeleton(moment, "E"), time=_clock(moment))
    return tr("{day}, {time}", day=_skeleton(moment, "MMMd"), time=_clock(moment))


def lately(seconds: float, now: float) -> str:
    """As ``when``, to the day, for a narrow list: "14:05", "Yesterday", "Mon", "Mar 3"."""
    moment, today = moment_of(seconds), moment_of(now)
    if moment is None or today is None:
        return UNKNOWN
    passed = today.date() - moment.date()
    if not passed:
        return _clock(moment)
    if passed == timedelta(days=1):
        return tr("Yesterday")
    if timedelta() < passed <= _WEEK:
        return _skeleton(moment, "E")
    return _skeleton(moment, "MMMd" if moment.year == today.year else "yMMMd")


def day(seconds: float, now: float) -> str:
    """The day alone, as a heading: "Today", "Yesterday", "Monday, March 3", "March 3, 2024"."""
    moment, today = moment_of(seconds), moment_of(now)
    if moment is None or today is None:
        return UNKNOWN
    return _day(moment.date(), today.date())


def clock_time(seconds: float) -> str:
    """The time of day: "14:05" or "2:05 PM"."""
    moment = moment_of(seconds)
    return UNKNOWN if moment is None else _clock(moment)


def full_date(seconds: float) -> str:
    """Day and time in full, for a tooltip or a screen reader."""
    moment = moment_of(seconds)
    if moment is None:
        return UNKNOWN
    from babel.dates import format_date

    date = format_date(moment, "full", locale=locale())
    return tr("{day}, {time}", day=date, time=_clock(moment))


def until(seconds: float, now: float) -> str:
    """Until when something lasts: "until 14:05", "until tomorrow, 07:00"."""
    moment, today = moment_of(seconds), moment_of(now)
    if moment is None or today is None:
        return UNKNOWN
    if moment.date() == today.date():
        return tr("until {time}", time=_clock(moment))
    if moment.date() == today.date() + timedelta(days=1):
        return tr("until tomorrow, {time}", time=_clock(moment))
    return tr("until {day}, {time}", day=_skeleton(moment, "MMMd"), time=_clock(moment))


def ago(seconds: float) -> str:
    """How long ago that is, in the one unit that fits."""
    if seconds >= DAY:
        return trn("{n} day ago", "{n} days ago", int(seconds // DAY))
    if seconds >= HOUR:
        return trn("{n} hour ago", "{n} hours ago", int(seconds // HOUR))
    if seconds >= MINUTE:
        return trn("{n} minute ago", "{n} minutes ago", int(seconds // MINUTE))
    return tr("just now")


def left(seconds: float | None) -> str:
    """How much longer something takes; nothing where nobody knows."""
    if seconds is None:
        return ""
    minutes, rest = divmod(max(0, round(seconds)), MINUTE)
    hours, minutes = divmod(minutes, MINUTE)
    if hours:
        return tr("{hours} h {minutes} min left", hours=hours, minutes=minutes)
    if minutes:
        return tr("{minutes} min {seconds} s left", minutes=minutes, seconds=rest)
    return tr("{seconds} s left", seconds=rest)


def moment_of(seconds: float) -> datetime | None:
    """The moment in this machine's time zone; None where no calendar reaches."""
    try:
        return datetime.fromtimestamp(seconds).astimezone()
    except (OverflowError, OSError, ValueError):
        return None


def _clock(moment: datetime) -> str:
    from babel.dates import format_time

    return format_time(moment, "short", locale=locale())


def _day(day: date, today: date) -> str:
    if day == today:
        return tr("Today")
    if day == today - timedelta(days=1):
        return tr("Yesterday")
    from babel import Locale
    from babel.dates import format_date

    if day.year != today.year:
        return format_date(day, "long", locale=locale())
    short = Locale.parse(locale()).datetime_skeletons["MMMEd"].pattern
    in_words = re.sub(r"E+|ccc", "EEEE", short).replace("MMM", "MMMM")
    return format_date(day, in_words, locale=locale())


def _skeleton(moment: date, skeleton: str) -> str:
    from babel.dates import format_skeleton

    return format_skeleton(skeleton, moment, locale=locale(), fuzzy=True)
