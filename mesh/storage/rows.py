"""Rows that wait to be written: what facts of which nothing was here yet add to the tables.

They hold all their values, so that writing them needs no second look, and can be done anew
after a transaction that came to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from mesh.storage.objects import Connection

    Columns = tuple[object, ...]

_NAME = "INSERT OR IGNORE INTO conversation VALUES(?,?)"
_OBJECT = "INSERT INTO object VALUES(?,?,?,?,?,?,?,?,?,?)"
_FACT = "INSERT INTO fact(object,id,kind,scope,number,mine,raw) VALUES(?,?,?,?,?,?,?)"
_FEED = "INSERT INTO feed VALUES(?,?) ON CONFLICT(scope) DO UPDATE SET top=excluded.top"


class Rows(msgspec.Struct):
    """New rows by table; ``tops``: how long the feeds are with them."""

    names: list[tuple[int, str]] = msgspec.field(default_factory=list)
    objects: list[Columns] = msgspec.field(default_factory=list)
    facts: list[Columns] = msgspec.field(default_factory=list)
    tops: dict[int, int] = msgspec.field(default_factory=dict)

    def write(self, connection: Connection) -> None:
        """Into the tables, all or none with the transaction."""
        for statement, rows in (
            (_NAME, self.names),
            (_OBJECT, self.objects),
            (_FACT, self.facts),
            (_FEED, list(self.tops.items())),
        ):
            if rows:
                connection.executemany(statement, rows)
