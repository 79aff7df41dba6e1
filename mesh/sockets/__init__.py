"""ZeroMQ, on the running loop: the only room that knows the library.

    mesh_router                  CURVE server, one for a node; the door-keeper decides (mesh)
    mesh_dealer                  CURVE client of one peer's mesh_router
    pairing_router               no CURVE; the door-keeper decides (pairing)
    pairing_dealer               its client
    door                         where ZeroMQ asks who may come in (RFC 27)
    xpub, sub, router, dealer    the local bus, over ipc

A ``Context`` makes them; a ``Socket`` calls back with what arrived.
"""

from mesh.sockets.context import (
    MESH_DOMAIN,
    PAIRING_DOMAIN,
    PAYLOAD_MAX,
    Context,
    CurvePair,
    curve_keypair,
)
from mesh.sockets.readiness import cut, watch
from mesh.sockets.socket import Happening, OnMessages, Received, Sent, Socket

__all__ = [
    "MESH_DOMAIN",
    "PAIRING_DOMAIN",
    "PAYLOAD_MAX",
    "Context",
    "CurvePair",
    "Happening",
    "OnMessages",
    "Received",
    "Sent",
    "Socket",
    "curve_keypair",
    "cut",
    "watch",
]
