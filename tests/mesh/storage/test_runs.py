"""A node that starts again and again remembers only so many of its runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh.model.cursor import Mark, is_known
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
