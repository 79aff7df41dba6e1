"""What is remembered, and finding it or what was said."""

from __future__ import annotations

from mesh.wishes.kinds import Shown, Wish


class Remember(Wish, frozen=True, tag="remember"):
    """Keep a memory. Answer: Remembered."""

    text: str
    tags: tuple[str, ...] = ()
    privacy: str = "family"


class Memories(Wish, frozen=True, tag="memories"):
    """List the memories, newest first. Answer: list of Remembered."""


class BrowseMemories(Wish, frozen=True, tag="browse-memories"):
    """A page of the memories (of a tag, of a privacy), newest first. Answer: MemoryPage."""

    before: str | None = None
    after: str | None = None
    around: str | None = None
    tag: str | None = None
    privacy: str | None = None
    limit: int = 50


class Search(Wish, frozen=True, tag="search"):
    """Find memories and messages. Answer: list of Hit."""

    query: str
    everywhere: bool = False
    limit: int = 10


class MemoryLine(Shown, frozen=True):
    """A memory in a page; ``place`` is its cursor."""

    object_id: str
    place: str
    text: str
    tags: tuple[str, ...]
    privacy: str
    timestamp: float
    device_id: str | None
    is_revised: bool


class MemoryPage(Shown, frozen=True):
    """Memories, newest first. The cursors: as in ``ConversationPage``."""

    rows: tuple[MemoryLine, ...]
    newer: str | None = None
    older: str | None = None
