"""Modules that answer: who offered which topic, and what was asked of whom.

    module                        node                         whoever asks
      ├─ device/capability/offered ──────▶│
      │◀──────────── ok ────────────┤
      │                             │◀──────── request ────────────┤
      │◀─── ask, topic, body, n ────┤
      ├─ bus/answer, body, n, ok ──▶├───────── answer ────────────▶│

Several modules may offer one topic; they are asked in turn. When one has gone, also in the
middle of its work, the next is asked.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

from mesh.bus.intake import open_kind
from mesh.errors import BadInput, MeshError, NotPermitted, PeerUnreachable
from mesh.wire.local import (
    ALIVE,
    ASK,
    Body,
    Call,
    Face,
    Status,
    failed,
    read_body,
    read_topic,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from mesh.bus.bus import Asked, Bus, Subscription
    from mesh.messages import WorkOffered

TOPICS_MAX = 256
MODULES_MAX = 32
LOOK_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Module:
    """Somebody who answers: his route, and the spelling he reads."""

    route: bytes
    face: Face


def topic_of(capability: str) -> str:
    """What requests for a capability are called: ``work/<capability>``, or the topic it is."""
    topic = capability if "/" in capability else f"work/{capability}"
    return read_topic(topic.encode())


class Offers:
    """The offers of one door; ``send`` hands frames over and says whether anybody took them."""

    def __init__(self, bus: Bus, send: Callable[[list[bytes]], bool]) -> None:
        self._bus, self._send = bus, send
        self._modules: dict[str, deque[Module]] = {}
        self._answers: dict[str, Subscription] = {}
        self._asked: dict[tuple[bytes, bytes], asyncio.Future[Body]] = {}
        self._numbers = count(1)

    def take(self, call: Call, offered: WorkOffered) -> None:
        """A module offers, or no longer does; NotPermitted if it may not offer that topic."""
        if call.is_lockstep:
            raise BadInput("Offer work from a DEALER; a REQ socket cannot be asked.")
        topic = topic_of(offered.capability)
        module = Module(call.sender, call.face)
        if offered.is_offered:
            self._add(topic, module)
        else:
            self._drop(topic, module)

    def hear(self, call: Call) -> None:
        """A module's answer; one that nobody waits for is let go."""
        waiting = self._asked.get((call.sender, call.call_id or b""))
        if waiting is None or waiting.done():
            return
        try:
            body = read_body(call.body)
            if call.status != Status.OK.value:
                raise failed(body)
            waiting.set_result(body)
        except MeshError as error:
            waiting.set_exception(error)

    def _add(self, topic: str, module: Module) -> None:
        open_kind(topic)
        modules = self._modules.get(topic, deque())
        if len(self._modules) >= TOPICS_MAX or len(modules) >= MODULES_MAX:
            raise NotPermitted("Too much is offered here already.")
        if not modules:
            self._answers[topic] = self._bus.answer(topic, lambda body: self._ask(topic, body))
        self._modules[topic] = modules
        if module not in modules:
            modules.append(module)

    def _drop(self, topic: str, module: Module) -> None:
        modules = self._modules.get(topic)
        if modules is None or module not in modules:
            return
        modules.remove(module)
        if not modules:
            del self._modules[topic]
            self._answers.pop(topic).close()

    async def _ask(self, topic: str, body: Asked) -> Body:
        number = str(next(self._numbers)).encode()
        while True:
            module = self._reach(topic, body, number)
            waiting: asyncio.Future[Body] = asyncio.get_running_loop().create_future()
            self._asked[module.route, number] = waiting
            try:
                if await self._stays(module, waiting):
                    return await waiting
            finally:
                del self._asked[module.route, number]
            self._drop(topic, module)

    async def _stays(self, module: Module, waiting: asyncio.Future[Body]) -> bool:
        """Wait for the answer; whether the module is there until then."""
        while True:
            await asyncio.wait([waiting], timeout=LOOK_SECONDS)
            if waiting.done() or not self._send([module.route, ALIVE]):
                return waiting.done()

    def _reach(self, topic: str, body: Asked, number: bytes) -> Module:
        """Hand it to the next module that is still there."""
        while modules := self._modules.get(topic):
            module = modules[0]
            modules.rotate(-1)
            words = [ASK, topic.encode(), module.face.encode(body), number]
            if self._send([module.route, *words]):
                return module
            self._drop(topic, module)
        raise PeerUnreachable("The module that offered this has gone.")
