"""``Links``: the connections of this device to the others of its family."""

from __future__ import annotations

import asyncio
import ipaddress
from typing import TYPE_CHECKING, Final

from mesh.errors import PeerUnreachable
from mesh.links.dial import Dial
from mesh.links.handshake import LaneKind
from mesh.links.lane import Content, Lane
from mesh.links.reception import Reception
from mesh.links.switchboard import Listeners, Me, Switchboard

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from mesh.links.door import DoorKeeper
    from mesh.sockets import Context

BULK_SECONDS: Final = 10.0


class Links:
    """Lanes to the devices that are allowed, dialled by either side and kept up.

    ``on_up`` and ``on_down`` tell lanes of both kinds; of each kind a peer has at most one up,
    and ``on_down`` of the former comes before ``on_up`` of the next. ``on_frame`` gives each
    payload; whoever dealt with one from a bulk lane calls ``lane.release(len(payload))``. A
    ProtocolError raised by ``on_frame`` ends the connection it came from. To be made on the
    running loop.
    """

    def __init__(
        self,
        me: Me,
        context: Context,
        door: DoorKeeper,
        *,
        on_up: Callable[[Lane], None],
        on_down: Callable[[Lane], None],
        on_frame: Callable[[Lane, bytes], None],
    ) -> None:
        self._context = context
        self._door = door
        self._me = me
        self._board = Switchboard(
            me, Listeners(on_up, on_down, on_frame, self._bulk_wanted, self._changed)
        )
        self._reception = Reception(self._board)
        self._dials: dict[bytes, Dial] = {}
        self._waiting: dict[bytes, list[asyncio.Future[None]]] = {}

    async def open(self, host: str, ports: Sequence[int]) -> int:
        """Listen on the first free port of these (0: any) and return it.

        ``host`` is an address of this machine, or ``*`` for all of them, IPv6 too. BadInput
        when no port is free.
        """
        return self._reception.open(self._context, host, ports)

    async def close(self) -> None:
        """Take every lane down and listen no more."""
        for dial in list(self._dials.values()):
            dial.stop()
        self._dials.clear()
        for lane in list(self._board.lanes.values()):
            self._board.ended(lane)
        self._reception.close()

    def admit(self, allowed: Mapping[bytes, bytes]) -> None:
        """Who may be linked from now on: CURVE key to device key, 32 bytes each.

        Every connection of a device that is not among them any more is closed at once, whoever
        dialled it, and its session is gone.
        """
        self._door.admit(allowed)
        curves = {device: curve for curve, device in allowed.items()}
        left = [
            device
            for device, curve in self._board.curves.items()
            if curves.get(device) != curve
        ]
        self._board.curves = curves
        for device in left:
            self.forsake(device)
        if left:
            self._reception.expel()

    def seek(self, key: bytes, curve: bytes, endpoints: Sequence[str]) -> None:
        """Keep a live lane to that device, dialling for ever; only to one that is admitted.

        To be called again whenever its endpoints change: a lane that is up stays. Who was
        removed and is admitted again must be sought again.
        Endpoints are ``tcp://address:port`` with numeric addresses (others are left out: a name
        would be looked up in ZeroMQ's own thread, and all links would wait); at most six.
        """
        if key == self._me.key.public or self._board.curves.get(key) != curve:
            return
        dial = self._dials.get(key)
        if dial is None:
            dial = Dial(self._board, self._context, key, self._settle)
            self._dials[key] = dial
        dial.aim(curve, [endpoint for endpoint in endpoints if is_dialable(endpoint)])

    def forsake(self, key: bytes) -> None:
        """Dial that device no more, and hang up on it where we dialled."""
        dial = self._dials.pop(key, None)
        if dial is not None:
            dial.stop()

    def redial_now(self) -> None:
        """Try every device that is away at once: after sleep, or on another network."""
        for dial in self._dials.values():
            if self.live(dial.peer) is None:
                dial.at_once()

    def live(self, key: bytes) -> Lane | None:
        """The live lane to that device, if it is up."""
        return self._board.lanes.get((key, LaneKind.LIVE))

    async def bulk(self, key: bytes) -> Lane:
        """The bulk lane to that device, made if need be; PeerUnreachable if it cannot be."""
        lane = self._board.lanes.get((key, LaneKind.BULK))
        if lane is None:
            waiting = asyncio.get_running_loop().create_future()
            self._waiting.setdefault(key, []).append(waiting)
            try:
                self._ask_for_bulk(key)
                async with asyncio.timeout(BULK_SECONDS):
                    await waiting
            except (TimeoutError, OSError) as error:
                raise PeerUnreachable from error
            finally:
                self._leave(key, waiting)
            lane = self._board.lanes.get((key, LaneKind.BULK))
        if lane is None:
            raise PeerUnreachable
        return lane

    @property
    def mismatched(self) -> frozenset[bytes]:
        """Devices with which no protocol version is common, as far as they tried."""
        return frozenset(self._board.mismatched & self._board.curves.keys())

    @property
    def counts(self) -> Mapping[str, int]:
        """What happened since the start, by name, and how many lanes are up."""
        kinds = [kind for _, kind in self._board.lanes]
        return {
            **self._door.counts,
            **self._board.counts,
            "live_lanes": kinds.count(LaneKind.LIVE),
            "bulk_lanes": kinds.count(LaneKind.BULK),
        }

    def _ask_for_bulk(self, key: bytes) -> None:
        live = self.live(key)
        if live is None:
            raise PeerUnreachable
        if not live.dialled:
            live.tell(Content.BULK_WANTED)
        elif key in self._dials:
            self._dials[key].bulk()

    def _bulk_wanted(self, lane: Lane) -> None:
        if lane.dialled and lane.kind is LaneKind.LIVE and lane.peer in self._dials:
            self._dials[lane.peer].bulk()

    def _changed(self, lane: Lane) -> None:
        dial = self._dials.get(lane.peer)
        if lane.kind is LaneKind.BULK or not lane.is_up:
            self._settle(lane.peer)
        if lane.kind is LaneKind.LIVE and dial is not None:
            if lane.is_up:
                dial.settled(lane)
            else:
                dial.lost()

    def _settle(self, key: bytes) -> None:
        """Whether a bulk lane came or cannot come: whoever waits for it looks again."""
        for waiting in self._waiting.get(key, ()):
            if not waiting.done():
                waiting.set_result(None)

    def _leave(self, key: bytes, waiting: asyncio.Future[None]) -> None:
        self._waiting[key].remove(waiting)
        if not self._waiting[key]:
            del self._waiting[key]


def is_dialable(endpoint: str) -> bool:
    """Whether this is ``tcp://address:port`` with a numeric address."""
    scheme, _, rest = endpoint.partition("://")
    host, _, port = rest.rpartition(":")
    try:
        ipaddress.ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return scheme == "tcp" and port.isascii() and port.isdigit() and 0 < int(port) < 1 << 16
