"""Credit of a bulk lane, so that live messages never wait behind bulk. Pure.

The sender may have ``WINDOW`` bytes of payload under way. What the receiver's owner has dealt
with comes back as credit. A payload larger than the window goes alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from mesh.errors import BadFrame

WINDOW: Final = 64 * 1024


@dataclass(slots=True)
class Outgoing:
    """The sender's account."""

    window: int = WINDOW
    under_way: int = 0

    def take(self, size: int) -> bool:
        """Whether a payload may go now; if so it counts as under way."""
        if self.under_way and self.under_way + size > self.window:
            return False
        self.under_way += size
        return True

    def give(self, size: int) -> None:
        """The receiver has dealt with ``size`` bytes; BadFrame if so many never were sent."""
        if size > self.under_way:
            raise BadFrame("More credit came back than was given.")
        self.under_way -= size


@dataclass(slots=True)
class Incoming:
    """The receiver's account: a sender that ignores the window is found out."""

    window: int = WINDOW
    held: int = 0

    def take(self, size: int) -> None:
        """A payload came; BadFrame if it should not have been sent yet."""
        if self.held and self.held + size > self.window:
            raise BadFrame("More came than there was credit for.")
        self.held += size

    def release(self, size: int) -> int:
        """The owner has dealt with ``size`` bytes: how many to give back."""
        given = min(size, self.held)
        self.held -= given
        return given
