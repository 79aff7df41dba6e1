"""Requests between devices: typed, with a deadline, answered once.

    ask ── Ask{id, topic, body, seconds} ──▶ is it allowed? ─▶ local bus ─▶ Answered{id, …}
       └─ the link broke? the same Ask again: the answer is remembered by sender and id

A query is content: only the owner's own devices ask each other. What they may ask is a list:
what the node answers to others, and topics of modules; never what only its owner may wish.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from mesh.errors import (
    MeshError,
    NotPermitted,
    PeerUnreachable,
    RequestFailed,
    RequestTimedOut,
    TooLarge,
)
from mesh.messages import TOPICS, Audience
from mesh.wire.frames import BODY_MAX, Answered, Ask, Frame

if TYPE_CHECKING:
    from mesh.bus.bus import Bus
    from mesh.clock import Entropy

REMEMBERED_MAX = 256
OPEN_MAX = 64
RETRY_S = 1.0

Answerer = Callable[[bytes, dict[str, Any]], Awaitable[object]]
"""Answers a device (its key)."""

_encode = msgspec.msgpack.encode


class Post(Protocol):
    """How frames get to devices."""

    def say(self, key: bytes, frame: Frame) -> bool:
        """Send; False when there is no talk with that device."""


class Requests:
    """Both sides of asking: ours to others, and others' to us."""

    def __init__(
        self,
        bus: Bus,
        post: Post,
        entropy: Entropy,
        spawn: Callable[[Coroutine[Any, Any, None]], object],
        *,
        is_full: Callable[[bytes], bool],
        answerers: Mapping[str, Answerer],
    ) -> None:
        self._bus = bus
        self._post = post
        self._entropy = entropy
        self._spawn = spawn
        self._is_full = is_full
        self._answerers = answerers
        self._waiting: dict[bytes, asyncio.Future[Answered]] = {}
        self._answers: OrderedDict[tuple[bytes, bytes], Answered | None] = OrderedDict()
        self._open = 0

    async def ask(self, key: bytes, topic: str, body: object, seconds: float) -> Any:
        """The answer of a device as a map or list.

        PeerUnreachable when there is no link in all that time, RequestTimedOut, NotPermitted
        for what that device must not learn, RequestFailed with what went wrong there.
        """
        self._check(key, topic)
        question = _encode(body)
        if len(question) > BODY_MAX:
            raise TooLarge
        ask = Ask(self._entropy.draw(16), topic, question, seconds)
        future: asyncio.Future[Answered] = asyncio.get_running_loop().create_future()
        self._waiting[ask.id] = future
        try:
            async with asyncio.timeout(seconds):
                answered = await self._until_answered(key, ask, future)
        except TimeoutError as error:
            raise RequestTimedOut from error
        finally:
            del self._waiting[ask.id]
        if answered.error:
            raise RequestFailed(f"The other device could not answer ({answered.error}).")
        return msgspec.msgpack.decode(answered.body)

    async def _until_answered(
        self, key: bytes, ask: Ask, future: asyncio.Future[Answered]
    ) -> Answered:
        sent = self._post.say(key, ask)
        while True:
            done, _ = await asyncio.wait({future}, timeout=RETRY_S)
            if done:
                return future.result()
            if not self._post.say(key, ask) and not sent:
                raise PeerUnreachable
            sent = True

    def _check(self, key: bytes, topic: str) -> None:
        """Whether that device may be asked that, or may ask it here."""
        if not self._is_full(key):
            raise NotPermitted("Only the owner's own devices ask each other.")
        kind = TOPICS.get(topic)
        is_modules = kind is None or kind.audience is Audience.FULL
        if topic not in self._answerers and not is_modules:
            raise NotPermitted("That is not asked of other devices.")

    def came(self, key: bytes, frame: Ask | Answered) -> None:
        """A question or an answer came from a device."""
        if isinstance(frame, Answered):
            future = self._waiting.get(frame.id)
            if future is not None and not future.done():
                future.set_result(frame)
            return
        remembered = (key, frame.id)
        if remembered in self._answers:
            answer = self._answers[remembered]
            if answer is not None:
                self._post.say(key, answer)
        elif self._open < OPEN_MAX:
            self._answers[remembered] = None
            self._open += 1
            self._spawn(self._answer(key, frame))

    async def _found(self, key: bytes, ask: Ask, body: dict[str, Any]) -> object:
        answerer = self._answerers.get(ask.topic)
        if answerer is None:
            return await self._bus.request(ask.topic, body, seconds=ask.seconds)
        return await answerer(key, body)

    async def _answer(self, key: bytes, ask: Ask) -> None:
        try:
            self._check(key, ask.topic)
            body = msgspec.msgpack.decode(ask.body, type=dict[str, Any])
            found = _encode(await self._found(key, ask, body))
            if len(found) > BODY_MAX:
                raise TooLarge
            answer = Answered(ask.id, "", found)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            answer = Answered(ask.id, "bad_input", b"")
        except MeshError as error:
            answer = Answered(ask.id, error.code, b"")
        finally:
            self._open -= 1
        self._answers[key, ask.id] = answer
        while len(self._answers) > REMEMBERED_MAX:
            self._answers.popitem(last=False)
        self._post.say(key, answer)
