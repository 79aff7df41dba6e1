"""Which pages the lists are made of."""

from __future__ import annotations

from dataclasses import dataclass

from app.windows.lists.stretch import Piece
from mesh.wishes import (
    BrowseConversations,
    BrowseMessages,
    ConversationHead,
    ConversationPage,
    MessageLine,
    MessagePage,
)


@dataclass(frozen=True)
class Heads:
    """All conversations, the one spoken in last on top."""

    def wish(
        self, *, above: str | None = None, below: str | None = None, around: str | None = None
    ) -> BrowseConversations:
        """Newer ones are above; there is no page around one."""
        del around
        return BrowseConversations(after=above, before=below)

    def piece(self, answer: object) -> Piece[ConversationHead]:
        """The rows of a page."""
        if not isinstance(answer, ConversationPage):
            return Piece(())
        return Piece(answer.rows, answer.newer, answer.older)


@dataclass(frozen=True)
class Messages:
    """The messages of a conversation, the latest at the bottom."""

    conversation: str

    def wish(
        self, *, above: str | None = None, below: str | None = None, around: str | None = None
    ) -> BrowseMessages:
        """Earlier ones are above."""
        return BrowseMessages(
            conversation=self.conversation, before=above, after=below, around=around
        )

    def piece(self, answer: object) -> Piece[MessageLine]:
        """The rows of a page."""
        if not isinstance(answer, MessagePage):
            return Piece(())
        return Piece(answer.rows, answer.older, answer.newer)
