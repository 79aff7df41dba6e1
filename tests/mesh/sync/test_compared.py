"""Two devices that have much of the same already: only what is missing travels."""

from __future__ import annotations

import asyncio
import shutil
from typing import TYPE_CHECKING

import msgspec
import pytest

from mesh.model import fact as facts
from mesh.model.cursor import Mark
from mesh.model.device import Trust
from mesh.model.fact import Fact, FactKind, ObjectKind
from mesh.storage import feeds
from mesh.wire import frames
from mesh.wire.spans import Print, Same
from tests.mesh.sync.loopback import Engine, LoopbackFamily, LoopbackLane, in_step, join

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    import apsw

KEYS = [bytes([number]) * 32 for number in (1, 2, 3)]
SAME = 400


@pytest.fixture
async def three(tmp_path: Path) -> AsyncIterator[list[Engine]]:
    trust = dict.fromkeys(KEYS, Trust.FULL)
    engines = [await Engine(k, LoopbackFamily(trust, k), tmp_path).start() for k in KEYS]
    yield engines
    for engine in engines:
        await engine.stop()


async def all_have_the_same(*engines: Engine) -> None:
    """By the middle one, so that the outer two have never met."""
    first, *others = engines
    await first.keep(*[first.turn(f"old {n}", f"c{n % 7}") for n in range(SAME)], details=False)
    for one, other in zip(engines, others, strict=False):
        join(one, other)
        await in_step(other, one)
        one.cut(other.key)


def received(engine: Engine) -> int:
    return sum(outcome.added + outcome.known for outcome in engine.taken)


def heard_by(engine: Engine, key: bytes) -> int:
    """The bytes a device was sent on all lanes from another."""
    lanes = [lane.other for (peer, _), lane in engine.lanes.items() if peer == key]
    return sum(lane.bytes for lane in lanes if lane is not None)


async def test_two_that_never_met_but_have_the_same_exchange_next_to_nothing(
    three: list[Engine],
) -> None:
    a, b, c = three
    await all_have_the_same(a, b, c)
    before = received(a), received(c)
    join(a, c)
    await in_step(a, c)
    await in_step(c, a)
    assert (received(a), received(c)) == before
    assert heard_by(a, c.key) < 600
    assert a.sync.in_step(c.key)
    assert c.sync.in_step(a.key)


async def test_what_each_has_alone_is_all_that_travels(three: list[Engine]) -> None:
    a, b, c = three
    await all_have_the_same(a, b, c)
    await a.keep(a.turn("of a"), a.memory("a remembers"))
    await c.keep(c.turn("of c"), c.turn("more of c", "elsewhere"))
    before = received(a), received(c)
    join(a, c)
    await in_step(a, c)
    await in_step(c, a)
    assert await a.facts() == await c.facts()
    assert (received(a) - before[0], received(c) - before[1]) == (2, 2)


async def test_a_restored_giver_is_compared_and_not_taken_from_nothing(
    three: list[Engine], tmp_path: Path
) -> None:
    a, b, _ = three
    await all_have_the_same(a, b)
    await a.stop()
    shutil.copyfile(a.path, tmp_path / "backup")
    await a.start()
    await a.keep(a.turn("after the backup"))
    join(a, b)
    await in_step(b, a)
    await a.stop()
    shutil.copyfile(tmp_path / "backup", a.path)
    await a.start()
    await a.keep(a.turn("after the restore"))
    before = received(b)
    join(a, b)
    await in_step(b, a)
    await in_step(a, b)
    assert await a.facts() == await b.facts()
    assert received(b) - before == 1


@pytest.mark.parametrize("frame", range(1, 13))
async def test_cut_at_any_frame_it_goes_on(three: list[Engine], frame: int) -> None:
    a, b, c = three
    await all_have_the_same(a, b, c)
    await a.keep(*[a.turn(f"of a {n}") for n in range(40)], details=False)
    await c.keep(*[c.turn(f"of c {n}") for n in range(40)], details=False)
    a.frames_left = frame
    join(a, c)
    await asyncio.wait_for(a.was_cut.wait(), 5)
    join(a, c)
    await in_step(a, c)
    await in_step(c, a)
    assert await a.facts() == await c.facts()


class OldLane(LoopbackLane):
    """What comes from here comes from a version that knows nothing of comparing."""

    def send(self, payload: bytes) -> bool:
        frame = frames.read(payload)
        assert not isinstance(frame, frames.Compare | frames.Compared | frames.Astray)
        if isinstance(frame, frames.Hello):
            fields = msgspec.msgpack.decode(payload)
            payload = msgspec.msgpack.encode(fields[:9])
        return super().send(payload)


@pytest.mark.parametrize("is_restored", [False, True])
async def test_with_a_version_that_cannot_compare_all_is_given_from_nothing(
    three: list[Engine], tmp_path: Path, is_restored: bool
) -> None:
    a, b, c = three
    await all_have_the_same(a, b, c)
    if is_restored:
        join(a, c)
        await in_step(a, c)
        await a.stop()
        shutil.copyfile(a.path, tmp_path / "backup")
        await a.start()
        await a.keep(a.turn("lost here"))
        join(a, c)
        await in_step(c, a)
        await a.stop()
        shutil.copyfile(tmp_path / "backup", a.path)
        await a.start()
    join(a, c)
    for lane in [*a.lanes.values(), *c.lanes.values()]:
        lane.__class__ = OldLane
    await in_step(a, c)
    await in_step(c, a)
    assert await a.facts() == await c.facts()


