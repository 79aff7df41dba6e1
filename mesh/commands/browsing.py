"""Pages for windows that scroll."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mesh.commands.services import Services, Tell
    from mesh.wishes import (
        BrowseConversations,
        BrowseMemories,
        BrowseMessages,
        ConversationPage,
        History,
        MemoryPage,
        MessagePage,
        TextShown,
    )


async def conversations(
    services: Services, wish: BrowseConversations, _: Tell
) -> ConversationPage:
    """A page of the conversations."""
    return await services.browsing.conversations(wish)


async def messages(services: Services, wish: BrowseMessages, _: Tell) -> MessagePage:
    """A page of one conversation."""
    return await services.browsing.messages(wish)


async def memories(services: Services, wish: BrowseMemories, _: Tell) -> MemoryPage:
    """A page of the memories."""
    return await services.browsing.memories(wish)


async def history(services: Services, wish: History, _: Tell) -> list[TextShown]:
    """What something said before."""
    return await services.browsing.history(wish.id)
