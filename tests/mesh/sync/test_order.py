"""What is given first, and what stays together."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from mesh.model.fact import Level
from mesh.model.scope import ScopeKind, scope_of
from mesh.sync.order import (
    PAUSE_US,
    RECENT_MAX,
    RECENT_TICKS,
    RECENT_US,
    Row,
    fill,
    first_of,
    ordered,
    priority,
)

TURNS, MOODS, MEMORIES, TRAITS = (
    scope_of(kind, Level.FAMILY)
    for kind in (
        ScopeKind.CONVERSATION,
        ScopeKind.EMOTION,
        ScopeKind.MEMORY,
        ScopeKind.PERSONALITY,
    )
)
MINUTE = PAUSE_US // 60


def turn(number: int, home: int, minute: int) -> Row:
    """A turn of a conversation, said in a minute."""
    return Row(number, number, home, minute * MINUTE, minute * MINUTE)


def thing(number: int, stamp: int, of: int = 0) -> Row:
    """A fact of an object whose newest word has this stamp."""
    return Row(number, of or number, None, 0, stamp)


def test_stubs_come_first_then_settings_conversations_moods_memories_traits() -> None:
    scopes = [
        scope_of(ScopeKind.PERSONALITY, Level.FAMILY, is_stub=True),
        scope_of(ScopeKind.SETTING, Level.FAMILY),
        TURNS,
        MOODS,
        MEMORIES,
        TRAITS,
    ]
    assert sorted(set(scopes), key=priority) == scopes


def test_the_newest_session_comes_first_though_it_is_of_an_old_conversation() -> None:
    order = ordered(
        TURNS,
        [
            *[turn(n, home=1, minute=n) for n in (1, 2, 3)],
            *[turn(n, home=2, minute=500 + n) for n in (4, 5)],
            *[turn(n, home=1, minute=1000 + n) for n in (6, 7)],
        ],
    )
    assert order.numbers == [6, 7, 4, 5, 1, 2, 3]
    assert order.starts == [0, 2, 4]


def test_what_was_said_at_the_same_time_elsewhere_is_not_mixed_in() -> None:
    rows = [turn(n, home=n % 2 + 1, minute=n) for n in range(1, 9)]
    assert ordered(TURNS, rows).numbers == [2, 4, 6, 8, 1, 3, 5, 7]


def test_recent_is_the_last_week_before_the_newest_and_not_all_of_a_great_import() -> None:
    week = RECENT_US // MINUTE
    rows = [turn(1, 1, 0), turn(2, 2, 90), turn(3, 3, week + 90), turn(4, 3, week + 91)]
    assert ordered(TURNS, rows).recent == 2
    assert ordered(TURNS, [turn(n, 1, 0) for n in range(1, 3000)]).recent == RECENT_MAX
    assert ordered(MEMORIES, [thing(1, 0), thing(2, RECENT_TICKS + 1)]).recent == 1


def test_of_other_things_the_newest_come_first_with_all_that_was_said_of_them() -> None:
    rows = [thing(1, 900, of=1), thing(2, 100), thing(3, 900, of=1), thing(4, 500)]
    order = ordered(MEMORIES, rows)
    assert (order.numbers, order.starts) == ([1, 3, 4, 2], [])


ROWS = st.lists(
    st.tuples(st.integers(1, 4), st.integers(0, 500), st.integers(0, 1 << 62)), max_size=60
).map(
    lambda drawn: [
        Row(number, number, home, minute * MINUTE, stamp)
        for number, (home, minute, stamp) in enumerate(drawn, 1)
    ]
)


@given(ROWS, st.sampled_from([TURNS, MOODS, MEMORIES, TRAITS]))
def test_everything_is_given_once_and_some_of_it_is_recent(rows: list[Row], scope: int) -> None:
    order = ordered(scope, rows)
    assert sorted(order.numbers) == sorted(row.number for row in rows)
    assert bool(order.recent) == bool(rows)
    assert order.recent <= len(rows)


@given(ROWS)
def test_a_session_is_of_one_conversation_without_a_long_pause(rows: list[Row]) -> None:
    order, by_number = ordered(TURNS, rows), {row.number: row for row in rows}
    for start, end in pairwise([*order.starts, len(order.numbers)]):
        said = [by_number[number] for number in order.numbers[start:end]]
        assert len({row.home for row in said}) == 1
        shown = [row.shown for row in said]
        assert shown == sorted(shown)
        assert all(b - a <= PAUSE_US for a, b in pairwise(shown))


@given(
    st.lists(st.integers(0, 200), min_size=1, max_size=40),
    st.sets(st.integers(1, 60)),
    st.integers(0, 40),
    st.integers(1, 2000),
)
def test_a_page_is_never_empty_nor_too_large_and_cuts_no_session_it_could_hold(
    sizes: list[int], starts: set[int], more: int, size: int
) -> None:
    end = len(sizes) + more
    begins = [*sorted(start for start in starts if start < end), end]
    count = fill(sizes, begins, size)
    assert 1 <= count <= len(sizes)
    assert count == 1 or sum(sizes[:count]) <= size
    fitting = fill(sizes, [end], size)
    if count not in begins:
        begun = max((start for start in begins if start < count), default=0)
        after = min(start for start in begins if start > count)
        assert begun == 0 or after - begun > fitting
    elif count < fitting:
        after = min(start for start in begins if start > count)
        assert fitting < after <= count + fitting


def test_what_is_planned_at_once_is_the_newest_and_what_is_left_is_old_by_then() -> None:
    week = RECENT_US // MINUTE
    turns = [turn(n, n % 3, n * week) for n in range(1, 9)]
    first = first_of(TURNS, turns, 5)
    assert {row.number for row in first} == {4, 5, 6, 7, 8}
    order = ordered(TURNS, first)
    assert (order.numbers, order.recent) == ([8, 7, 6, 5, 4], 2)
    rest = ordered(TURNS, turns[:3], order.newest)
    assert (rest.numbers, rest.recent, rest.newest) == ([3, 2, 1], 0, order.newest)
    moods = [thing(1, 3), thing(2, 1), thing(3, 2)]
    assert {row.number for row in first_of(MOODS, moods, 2)} == {1, 3}
    assert [row.number for row in first_of(TRAITS, moods, 2)] == [3, 2]
