from __future__ import annotations

import dataclasses
import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesh.model.device import Trust, author_tag
from mesh.model.entry import CheckedEntry, Parted
from mesh.model.hlc import TICK_MAX
from mesh.model.parting import LASTS
from mesh.model.roster import Roster, evaluate
from tests.scribe import Scribe, family_of_scribes

if TYPE_CHECKING:
    from collections.abc import Collection

HISTORIES = 700


@dataclass
class Family:
    """Scribes by name and all entries they wrote."""

    scribes: dict[str, Scribe]
    entries: list[CheckedEntry]

    def __getattr__(self, name: str) -> Scribe:
        return self.scribes[name]

    def says(self, *entries: CheckedEntry) -> None:
        self.entries += entries

    def roster(self) -> Roster:
        return evaluate(self.entries, self.recovery.family)

    def names(self, keys: Collection[bytes]) -> set[str]:
        return {name for name, scribe in self.scribes.items() if scribe.key in keys}

    def active(self) -> set[str]:
        return self.names(self.roster().members)


def family(*names: str) -> Family:
    entries, scribes = family_of_scribes(*names)
    return Family({scribe.name: scribe for scribe in scribes}, entries)


def test_without_genesis_nobody_is_family() -> None:
    home = family("desk")
    added = home.recovery.add(home.desk, admin=True)
    assert not evaluate([added], home.recovery.family).members
    assert evaluate([], home.recovery.family) == Roster(home.recovery.family)


def test_the_first_device_comes_from_the_recovery_key() -> None:
    home = family("desk")
    home.says(home.recovery.add(home.desk, admin=True))
    roster = home.roster()
    member = roster.members[home.desk.key]
    assert (member.trust, member.admin, member.rank[0]) == (Trust.FULL, True, 1)
    assert member.added_by == home.recovery.key
    assert home.recovery.key not in roster.members
    assert home.recovery.key not in roster.everyone


def test_only_a_full_device_can_be_admin() -> None:
    home = family("desk", "tablet", "guest")
    home.says(home.recovery.add(home.desk, admin=True))
    home.says(home.desk.add(home.tablet, Trust.LIMITED, admin=True))
    home.says(home.tablet.add(home.guest))
    assert home.active() == {"desk", "tablet"}
    assert not home.roster().members[home.tablet.key].admin


def test_a_word_about_a_plain_device_gives_it_no_power() -> None:
    home = family("desk", "tablet", "evil")
    home.says(home.recovery.add(home.desk, admin=True), home.desk.add(home.tablet))
    home.says(home.desk.say(home.tablet, Trust.LIMITED, 1), home.tablet.add(home.evil))
    assert home.active() == {"desk", "tablet"}


def test_an_entry_counts_only_when_all_its_ancestors_are_here() -> None:
    home = family("desk", "phone", "lap")
    first = home.recovery.add(home.desk, admin=True)
    home.says(first)
    missing, child = home.desk.add(home.phone), home.desk.add(home.lap)
    home.says(child)
    assert home.active() == {"desk"}
    home.says(missing)
    assert home.active() == {"desk", "phone", "lap"}


def test_a_thief_cannot_undo_an_old_revocation_with_a_rival_entry() -> None:
    home = family("desk", "phone", "lap")
    home.says(home.recovery.add(home.desk, admin=True), home.desk.add(home.phone, admin=True))
    home.says(home.desk.revoke(home.phone), home.desk.add(home.lap))
    home.desk.fork(1)
    home.says(home.desk.revoke(Scribe("nobody")))
    roster = home.roster()
    assert home.names(roster.revoked) >= {"phone"}
    assert home.active() == {"desk", "lap"}
    assert home.names(roster.forked) == {"desk"}


def test_a_restored_admin_keeps_what_it_added_before_and_after() -> None:
    home = family("desk", "lap", "tab", "new")
    home.says(home.recovery.add(home.desk, admin=True))
    home.says(home.desk.add(home.lap), home.desk.add(home.tab))
    home.desk.fork(0)
    home.says(home.desk.add(home.new))
    assert home.active() == {"desk", "lap", "tab", "new"}


