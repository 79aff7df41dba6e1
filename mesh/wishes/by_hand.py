"""Using the bus by hand."""

from __future__ import annotations

from mesh.wishes.kinds import Wish


class Publish(Wish, frozen=True, tag="publish"):
    """Put a message on the bus by hand. Answer: News as a map."""

    topic: str
    body: dict[str, object]


class Request(Wish, frozen=True, tag="request"):
    """Ask by hand, here or on a device. Answer: News as a map."""

    topic: str
    body: dict[str, object]
    device: str | None = None
    seconds: float = 10.0
