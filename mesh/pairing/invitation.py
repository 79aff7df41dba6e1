"""What an invitation says: a link to be scanned or copied, or nine digits to be typed.

Link: ``AICO-MESH:`` and then base32 (upper case, without padding) of

    version 1 B · pairing id 8 B · secret 16 B · one to three endpoints · check 2 B

An endpoint is a kind byte, an address, and a port of two bytes, big-endian. Kind 4: four bytes
of IPv4; 6: sixteen of IPv6; 129 to 168: that number less 128 characters of a host name in lower
case. The check (BLAKE2b of all before it, two bytes, person "aico invitation") catches a link
that was not copied whole. A link is at most 120 bytes, so that a camera reads its QR code at
the first attempt; all its characters are of QR's alphanumeric set.

Code: two digits choose among the windows that are open at an address, seven are secret.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from mesh.crypto import digest
from mesh.errors import InvitationInvalid, InvitationOutdated

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mesh.clock import Entropy

VERSION: Final = 1
SCHEME: Final = "AICO-MESH:"
LINK_MAX: Final = 120
ID_SIZE: Final = 8
SECRET_SIZE: Final = 16
ENDPOINTS_MAX: Final = 3
HOST_MAX: Final = 40
NAME_KIND: Final = 128
CODE_DIGITS: Final = 9
WINDOW_DIGITS: Final = 2

_CHECK_SIZE = 2
_PORT_SIZE = 2
PORT_MAX: Final = 65535
_HEAD_SIZE = 1 + ID_SIZE + SECRET_SIZE
_BODY_MAX = (LINK_MAX - len(SCHEME)) * 5 // 8
_TYPED_MAX = 400
_HOST_NAME = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*\.?")
_BETWEEN_DIGITS = re.compile(r"[\s\-\u2010-\u2015\u2212.]+")


@dataclass(frozen=True)
class Endpoint:
    """A host (IPv4, IPv6 or a name, in its shortest form) and a TCP port."""

    host: str
    port: int

    @classmethod
    def make(cls, host: str, port: int) -> Endpoint:
        """An endpoint that can be dialled; InvitationInvalid if it cannot be one."""
        if not 1 <= port <= PORT_MAX:
            raise InvitationInvalid("A port is a number from 1 to 65535.")
        return cls(_host(host), port)

    @property
    def text(self) -> str:
        """``HOST:PORT`` or ``[IPV6]:PORT``."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def address(self) -> str:
        """The endpoint as ZeroMQ writes it."""
        return f"tcp://{self.text}"

    def packed(self) -> bytes:
        """The bytes of this endpoint in a link."""
        try:
            address = ipaddress.ip_address(self.host)
        except ValueError:
            name = self.host.encode()
            head = bytes([NAME_KIND + len(name)]) + name
        else:
            head = bytes([address.version]) + address.packed
        return head + self.port.to_bytes(_PORT_SIZE, "big")


@dataclass(frozen=True)
class Invitation:
    """What a link says: whom to ask for, the one-time secret, and where."""

    # Secrets must not reach a log through a traceback.
    pairing_id: bytes
    secret: bytes = field(repr=False)
    endpoints: tuple[Endpoint, ...]

    @classmethod
    def fitting(
        cls, pairing_id: bytes, secret: bytes, endpoints: Iterable[Endpoint]
    ) -> Invitation:
        """An invitation with the first endpoints (at most three) that fit into a link."""
        room = _BODY_MAX - _HEAD_SIZE - _CHECK_SIZE
        chosen: list[Endpoint] = []
        for endpoint in dict.fromkeys(endpoints):
            size = len(endpoint.packed())
            if size <= room and len(chosen) < ENDPOINTS_MAX:
                chosen.append(endpoint)
                room -= size
        if not chosen:
            raise InvitationInvalid("An invitation needs an address that can be reached.")
        return cls(pairing_id, secret, tuple(chosen))

    @property
    def link(self) -> str:
        """The text of the link, at most 120 characters of ASCII."""
        packed = b"".join(endpoint.packed() for endpoint in self.endpoints)
        body = bytes([VERSION]) + self.pairing_id + self.secret + packed
        return SCHEME + _base32(body + _check(body))


