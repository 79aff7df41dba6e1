"""Jobs of one kind are done as one where that can be; each is all or nothing all the same."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from mesh.errors import BadInput, DiskFull
from mesh.storage.commits import Joint, Write, commit, deliver
from mesh.storage.database import connect
from mesh.storage.schema import migrate
from tests.mesh.companion.diary import DATABASE_KEY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mesh.storage.objects import Connection

TERMS, OTHER_TERMS = object(), object()


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    opened = connect(tmp_path / "x.db", DATABASE_KEY, 1024)
    migrate(opened)
    yield opened
    opened.close()


def put(connection: Connection, name: str) -> str:
    connection.execute("INSERT INTO meta VALUES(?,1)", (name,))
    if name.startswith("bad"):
        raise BadInput("no")
    return f"{name} is here"


class Desk:
    """Makes writes, and notes which of them were done as one."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.together: list[list[str]] = []
        self.told: list[object] = []

    def write(self, name: str, terms: object = TERMS) -> Write:
        joint = Joint(name, terms, self._put_all) if terms else None
        return Write(
            lambda sql: put(sql, name), self.loop.create_future(), self.loop, synced=False,
            then=self.told.append, joint=joint,
        )  # fmt: skip

    def _put_all(self, connection: Connection, names: list[str]) -> list[str]:
        self.together.append(names)
        return [put(connection, name) for name in names]


@pytest.fixture
async def desk() -> Desk:
    return Desk(asyncio.get_running_loop())


def names_in(connection: Connection) -> set[str]:
    return {name for (name,) in connection.execute("SELECT name FROM meta")}


def do(connection: Connection, group: list[Write]) -> Exception | None:
    return commit(connection, group, lambda: None)


async def test_jobs_that_stand_together_under_the_same_terms_are_done_as_one(
    connection: Connection, desk: Desk
) -> None:
    group = [
        desk.write("a"), desk.write("b"), desk.write("c", None), desk.write("d"),
        desk.write("e", OTHER_TERMS), desk.write("f", OTHER_TERMS),
    ]  # fmt: skip
    assert do(connection, group) is None
    deliver(group)
    assert desk.together == [["a", "b"], ["e", "f"]]
    assert [await one.future for one in group] == [f"{name} is here" for name in "abcdef"]
    assert desk.told == [f"{name} is here" for name in "abcdef"]
    assert names_in(connection) >= set("abcdef")


async def test_one_that_fails_takes_no_other_along(connection: Connection, desk: Desk) -> None:
    group = [desk.write(name) for name in ("a", "bad", "c")]
    assert do(connection, group) is None
    deliver(group)
    assert await group[0].future == "a is here"
    assert await group[2].future == "c is here"
    with pytest.raises(BadInput):
        await group[1].future
    assert names_in(connection) >= {"a", "c"}
    assert "bad" not in names_in(connection)
    assert len(desk.told) == 2


async def test_a_full_disk_is_everybodys(connection: Connection, desk: Desk) -> None:
    group = [desk.write(name * 2000) for name in "abcdefghij"]
    connection.pragma("max_page_count", connection.pragma("page_count"))
    assert isinstance(do(connection, group), DiskFull)
    deliver(group)
    for one in group:
        with pytest.raises(DiskFull):
            await one.future
    assert not {name for name in names_in(connection) if len(name) == 2000}
    assert desk.told == []
