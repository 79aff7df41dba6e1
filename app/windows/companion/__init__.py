"""The page of the companion: how it is, how it feels, and who else it is with."""

from app.windows.companion.page import CompanionPage

__all__ = ["CompanionPage"]
