"""How a node is to be served, and what it takes from the world."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mesh.clock import Clock, Entropy, SystemClock, SystemEntropy

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Options:
    """``port`` None: the usual one, 0: the one last used; if it is taken, a free one."""

    host: str = "*"
    port: int | None = None
    name: str | None = None


def _silent(_words: str) -> None:
    """Nobody listens."""


@dataclass(frozen=True)
class Outside:
    """Time, chance, and words for the owner."""

    clock: Clock = field(default_factory=SystemClock)
    entropy: Entropy = field(default_factory=SystemEntropy)
    on_notice: Callable[[str], None] = _silent
