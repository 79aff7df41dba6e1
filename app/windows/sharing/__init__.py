"""The page on sharing: what goes to whom, and what a change would do before it is made."""

from app.windows.sharing.page import SharingPage

__all__ = ["SharingPage"]
