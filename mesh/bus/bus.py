"""The bus inside the device: who publishes does not know who listens.

Callbacks run one after another in the order of publishing, also when one of them publishes in
turn. Of a state topic the last news is kept, and whoever subscribes late gets it first.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Self, TypeAlias

from mesh.bus.faults import note
from mesh.errors import NotFound, NotPermitted, RequestTimedOut
from mesh.messages import Message, News

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from types import TracebackType

    OnNews: TypeAlias = Callable[[News], None]
    Asked: TypeAlias = Message | dict[str, object]
    Answerer: TypeAlias = Callable[[Asked], Awaitable[object]]

REQUEST_SECONDS = 10.0
QUEUE = 1024


class Subscription:
    """Something that lasts until it is closed, or until its ``with`` block ends."""

    def __init__(self, end: Callable[[Subscription], None]) -> None:
        self._end = end

    def close(self) -> None:
        """End it; ending it twice does no harm."""
        self._end(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class Listener:
    """News as an async iterator; not taken in time, the oldest go, counted in ``missed``."""

    def __init__(self, limit: int) -> None:
        self._waiting: deque[News] = deque(maxlen=limit)
        self._arrived = asyncio.Event()
        self._subscription: Subscription | None = None
        self.missed = 0

    def take(self, news: News) -> None:
        """Queue one."""
        self.missed += len(self._waiting) == self._waiting.maxlen
        self._waiting.append(news)
        self._arrived.set()

    def holds(self, subscription: Subscription) -> Self:
        """Close that subscription when it ends itself."""
        self._subscription = subscription
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._subscription is not None:
            self._subscription.close()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> News:
        while not self._waiting:
            self._arrived.clear()
            await self._arrived.wait()
        return self._waiting.popleft()


class Bus:
    """News to those who want them, requests to the one who answers."""

    def __init__(self) -> None:
        self._subscribers: dict[Subscription, tuple[tuple[str, ...], OnNews]] = {}
        self._answerers: dict[str, Answerer] = {}
        self._states: dict[str, News] = {}
        self._due: deque[tuple[News, Subscription | None]] = deque()
        self._delivers = False
        self.failures = 0
        """How often a callback failed; the others got their news all the same."""

    def publish(self, news: News) -> None:
        """Tell everybody whose prefix fits."""
        if isinstance(news.body, Message) and type(news.body).is_state:
            self._states[news.topic] = news
        self._due.append((news, None))
        self._deliver()

    def subscribe(self, *prefixes: str, callback: OnNews) -> Subscription:
        """Call back for each news whose topic begins with one of the prefixes ("" fits all)."""
        subscription = Subscription(self._end)
        self._subscribers[subscription] = (prefixes, callback)
        self._due.extend((state, subscription) for state in self.states(*prefixes))
        self._deliver()
        return subscription

    def listen(self, *prefixes: str, limit: int = QUEUE) -> Listener:
        """The same as an async iterator: ``with bus.listen("emotion/") as moods: …``."""
        listener = Listener(limit)
        return listener.holds(self.subscribe(*prefixes, callback=listener.take))

    def states(self, *prefixes: str) -> list[News]:
        """The last news of each state topic that begins with one of the prefixes."""
        return [news for topic, news in self._states.items() if topic.startswith(prefixes)]

    def answer(self, topic: str, answerer: Answerer) -> Subscription:
        """Answer requests for a topic; NotPermitted if somebody does already."""
        if topic in self._answerers:
            raise NotPermitted("Requests for that topic are answered by somebody else here.")
        self._answerers[topic] = answerer
        return Subscription(lambda _: self._resign(topic, answerer))

    def answers(self, topic: str) -> bool:
        """Whether somebody answers requests for that topic."""
        return topic in self._answerers

    async def request(
        self, topic: str, body: Asked, *, seconds: float = REQUEST_SECONDS
    ) -> object:
        """The answer: a struct, a map, a list of them or None.

        NotFound when nobody answers that topic, RequestTimedOut after ``seconds``; an error the
        answerer raises comes through.
        """
        answerer = self._answerers.get(topic)
        if answerer is None:
            raise NotFound("Nobody answers requests for that topic here.")
        deadline = asyncio.timeout(seconds)
        try:
            async with deadline:
                return await answerer(body)
        except TimeoutError as error:
            if not deadline.expired():
                raise
            raise RequestTimedOut from error

    def _deliver(self) -> None:
        if self._delivers:
            return
        self._delivers = True
        try:
            while self._due:
                news, only = self._due.popleft()
                for subscription in (only,) if only else tuple(self._subscribers):
                    self._tell(subscription, news)
        finally:
            self._delivers = False

    def _tell(self, subscription: Subscription, news: News) -> None:
        prefixes, callback = self._subscribers.get(subscription, ((), None))
        if callback is None or not news.topic.startswith(prefixes):
            return
        try:
            callback(news)
        except Exception as error:  # noqa: BLE001 - one subscriber must not silence the others
            self.failures += 1
            note("A subscriber", error)

    def _end(self, subscription: Subscription) -> None:
        self._subscribers.pop(subscription, None)

    def _resign(self, topic: str, answerer: Answerer) -> None:
        if self._answerers.get(topic) is answerer:
            del self._answerers[topic]
