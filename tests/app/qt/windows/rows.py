"""Rows of lists as a node answers them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mesh.messages import (
    AssistantSaid,
    ForgetConfirmed,
    MemoryChanged,
    MessageChanged,
    UserSaid,
    told,
)
from mesh.wishes import (
    ConversationHead,
    ConversationPage,
    MemoryLine,
    MemoryPage,
    MessageLine,
    MessagePage,
)
from tests.app.qt.scenes import ME, NOW

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mesh.messages import News

TALK = "talk"


def object_id(number: int) -> str:
    return f"{number:032x}"


def message(number: int, text: str = "", **fields: Any) -> MessageLine:
    """Every second one is the companion's; one every ten minutes."""
    known: dict[str, Any] = {
        "object_id": object_id(number),
        "place": f"place {number}",
        "id": object_id(number),
        "conversation_id": TALK,
        "role": "assistant" if number % 2 else "user",
        "text": text or f"message {number}",
        "timestamp": NOW - 100_000 + number * 600,
        "device_id": ME,
        "speaker": None,
        "tags": (),
        "privacy": "family",
        "is_revised": False,
    }
    return MessageLine(**{**known, **fields})


def messages(
    numbers: Iterable[int], *, newer: str | None = None, older: str | None = None
) -> MessagePage:
    return MessagePage(rows=tuple(message(n) for n in numbers), newer=newer, older=older)


def head(name: str = TALK, last: float = NOW - 60, **fields: Any) -> ConversationHead:
    known: dict[str, Any] = {
        "conversation_id": name,
        "object_id": f"{name} object",
        "place": f"{name} place",
        "title": f"About {name}",
        "last_text": f"the last of {name}",
        "messages": 3,
        "first": last - 3600,
        "last": last,
        "device_id": ME,
        "privacy": "public",
    }
    return ConversationHead(**{**known, **fields})


def heads(*names: str) -> ConversationPage:
    rows = tuple(head(name, NOW - place * 60) for place, name in enumerate(names))
    return ConversationPage(rows=rows)


def memory(number: int, **fields: Any) -> MemoryLine:
    known: dict[str, Any] = {
        "object_id": object_id(number),
        "place": f"place {number}",
        "text": f"memory {number}",
        "tags": (),
        "privacy": "family",
        "timestamp": NOW - number * 600,
        "device_id": ME,
        "is_revised": False,
    }
    return MemoryLine(**{**known, **fields})


def memories(*rows: MemoryLine, older: str | None = None) -> MemoryPage:
    return MemoryPage(rows=rows, older=older)


def said(number: int, *, role: str = "user", conversation: str = TALK) -> News:
    kind = UserSaid if role == "user" else AssistantSaid
    line = message(number)
    return told(
        kind(
            text=line.text, conversation_id=conversation, id=line.id,
            timestamp=line.timestamp, device_id=ME,
        ),
        ME,
    )  # fmt: skip


def remembered(line: MemoryLine) -> News:
    return told(
        MemoryChanged(
            id=line.object_id, text=line.text, tags=line.tags, privacy=line.privacy,
            timestamp=line.timestamp, device_id=line.device_id,
        ),
        ME,
    )  # fmt: skip


def confirmed(identity: str, by: tuple[str, ...], missing: tuple[str, ...] = ()) -> News:
    return told(ForgetConfirmed(id=identity, confirmed_by=by, waiting_for=missing), ME)


def changed(identity: str) -> News:
    return told(MessageChanged(id=identity), ME)
