"""The page of the family's devices: a list of them, and all about the one that is chosen."""

from app.windows.devices.page import DevicesPage

__all__ = ["DevicesPage"]
