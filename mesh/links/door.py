"""The door-keeper: ZeroMQ asks it about every connection before a word is heard (RFC 27, ZAP).

    domain "mesh"     CURVE only; the CURVE key must be one of the family's, and the connection
                      is called by the device key it belongs to (64 hex characters, User-Id)
    domain "pairing"  NULL only, and only while a pairing window is open; no name is given

Everything else is refused with status 400: other domains and mechanisms, unknown keys, requests
that make no sense, and whatever makes the decision fail. It stands before any socket is bound;
a listening socket of ours whose context has no door-keeper lets nobody in.
"""

from __future__ import annotations

from collections import Counter
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from mesh.sockets import MESH_DOMAIN, PAIRING_DOMAIN, Received

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mesh.sockets import Context

VERSION: Final = b"1.0"
KEY_SIZE: Final = 32
ADDRESSES_MAX: Final = 64
REQUEST_ID, ADDRESS = 1, 3


class Refused(Exception):
    """Why a connection does not come in; the argument is the name of its count."""


class DoorKeeper:
    """Answers for all sockets of a context; ``close`` leaves the door shut."""

    def __init__(self, context: Context) -> None:
        self._allowed: Mapping[bytes, str] = MappingProxyType({})
        self._pairing = False
        self._refused: Counter[str] = Counter()
        self._addresses: set[str] = set()
        self._door = context.door(self._asked)

    def admit(self, allowed: Mapping[bytes, bytes]) -> None:
        """From now on only these come in: CURVE key to device key, 32 bytes each."""
        self._allowed = MappingProxyType({curve: key.hex() for curve, key in allowed.items()})

    def open_pairing(self) -> None:
        """Let strangers reach the pairing socket."""
        self._pairing = True

    def close_pairing(self) -> None:
        """Let no more strangers in."""
        self._pairing = False

    @property
    def counts(self) -> Mapping[str, int]:
        """How many were refused, by cause, and from how many addresses (at most 64 counted)."""
        return {**self._refused, "refusing_addresses": len(self._addresses)}

    def close(self) -> None:
        """Answer nobody any more: nobody comes in."""
        self._door.close()

    def _asked(self, batch: Sequence[Received]) -> None:
        for received in batch:
            head, request = received.frames[:2], received.frames[2:]
            reply = self._reply(request)
            if reply:
                self._door.send([*head, *reply])

    def _reply(self, request: Sequence[bytes]) -> list[bytes]:
        if len(request) <= REQUEST_ID:
            return []
        identifier = request[REQUEST_ID]
        try:
            name = self._judge(request)
        except Refused as refused:
            self._count(str(refused), request)
            return [VERSION, identifier, b"400", b"refused", b"", b""]
        except Exception:  # noqa: BLE001 - a decision that fails is a no
            self._count("refused_by_failure", request)
            return [VERSION, identifier, b"400", b"refused", b"", b""]
        return [VERSION, identifier, b"200", b"OK", name.encode(), b""]

    def _judge(self, request: Sequence[bytes]) -> str:
        version, _, domain, _, _, mechanism, *credentials = request
        if version != VERSION:
            raise Refused("refused_malformed")
        if domain == MESH_DOMAIN.encode():
            return self._member(mechanism, credentials)
        if domain == PAIRING_DOMAIN.encode():
            return self._stranger(mechanism)
        raise Refused("refused_domain")

    def _member(self, mechanism: bytes, credentials: Sequence[bytes]) -> str:
        if mechanism != b"CURVE":
            raise Refused("refused_null")
        if len(credentials) != 1 or len(credentials[0]) != KEY_SIZE:
            raise Refused("refused_malformed")
        name = self._allowed.get(credentials[0])
        if name is None:
            raise Refused("refused_unknown_key")
        return name

    def _stranger(self, mechanism: bytes) -> str:
        if mechanism != b"NULL":
            raise Refused("refused_mechanism")
        if not self._pairing:
            raise Refused("refused_pairing_closed")
        return ""

    def _count(self, cause: str, request: Sequence[bytes]) -> None:
        self._refused[cause] += 1
        if len(request) > ADDRESS and len(self._addresses) < ADDRESSES_MAX:
            self._addresses.add(request[ADDRESS].decode(errors="replace")[:64])
