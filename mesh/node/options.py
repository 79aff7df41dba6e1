"""How a node is to be served, and what it takes from the world."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mesh.clock import Clock, Entropy, SystemClock, SystemEntropy
from mesh.node.machine import surroundings

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from mesh.model.sparing import Surroundings


@dataclass(frozen=True)
class Options:
    """``port`` None: the usual one, 0: the one last used; if it is taken, a free one."""

    host: str = "*"
    port: int | None = None
    name: str | None = None


def _silent(_words: str) -> None:
    """Nobody listens."""


def _nothing() -> None:
    """Nobody waits for it."""


@dataclass(frozen=True)
class Outside:
    """Time, chance, what the machine runs on, and who is told what happens.

    ``on_notice``: words for the owner. ``on_ours``: the profile is locked for this process.
    ``on_waiting``: the keyring takes longer than a second, a person may be asked to unlock it.
    """

    clock: Clock = field(default_factory=SystemClock)
    entropy: Entropy = field(default_factory=SystemEntropy)
    on_notice: Callable[[str], None] = _silent
    on_ours: Callable[[], None] = _nothing
    on_waiting: Callable[[], None] = _nothing
    around: Callable[[], Awaitable[Surroundings]] = surroundings
