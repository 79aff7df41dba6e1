"""The page of memories."""

from app.windows.memories.page import MemoriesPage

__all__ = ["MemoriesPage"]
