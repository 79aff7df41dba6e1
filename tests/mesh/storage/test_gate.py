"""One gate: what a feed gives later is what may be pushed at once, whoever asks."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mesh.model.allowance import DAY_MS, Allowance, Label, may_send, window_start
from mesh.model.choices import CHOICES
from mesh.model.cursor import Ranges
from mesh.model.device import Trust
from mesh.model.fact import Level
from mesh.model.policy import NO_CHOICES, Policy, allowance, setting_name
from mesh.storage import feeds
from mesh.sync.plan import Giving, may_push, offers
from tests.mesh.storage.test_records import Life

if TYPE_CHECKING:
    from mesh.storage.objects import Connection

MICRO = 1000
NUMBERED = (
    "SELECT fact.scope, fact.number, fact.mine, object.stamp FROM fact"
    " JOIN object ON object.n = fact.object WHERE fact.number IS NOT NULL"
)
VALUES = {"privacy_levels": ["none", "public", "family"], "time_window_days": ["0", "3", "all"]}

choices = st.sampled_from([key for key in CHOICES if key != "private_tags"]).flatmap(
    lambda key: st.tuples(
        st.sampled_from(["family", "full", "limited"]).map(lambda to: setting_name(key, to)),
        st.lists(st.sampled_from(VALUES.get(key, ["on", "off"])), min_size=1, max_size=2),
    )
)
policies = st.lists(choices, max_size=6).map(
    lambda chosen: Policy({name: tuple(values) for name, values in chosen})
)
allowances = st.tuples(st.sampled_from(Trust), policies, st.integers(-1, 40))
"""Trust, what was chosen, and how many days ago the device asks."""


def lived(seed: int) -> Life:
    """Three devices after some weeks."""
    life = Life(random.Random(seed))  # noqa: S311 - the same in every run
    for _ in range(40):
        life.step()
        life.clock.turn(life.chance.choice([0, 0, 1, 3]) * DAY_MS * MICRO)
    return life


def allowed_at(life: Life, drawn: tuple[Trust, Policy, int]) -> Allowance:
    """What a device may be given, asked for some days before now."""
    trust, policy, days = drawn
    return allowance(trust, life.clock.wall() // MICRO - days * DAY_MS, policy)


def given_later(
    connection: Connection, allowed: Allowance, *, only_mine: bool
) -> set[tuple[int, int]]:
    """What a device that asks for everything is given, as (scope, number)."""
    tops = feeds.tops(connection)
    return {
        (scope, number)
        for scope, top in tops.items()
        for number, *_ in feeds.pending(
            connection, scope, [(1, top)], allowed, only_mine=only_mine
        )
    }


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 1 << 32), allowances, st.booleans())
def test_a_feed_gives_exactly_what_the_gate_lets_out(
    seed: int, drawn: tuple[Trust, Policy, int], only_mine: bool
) -> None:
    life = lived(seed)
    allowed = allowed_at(life, drawn)
    for page in life.pages:
        wanted = {
            (scope, number)
            for scope, number, mine, stamp in page.connection.execute(NUMBERED)
            if may_send(Label(scope, stamp), allowed) and (mine or not only_mine)
        }
        assert given_later(page.connection, allowed, only_mine=only_mine) == wanted


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 1 << 32), allowances)
def test_what_is_pushed_is_what_would_be_given(
    seed: int, drawn: tuple[Trust, Policy, int]
) -> None:
    life = lived(seed)
    allowed = allowed_at(life, drawn)
    for page, other in zip(life.pages, life.pages[1:], strict=False):
        bag = [raw for (raw,) in other.connection.execute("SELECT raw FROM fact")]
        outcome = page.take(bag)
        later = given_later(page.connection, allowed, only_mine=False)
        stamps = {(s, n): stamp for s, n, _, stamp in page.connection.execute(NUMBERED)}
        for one in outcome.fed:
            place = one.scope, one.number
            giving = Giving(one.scope, 1, fresh=False, sent=Ranges())
            pushed = may_push(giving, one.scope, one.newest, allowed)
            if place in stamps:
                assert not pushed or place in later
            if stamps.get(place) == one.newest:
                assert pushed == (place in later)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 1 << 32), st.sampled_from(Trust), st.integers(-1, 40))
def test_nothing_private_and_nothing_for_guests_leaves(
    seed: int, trust: Trust, days: int
) -> None:
    life = lived(seed)
    allowed = allowed_at(life, (trust, NO_CHOICES, days))
    since = window_start(life.clock.wall() // MICRO - days * DAY_MS, 7)
    stamps = "SELECT min(object.stamp) FROM object JOIN fact ON fact.object = object.n"
    for page in life.pages:
        given = given_later(page.connection, allowed, only_mine=False)
        assert {scope for scope, _ in given} <= {
            scope for scope, _ in offers(feeds.tops(page.connection), allowed)
        }
        assert all(scope & 3 <= Level.FAMILY for scope, _ in given)
        content = [place for place in given if not place[0] & 4]
        if trust is Trust.GUEST:
            assert not given
        elif trust is Trust.LIMITED:
            where = f"{stamps} WHERE fact.scope=? AND fact.number=?"
            assert all(page.connection.execute(where, p).get >= since for p in content)
