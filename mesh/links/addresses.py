"""The addresses of this machine that other devices can dial."""

from __future__ import annotations

import ipaddress
import socket
from typing import TYPE_CHECKING

import psutil

from mesh.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterable

ADDRESSES_MAX = 4
EVERYWHERE = "*"


def own_addresses(host: str) -> tuple[str, ...]:
    """What to tell others for a node that listens on ``host`` (``*``: everywhere).

    Reachable addresses come first, IPv4 before IPv6; loopback only when there is nothing else.
    """
    if host not in {EVERYWHERE, "0.0.0.0", "::"}:  # noqa: S104 — recognised, not bound here
        return (_numeric(host),)
    found = [ipaddress.ip_address(text) for text in _of_interfaces()]
    usable = [one for one in found if not one.is_link_local and not one.is_multicast]
    outside = sorted({one for one in usable if not one.is_loopback}, key=_order)
    return tuple(map(str, outside[:ADDRESSES_MAX])) or ("127.0.0.1",)


def _order(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> tuple[int, int]:
    return (address.version, int(address))


def _of_interfaces() -> Iterable[str]:
    for addresses in psutil.net_if_addrs().values():
        for one in addresses:
            if one.family in {socket.AF_INET, socket.AF_INET6}:
                yield one.address.partition("%")[0]


def _numeric(host: str) -> str:
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        pass
    try:
        return str(socket.getaddrinfo(host, None, proto=socket.IPPROTO_TCP)[0][4][0])
    except OSError as error:
        raise BadInput("That host is not an address of this machine.") from error