def test_a_junior_or_an_equal_cousin_cannot_remove_a_senior() -> None:
    home = family("mum", "dad", "phone")
    home.says(home.recovery.add(home.mum, admin=True), home.recovery.add(home.dad, admin=True))
    home.says(home.mum.add(home.phone, admin=True))
    home.says(
        home.phone.revoke(home.dad), home.phone.revoke(home.mum), home.dad.revoke(home.mum)
    )
    assert home.active() == {"mum", "dad", "phone"}
    home.says(home.mum.revoke(home.dad))
    assert home.active() == {"mum", "phone"}


def test_whom_a_voided_admin_removed_stays_suspended_until_lifted() -> None:
    home = family("desk", "mid", "phone", "spy")
    home.says(home.recovery.add(home.desk, admin=True), home.desk.add(home.mid, admin=True))
    home.says(home.desk.add(home.phone), home.mid.add(home.spy))
    seen = home.mid.heads()
    home.says(home.mid.revoke(home.phone, []))
    home.says(home.desk.revoke(home.mid, seen))
    roster = home.roster()
    assert home.active() == {"desk", "spy"}
    assert home.names(roster.suspended) == {"phone"}
    assert home.names(roster.everyone) == {"desk", "mid", "phone", "spy"}
    home.says(home.desk.lift(home.phone, home.mid))
    assert home.active() == {"desk", "spy", "phone"}


def test_nobody_lifts_its_own_suspension_nor_a_seniors_removal() -> None:
    home = family("desk", "mid", "phone", "other")
    home.says(home.recovery.add(home.desk, admin=True), home.desk.add(home.mid, admin=True))
    home.says(home.desk.add(home.phone, admin=True), home.desk.add(home.other, admin=True))
    home.says(home.mid.revoke(home.phone), home.desk.revoke(home.mid, []))
    home.says(home.phone.lift(home.phone, home.mid), home.other.lift(home.phone, home.mid))
    assert home.names(home.roster().suspended) == {"phone"}


def test_a_confirmed_suspension_is_a_removal() -> None:
    home = family("desk", "mid", "phone")
    home.says(home.recovery.add(home.desk, admin=True), home.desk.add(home.mid, admin=True))
    home.says(home.desk.add(home.phone), home.mid.revoke(home.phone))
    home.says(home.desk.revoke(home.mid, []), home.desk.revoke(home.phone, tick=7))
    home.says(home.desk.lift(home.phone, home.mid))
    assert home.roster().cut_tick(home.phone.key) == 7
    assert home.active() == {"desk"}


def test_a_revoked_key_cannot_free_whom_it_outranks_by_a_void_add() -> None:
    """A void add must not make a suspended device look senior to the one that removed it."""
    home = family("mum", "dad", "aunt", "phone")
    home.says(home.recovery.add(home.mum, admin=True), home.recovery.add(home.dad, admin=True))
    home.says(home.dad.add(home.aunt, admin=True), home.aunt.add(home.phone, admin=True))
    seen = home.aunt.heads()
    home.says(home.aunt.revoke(home.phone), home.dad.revoke(home.aunt, seen))
    home.says(home.recovery.revoke(home.mum, []))
    before = home.active()
    home.says(home.mum.add(home.phone, admin=True))
    assert home.active() == before == {"dad"}


def test_a_senior_may_take_in_again_what_its_junior_removed() -> None:
    home = family("desk", "mid", "phone")
    home.says(home.recovery.add(home.desk, admin=True), home.desk.add(home.mid, admin=True))
    home.says(home.mid.add(home.phone), home.mid.revoke(home.phone))
    home.says(home.mid.add(home.phone))
    assert home.active() == {"desk", "mid"}
    home.says(home.recovery.add(home.phone))
    assert home.active() == {"desk", "mid", "phone"}


def test_an_entry_must_count_on_from_its_parent() -> None:
    home = family("desk", "lap")
    home.says(home.recovery.add(home.desk, admin=True))
    first, second = home.desk.epoch(1), home.desk.epoch(2)
    home.desk.log = [first, first, first]
    skipping = home.desk.add(home.lap)
    home.says(first, second, skipping)
    assert home.active() == {"desk"}


def test_revoking_a_device_before_it_is_added_keeps_it_out() -> None:
    home = family("desk", "phone")
    home.says(
        home.recovery.add(home.desk, admin=True), home.recovery.revoke(home.phone, tick=3)
    )
    assert home.roster().cut_tick(home.phone.key) == 3
    home.says(home.desk.add(home.phone))
    assert home.active() == {"desk"}


