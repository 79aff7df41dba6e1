"""``conversation/``: what is said."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from mesh.messages.kinds import Audience, Message


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """One message of a conversation; ``timestamp`` in Unix seconds, ids as text."""

    id: str
    conversation_id: str
    role: str
    text: str
    timestamp: float
    device_id: str | None
    speaker: str | None = None
    tags: tuple[str, ...] = ()


class UserSaid(Message, frozen=True):
    """The person said something. Published by a module it is a wish; then it is told to all."""

    topic: ClassVar[str] = "conversation/message/user"
    audience: ClassVar[Audience] = Audience.RECORD
    is_asked: ClassVar[bool] = True
    text: str
    conversation_id: str | None = None
    id: str | None = None
    role: str = "user"
    timestamp: float | None = None
    device_id: str | None = None
    speaker: str | None = None
    tags: tuple[str, ...] = ()
    private: bool = False


class AssistantSaid(UserSaid, frozen=True):
    """The companion said something."""

    topic: ClassVar[str] = "conversation/message/assistant"
    role: str = "assistant"


class MessageChanged(Message, frozen=True):
    """A message, or a whole conversation, has another text, other tags or another privacy.

    ``id`` names it beyond doubt (32 hex digits); what it is now is to be read.
    """

    topic: ClassVar[str] = "conversation/message/changed"
    audience: ClassVar[Audience] = Audience.RECORD
    id: str


class ContextUpdated(Message, frozen=True):
    """A conversation's subject or mood shifted; for devices that may hold the conversation."""

    topic: ClassVar[str] = "conversation/context/update"
    audience: ClassVar[Audience] = Audience.HOLDERS
    is_asked: ClassVar[bool] = True
    conversation_id: str
    subject: str | None = None
    valence: float | None = None
    draft: str | None = None


class JustBetweenUs(Message, frozen=True):
    """Whether a conversation stays on this device: the next one, then that one until it ends.

    Without ``conversation_id`` it has not begun yet.
    """

    topic: ClassVar[str] = "conversation/private"
    audience: ClassVar[Audience] = Audience.HERE
    is_state: ClassVar[bool] = True
    is_on: bool
    conversation_id: str | None = None


class HistoryArrived(Message, frozen=True):
    """Sync brought ``messages`` earlier messages, or an import did."""

    topic: ClassVar[str] = "conversation/history/sync"
    audience: ClassVar[Audience] = Audience.RECORD
    messages: int
