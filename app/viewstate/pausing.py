"""How long "until tomorrow" is."""

from __future__ import annotations

from datetime import datetime, time, timedelta

EARLY_HOURS = 3
"""So long before the morning, tomorrow is the day after."""
MORNING = 7
"""The hour at which a pause until tomorrow ends."""


def minutes_until_morning(now: datetime) -> float:
    """How long a pause until tomorrow lasts; at night that is the morning to come."""
    morning = datetime.combine(now.date(), time(MORNING), now.tzinfo)
    if now.hour >= MORNING - EARLY_HOURS:
        morning += timedelta(days=1)
    return (morning - now).total_seconds() / 60
