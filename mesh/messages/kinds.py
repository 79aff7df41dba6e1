"""What every message is, and how far it may travel."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

import msgspec


class Audience(StrEnum):
    """How far a message may travel."""

    HERE = "here"
    MEMBERS = "members"
    HOLDERS = "holders"
    FULL = "full"
    RECORD = "record"


class Message(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=False):
    """What every message has: a topic, and an audience that the door of the device enforces."""

    topic: ClassVar[str]
    audience: ClassVar[Audience]
    is_state: ClassVar[bool] = False
    """Whether a late subscriber gets the last one first."""
    is_asked: ClassVar[bool] = False
    """Whether modules may publish it (a wish) or only the node (news)."""
