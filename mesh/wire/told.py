"""Messages of the vocabulary that are no records, between devices."""

from __future__ import annotations

import msgspec

from mesh.errors import TooLarge
from mesh.messages import TOPICS, Audience, Message
from mesh.wire.frames import BODY_MAX, Tell

TELLABLE = frozenset({Audience.MEMBERS, Audience.HOLDERS})
"""Everything else is either a record, which travels by sync, or stays where it was said."""


def write_told(message: Message) -> Tell:
    """The frame of a message; TooLarge if the other device would not hear it out.

    ValueError for one that may not leave the device this way.
    """
    if type(message).audience not in TELLABLE:
        raise ValueError(type(message).topic)
    body = msgspec.msgpack.encode(message)
    if len(body) > BODY_MAX:
        raise TooLarge
    return Tell(type(message).topic, body)


def read_told(frame: Tell, *, is_holder: bool) -> Message | None:
    """The message in a frame; None for what that device may not tell, or cannot be read."""
    kind = TOPICS.get(frame.topic)
    if kind is None or kind.audience not in TELLABLE:
        return None
    if kind.audience is Audience.HOLDERS and not is_holder:
        return None
    try:
        return msgspec.msgpack.decode(frame.body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
