"""The page of conversations."""

from app.windows.conversations.page import ConversationsPage

__all__ = ["ConversationsPage"]
