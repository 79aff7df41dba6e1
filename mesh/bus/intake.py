"""What may be published by hand or by a module, and what becomes of it.

bus/ json/ device/ sync/ and all that only the node can know   refused
a message of the vocabulary that may be asked                   a wish: the node decides
any other topic                                                 a module's own: told here,
                                                                never to other devices
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from mesh.errors import NotPermitted
from mesh.messages import TOPICS, Audience, Message, News, WorkOffered, told
from mesh.wire.local import DOOR_PREFIX, JSON_PREFIX, Body, shape

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from mesh.bus.bus import Bus

    OnWish: TypeAlias = Callable[[Message], Awaitable[Message | None]]

VOCABULARY = ("device/", "sync/", "conversation/", "emotion/", "memory/")


class Intake:
    """Takes what is published.

    ``on_wish`` gets each typed message. What it returns has been stored and told, and is what
    the publisher is shown. None means that nothing came of it yet: a message that is no record
    is then told as it stands; a record never is before it is stored.
    """

    def __init__(self, bus: Bus, device_id: str, on_wish: OnWish) -> None:
        self._bus, self._device_id, self._on_wish = bus, device_id, on_wish

    async def take(self, topic: str, body: Body) -> News:
        """Publish; NotPermitted for topics that are the node's, BadInput for a wrong body."""
        message = asked(topic, body)
        if isinstance(message, WorkOffered):
            raise NotPermitted("Work is offered with a request, so that it can be asked for.")
        if message is None:
            news = News(topic, self._device_id, body)
            self._bus.publish(news)
            return news
        outcome = await self._on_wish(message)
        news = told(outcome or message, self._device_id)
        if outcome is None and type(message).audience is not Audience.RECORD:
            self._bus.publish(news)
        return news


def asked(topic: str, body: Body) -> Message | None:
    """The typed message somebody asks for, or None if the topic is a module's own."""
    kind = open_kind(topic)
    return None if kind is None else shape(body, kind)


def open_kind(topic: str) -> type[Message] | None:
    """The vocabulary's message for a topic modules may use; NotPermitted for all others."""
    kind = TOPICS.get(topic)
    if kind is None and topic.startswith((*VOCABULARY, DOOR_PREFIX, JSON_PREFIX)):
        raise NotPermitted("That topic is not one modules may use.")
    if kind is not None and not kind.is_asked:
        raise NotPermitted("Only the node itself tells that; a module cannot publish it.")
    return kind
