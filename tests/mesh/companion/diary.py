"""Devices with a database each and a clock to be turned by hand; facts are carried by a bag."""

from __future__ import annotations

import contextlib
import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

import apsw

from mesh.companion.author import Author
from mesh.companion.browsing import Browsing
from mesh.companion.discretion import Discretion
from mesh.companion.draft import Draft
from mesh.companion.exporting import Exporting
from mesh.companion.importing import Importing
from mesh.companion.reading import Reading
from mesh.companion.writing import Writing
from mesh.model import device
from mesh.recall.search import Search
from mesh.storage.database import Database
from mesh.storage.objects import Connection, Outcome, Rules
from mesh.storage.records import Intake
from mesh.storage.schema import migrate
from mesh.storage.shelf import FamilyShelf

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable
    from pathlib import Path

    from mesh.model.aside import Aside

T = TypeVar("T")

NOON = 1_790_000_000_000_000
"""Some noon, Unix µs."""
DATABASE_KEY = bytes(range(32))
MINUTE = 60_000_000


class HandClock:
    """A clock that stands until it is turned."""

    def __init__(self, wall: int = NOON) -> None:
        self.at = wall

    def wall(self) -> int:
        return self.at

    def monotonic(self) -> float:
        return self.at / 1_000_000

    def turn(self, micros: int) -> None:
        self.at += micros


class Dice:
    """Chance that is the same in every run."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - the same in every run

    def draw(self, size: int) -> bytes:
        return self._random.randbytes(size)


def key_of(name: str) -> bytes:
    return name.encode().ljust(32, b".")


def tag_of(name: str) -> bytes:
    return device.author_tag(key_of(name))


def id_of(name: str) -> str:
    return device.device_id(key_of(name))


HOUSE = ("laptop", "phone", "tablet")
NAMES = {tag_of(name): id_of(name) for name in HOUSE}


def everyone_full(_tag: bytes, _tick: int) -> bool:
    return True


@dataclass
class Diary:
    """One device: everything that writes and reads on one database."""

    name: str
    database: Database
    author: Author
    clock: HandClock
    is_full: Callable[[bytes, int], bool] = everyone_full
    outcomes: list[Outcome] = field(default_factory=list)

    def __post_init__(self) -> None:
        rules = Rules(self.author.tag, self.is_full)
        self.rules = rules
        self.asides: list[Aside] = []
        self.discretion = Discretion(FamilyShelf(self.database), self.clock, self.asides.append)
        self.certain: list[Outcome] = []
        self.writing = Writing(
            self.database, self.author, lambda: rules, self.outcomes.append, self.discretion,
            on_certain=self.certain.append,
        )  # fmt: skip
        self.reading = Reading(self.database, NAMES.get, self.clock)
        self.browsing = Browsing(self.database, NAMES.get)
        self.importing = Importing(
            self.database, lambda: rules, self.clock, self.author, self.outcomes.append
        )
        self.exporting = Exporting(self.database, self.reading, self.clock)
        self.search = Search(self.database, NAMES.get)

    async def facts(self) -> list[bytes]:
        """What may leave the device, in the order of its table."""
        return await self.database.read(shareable)

    async def take(self, raws: Iterable[bytes]) -> Outcome:
        """Take facts of another device in."""
        bag = list(raws)
        return await self.database.write(lambda sql: pour(sql, bag, self.rules))

    async def give_all(self, *others: Diary) -> None:
        for other in others:
            await other.take(await self.facts())


@contextlib.asynccontextmanager
async def diary(
    folder: Path,
    name: str = "laptop",
    clock: HandClock | None = None,
    is_full: Callable[[bytes, int], bool] = everyone_full,
) -> AsyncIterator[Diary]:
    time = clock or HandClock()
    database = await Database.open(folder / f"{name}.db", DATABASE_KEY)
    try:
        author = await Author.open(database, key_of(name), time, Dice(len(name)))
        yield Diary(name, database, author, time, is_full)
    finally:
        await database.close()


# ---- without threads -------------------------------------------------------------------------


def empty() -> Connection:
    """A database in memory, for laws that are tried thousands of times."""
    connection = apsw.Connection(":memory:")
    migrate(connection)
    return connection


def shareable(connection: Connection) -> list[bytes]:
    """What the gate would let out to a full device."""
    sql = "SELECT raw FROM fact WHERE number IS NOT NULL AND scope & 3 <= 1 ORDER BY n"
    return [raw for (raw,) in connection.execute(sql)]


def pour(connection: Connection, raws: Iterable[bytes], rules: Rules) -> Outcome:
    """Take facts in, as sync does."""
    intake = Intake(connection, rules, details=True)
    for one in intake.expect(raws):
        intake.take(*one, mine=False)
    return intake.finish()


@dataclass
class Page:
    """One device without threads: an author and a database in memory."""

    name: str
    clock: HandClock
    connection: Connection = field(default_factory=empty)

    def __post_init__(self) -> None:
        self.author = Author(key_of(self.name), self.name.encode()[:2], self.clock)
        self.rules = Rules(self.author.tag, everyone_full)

    def write(self, job: Callable[[Draft], T]) -> T:
        draft = Draft(self.connection, self.author, self.rules)
        result = job(draft)
        draft.finish()
        return result

    def take(self, raws: Iterable[bytes]) -> Outcome:
        return pour(self.connection, raws, self.rules)
