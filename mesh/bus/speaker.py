"""The ``subscribe`` endpoint: all news of the bus for other processes, as MessagePack or JSON.

Whoever subscribes late gets the last news of each state topic at once. ZeroMQ cannot send that
to one subscriber alone: others with the same interest see it again, so a state may be repeated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh.errors import MeshError
from mesh.messages import News
from mesh.wire.local import JSON_PREFIX, READY, Face

if TYPE_CHECKING:
    from mesh.bus.bus import Bus
    from mesh.sockets import Context, Received

PREFIXES_MAX = 4096
_SUBSCRIBED, _UNSUBSCRIBED = 1, 0


class Speaker:
    """Says aloud what the bus tells."""

    def __init__(self, context: Context, endpoint: str, bus: Bus, device_id: str) -> None:
        self._bus, self._device_id = bus, device_id
        self._wanted: set[str] = set()
        self._is_everything_wanted = False
        self._socket = context.xpub(self._hear)
        self._socket.bind(endpoint)
        self._subscription = bus.subscribe("", callback=self._say)
        self.unsaid = 0
        """News that could not be spelled."""

    def close(self) -> None:
        """Be silent."""
        self._subscription.close()
        self._socket.close()

    def _say(self, news: News) -> None:
        # Since there were too many who subscribed, nobody knows any more to what.
        wanted = ("",) if self._is_everything_wanted else tuple(self._wanted)
        if news.topic.startswith(wanted):
            self._send(news, Face.MESSAGEPACK)
        if (JSON_PREFIX + news.topic).startswith(wanted):
            self._send(news, Face.JSON)

    def _send(self, news: News, face: Face) -> None:
        topic = JSON_PREFIX + news.topic if face is Face.JSON else news.topic
        try:
            self._socket.send([topic.encode(), face.encode(news)])
        except MeshError:
            self.unsaid += 1

    def _hear(self, batch: list[Received]) -> None:
        for received in batch:
            word = received.frames[0]
            if len(received.frames) != 1 or word[:1] not in {b"\0", b"\1"}:
                continue
            prefix = word[1:].decode(errors="replace")
            if word[0] == _SUBSCRIBED:
                self._welcome(prefix)
            else:
                self._wanted.discard(prefix)

    def _welcome(self, prefix: str) -> None:
        is_json = prefix.startswith(JSON_PREFIX)
        face = Face.JSON if is_json else Face.MESSAGEPACK
        if len(self._wanted) < PREFIXES_MAX:
            self._wanted.add(prefix)
        else:
            self._is_everything_wanted = True
        wanted = prefix.removeprefix(JSON_PREFIX) if is_json else prefix
        if wanted.startswith(READY):
            self._send(News(wanted, self._device_id, {}), face)
            return
        for state in self._bus.states(wanted):
            self._send(state, face)
