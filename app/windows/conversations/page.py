"""The page of conversations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import override

from app.windows.page import Page

if TYPE_CHECKING:
    from app.viewstate import ViewState


class ConversationsPage(Page):
    """Under way."""

    key = "conversations"

    @override
    def show_state(self, state: ViewState, now: float) -> None:
        """Nothing yet."""
