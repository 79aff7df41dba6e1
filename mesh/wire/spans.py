"""Stretches of a scope's facts, in the order of their keys, as two devices compare them.

A key is stamp 8 ‖ digest 16 of a fact. A span reaches from the end of the one before it (or the
frame's start) up to its ``upper``, itself not included; an empty ``upper`` is the end of all.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

SPANS_MAX = 256
"""Spans in one question."""
ANSWER_SPANS_MAX = 8192
LISTED_MAX = 256
SHORT_SIZE = 8
"""Bytes of a digest in a list: within one span they tell facts apart."""

Bound = Annotated[bytes, Meta(max_length=24)]
Count = Annotated[int, Meta(ge=0, le=1 << 62)]
Step = Annotated[int, Meta(ge=-(1 << 62), le=1 << 62)]


class Span(msgspec.Struct, array_like=True, frozen=True, tag_field="what"):
    """One stretch. ``upper``: the beginning of a key."""

    upper: Bound


class Same(Span, frozen=True, tag=0):
    """Nothing more about it: not asked, or nothing is missing."""


class Print(Span, frozen=True, tag=1):
    """How many facts are in it, and their fingerprint."""

    count: Count
    print: Annotated[bytes, Meta(min_length=16, max_length=16)]


class Wanted(Span, frozen=True, tag=2):
    """Asks for all in it: by number when nothing of it is here, else as a list."""

    by_number: bool


class Listed(Span, frozen=True, tag=3):
    """All facts in it, in the order of their keys.

    ``shorts``: the first 8 bytes of each digest, joined; ``steps``: their numbers in the feed,
    each as the difference to the one before, 0 before the first.
    """

    shorts: Annotated[bytes, Meta(max_length=SHORT_SIZE * LISTED_MAX)]
    steps: Annotated[tuple[Step, ...], Meta(max_length=LISTED_MAX)]


class Numbered(Span, frozen=True, tag=4):
    """The numbers of all facts in it, packed as in a Since."""

    numbers: Annotated[tuple[Count, ...], Meta(max_length=400_000)]


AnySpan = Same | Print | Wanted | Listed | Numbered