async def test_an_audit_of_equal_stores_is_small_and_changes_nothing(
    three: list[Engine],
) -> None:
    a, b, _ = three
    await all_have_the_same(a, b)
    join(a, b)
    await in_step(b, a)
    await in_step(a, b)
    scopes = len(b.sync._circle.tops)
    sizes = heard_by(a, b.key) + heard_by(b, a.key)
    for engine in (a, b):
        await engine.database.write(feeds.doubt_cursors)
    await audited(b, a)
    assert heard_by(a, b.key) + heard_by(b, a.key) - sizes <= 200 * scopes
    assert b.sync.in_step(a.key)


async def audited(engine: Engine, other: Engine) -> None:
    """Every scope is compared once more, until all of it is settled."""
    takes = engine.sync._exchanges[other.key].takes
    for taking in takes.scopes.values():
        taking.audited = 0
    now = engine.sync._circle.clock.wall() // 1000
    while takes.audit(now) or takes.is_comparing:  # noqa: ASYNC110
        await asyncio.sleep(0)  # a comparison that finds nothing tells nobody
    await in_step(engine, other)


async def test_an_audit_finds_what_was_lost_behind_our_back(three: list[Engine]) -> None:
    a, b, _ = three
    await all_have_the_same(a, b)
    join(a, b)
    await in_step(b, a)

    def lose(connection: apsw.Connection) -> None:
        connection.execute("DELETE FROM fact WHERE n % 10 = 3")
        connection.execute("DELETE FROM object WHERE n NOT IN (SELECT object FROM fact)")

    await b.database.write(lose)
    assert len(await b.facts()) < SAME
    assert b.sync.in_step(a.key)  # what a disk lost no cursor can tell
    before = received(b)
    await audited(b, a)
    assert await a.facts() == await b.facts()
    assert received(b) - before <= SAME // 9


async def test_what_is_dropped_while_it_is_compared_is_not_settled(
    three: list[Engine],
) -> None:
    a, b, _ = three
    await all_have_the_same(a, b)
    join(a, b)
    await in_step(b, a)
    takes = b.sync._exchanges[a.key].takes
    for taking in takes.scopes.values():
        taking.audited = 0
    takes.audit(1)

    def drop(connection: apsw.Connection) -> None:
        connection.execute("DELETE FROM fact")
        connection.execute("DELETE FROM object")
        feeds.drop_cursors(connection)

    await b.database.write(drop)
    b.sync.ask_again()
    await in_step(b, a)
    assert await a.facts() == await b.facts()


async def test_what_a_limited_device_gives_is_compared_by_its_author(tmp_path: Path) -> None:
    trust = dict(zip(KEYS, (Trust.FULL, Trust.LIMITED, Trust.FULL), strict=True))
    a, b, c = [await Engine(key, LoopbackFamily(trust, key), tmp_path).start() for key in KEYS]
    await b.keep(*[b.turn(f"own {n}") for n in range(SAME)], imported(b), details=False)
    await a.keep(*[a.turn(f"of a {n}") for n in range(50)], details=False)
    for full in (a, c):
        join(full, b)
        await in_step(full, b)
        full.cut(b.key)
    join(a, c)
    await in_step(a, c)
    await in_step(c, a)
    await c.database.write(feeds.drop_cursors)
    before = received(c)
    join(c, b)
    await in_step(c, b)
    assert received(c) == before
    assert heard_by(c, b.key) < 1000
    for engine in (a, b, c):
        await engine.stop()


def imported(engine: Engine) -> bytes:
    _, tick = engine.mint()
    line = facts.Turn("c", "user", "imported", tick >> 16, source="s1")
    body = facts.encode_body(line)
    return facts.write(Fact(1, FactKind.ROOT, b"", b"", ObjectKind.TURN, tick, 1, (), body))


@pytest.mark.parametrize(
    "junk",
    [
        frames.Compare(9, 1, 0, b"b", (Same(b"a"),), is_last=True),
        frames.Compare(9, 1, 0, b"", (Same(b""), Same(b"a")), is_last=True),
    ],
)
async def test_who_asks_nonsense_is_talked_to_no_more(
    three: list[Engine], junk: frames.Compare
) -> None:
    a, b, _ = three
    await all_have_the_same(a, b)
    join(a, b)
    await in_step(b, a)
    a.sync.say(b.key, junk)
    await until(lambda: not b.sync.is_connected(a.key))
    assert b.sync.counts["ended_bad_frame"] == 1


async def test_answers_nobody_asked_for_are_counted_and_more_questions_than_can_be_end_it(
    three: list[Engine],
) -> None:
    a, b, _ = three
    await all_have_the_same(a, b)
    join(a, b)
    await in_step(b, a)
    a.sync.say(b.key, frames.Compared(9, 77, 0, Mark(bytes(8), 3), (Same(b""),)))
    await in_step(b, a)
    assert b.sync.counts["stale_comparisons"] == 1
    whole = (Print(b"", 1, bytes(16)),)
    for number in range(400):
        a.sync.say(b.key, frames.Compare(9, number, 0, b"", whole, is_last=True))
    await until(lambda: not b.sync.is_connected(a.key))
    assert b.sync.counts["ended_bad_frame"] == 1


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0)  # a lane that ends tells its device only
