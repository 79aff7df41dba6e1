"""What a device is: its id, how far it is trusted, what it is to the family."""

from __future__ import annotations

import base64
import functools
import hashlib
import unicodedata
from enum import StrEnum
from typing import TYPE_CHECKING

from mesh.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Collection

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
GROUP = 8
NAME_MAX = 40


class Trust(StrEnum):
    """How far a device is trusted: ``full`` own, ``limited`` family, ``guest`` presence."""

    GUEST = "guest"
    LIMITED = "limited"
    FULL = "full"

    @property
    def rank(self) -> int:
        """0 guest, 1 limited, 2 full."""
        return list(Trust).index(self)


class Role(StrEnum):
    """What a device is to the companion."""

    PRIMARY = "primary"
    MOBILE = "mobile"
    SHARED = "shared"
    GUEST = "guest"


class Kind(StrEnum):
    """What sort of machine a device is: how much at once does it good, and what is spared."""

    MOBILE = "mobile"
    DESKTOP = "desktop"
    SERVER = "server"


def kind_of(role: Role, capabilities: Collection[str]) -> Kind:
    """What sort of machine: a mobile one by its role, a server if it offers ``server``."""
    if role is Role.MOBILE:
        return Kind.MOBILE
    return Kind.SERVER if Kind.SERVER in capabilities else Kind.DESKTOP


class Context(StrEnum):
    """Which part of a life a device belongs to."""

    PERSONAL = "personal"
    FAMILY = "family"
    WORK = "work"


def _check_character(group: str) -> str:
    """Luhn mod 32 over one group, as in Syncthing's device ids."""
    factor, total = 1, 0
    for character in group:
        product = factor * ALPHABET.index(character)
        total += product // 32 + product % 32
        factor = 3 - factor
    return ALPHABET[-total % 32]


@functools.lru_cache(maxsize=1024)
def device_id(key: bytes) -> str:
    """The id of the device that owns the Ed25519 public ``key`` (32 bytes).

    Base32 of BLAKE2b-160 of the key in four groups of eight characters, each with a check
    character: ``XXXXXXXXC-XXXXXXXXC-XXXXXXXXC-XXXXXXXXC``.
    """
    text = base64.b32encode(hashlib.blake2b(key, digest_size=20).digest()).decode()
    groups = [text[i : i + GROUP] for i in range(0, len(text), GROUP)]
    return "-".join(group + _check_character(group) for group in groups)


def parse_device_id(text: str) -> str:
    """The canonical form of a typed device id; BadInput names the group that has a typo."""
    plain = "".join(text.upper().replace("-", " ").split())
    plain = plain.replace("0", "O").replace("1", "I").replace("8", "B")
    if len(plain) != 4 * (GROUP + 1) or any(c not in ALPHABET for c in plain):
        raise BadInput("A device id has four groups of nine letters and digits.")
    groups = [plain[i : i + GROUP + 1] for i in range(0, len(plain), GROUP + 1)]
    for number, group in enumerate(groups, 1):
        if _check_character(group[:GROUP]) != group[GROUP]:
            raise BadInput(f"Group {number} of the device id has a typing error.")
    return "-".join(groups)


def author_tag(key: bytes) -> bytes:
    """The six bytes that begin every id a device mints; a set top bit would mean imported."""
    tag = hashlib.blake2b(
        device_id(key).encode(), digest_size=6, person=b"aico author"
    ).digest()
    return bytes([tag[0] & 0x7F]) + tag[1:]


def clean_name(text: str) -> str:
    """A device name fit to be shown: NFC, one line, no control or bidi characters, ≤ 40."""
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not name:
        raise BadInput("A device name cannot be empty.")
    if len(name) > NAME_MAX:
        raise BadInput(f"A device name has at most {NAME_MAX} characters.")
    if any(
        unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn"} for character in name
    ):
        raise BadInput("A device name cannot hold invisible or control characters.")
    return name
