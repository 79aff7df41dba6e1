"""What came of a file that was imported, said to people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.wording.errors import told
from app.wording.language import tr, trn

if TYPE_CHECKING:
    from mesh.wishes import BadPart


def left_out(count: int) -> str:
    """How much of it nobody ever said."""
    return trn("{n} hidden note was left out", "{n} hidden notes were left out", count)


def bad_place(one: BadPart) -> str:
    """Where something is that could not be read."""
    number = tr("number {n}", n=one.line) if one.line else ""
    places = (number, one.title or one.conversation or "", one.message or "")
    return ", ".join(place for place in places if place)


def bad_part(one: BadPart) -> str:
    """Where it is, and why it could not be read."""
    where = bad_place(one)
    return f"{where}: {told(one.why)}" if where else told(one.why)
