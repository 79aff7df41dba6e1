"""The page of memories."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import override

from app.windows.page import Page

if TYPE_CHECKING:
    from app.viewstate import ViewState


class MemoriesPage(Page):
    """Under way."""

    key = "memories"

    @override
    def show_state(self, state: ViewState, now: float) -> None:
        """Nothing yet."""
