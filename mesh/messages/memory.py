"""``memory/``: what the companion remembers."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from mesh.messages.kinds import Audience, Message


class Remembered(msgspec.Struct, frozen=True, kw_only=True):
    """One memory; ``timestamp`` in Unix seconds."""

    id: str
    text: str
    tags: tuple[str, ...]
    privacy: str
    timestamp: float
    device_id: str | None


class MemoryAsked(Message, frozen=True):
    """Remember this. Answered with ``Remembered``."""

    topic: ClassVar[str] = "memory/store/request"
    audience: ClassVar[Audience] = Audience.HERE
    is_asked: ClassVar[bool] = True
    text: str
    tags: tuple[str, ...] = ()
    privacy: str = "family"


class SearchAsked(Message, frozen=True):
    """Find memories and messages about something. ``everywhere`` asks the own devices too."""

    topic: ClassVar[str] = "memory/search/request"
    audience: ClassVar[Audience] = Audience.FULL
    is_asked: ClassVar[bool] = True
    query: str
    limit: int = 10
    everywhere: bool = False


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """Something found: ``kind`` is memory or message, a higher ``score`` fits better."""

    id: str
    kind: str
    text: str
    score: float
    device_id: str | None
    conversation_id: str | None = None


class SearchDone(Message, frozen=True):
    """What a search found, best first."""

    topic: ClassVar[str] = "memory/search/result"
    audience: ClassVar[Audience] = Audience.FULL
    hits: tuple[Hit, ...]


class MemoryChanged(Message, frozen=True):
    """A memory is new, changed, or no longer here (``text`` None)."""

    topic: ClassVar[str] = "memory/sync/update"
    audience: ClassVar[Audience] = Audience.RECORD
    id: str
    text: str | None
    tags: tuple[str, ...] = ()
    privacy: str = "family"
    timestamp: float | None = None
    device_id: str | None = None


class ForgetConfirmed(Message, frozen=True):
    """Devices that have confirmed a forgetting, and those still missing."""

    topic: ClassVar[str] = "memory/forget/receipt"
    audience: ClassVar[Audience] = Audience.RECORD
    id: str
    confirmed_by: tuple[str, ...]
    waiting_for: tuple[str, ...]
