"""Many forgettings of one device at once: hidden at once, erased only when a person agrees.

A device in strange hands, or a mistake, could wipe out years in a second. So of what one other
device forgets within an hour only the first few are erased here; the others are hidden until
somebody agrees on this device, or a second device has forgotten the same by itself.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

from mesh.model import hlc

if TYPE_CHECKING:
    from collections.abc import Sequence

BURST_MAX = 20
"""So many forgettings an hour of one device are erased without asking."""
HOUR_MS = 3600 * 1000


def is_in_burst(tick: int, ticks: Sequence[int]) -> bool:
    """Whether a forgetting at ``tick`` is one of too many.

    ``ticks``: of all forgettings of that author known here, sorted, this one among them. The
    hour reaches both ways: in which order they come makes no difference to who counts.
    """
    middle = hlc.milliseconds_of(tick)
    first = bisect_left(ticks, hlc.tick_of(max(0, middle - HOUR_MS)))
    last = bisect_right(ticks, hlc.tick_of(middle + HOUR_MS + 1))
    return last - first > BURST_MAX
