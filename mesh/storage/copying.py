"""All that is here, in the order in which another device can take it in: for backups.

Labels, forgettings and receipts come first, as between devices: what is taken in after them is
never let go for want of a label that comes later.
"""

from __future__ import annotations

from enum import IntFlag
from typing import TYPE_CHECKING, NamedTuple

from mesh.model import fact as facts
from mesh.model.fact import Level

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mesh.storage.objects import Connection

_STUBS = ",".join(str(int(kind)) for kind in sorted(facts.STUBS))
_ROWS = (
    "SELECT fact.mine, max(object.level, ifnull(home.level, 0)), fact.raw FROM fact"
    " JOIN object ON object.n=fact.object LEFT JOIN object home ON home.n=object.home"
)


class Kept(IntFlag):
    """Why a device may hold a fact, but for its trust."""

    BY_TRUST = 0
    MINE = 1
    """It was written or imported there."""
    PRIVATE = 2
    """It goes to nobody by itself: whoever takes it from a backup is meant to have it."""


class Copied(NamedTuple):
    """A fact, and why it was here."""

    kept: Kept
    raw: bytes


def count(connection: Connection) -> int:
    """How many facts there are."""
    return int(connection.execute("SELECT count(*) FROM fact").get)


def copied(connection: Connection) -> Iterator[Copied]:
    """Every fact, in the order above."""
    for which in ("", "NOT "):
        sql = f"{_ROWS} WHERE fact.kind {which}IN ({_STUBS}) ORDER BY fact.n"
        for mine, level, raw in connection.execute(sql):
            private = Kept.PRIVATE if level >= Level.PRIVATE else Kept.BY_TRUST
            yield Copied((Kept.MINE if mine else Kept.BY_TRUST) | private, raw)


def entries(connection: Connection) -> list[bytes]:
    """The signed roster entries."""
    return [raw for (raw,) in connection.execute("SELECT raw FROM entry ORDER BY n")]
