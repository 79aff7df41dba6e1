"""Faults of our own at the edge of a task or callback: logged by kind and place alone."""

from __future__ import annotations

import logging

logger = logging.getLogger("mesh.bus")


def note(where: str, error: Exception) -> None:
    """Log what failed. No message and no traceback: they may hold what somebody said."""
    at = error.__traceback__
    while at is not None and at.tb_next is not None:
        at = at.tb_next
    place = f"{at.tb_frame.f_code.co_qualname}:{at.tb_lineno}" if at else "?"
    logger.error("%s failed: %s in %s", where, type(error).__name__, place)
