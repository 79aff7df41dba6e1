"""What every wish, answer and event is, and those that belong to all of them."""

from __future__ import annotations

import msgspec


class Wish(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="wish", forbid_unknown_fields=True
):
    """Something the owner asks for."""


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What a node answers."""


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="event"):
    """What a node tells while a wish is running, and the answers that are called events."""


class Cancel(Wish, frozen=True, tag="cancel"):
    """Stop a running wish (its ``run``), keeping what is done. Answer: Done."""

    run: str


class Done(Shown, frozen=True):
    """It is done."""

    done: bool = True


class Progress(Event, frozen=True, tag="progress"):
    """How far a long wish is: ``done`` of ``total`` units, seconds left if known."""

    run: str
    done: int
    total: int
    seconds_left: float | None = None