def test_every_device_may_retire_itself_and_what_it_says_later_is_void() -> None:
    home = family("desk", "phone", "evil")
    home.says(home.recovery.add(home.desk, admin=True), home.desk.add(home.phone))
    home.says(home.phone.revoke(home.phone, [], tick=9))
    assert home.roster().cut_tick(home.phone.key) == 9
    home.says(home.desk.revoke(home.desk))
    home.says(home.desk.add(home.evil))
    assert home.active() == set()
    assert home.evil.key not in home.roster().everyone


def test_the_most_senior_judge_says_what_stays() -> None:
    home = family("desk", "mid", "lap", "phone")
    home.says(home.recovery.add(home.desk, admin=True), home.desk.add(home.mid, admin=True))
    home.says(home.mid.add(home.lap, admin=True), home.lap.add(home.phone))
    home.says(home.mid.revoke(home.lap, []))
    assert home.active() == {"desk", "mid"}
    home.says(home.desk.revoke(home.lap))
    assert home.active() == {"desk", "mid", "phone"}


def test_the_highest_word_stands_then_the_seniors_then_the_lower() -> None:
    home = family("desk", "mid", "tab")
    home.says(home.recovery.add(home.desk, admin=True), home.desk.add(home.mid, admin=True))
    home.says(home.mid.add(home.tab))

    def level() -> Trust:
        return home.roster().members[home.tab.key].trust

    home.says(home.mid.say(home.tab, Trust.GUEST, 1))
    assert level() is Trust.GUEST
    home.says(home.desk.say(home.tab, Trust.FULL, 1))
    assert level() is Trust.FULL
    home.says(home.desk.say(home.tab, Trust.LIMITED, 1))
    assert level() is Trust.LIMITED
    home.says(home.mid.say(home.tab, Trust.FULL, 2))
    assert level() is Trust.FULL
    home.says(home.tab.say(home.tab, Trust.GUEST, 9))
    assert level() is Trust.FULL


def test_an_admin_that_was_lowered_speaks_no_more_until_it_is_raised() -> None:
    home = family("desk", "mid", "one", "two", "three")
    home.says(home.recovery.add(home.desk, admin=True), home.desk.add(home.mid, admin=True))
    home.says(home.mid.add(home.one), home.desk.say(home.mid, Trust.FULL, 1))
    home.says(home.mid.add(home.two))
    assert home.active() == {"desk", "mid", "one"}
    home.says(home.desk.say(home.mid, Trust.FULL, 2, admin=True))
    home.says(home.mid.add(home.three))
    assert home.active() == {"desk", "mid", "one", "three"}


def test_rights_of_a_full_device_end_at_the_tick_of_the_cut() -> None:
    home = family("desk", "lap", "tab", "gone")
    home.says(home.recovery.add(home.desk, admin=True))
    home.says(home.desk.add(home.lap), home.desk.add(home.tab, Trust.LIMITED))
    home.says(home.desk.add(home.gone, tags=(b"oldtag",)), home.desk.revoke(home.gone, tick=50))
    home.says(home.desk.say(home.lap, Trust.LIMITED, 1, tick=40))
    home.says(home.desk.say(home.lap, Trust.GUEST, 2, tick=60))
    roster = home.roster()
    rights = {
        name: (
            roster.was_full_at(author_tag(scribe.key), 40),
            roster.was_full_at(author_tag(scribe.key), 51),
        )
        for name, scribe in home.scribes.items()
    }
    assert rights == {
        "recovery": (False, False),
        "desk": (True, True),
        "lap": (True, False),
        "tab": (False, False),
        "gone": (True, False),
    }
    assert roster.was_full_at(b"oldtag", 50)
    assert not roster.was_full_at(b"oldtag", 51)
    assert not roster.was_full_at(b"nobody", 0)
    home.says(home.desk.say(home.lap, Trust.FULL, 3))
    assert home.roster().was_full_at(author_tag(home.lap.key), TICK_MAX)
    assert home.roster().trust_history(home.lap.key) == set(Trust)


