"""A message as it goes over the bus."""

from __future__ import annotations

import msgspec

from mesh.messages.kinds import Message


class News(msgspec.Struct, frozen=True):
    """A message on the bus: what, and on which device it happened.

    ``body`` is the typed message, or for topics outside the vocabulary (a module's own)
    whatever map the module published; these never leave the device.
    """

    topic: str
    device_id: str
    body: Message | dict[str, object]


def told(message: Message, device_id: str) -> News:
    """The news of a typed message."""
    return News(type(message).topic, device_id, message)
