"""Portraits: what a device is called, what it is to the companion and what it can do.

Set by the device itself or by an admin; apart from the roster, because entries go to everyone
and names only to those who may know them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from msgspec import Meta, Struct

from mesh import crypto
from mesh.errors import BadFrame, BadInput
from mesh.family.sealed import unseal
from mesh.model.device import Context, Role, clean_name
from mesh.model.hlc import AHEAD_MAX_MS, milliseconds_of

if TYPE_CHECKING:
    from mesh.model.roster import Roster

VERSION = 1
PURPOSE = "device portrait"
CAPABILITIES_MAX = 16

Key = Annotated[bytes, Meta(min_length=32, max_length=32)]
Capability = Annotated[str, Meta(min_length=1, max_length=32, pattern=r"^[a-z0-9_.-]+\Z")]


class Portrait(Struct, frozen=True, array_like=True):
    """The highest (stamp, author) stands; ``stamp`` is Unix ms, above every one seen before."""

    version: Annotated[int, Meta(ge=1, le=255)]
    key: Key
    name: Annotated[str, Meta(max_length=40)]
    role: Role
    context: Context
    capabilities: Annotated[tuple[Capability, ...], Meta(max_length=CAPABILITIES_MAX)]
    stamp: Annotated[int, Meta(ge=0, le=(1 << 53) - 1)]
    author: Key

    @property
    def order(self) -> tuple[int, bytes]:
        """What decides between two portraits of one device."""
        return (self.stamp, self.author)


def read_portrait(signed: bytes, family: bytes) -> Portrait:
    """The portrait in these bytes, its author checked, its author's right not yet."""
    portrait, raw, signature = unseal(signed, Portrait)
    if portrait.version != VERSION or not _is_clean(portrait.name):
        raise BadFrame
    crypto.verify(portrait.author, signature, PURPOSE, family, raw)
    return portrait


def _is_clean(name: str) -> bool:
    try:
        return clean_name(name) == name
    except BadInput:
        return False


def may_paint(portrait: Portrait, roster: Roster, now_ms: int) -> bool:
    """Whether this author may say that of this device.

    A removed admin's word counts up to its removal. A stamp more than 24 hours ahead is
    refused: nobody else could rename the device again.
    """
    if portrait.key not in roster.members or portrait.stamp > now_ms + AHEAD_MAX_MS:
        return False
    author = roster.everyone.get(portrait.author)
    if author is None:
        return False
    cut = roster.cut_tick(portrait.author)
    if cut is not None and portrait.stamp > milliseconds_of(cut):
        return False
    return author.admin or portrait.author == portrait.key
