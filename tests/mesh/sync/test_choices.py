"""What a preview says is what travels, and nothing else of this device shows on the wire."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from mesh.clock import SystemClock
from mesh.companion.outlook import Outlook
from mesh.model import fact as facts
from mesh.model import scope as scopes
from mesh.model.allowance import NO_GRANTS, Allowance
from mesh.model.choices import CHOICES
from mesh.model.device import Trust, device_id
from mesh.model.fact import FactKind, Level
from mesh.model.policy import Policy, grants, private_tags, setting_name
from mesh.model.scope import ScopeKind
from mesh.storage import previewing
from mesh.wire import frames
from tests.mesh.sync.chosen import ChosenEngine, ChosenFamily, trusts
from tests.mesh.sync.loopback import in_step, join

if TYPE_CHECKING:
    from pathlib import Path

A, B = (bytes([number]) * 32 for number in (1, 2))
VALUES = {
    "privacy_levels": ["none", "public", "family", "family"],
    "time_window_days": ["0", "5", "30", "all"],
    "private_tags": ["none", "personal, work"],
}


def some_policy(chance: random.Random) -> Policy:
    said = {}
    for key in chance.sample(list(CHOICES), 4):
        targets = ["family"] if key == "private_tags" else ["family", "limited", device_id(B)]
        value = chance.choice(VALUES.get(key, ["on", "off"]))
        said[setting_name(key, chance.choice(targets))] = (value,)
    return Policy(said)


async def two(folder: Path, chance: random.Random) -> tuple[ChosenEngine, ChosenEngine]:
    """One that has lived, and one that has nothing yet."""
    trust = {A: Trust.FULL, B: trusts(chance)}
    policy, now_ms = some_policy(chance), SystemClock().wall() // 1000
    made = [
        ChosenEngine(key, ChosenFamily(trust, key, policy, now_ms), folder) for key in trust
    ]
    a, b = await made[0].start(), await made[1].start()
    roots = [a.something(chance) for _ in range(40)]
    later = [a.afterwards(chance, chance.choice(roots)) for _ in range(25)]
    await a.keep(*roots, details=chance.random() < 0.5)
    await a.keep(*[raw for raw in later if raw is not None])
    return a, b


async def outlook(a: ChosenEngine) -> Outlook:
    allowed = a.chosen.allowance(B)
    kept = grants(a.chosen.policy, a.chosen.trust[B], device_id(B))
    seen = Outlook(frozenset(), allowed, kept, Allowance(NO_GRANTS), 0)
    await a.database.read(lambda sql: seen.look(sql, only_mine=False))
    return seen


def by_kind(raws: list[bytes]) -> Counter[str]:
    """How many things of each kind these facts bring."""
    found: set[tuple[bytes, str]] = set()
    for fact in map(facts.read, raws):
        if fact.kind in {FactKind.ROOT, FactKind.REASON}:
            kind = previewing.KINDS[scopes.scope_kind(fact.object_kind, fact.kind)]
            found.add((fact.object or fact.id, kind))
    return Counter(kind for _, kind in found)


async def meet(a: ChosenEngine, b: ChosenEngine) -> None:
    join(a, b)
    if Trust.GUEST in a.family.trust.values():
        while not (a.sync.in_step(B) and b.sync.in_step(A)):  # noqa: ASYNC110 — no event
            await asyncio.sleep(0)
    else:
        await in_step(a, b)
        await in_step(b, a)


@pytest.mark.parametrize("seed", range(16))
async def test_what_a_preview_says_is_what_travels(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 — the same in every run
    a, b = await two(tmp_path, chance)
    b.listen()
    said = await outlook(a)
    await meet(a, b)
    assert by_kind(b.told()) == said.counts["would_send"]
    assert by_kind(list(await b.facts(family_only=False))) == said.counts["would_send"]
    for engine in (a, b):
        await engine.stop()


@pytest.mark.parametrize("seed", range(100, 116))
async def test_nothing_shows_of_what_a_device_may_not_have(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 — the same in every run
    a, b = await two(tmp_path, chance)
    b.listen()
    await meet(a, b)
    allowed = a.chosen.allowance(B)
    places = await a.database.read(
        lambda sql: list(
            sql.execute(
                "SELECT fact.scope, fact.raw, object.id FROM fact"
                " JOIN object ON object.n=fact.object WHERE fact.number IS NOT NULL"
            )
        )
    )
    shown = {identity for scope, _, identity in places if allowed.covers(scope)}
    hidden = {identity for _, _, identity in places} - shown
    heard = b"".join(frames.write(one) for one in b.heard) + b"".join(b.told())
    for identity in hidden:
        assert identity not in heard
        assert identity.hex().encode() not in heard
    assert all(allowed.covers(scope) for scope in b.scopes())
    private = private_tags(a.chosen.policy)
    for content in map(facts.body, map(facts.read, b.told())):
        if isinstance(content, facts.Turn | facts.Memory) and private & {*content.tags}:
            kind = ScopeKind.MEMORY if isinstance(content, facts.Memory) else 1
            assert allowed.grants.widest(kind) >= Level.PRIVATE
    for engine in (a, b):
        await engine.stop()


def a_tops(a: ChosenEngine) -> dict[int, int]:
    return a.sync._circle.tops


@pytest.mark.parametrize("seed", range(200, 212))
async def test_what_happens_to_hidden_things_makes_no_sound(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 — the same in every run
    a, b = await two(tmp_path, chance)
    await meet(a, b)
    allowed = a.chosen.allowance(B)
    before = dict(a_tops(a))
    b.listen()
    made: list[bytes] = []
    for _ in range(40):
        raw = a.something(chance)
        fact = facts.read(raw)
        kind = scopes.scope_kind(fact.object_kind, fact.kind)
        if allowed.covers(scopes.scope_of(kind, fact.level)):
            continue
        made.append(raw)
        await a.keep(raw)
        more = a.afterwards(chance, raw)
        if more is not None and facts.read(more).kind != FactKind.LABEL:
            await a.keep(more)
    if b.family.trust[B] is not Trust.GUEST:
        await in_step(b, a)
    assert made
    # What B had from A it settles a moment later, and A acknowledges that.
    kinds = {type(frame) for frame in b.heard}
    assert kinds <= {frames.Frontier, frames.FrontierAsk, frames.Ack}
    grown = {scope for scope, top in a_tops(a).items() if before.get(scope, 0) != top}
    assert not any(allowed.covers(scope) for scope in grown)
    for engine in (a, b):
        await engine.stop()


async def test_what_may_not_be_held_is_not_asked_of_who_has_not_heard_of_the_choice(
    tmp_path: Path,
) -> None:
    trust, now_ms = {A: Trust.FULL, B: Trust.FULL}, SystemClock().wall() // 1000
    unheard = ChosenEngine(A, ChosenFamily(trust, A, Policy(), now_ms), tmp_path)
    chosen = Policy({setting_name("memory_access", device_id(B)): ("off",)})
    narrow = ChosenEngine(B, ChosenFamily(trust, B, chosen, now_ms), tmp_path)
    a, b = await unheard.start(), await narrow.start()
    await a.keep(a.memory("a secret"), a.turn("hello"))
    narrow.listen()
    join(a, b)
    await in_step(b, a)
    pages = [frame for frame in narrow.heard if isinstance(frame, frames.Page)]
    kinds = {scopes.scope_parts(page.scope)[0] for page in pages}
    assert kinds == {ScopeKind.CONVERSATION}
    for engine in (a, b):
        await engine.stop()
