"""Choices: which one counts, what follows, and that the strictest of several does."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh.errors import BadInput
from mesh.model.allowance import FAMILY_GRANTS, NO_GRANTS, NOTHING, Grants, window_start
from mesh.model.choices import CHOICES, choice
from mesh.model.device import Trust
from mesh.model.fact import Level, Setting
from mesh.model.policy import (
    NOTE,
    Policy,
    allowance,
    carried,
    checked,
    grants,
    in_force,
    private_tags,
    read_note,
    setting_name,
    write_note,
)
from mesh.model.scope import ScopeKind, scope_of

NOW_MS = 1_790_000_000_000
FAMILY = bytes(16)
TARGETS = ("family", "full", "limited", "DEVICE")
VALUES = {
    "privacy_levels": ["none", "public", "family"],
    "time_window_days": ["0", "3", "30", "all"],
    "private_tags": ["none", "a", "a, b"],
}

levels = st.dictionaries(
    st.sampled_from([int(kind) for kind in ScopeKind]), st.integers(0, 3), max_size=6
)
held = st.builds(Grants, levels, st.integers(NOTHING, 2))


def said(**values: str) -> Policy:
    """Family-wide choices."""
    return Policy({setting_name(key): (value,) for key, value in values.items()})


def test_built_in_are_the_kinds_of_the_description_for_all_but_guests() -> None:
    for trust in (Trust.FULL, Trust.LIMITED):
        shared = grants(Policy(), trust).levels
        kinds = {ScopeKind.CONVERSATION, ScopeKind.EMOTION, ScopeKind.REASON, ScopeKind.MEMORY}
        assert {kind for kind in shared if kind != ScopeKind.SETTING} == kinds
        assert set(shared.values()) == {Level.FAMILY}
    assert ScopeKind.SETTING not in grants(Policy(), Trust.LIMITED).levels
    assert grants(Policy(), Trust.GUEST) == grants(Policy(), None) == NO_GRANTS


def test_a_mood_can_be_shared_without_its_reasons_but_not_they_without_it() -> None:
    quiet = grants(said(mood_reasons="off"), Trust.FULL)
    assert (quiet.widest(ScopeKind.EMOTION), quiet.widest(ScopeKind.REASON)) == (1, NOTHING)
    none = grants(said(emotional_awareness="off"), Trust.FULL)
    assert (none.widest(ScopeKind.EMOTION), none.widest(ScopeKind.REASON)) == (-1, NOTHING)


def test_a_limited_device_is_given_a_week_and_an_own_one_everything() -> None:
    assert allowance(Trust.LIMITED, NOW_MS).since == window_start(NOW_MS, 7)
    assert allowance(Trust.FULL, NOW_MS).since == 0
    month = said(time_window_days="30")
    assert allowance(Trust.LIMITED, NOW_MS, month).since == window_start(NOW_MS, 30)
    assert allowance(Trust.FULL, NOW_MS, month).since == 0
    own = Policy({setting_name("time_window_days", "full"): ("30",)})
    assert allowance(Trust.FULL, NOW_MS, own).since == window_start(NOW_MS, 30)
    assert allowance(Trust.LIMITED, NOW_MS, said(time_window_days="all")).since == 0


def test_what_stands_until_it_is_changed_has_no_window() -> None:
    on = allowance(Trust.LIMITED, NOW_MS, said(personality_consistency="on"))
    assert on.floor(scope_of(ScopeKind.PERSONALITY, 1)) == 0
    assert on.floor(scope_of(ScopeKind.MEMORY, 1)) == on.since > 0
    assert on.floor(scope_of(ScopeKind.MEMORY, 1, is_stub=True)) == 0


def test_private_goes_to_own_devices_only_when_chosen() -> None:
    private = scope_of(ScopeKind.MEMORY, Level.PRIVATE)
    chosen = said(private_to_own_devices="on")
    assert not grants(Policy(), Trust.FULL).covers(private)
    assert grants(chosen, Trust.FULL).covers(private)
    assert not grants(chosen, Trust.LIMITED).covers(private)
    assert not grants(chosen, Trust.FULL).covers(scope_of(ScopeKind.MEMORY, Level.HERE))
    assert not grants(chosen.with_choices({setting_name("privacy_levels"): "public"}),
                      Trust.FULL).covers(private)  # fmt: skip


def test_the_one_that_is_nearer_counts_and_can_be_taken_back() -> None:
    policy = said(memory_access="off")
    nearer = policy.with_choices({setting_name("memory_access", "DEVICE"): "on"})
    assert not nearer.value("memory_access", Trust.LIMITED)
    assert nearer.value("memory_access", Trust.LIMITED, "DEVICE")
    back = nearer.with_choices({setting_name("memory_access", "DEVICE"): "default"})
    assert not back.value("memory_access", Trust.LIMITED, "DEVICE")
    assert nearer.chosen_for("DEVICE") == ("memory_access",)
    assert back.chosen_for("DEVICE") == ()


@given(st.data())
def test_of_several_values_the_strictest_counts(data: st.DataObject) -> None:
    key = data.draw(st.sampled_from(list(CHOICES)))
    target = data.draw(st.sampled_from(TARGETS[:1] if choice(key).is_for_all else TARGETS))
    values = VALUES.get(key, ["on", "off"])
    heads = data.draw(st.lists(st.sampled_from([*values, "default", "odd"]), min_size=1))
    name, one = setting_name(key, target), choice(key)

    def value(*said: str) -> object:
        return Policy({name: said}).value(key, Trust.LIMITED, "DEVICE")

    together = value(*heads)
    assert together == value(*reversed(heads))
    for head in heads:
        alone = value(head)
        assert one.stricter(together, alone) == together  # type: ignore[arg-type]


def test_what_is_chosen_again_is_what_was_chosen_for_all_and_for_these() -> None:
    days = setting_name("time_window_days", "limited")
    mine, theirs = (setting_name("memory_access", one) for one in ("MINE", "THEIRS"))
    before = Policy({mine: ("off",), theirs: ("off",), days: ("30", "9")})
    assert carried(before, Policy(), ["MINE"]) == {mine: "off", days: "9"}
    assert carried(before, Policy({days: ("all",)})) == {}


def test_what_cannot_be_read_shares_nothing() -> None:
    odd = said(memory_access="on weekdays", privacy_levels="work")
    assert not odd.value("memory_access")
    assert set(grants(odd, Trust.FULL).levels) == {ScopeKind.SETTING}
    assert private_tags(said(private_tags="x" * 65)) == private_tags(Policy())


@pytest.mark.parametrize(
    ("key", "value", "target"),
    [
        ("nothing", "on", "family"), ("memory_access", "perhaps", "family"),
        ("memory_access", "on", "guest"), ("private_tags", "a", "limited"),
        ("time_window_days", "-1", "family"), ("time_window_days", "1e3", "family"),
        ("privacy_levels", "private", "family"), ("privacy_levels", "", "family"),
    ],
)  # fmt: skip
def test_a_choice_that_is_none_is_refused(key: str, value: str, target: str) -> None:
    with pytest.raises(BadInput):
        checked(key, value, target)


def test_a_choice_is_written_as_it_is_shown() -> None:
    assert checked("memory_access", " YES ") == ("policy family memory_access", "on")
    assert checked("privacy_levels", "family, public")[1] == "public, family"
    assert checked("private_tags", "b,a, b")[1] == "a, b"
    assert checked("time_window_days", "Default", "limited")[1] == "default"


@given(held, held)
def test_what_one_or_the_other_holds_is_held_by_both_together(one: Grants, two: Grants) -> None:
    both = one.joined(two)
    assert one.within(both)
    assert two.within(both)
    assert both.within(one) == two.within(one)


@given(held)
def test_what_was_noted_is_read_again(one: Grants) -> None:
    assert read_note(write_note(one)) == one
    assert Grants.of_pairs(one.pairs()) == one


def test_a_note_that_cannot_be_read_says_that_all_may_be_there() -> None:
    assert read_note("3:1 all") == FAMILY_GRANTS


# ---- settings as facts -----------------------------------------------------------------------


def fact(
    tick: int, name: str, value: str, *sees: int
) -> tuple[bytes, tuple[bytes, ...], Setting]:
    return identity(tick), tuple(map(identity, sees)), Setting(FAMILY, name, value)


def identity(tick: int) -> bytes:
    return b"author" + b"rr" + tick.to_bytes(8, "big")


def test_what_nobody_has_seen_another_of_counts_in_any_order() -> None:
    name = setting_name("memory_access")
    facts = [
        fact(1, name, "off"), fact(2, name, "on", 1), fact(3, name, "off", 2),
        fact(4, name, "default", 2),
    ]  # fmt: skip
    found = {in_force(order, FAMILY, lambda *_: True)[0].said[name]
             for order in permutations(facts)}  # fmt: skip
    assert found == {("off", "default")}


def test_only_this_family_and_those_with_the_right_are_heard() -> None:
    name = setting_name("memory_access")
    facts = [fact(1, name, "off"), fact(2, name, "on", 1)]
    other = [(one, sees, Setting(bytes([1]) * 16, name, "on")) for one, sees, _ in facts]
    policy, _ = in_force([*facts, *other], FAMILY, lambda one, _: one == identity(1))
    assert policy.said == {name: ("off",)}
    assert policy.stamp == 1


def test_notes_of_a_device_that_did_not_see_each_other_are_joined() -> None:
    facts = [fact(1, NOTE + "D", "1:1"), fact(2, NOTE + "D", "3:1 1:0")]
    policy, notes = in_force(facts, FAMILY, lambda *_: True)
    assert (policy.said, policy.stamp) == ({}, 0)
    assert notes["D"] == Grants({1: 1, 3: 1})
