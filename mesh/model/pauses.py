"""Pauses: with whom nothing is shared for a while, or until the owner resumes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping

EVERYBODY = b""


@dataclass(frozen=True, slots=True)
class Pauses:
    """Device key (or ``EVERYBODY``) → when the pause ends, Unix seconds; None: when resumed."""

    until: Mapping[bytes, float | None] = field(default_factory=dict)

    def covers(self, key: bytes) -> bool:
        """Whether nothing is shared with a device."""
        return EVERYBODY in self.until or key in self.until

    def begun(self, key: bytes, until: float | None) -> Pauses:
        """With one more pause, or with a new end of one."""
        return Pauses({**self.until, key: until})

    def ended(self, key: bytes) -> Pauses:
        """Without the pause of one device; of everybody: without any."""
        if key == EVERYBODY:
            return Pauses()
        return Pauses({one: end for one, end in self.until.items() if one != key})

    def at(self, now: float) -> Pauses:
        """Without those that are over."""
        return Pauses({k: end for k, end in self.until.items() if end is None or end > now})

    @property
    def next_end(self) -> float | None:
        """When the first of them ends by itself."""
        return min((end for end in self.until.values() if end is not None), default=None)

    def encode(self) -> bytes:
        """As it is kept."""
        return msgspec.msgpack.encode(list(self.until.items()))

    @classmethod
    def decode(cls, kept: bytes | None) -> Pauses:
        """The inverse; nothing kept is no pause."""
        if not kept:
            return cls()
        return cls(dict(msgspec.msgpack.decode(kept, type=list[tuple[bytes, float | None]])))
