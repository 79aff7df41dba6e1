"""What is found in a file: lines to take in, what is no line, what is left out on purpose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mesh.companion.lines import Entry

if TYPE_CHECKING:
    from mesh.errors import BadInput

NAME_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Bad:
    """A part that cannot be taken in: where it is, as far as that is known, and why not."""

    why: BadInput
    line: int | None = None
    conversation: str | None = None
    title: str | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What nobody said: hidden notes, thoughts, what another part says already."""


LEFT_OUT = LeftOut()
Finding = Entry | Bad | LeftOut


def shortened(text: object) -> str | None:
    """A name fit to be shown to the owner; None when it is no text."""
    return text[:NAME_SHOWN] if isinstance(text, str) and text else None
