"""A node that starts again and again remembers only so many of its runs."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from mesh.model.cursor import Cursor, Mark, Ranges, is_known
from mesh.storage import feeds
from mesh.storage.database import Database

if TYPE_CHECKING:
    from pathlib import Path

    import apsw

SCOPE = 9
STARTS = feeds.RUNS_MAX + 20


def run_of(number: int) -> bytes:
    return number.to_bytes(8, "big")


async def test_old_runs_are_dropped_and_the_rest_still_vouch_for_marks(tmp_path: Path) -> None:
    database = await Database.open(tmp_path / "x.db", bytes(32))

    def live(connection: apsw.Connection) -> None:
        for number in range(STARTS):
            connection.execute("INSERT OR REPLACE INTO feed VALUES(?,?)", (SCOPE, number))
            feeds.begin_run(connection, run_of(number))

    await database.write(live)
    starts = await database.read(lambda sql: feeds.run_starts(sql, SCOPE))
    rows = await database.read(lambda sql: sql.execute("SELECT count(*) FROM run").get)
    await database.close()
    kept = range(STARTS - feeds.RUNS_MAX, STARTS)
    assert starts == [(run_of(number), number) for number in kept]
    assert rows == feeds.RUNS_MAX
    assert is_known(Mark(run_of(kept[0]), kept[1]), starts, STARTS)
    assert not is_known(Mark(run_of(kept[0] - 1), kept[0]), starts, STARTS)


async def test_only_after_a_crash_everything_is_to_be_compared_again(tmp_path: Path) -> None:
    database = await Database.open(tmp_path / "x.db", bytes(32))
    cursor = Cursor(Ranges([(1, 3)]), Mark(run_of(1), 3), 0, audited=7)

    def begin(connection: apsw.Connection) -> int:
        feeds.begin_run(connection, os.urandom(8))
        return feeds.load_cursor(connection, b"peer", SCOPE).audited

    await database.write(begin)
    await database.write(lambda sql: feeds.save_cursor(sql, b"peer", SCOPE, cursor))
    await database.write(feeds.end_run)
    assert await database.write(begin) == 7
    assert await database.write(begin) == 0
    await database.close()


async def test_too_many_refused_authors_are_remembered_as_anybody(tmp_path: Path) -> None:
    database = await Database.open(tmp_path / "x.db", bytes(32))

    def refuse(connection: apsw.Connection) -> tuple[bool, bool, bool, bool]:
        feeds.note_refused(connection, [b"author"])
        few = (
            feeds.were_refused(connection, [b"author"]),
            feeds.were_refused(connection, [b"x"]),
        )
        feeds.note_refused(connection, [run_of(n) for n in range(feeds.REFUSED_MAX)])
        many = feeds.were_refused(connection, [b"x"]), feeds.were_refused(connection, [])
        return (*few, *many)

    assert await database.write(refuse) == (True, False, True, False)
    await database.close()
