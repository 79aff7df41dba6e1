"""The page of settings: what concerns this computer and this application, not the family."""

from app.windows.settings.page import SettingsPage

__all__ = ["SettingsPage"]