def test_a_claimed_tag_never_takes_another_devices_own() -> None:
    home = family("desk", "lap", "evil")
    stolen = author_tag(home.lap.key)
    home.says(home.recovery.add(home.desk, admin=True))
    home.says(
        home.desk.add(home.evil, Trust.LIMITED, tags=(stolen, b"mypast")),
        home.desk.add(home.lap),
    )
    roster = home.roster()
    assert roster.owner_of(stolen) == home.lap.key
    assert roster.owner_of(b"mypast") == home.evil.key
    assert roster.members[home.evil.key].wrote(b"mypast")
    assert not roster.members[home.lap.key].wrote(b"mypast")


def test_the_epoch_in_force_has_the_highest_number_and_then_the_lowest_hash() -> None:
    home = family("desk", "lap", "evil")
    home.says(home.recovery.add(home.desk, admin=True), home.desk.add(home.lap))
    assert home.roster().needs_epoch()
    home.says(home.desk.epoch(1))
    rivals = [home.desk.epoch(2, nonce) for nonce in range(5)]
    home.says(*rivals, home.lap.epoch(9), home.evil.epoch(9))
    lowest = min(rivals, key=lambda entry: entry.hash)
    assert home.roster().epoch == lowest.body


def test_heads_name_the_longest_branch_first() -> None:
    home = family("desk", "a", "b", "c")
    home.says(home.recovery.add(home.desk, admin=True))
    home.says(home.desk.add(home.a), long := home.desk.add(home.b))
    home.desk.fork(0)
    home.says(short := home.desk.add(home.c))
    assert home.roster().heads(home.desk.key) == (long.hash, short.hash)


# Random histories of a family with thieves in it.


@dataclass
class History:
    """A random history; ``known`` is how much of it was heard before the last part."""

    seed: int
    home: Family = field(default_factory=lambda: family(*"abcdefg"))
    known: int = 0

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)  # noqa: S311
        home, scribe = self.home, self.home.scribes
        home.says(home.recovery.add(home.a, admin=True))
        for adder, added in ("ab", "ac", "bd", "ae"):
            is_admin = self.chance.random() < 0.7
            home.says(scribe[adder].add(scribe[added], admin=is_admin, tick=7))
        self.added = set("abcde")
        length = self.chance.randint(3, 14)
        split = self.chance.randrange(length)
        for step in range(length):
            if step == split:
                self.known = len(home.entries)
            self.step()

    def step(self) -> None:
        by = self.home.scribes[self.chance.choice("aabbcd")]
        name = self.chance.choice("abcdefg")
        other, dice = self.home.scribes[name], self.chance.random()
        if dice < 0.5:
            seen = [self.chance.choice(other.log).hash] if other.log else []
            self.home.says(by.revoke(other, seen if self.chance.random() < 0.7 else []))
        elif dice < 0.8 and by.log:
            by.fork(self.chance.randrange(len(by.log)))
        elif dice < 0.84:
            self.home.says(by.part(other, tick=self.chance.choice([5, 10, LASTS, 3 * LASTS])))
        elif dice < 0.92:
            level, admin = self.chance.choice(list(Trust)), self.chance.random() < 0.5
            self.home.says(by.say(other, level, self.chance.randint(0, 9), admin=admin))
        elif name not in self.added:
            self.added.add(name)
            self.home.says(by.add(other, admin=True))

    @property
    def family(self) -> bytes:
        return self.home.recovery.family

    def earlier(self) -> list[CheckedEntry]:
        return self.home.entries[: self.known]


def out(roster: Roster) -> set[bytes]:
    return set(roster.revoked) | set(roster.suspended)


def active(roster: Roster) -> set[bytes]:
    return set(roster.members)


def stop_at_forks(entries: Collection[CheckedEntry]) -> list[CheckedEntry]:
    """A wrong rule: of a chain that forks only what lies before the fork counts."""
    kept: list[CheckedEntry] = []
    for entry in sorted(entries, key=lambda entry: entry.seq):
        siblings = [e for e in entries if (e.issuer, e.prev) == (entry.issuer, entry.prev)]
        rooted = not entry.prev or any(e.hash == entry.prev for e in kept)
        if len(siblings) == 1 and rooted:
            kept.append(entry)
    return kept


@pytest.fixture(scope="module")
def histories() -> list[History]:
    return [History(seed) for seed in range(HISTORIES)]


def test_nobody_who_was_out_comes_back_by_more_entries(histories: list[History]) -> None:
    revoked = suspended = forked = 0
    for history in histories:
        before = evaluate(history.earlier(), history.family)
        after = evaluate(history.home.entries, history.family)
        assert not out(before) & active(after), history.seed
        revoked += bool(before.revoked)
        suspended += bool(after.suspended)
        forked += bool(after.forked)
    assert min(revoked, suspended, forked) > HISTORIES // 10, "the histories say nothing"


