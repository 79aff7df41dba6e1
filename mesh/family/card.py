"""Device cards: how a device is reached and which keys it has, as the device itself says."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from mesh import crypto
from mesh.errors import BadFrame
from mesh.family.sealed import unseal

VERSION = 1
PURPOSE = "device card"
ENDPOINTS_MAX = 8
ENDPOINT_MAX = 64
COUNTER_MAX = (1 << 53) - 1

Count = Annotated[int, Meta(ge=0, le=COUNTER_MAX)]
Endpoint = Annotated[str, Meta(min_length=1, max_length=ENDPOINT_MAX, pattern=r"^[!-~]+\Z")]


class Card(Struct, frozen=True, array_like=True):
    """Of two cards of one device the higher ``counter`` (about Unix ms) is the newer.

    ``epoch`` is the last one whose secret the device has confirmed. Fields that later versions
    append are ignored and passed on.
    """

    version: Annotated[int, Meta(ge=1, le=255)]
    key: Annotated[bytes, Meta(min_length=32, max_length=32)]
    curve: Annotated[bytes, Meta(min_length=32, max_length=32)]
    prekey_id: Annotated[bytes, Meta(min_length=8, max_length=8)]
    prekey: Annotated[
        bytes, Meta(min_length=crypto.KEM_PUBLIC_SIZE, max_length=crypto.KEM_PUBLIC_SIZE)
    ]
    prekey_expires_ms: Count
    protocol: Annotated[int, Meta(ge=0, le=65535)]
    endpoints: Annotated[tuple[Endpoint, ...], Meta(max_length=ENDPOINTS_MAX)]
    epoch: Count
    counter: Count


def read_card(signed: bytes, family: bytes) -> Card:
    """The card in these bytes, checked; else BadFrame or BadSignature."""
    card, raw, signature = unseal(signed, Card)
    if card.version != VERSION:
        raise BadFrame("This device card is of another version.")
    crypto.verify(card.key, signature, PURPOSE, family, raw)
    return card