@dataclass(frozen=True)
class Code:
    """What nine digits say: which window, and the secret that only its owner shows."""

    digits: str = field(repr=False)

    @classmethod
    def drawn(cls, entropy: Entropy) -> Code:
        """A new code."""
        number = int.from_bytes(entropy.draw(16), "big") % 10**CODE_DIGITS
        return cls(f"{number:0{CODE_DIGITS}d}")

    @property
    def window(self) -> int:
        """0 to 99: which of the windows open at an address is meant."""
        return int(self.digits[:WINDOW_DIGITS])

    @property
    def secret(self) -> bytes:
        """The seven digits that are never sent."""
        return self.digits[WINDOW_DIGITS:].encode()

    @property
    def text(self) -> str:
        """The code in three groups of three, as people read it out."""
        return " ".join(self.digits[start : start + 3] for start in range(0, CODE_DIGITS, 3))


def parse(text: str) -> Invitation | Code:
    """The link or code that a person gave; InvitationInvalid says what is wrong with it."""
    if len(text) > _TYPED_MAX:
        raise InvitationInvalid
    plain = "".join(text.split()).upper()
    if plain.startswith(SCHEME):
        return _parse_link(plain[len(SCHEME) :])
    digits = _BETWEEN_DIGITS.sub("", text)
    if len(digits) == CODE_DIGITS and digits.isascii() and digits.isdigit():
        return Code(digits)
    if digits.isascii() and digits.isdigit():
        raise InvitationInvalid(f"A code has nine digits; that one has {len(digits)}.")
    raise InvitationInvalid


def parse_place(text: str) -> tuple[str, int | None]:
    """Host and port of ``HOST``, ``HOST:PORT`` or ``[IPV6]:PORT``, else InvitationInvalid."""
    found = re.fullmatch(r"\[([^\]]{1,64})\](?::(\d{1,5}))?", text.strip())
    if found is None and text.count(":") > 1:
        return _host(text.strip()), None
    if found is None:
        found = re.fullmatch(r"([^:\[\]]{1,64})(?::(\d{1,5}))?", text.strip())
    if found is None:
        raise InvitationInvalid("Say where the other device is as HOST or HOST:PORT.")
    host, port = found.groups()
    if port is None:
        return _host(host), None
    place = Endpoint.make(host, int(port))
    return place.host, place.port


def _host(text: str) -> str:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return _host_name(text)
    if address.is_unspecified or address.is_multicast or getattr(address, "scope_id", None):
        raise InvitationInvalid("That address cannot be reached from another device.")
    return address.compressed


def _host_name(text: str) -> str:
    name = text.lower()
    # Some resolvers take a name that ends in a number for an IPv4 address.
    is_number = name.rstrip(".").rpartition(".")[2].isdigit()
    if len(name) > HOST_MAX or is_number or not _HOST_NAME.fullmatch(name):
        raise InvitationInvalid("That is not the address of a device.")
    return name


def _base32(body: bytes) -> str:
    return base64.b32encode(body).decode().rstrip("=")


def _check(body: bytes) -> bytes:
    return digest(body, size=_CHECK_SIZE, person=b"aico invitation")


def _parse_link(letters: str) -> Invitation:
    if len(letters) + len(SCHEME) > LINK_MAX:
        raise InvitationInvalid
    try:
        packed = base64.b32decode(letters + "=" * (-len(letters) % 8))
    except (binascii.Error, ValueError) as error:
        raise InvitationInvalid from error
    body, check = packed[:-_CHECK_SIZE], packed[-_CHECK_SIZE:]
    if len(body) <= _HEAD_SIZE or _check(body) != check or _base32(packed) != letters:
        raise InvitationInvalid
    if body[0] != VERSION:
        raise InvitationOutdated
    secret_at = 1 + ID_SIZE
    return Invitation(
        body[1:secret_at], body[secret_at:_HEAD_SIZE], _endpoints(body[_HEAD_SIZE:])
    )


def _endpoints(packed: bytes) -> tuple[Endpoint, ...]:
    found: list[Endpoint] = []
    while packed:
        endpoint, packed = _endpoint(packed)
        found.append(endpoint)
    if len(found) > ENDPOINTS_MAX or len(set(found)) != len(found):
        raise InvitationInvalid
    return tuple(found)


def _endpoint(packed: bytes) -> tuple[Endpoint, bytes]:
    """The first endpoint and what comes after it."""
    kind = packed[0]
    size = {4: 4, 6: 16}.get(kind, kind - NAME_KIND)
    end = 1 + size + _PORT_SIZE
    if size < 1 or len(packed) < end:
        raise InvitationInvalid
    raw, port = packed[1 : 1 + size], int.from_bytes(packed[1 + size : end], "big")
    try:
        host = raw.decode("ascii") if kind > NAME_KIND else str(ipaddress.ip_address(raw))
    except ValueError as error:
        raise InvitationInvalid from error
    endpoint = Endpoint.make(host, port)
    if endpoint.packed() != packed[:end]:
        raise InvitationInvalid
    return endpoint, packed[end:]
