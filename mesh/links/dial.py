"""Dialling one peer: every address at once, for ever, with patience that grows.

A refused dialler is never retried by ZeroMQ, and what it had queued must not reach a later
session, so each lost connection is closed and dialled anew. Between two tries lie 100 ms at
first, twice as long each time, up to two seconds while the peer was here lately and up to
thirty when it is long gone.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from mesh.links.call import Call
from mesh.links.handshake import LaneKind, Reason
from mesh.links.lane import Content

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mesh.links.lane import Lane
    from mesh.links.switchboard import Switchboard
    from mesh.sockets import Context

ENDPOINTS_MAX: Final = 6
FIRST_SECONDS: Final = 0.1
LATELY_SECONDS: Final = 120.0
PATIENCE_SECONDS: Final = 2.0
LONG_PATIENCE_SECONDS: Final = 30.0
STEADY_SECONDS: Final = 10.0
ROUND_SECONDS: Final = 60.0
BULK_TRY_SECONDS: Final = 10.0
BULK_IDLE_SECONDS: Final = 30.0


class Dial:
    """Keeps a live lane to one peer, and dials a bulk lane beside it when asked."""

    def __init__(
        self,
        board: Switchboard,
        context: Context,
        peer: bytes,
        on_bulk_over: Callable[[bytes], None],
    ) -> None:
        self.peer = peer
        self._board = board
        self._context = context
        self._on_bulk_over = on_bulk_over
        self._curve = b""
        self._endpoints: tuple[str, ...] = ()
        self._calls: list[Call] = []
        self._bulk: Call | None = None
        self._attempts = 0
        self._seen = self._now()
        self._timer: asyncio.TimerHandle | None = None
        self._bulk_timer: asyncio.TimerHandle | None = None
        self._stopped = False

    def aim(self, curve: bytes, endpoints: Sequence[str]) -> None:
        """Where the peer is; if it is away, another answer than before is tried at once."""
        aim = curve, tuple(dict.fromkeys(endpoints))[:ENDPOINTS_MAX]
        if aim != (self._curve, self._endpoints):
            self._curve, self._endpoints = aim
            self.at_once()

    def at_once(self) -> None:
        """Try now, and again as often as with a peer that was here lately."""
        self._attempts = 0
        self._seen = self._now()
        self._dial()

    def stop(self) -> None:
        """Dial no more and hang up."""
        self._stopped = True
        self._hang_up()

    def settled(self, lane: Lane) -> None:
        """A live lane is up, ours or the peer's: no other call is needed."""
        self._seen = self._now()
        self._set_timer(None)
        for call in [call for call in self._calls if call.lane is not lane]:
            self._drop(call)

    def lost(self) -> None:
        """No live lane is up any more."""
        now = self._now()
        if now - self._seen > STEADY_SECONDS:
            self._attempts = 0
        self._seen = now
        self._rest()

    def bulk(self) -> None:
        """Dial a bulk lane to where our live lane leads, unless that is being done.

        OSError when there is no socket left.
        """
        live = next((call for call in self._calls if call.lane is not None), None)
        if live is not None and self._bulk is None:
            bulk = self._call(LaneKind.BULK, live.endpoint)
            bulk.dial(self._context, int(PATIENCE_SECONDS * 1000))
            self._bulk = bulk
            self._look_at_bulk_later(BULK_TRY_SECONDS)

    # As a Caller:

    def ready(self, call: Call) -> None:
        """Greet on the first connection that stands."""
        if call.kind is LaneKind.BULK:
            call.greet()
        elif any(other.is_greeting for other in self._calls):
            return
        elif self._board.may_call(self.peer, LaneKind.LIVE):
            call.greet()
        else:
            self._rest()

    def up(self, call: Call) -> None:
        """Take note of a lane."""
        if call.kind is LaneKind.BULK:
            self._look_at_bulk_later(BULK_IDLE_SECONDS)

    def over(self, call: Call) -> None:
        """Go on with the other connections, or rest."""
        if call is self._bulk:
            self._bulk = None
            self._on_bulk_over(self.peer)
        if call not in self._calls:
            return
        self._calls.remove(call)
        spare = next((other for other in self._calls if other.is_ready), None)
        if call.lane is not None:
            return  # the switchboard says ``lost``
        if call.refused is not None:
            self._rest(0.0 if call.refused is Reason.DIALLING else LONG_PATIENCE_SECONDS)
        elif not self._calls:
            self._rest()
        elif spare is not None:
            self.ready(spare)

    def _dial(self) -> None:
        if self._stopped or (self.peer, LaneKind.LIVE) in self._board.lanes:
            return
        self._hang_up()
        self._set_timer(ROUND_SECONDS, self._dial)
        for endpoint in self._endpoints:
            call = self._call(LaneKind.LIVE, endpoint)
            try:
                call.dial(self._context, int(self._patience() * 1000))
            except OSError:
                self._board.counts["undialable"] += 1
            else:
                self._calls.append(call)

    def _rest(self, at_least: float = 0.0) -> None:
        self._hang_up()
        if self._stopped or not self._endpoints:
            return
        delay = min(FIRST_SECONDS * 2 ** min(self._attempts, 16), self._patience())
        chance = self._board.me.entropy.draw(1)[0] / 255
        self._attempts += 1
        self._set_timer(max(delay, at_least) * (0.5 + chance / 2), self._dial)

    def _patience(self) -> float:
        lately = self._now() - self._seen < LATELY_SECONDS
        return PATIENCE_SECONDS if lately else LONG_PATIENCE_SECONDS

    def _call(self, kind: LaneKind, endpoint: str) -> Call:
        return Call(
            self._board, self, peer=self.peer, curve=self._curve, kind=kind, endpoint=endpoint
        )

    def _hang_up(self) -> None:
        self._set_timer(None)
        for call in list(self._calls):
            self._drop(call)
        if self._bulk is not None:
            self._drop(self._bulk)

    def _drop(self, call: Call) -> None:
        if call in self._calls:
            self._calls.remove(call)
        if call.lane is not None and call.lane.is_up:
            self._board.ended(call.lane)
        else:
            call.hang_up()

    def _look_at_bulk_later(self, seconds: float) -> None:
        if self._bulk_timer is not None:
            self._bulk_timer.cancel()
        loop = asyncio.get_running_loop()
        self._bulk_timer = loop.call_later(seconds, self._look_at_bulk)

    def _look_at_bulk(self) -> None:
        if self._bulk is None:
            return
        lane = self._bulk.lane
        if lane is None:
            self._drop(self._bulk)
            return
        idle = self._now() - lane.used
        if idle >= BULK_IDLE_SECONDS and not lane.is_busy:
            lane.tell(Content.IDLE)
            idle = 0.0
        self._look_at_bulk_later(max(BULK_IDLE_SECONDS - idle, 1.0))

    def _set_timer(self, seconds: float | None, then: Callable[[], None] | None = None) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if seconds is not None and then is not None:
            self._timer = asyncio.get_running_loop().call_later(seconds, then)

    def _now(self) -> float:
        return self._board.me.clock.monotonic()
