"""A joining is undone within a day of it, and then its words are history for nobody."""

from __future__ import annotations

import dataclasses
import itertools
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh.model import fact as facts
from mesh.model.device import Trust, author_tag
from mesh.model.fact import Fact, FactKind, Forgetting, ObjectKind
from mesh.model.hlc import TICK_MAX
from mesh.model.parting import LASTS
from mesh.model.roster import Roster, evaluate
from mesh.storage.objects import Rules
from tests.scribe import Scribe, family_of_scribes

if TYPE_CHECKING:
    from mesh.model.entry import CheckedEntry

JOINED = 1000


class Home:
    """A desk, and a laptop that joined at a known time."""

    def __init__(self, trust: Trust = Trust.FULL, tick: int = JOINED) -> None:
        names = ("desk", "laptop", "tablet", "again")
        self.entries, scribes = family_of_scribes(*names)
        self.recovery, self.desk, self.laptop, self.tablet, self.again = scribes
        self.says(
            self.recovery.add(self.desk, admin=True, tick=tick),
            self.desk.add(self.laptop, trust, tags=(b"past00",), tick=tick),
            self.desk.add(self.tablet, tick=tick),
        )

    def says(self, *entries: CheckedEntry) -> None:
        self.entries += entries

    def roster(self) -> Roster:
        return evaluate(self.entries, self.recovery.family)

    def part(self, by: Scribe, tick: int, of: Scribe | None = None) -> Roster:
        gone = of or self.laptop
        self.says(by.part(gone, tick), by.revoke(gone, tick=tick))
        return self.roster()


@given(st.integers(0, 3 * LASTS), st.booleans())
def test_it_counts_for_a_day_whoever_of_the_two_says_it(tick: int, by_itself: bool) -> None:
    home = Home()
    roster = home.part(home.laptop if by_itself else home.desk, tick)
    assert (home.laptop.key in roster.parted) == (JOINED <= tick <= JOINED + LASTS)
    assert home.laptop.key in roster.revoked


def test_without_a_removal_it_says_nothing() -> None:
    home = Home()
    home.says(home.desk.part(home.laptop, JOINED))
    assert home.roster().parted == {}
    assert home.laptop.key in home.roster().members


def test_others_of_the_family_cannot_and_nobody_undoes_the_first() -> None:
    home = Home()
    home.says(home.tablet.part(home.laptop, JOINED), home.desk.revoke(home.laptop))
    assert home.roster().parted == {}
    home = Home()
    assert home.part(home.desk, JOINED, of=home.desk).parted == {}


def test_a_joining_that_nobody_dated_cannot_be_undone() -> None:
    home = Home(tick=0)
    assert home.roster().undoable_until(home.laptop.key, home.laptop.key) is None
    assert home.part(home.laptop, 0).parted == {}


def test_who_may_undo_it_and_until_when() -> None:
    home = Home()
    roster = home.roster()
    keys = {name: getattr(home, name).key for name in ("desk", "laptop", "tablet")}
    until = {
        (by, of): roster.undoable_until(keys[of], keys[by])
        for by, of in itertools.product(keys, keys)
    }
    end = JOINED + LASTS
    assert {pair for pair, tick in until.items() if tick == end} == {
        ("desk", "laptop"), ("desk", "tablet"), ("laptop", "laptop"), ("tablet", "tablet"),
    }  # fmt: skip
    assert set(until.values()) == {end, None}


@pytest.mark.parametrize("trust", Trust)
def test_its_words_are_void_for_everybody_and_its_labels_and_forgets_stand(
    trust: Trust,
) -> None:
    home = Home(trust)
    before, roster = home.roster(), home.part(home.desk, JOINED + 5)
    tag = author_tag(home.laptop.key)
    assert roster.parted_tags == {tag}
    assert roster.rights.fallen(before.rights) >= {tag}
    rules = Rules(b"me", roster.was_full_at, undone=roster.parted_tags)
    theirs = facts.minted_id(author_tag(home.desk.key), b"rr", 5)
    for kind in FactKind:
        identity = facts.minted_id(tag, b"rr", JOINED + 1)
        fact = Fact(1, kind, identity, theirs, ObjectKind.MEMORY, 1, 1, (), _BODY)
        may_say = trust is Trust.FULL or kind == FactKind.RECEIPT
        expected = kind in facts.STUBS and may_say
        assert rules.is_valid(identity, fact, author_tag(home.desk.key)) == expected, kind
        assert rules.is_valid(identity, fact, tag) == (kind in facts.STUBS)


def test_what_others_say_of_its_things_is_void_but_with_who_said_it() -> None:
    home = Home(Trust.FULL)
    roster = home.part(home.desk, JOINED + 5)
    desk, laptop = author_tag(home.desk.key), author_tag(home.laptop.key)
    identity = facts.minted_id(desk, b"rr", JOINED + 1)
    of_theirs = facts.minted_id(laptop, b"rr", JOINED)
    tablet = Rules(b"tablet", roster.was_full_at, undone=roster.parted_tags)
    same = (
        dataclasses.replace(tablet, own=desk),
        dataclasses.replace(tablet, past=frozenset({desk})),
    )
    for kind in (FactKind.TEXT, FactKind.ROOT, FactKind.WISH, FactKind.LABEL, FactKind.FORGET):
        fact = Fact(1, kind, identity, of_theirs, ObjectKind.MEMORY, 1, 1, (), _BODY)
        assert tablet.is_valid(identity, fact, laptop) == (kind in facts.STUBS), kind
        assert all(rules.is_valid(identity, fact, laptop) for rules in same), kind


def test_what_it_wrote_elsewhere_before_is_history_still() -> None:
    """Its past may have come to the family in another way, long ago."""
    home = Home()
    roster = home.part(home.laptop, JOINED + 5)
    assert b"past00" not in roster.parted_tags
    assert b"past00" not in roster.undone[0].ours
    assert author_tag(home.desk.key) in roster.undone[0].ours


@given(st.sampled_from(Trust))
def test_who_comes_back_with_it_has_it_again(trust: Trust) -> None:
    home = Home()
    tag = author_tag(home.laptop.key)
    undone = home.part(home.laptop, JOINED + 5)
    home.says(home.desk.add(home.again, trust, tags=(tag, b"past00"), tick=JOINED + 9))
    back = home.roster()
    assert back.parted_tags == frozenset()
    assert back.undone == ()
    assert back.owner_of(tag) == home.again.key
    assert tag in back.tags_of(home.again.key)
    assert back.rights.risen(undone.rights) >= {tag}
    assert back.was_full_at(tag, TICK_MAX) == (trust is Trust.FULL)
    again = home.part(home.again, JOINED + 10, of=home.again)
    assert again.parted_tags == {tag, author_tag(home.again.key)}


_BODY = facts.encode_body(Forgetting())
