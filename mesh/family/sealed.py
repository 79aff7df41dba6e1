"""How small records of the family are signed: MessagePack [record bytes, signature]."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypeVar

import msgspec
from msgspec import Meta, Struct

from mesh.errors import BadFrame

if TYPE_CHECKING:
    from mesh.crypto import SigningKey

RECORD_MAX = 4096
_OVERHEAD = 80

Record = TypeVar("Record", bound=Struct)


class _Signed(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    record: Annotated[bytes, Meta(max_length=RECORD_MAX)]
    signature: Annotated[bytes, Meta(min_length=64, max_length=64)]


def sign(record: Struct, signer: SigningKey, purpose: str, family: bytes) -> bytes:
    """The record with its signature."""
    raw = msgspec.msgpack.encode(record)
    return msgspec.msgpack.encode(_Signed(raw, signer.sign(purpose, family, raw)))


def unseal(signed: bytes, kind: type[Record]) -> tuple[Record, bytes, bytes]:
    """The record, its exact bytes and the signature nobody has checked yet; else BadFrame."""
    if len(signed) > RECORD_MAX + _OVERHEAD:
        raise BadFrame
    try:
        outer = msgspec.msgpack.decode(signed, type=_Signed)
        return msgspec.msgpack.decode(outer.record, type=kind), outer.record, outer.signature
    except (msgspec.MsgspecError, RecursionError) as error:
        raise BadFrame from error