def test_stopping_a_chain_at_a_fork_would_bring_devices_back(histories: list[History]) -> None:
    back = 0
    for history in histories:
        before = evaluate(stop_at_forks(history.earlier()), history.family)
        after = evaluate(stop_at_forks(history.home.entries), history.family)
        back += bool(out(before) & active(after))
    assert back > 0


def test_undoing_removals_with_their_author_would_bring_devices_back(
    histories: list[History],
) -> None:
    back = 0
    for history in histories:
        before = evaluate(history.earlier(), history.family)
        after = evaluate(history.home.entries, history.family)
        back += bool(set(before.revoked) & (active(after) | set(after.suspended)))
    assert back > 0


def test_a_roster_does_not_depend_on_the_order_of_arrival(histories: list[History]) -> None:
    for history in histories:
        expected = evaluate(history.home.entries, history.family)
        shuffled = history.home.entries * 2
        history.chance.shuffle(shuffled)
        assert evaluate(shuffled, history.family) == expected, history.seed


def test_only_who_is_out_has_parted_and_only_in_time(histories: list[History]) -> None:
    parted = late = 0
    for history in histories:
        roster = evaluate(history.home.entries, history.family)
        assert roster.parted.keys() <= roster.revoked.keys() & roster.everyone.keys()
        assert history.home.a.key not in roster.parted, "the first device did not join"
        for said in roster.parted.values():
            bodies = [entry.body for entry in said if isinstance(entry.body, Parted)]
            assert all(7 <= body.tick <= 7 + LASTS for body in bodies)
            assert len(bodies) == len(said)
        parted += bool(roster.parted)
        late += any(
            isinstance(entry.body, Parted) and entry.body.tick in {5, 3 * LASTS}
            for entry in history.home.entries
        )
    assert min(parted, late) > HISTORIES // 50, "the histories say nothing"


def test_a_word_of_parting_changes_nothing_but_whose_words_are_history(
    histories: list[History],
) -> None:
    for history in histories:
        roster = evaluate(history.home.entries, history.family)
        expected = evaluate(_without_partings(history.home.entries), history.family)
        assert out(roster) == out(expected), history.seed
        assert active(roster) == active(expected), history.seed


def _without_partings(entries: Collection[CheckedEntry]) -> list[CheckedEntry]:
    """The same with something that says nothing in the place of each parting."""
    return [
        dataclasses.replace(entry, body=None) if isinstance(entry.body, Parted) else entry
        for entry in entries
    ]


def test_outsiders_have_no_word(histories: list[History]) -> None:
    for history in histories[:200]:
        outsider = Scribe("outsider", history.family)
        strange = [outsider.add(outsider, admin=True), outsider.revoke(history.home.a, [])]
        expected = evaluate(history.home.entries, history.family)
        assert evaluate(history.home.entries + strange, history.family) == expected


@settings(max_examples=150, deadline=None)
@given(
    seed=st.integers(0, 10**9), moves=st.lists(st.tuples(*[st.integers(0, 9)] * 4), max_size=8)
)
def test_the_holder_of_revoked_keys_lets_nobody_in(
    seed: int, moves: list[tuple[int, int, int, int]]
) -> None:
    """Whatever revoked keys say, also about keys that were never here: no one gets in."""
    history = History(seed)
    home = history.home
    home.says(home.recovery.revoke(home.b, []), home.recovery.revoke(home.c))
    before = evaluate(home.entries, history.family)
    thieves, others = [home.b, home.c], [*home.scribes.values(), Scribe("new", history.family)]
    for thief, kind, other, number in moves:
        by, target = thieves[thief % 2], others[other % len(others)]
        if kind < 3:
            home.says(by.add(target, admin=True))
        elif kind < 5:
            home.says(by.revoke(target, []))
        elif kind < 6:
            home.says(by.say(target, Trust.FULL, number, admin=True))
        elif kind < 8:
            home.says(by.lift(target, others[number % len(others)]))
        else:
            by.fork(number)
    after = evaluate(home.entries, history.family)
    assert active(after) <= active(before)
    assert after.revoked.keys() >= before.revoked.keys()
