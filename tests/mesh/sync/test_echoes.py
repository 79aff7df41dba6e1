"""What one gave is not sent back to it, but when it asks for it: it may have let it go."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from mesh.model.cursor import NO_MARK, Mark
from mesh.storage import feeds
from mesh.storage.records import Intake
from mesh.sync.echoes import Echoes
from tests.mesh.sync.loopback import B, Engine, in_step, join

if TYPE_CHECKING:
    from collections.abc import Callable

    from mesh.storage.commits import Job, T
    from mesh.storage.objects import Connection

SCOPE, OTHER = 25, 9


def echoes() -> Echoes:
    made = Echoes()
    made.came([(SCOPE, 7), (OTHER, 2), (SCOPE, 3), (SCOPE, 4)])
    made.came([(SCOPE, 5)])
    return made


def test_numbers_are_kept_by_scope_and_a_copy_does_not_change_with_them() -> None:
    made = echoes()
    before = made.of(SCOPE)
    made.came([(SCOPE, 6)])
    assert (list(before), list(made.of(SCOPE))) == ([(3, 5), (7, 7)], [(3, 7)])
    assert (list(made.of(OTHER)), list(made.of(OTHER + 1))) == ([(2, 2)], [])


def test_only_what_the_other_had_not_heard_of_when_it_asked_is_not_asked_for() -> None:
    made = echoes()
    made.asked(SCOPE, Mark(b"run", 4), is_known=True)
    assert list(made.of(SCOPE)) == [(5, 5), (7, 7)]
    made.asked(SCOPE, Mark(b"run", 7), is_known=True)
    assert (list(made.of(SCOPE)), list(made.of(OTHER))) == ([], [(2, 2)])


def test_who_asks_from_nothing_or_by_a_strange_mark_asks_for_all() -> None:
    for mark, is_known in ((NO_MARK, True), (Mark(b"strange", 1), False)):
        made = echoes()
        made.asked(SCOPE, mark, is_known=is_known)
        assert (list(made.of(SCOPE)), list(made.of(OTHER))) == ([], [(2, 2)])


async def let_go(engine: Engine) -> None:
    """All content goes, and with it what was settled; all is asked for anew."""

    def job(sql: Connection) -> None:
        found = list(
            sql.execute(
                "SELECT fact.n, fact.kind, fact.raw, object.id FROM fact"
                " JOIN object ON object.n = fact.object"
            )
        )
        intake = Intake(sql, engine.rules(), details=False)
        for *row, identity in found:
            intake.drop(identity, [tuple(row)])
        intake.finish()
        feeds.drop_cursors(sql)

    await engine.database.write(job)
    assert not await engine.facts()
    engine.sync.renew()
    engine.sync.ask_again()


async def test_what_was_settled_as_its_own_comes_to_who_let_it_go(pair: list[Engine]) -> None:
    a, b = pair
    join(a, b)
    await b.keep(*[b.memory(f"memory {number}") for number in range(9)])
    await in_step(a, b)
    await in_step(b, a)
    assert a.sync.standing(B)[3] == 0
    await let_go(b)
    await in_step(b, a)
    assert len(await b.facts()) == 9


async def test_what_was_not_told_to_be_there_yet_comes_to_who_let_it_go(
    pair: list[Engine],
) -> None:
    a, b = pair
    taken = asyncio.Event()

    a.on_taking = lambda _: taken.set()
    join(a, b)
    await b.keep(b.memory("memory"))
    await taken.wait()
    await let_go(b)
    await in_step(b, a)
    assert len(await b.facts()) == 1


@pytest.mark.parametrize("is_anew", [True, False])
async def test_what_was_being_stored_when_the_other_began_anew_is_no_echo(
    pair: list[Engine], is_anew: bool
) -> None:
    a, b = pair
    join(a, b)
    await b.keep(b.memory("first"))
    await in_step(a, b)
    await in_step(b, a)
    takes, write, taken = a.sync._exchanges[B].takes, a.database.write, asyncio.Event()

    async def late(job: Job[T], *, then: Callable[[T], None]) -> T:
        if is_anew:
            takes.begin()  # as its hello does
        return await write(job, then=then)

    a.on_taking = lambda _: taken.set()
    a.database.write = late  # type: ignore[method-assign,assignment]
    await b.keep(*[b.memory(f"memory {number}") for number in range(9)])
    await taken.wait()
    (scope,) = await a.database.read(feeds.tops)
    echoes = a.sync._exchanges[B]._talk.echoes.of(scope)
    assert (echoes.end > 1) is not is_anew
