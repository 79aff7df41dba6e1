"""A Wisher that notes every wish, and answers when the test says so."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from mesh.errors import MeshError
    from mesh.wishes import AnyWish, Event, Wish

Kind = TypeVar("Kind", bound="Wish")


@dataclass
class Recorded:
    """One wish that was sent; the test plays the node."""

    wish: AnyWish
    done: Callable[[object], None] | None
    failed: Callable[[MeshError], None] | None
    event: Callable[[Event], None] | None
    is_cancelled: bool = False

    def cancel(self) -> None:
        """The window gave it up."""
        self.is_cancelled = True

    def answer(self, answer: object) -> None:
        """Let the node answer."""
        if self.done is not None and not self.is_cancelled:
            self.done(answer)

    def fail(self, error: MeshError) -> None:
        """Let the node refuse."""
        if self.failed is not None and not self.is_cancelled:
            self.failed(error)

    def tell(self, event: Event) -> None:
        """Let the node tell what happens."""
        if self.event is not None and not self.is_cancelled:
            self.event(event)


@dataclass
class Recorder:
    """Notes what the windows wish."""

    sent: list[Recorded] = field(default_factory=list)

    def wish(
        self,
        wish: AnyWish,
        *,
        done: Callable[[object], None] | None = None,
        failed: Callable[[MeshError], None] | None = None,
        event: Callable[[Event], None] | None = None,
    ) -> Recorded:
        """Note it."""
        recorded = Recorded(wish, done, failed, event)
        self.sent.append(recorded)
        return recorded

    @property
    def wishes(self) -> list[AnyWish]:
        """What was wished so far."""
        return [one.wish for one in self.sent]

    def last(self, kind: type[Kind]) -> Recorded:
        """The last wish of a kind; fails when there was none."""
        return next(one for one in reversed(self.sent) if isinstance(one.wish, kind))
