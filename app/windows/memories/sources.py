"""Which pages the list is made of."""

from __future__ import annotations

from dataclasses import dataclass

from app.windows.lists.stretch import Piece
from mesh.wishes import BrowseMemories, MemoryLine, MemoryPage


@dataclass(frozen=True)
class Memories:
    """The memories, newest on top; of a tag or a privacy alone if they are given."""

    tag: str | None = None
    privacy: str | None = None

    def wish(
        self, *, above: str | None = None, below: str | None = None, around: str | None = None
    ) -> BrowseMemories:
        """Newer ones are above."""
        return BrowseMemories(
            after=above, before=below, around=around, tag=self.tag, privacy=self.privacy
        )

    def piece(self, answer: object) -> Piece[MemoryLine]:
        """The rows of a page."""
        if not isinstance(answer, MemoryPage):
            return Piece(())
        return Piece(answer.rows, answer.newer, answer.older)
