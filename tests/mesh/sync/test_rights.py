"""Rights end at a tick; whoever hears of it late ends with the same facts as all others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mesh.model import fact as facts
from mesh.model.device import Trust, author_tag
from mesh.model.fact import FactKind, Level, ObjectKind
from mesh.model.hlc import TICK_MAX
from mesh.model.rights import Rights
from mesh.storage import reading
from mesh.storage.judging import judge_anew, let_in
from mesh.storage.objects import Rules, State, object_by_id
from tests.mesh.sync.loopback import Engine, LoopbackFamily, in_step, join

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    import apsw

    from mesh.storage.judging import Judged

KEYS = A, B, C, D = [bytes([number]) * 32 for number in (1, 2, 3, 4)]
FOREVER = (TICK_MAX, TICK_MAX)


class Judging(Engine):
    """An engine whose roster says until when each device had its rights."""

    async def hear(self, **ends: int) -> Judged | None:
        """The roster says that the rights of ``d`` (a name) ended at a tick."""
        await self.heed(**ends)
        rules, rights = self.rules(), self.rights
        judged = await self.database.write(lambda sql: judge_anew(sql, rules, rights))
        if judged is not None:
            self.sync.grew(judged.outcome)
            if judged.asks_again:
                self.sync.ask_again()
        return judged

    rights = Rights({author_tag(key): FOREVER for key in KEYS})

    async def heed(self, **ends: int) -> None:
        """The same, but nothing that is here is judged by it yet."""
        known = {author_tag(key): FOREVER for key in KEYS}
        named = dict(zip("abcd", KEYS, strict=True))
        known |= {author_tag(named[name]): (end, end) for name, end in ends.items()}
        rights = Rights(known)
        await self.database.write(lambda sql: let_in(sql, rights))
        self.rights = rights

    def rules(self) -> Rules:
        until = self.rights
        return Rules(self.tag, lambda tag, tick: tick <= until.of(tag)[0])

    async def state(self, identity: bytes) -> State | None:
        def job(connection: apsw.Connection) -> State | None:
            row = object_by_id(connection, identity)
            return State(row.state) if row else None

        return await self.database.read(job)


@pytest.fixture
async def four(tmp_path: Path) -> AsyncIterator[list[Judging]]:
    trust = dict.fromkeys(KEYS, Trust.FULL)
    engines = [Judging(key, LoopbackFamily(trust, key), tmp_path) for key in KEYS]
    for engine in engines:
        await engine.start()
        await engine.hear()
    yield engines
    for engine in engines:
        await engine.stop()


async def meet(*engines: Engine) -> None:
    """Each meets each, one after the other."""
    for place, one in enumerate(engines):
        for other in engines[place + 1 :]:
            join(one, other)
            await in_step(one, other)
            await in_step(other, one)
            one.cut(other.key)


def id_of(raw: bytes) -> bytes:
    return facts.read(raw).id


async def all_same(*engines: Engine) -> None:
    held = [await engine.facts(family_only=False) for engine in engines]
    assert all(one == held[0] for one in held)


async def test_a_forgetting_after_the_end_is_undone_also_where_it_was_taken(
    four: list[Judging],
) -> None:
    a, b, c, d = four
    memory = a.memory("the blue cup")
    await a.keep(memory, a.memory("another"))
    await meet(a, b, c, d)
    end = a.mint()[1]
    d.hlc.see(end, end >> 16)
    await d.keep(d.about(id_of(memory), FactKind.FORGET, facts.Forgetting()))
    await meet(d, a, b)
    assert await a.state(id_of(memory)) == State.FORGOTTEN
    await c.hear(d=end)
    for late in (a, b, d):
        judged = await late.hear(d=end)
        assert judged is not None
        assert judged.asks_again
        assert await late.state(id_of(memory)) == State.WAITING
    await meet(a, b, c, d)
    await meet(a, b, c, d)
    await all_same(a, b, c, d)
    assert {await one.state(id_of(memory)) for one in four} == {State.LIVE}


async def test_a_conversation_comes_back_with_its_turns(four: list[Judging]) -> None:
    a, b, c, d = four
    turns = [a.turn(f"turn {n}", "kitchen") for n in range(5)]
    await a.keep(*turns)
    await meet(a, b, c, d)
    end = a.mint()[1]
    d.hlc.see(end, end >> 16)
    about = facts.conversation_object("kitchen")
    forget = (FactKind.FORGET, facts.Forgetting(), ObjectKind.CONVERSATION)
    await d.keep(d.about(about, *forget))
    await meet(d, a)
    assert await a.state(id_of(turns[0])) == State.FORGOTTEN
    for one in four:
        await one.hear(d=end)
    await meet(a, b, c, d)
    await all_same(a, b, c, d)
    assert {await one.state(id_of(turn)) for one in four for turn in turns} == {State.LIVE}
    names = await a.database.read(reading.threads)
    assert [(name.name, name.messages) for name in names] == [("kitchen", 5)]


async def test_a_label_after_the_end_hides_nothing(four: list[Judging]) -> None:
    a, b, c, d = four
    memory = a.memory("shared")
    await a.keep(memory)
    await meet(a, b, c, d)
    end = a.mint()[1]
    d.hlc.see(end, end >> 16)
    await d.keep(d.about(id_of(memory), FactKind.LABEL, facts.Labelling(Level.PRIVATE)))
    await meet(d, b)
    assert await b.state(id_of(memory)) == State.WITHDRAWN
    for one in four:
        await one.hear(d=end)
    await meet(a, b, c, d)
    await all_same(a, b, c, d)
    assert await b.state(id_of(memory)) == State.LIVE


async def test_what_was_private_at_home_is_not_given_by_a_device_that_became_limited(
    four: list[Judging],
) -> None:
    a, _, _, d = four
    secret, diary = d.turn("just for me", "diary"), facts.conversation_object("diary")
    private = (FactKind.LABEL, facts.Labelling(Level.PRIVATE), ObjectKind.CONVERSATION)
    await d.keep(secret, d.about(diary, *private))
    await d.hear(d=-1)
    await a.hear(d=-1)
    await meet(a, d)
    assert await a.facts(family_only=False) == set()
    assert await d.state(id_of(secret)) == State.LIVE


async def test_what_was_refused_comes_once_the_right_is_known(four: list[Judging]) -> None:
    a, b, _, d = four
    memory = a.memory("shared")
    await a.keep(memory)
    await meet(a, b, d)
    await b.hear(d=-1)
    await d.keep(d.about(id_of(memory), FactKind.FORGET, facts.Forgetting()))
    await meet(a, d, b)
    assert await a.state(id_of(memory)) == State.FORGOTTEN
    assert await b.state(id_of(memory)) == State.LIVE
    judged = await b.hear()
    assert judged is not None
    assert judged.asks_again
    await meet(a, b)
    await all_same(a, b, d)


async def test_before_the_end_all_stands_and_nothing_is_asked_again(
    four: list[Judging],
) -> None:
    a, b, _, d = four
    memory = a.memory("shared")
    await a.keep(memory)
    await meet(a, b, d)
    await d.keep(d.about(id_of(memory), FactKind.FORGET, facts.Forgetting()))
    await meet(d, a, b)
    judged = await a.hear(d=d.mint()[1])
    assert judged is not None
    assert not judged.asks_again
    assert await a.state(id_of(memory)) == State.FORGOTTEN
    assert await a.hear(d=TICK_MAX) is not None
    assert await a.hear(d=TICK_MAX) is None


@pytest.mark.parametrize("is_conversation", [True, False])
async def test_who_wished_hears_what_was_decided_also_of_what_is_older_than_its_window(
    tmp_path: Path, is_conversation: bool
) -> None:
    trust = {A: Trust.FULL, B: Trust.FULL}
    a, b = [await Judging(key, LoopbackFamily(trust, key), tmp_path).start() for key in trust]
    month = 30 * 24 * 3600 * 1000 << 16
    turn = a.turn("long ago", "kitchen", at=a.mint()[1] - month)
    await a.keep(turn)
    await meet(a, b)
    trust[B] = Trust.LIMITED
    about, of = (
        (facts.conversation_object("kitchen"), ObjectKind.CONVERSATION)
        if is_conversation
        else (id_of(turn), ObjectKind.TURN)
    )
    wish = b.about(about, FactKind.WISH, facts.Wishing(FactKind.FORGET), of)
    await b.keep(wish)
    assert await b.state(id_of(turn)) == State.HIDDEN
    await meet(a, b)
    assert await a.state(id_of(turn)) == State.LIVE
    await a.keep(a.about(about, FactKind.SETTLED, facts.Settled(False), of, (id_of(wish),)))
    await meet(a, b)
    assert await b.state(id_of(turn)) == State.LIVE
    for engine in (a, b):
        await engine.stop()


@pytest.mark.parametrize("later", [0, 1], ids=["to the same end", "to a later end"])
async def test_what_came_while_more_was_said_for_a_moment_goes_again(
    four: list[Judging], later: int
) -> None:
    a, b, _, d = four
    memory = a.memory("shared")
    await a.keep(memory)
    await meet(a, b, d)
    end = a.mint()[1]
    d.hlc.see(end, end >> 16)
    for one in (a, b):
        await one.hear(d=end - 1)
    for one in (a, b, d):
        await one.heed()
    await d.keep(d.about(id_of(memory), FactKind.FORGET, facts.Forgetting()))
    await meet(d, a)
    assert await a.state(id_of(memory)) == State.FORGOTTEN
    for one in (a, b, d):
        await one.hear(d=end - 1 + later)
    await meet(a, b)
    await all_same(a, b)
    assert await a.state(id_of(memory)) == State.LIVE
    assert await a.hear(d=end - 1 + later) is None


async def test_what_is_judged_by_less_than_counts_is_judged_again(four: list[Judging]) -> None:
    a, b, _, d = four
    memory = a.memory("shared")
    await a.keep(memory)
    await meet(a, b, d)
    end = a.mint()[1]
    d.hlc.see(end, end >> 16)
    less = Rights({**a.rights.until, d.tag: (end, end)})
    rules = Rules(a.tag, lambda tag, tick: tick <= less.of(tag)[0])
    await a.heed()
    await a.database.write(lambda sql: judge_anew(sql, rules, less))
    await d.keep(d.about(id_of(memory), FactKind.FORGET, facts.Forgetting()))
    await meet(d, a)
    await a.hear(d=end)
    await meet(a, b)
    assert await a.state(id_of(memory)) == State.LIVE
