from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh.model import fact as facts
from mesh.model import hlc, views
from mesh.model.fact import (
    Body,
    Fact,
    FactKind,
    Forgetting,
    Labelling,
    Level,
    Memory,
    ObjectKind,
    Receipt,
    Settled,
    Tagging,
    Wishing,
    Words,
)
from mesh.model.views import Felt, Held, mood_of

if TYPE_CHECKING:
    from collections.abc import Sequence

OBJECT = facts.minted_id(b"author", b"rr", 0)
HOUR = hlc.tick_of(3_600_000)


def held(  # noqa: PLR0913 - a fact has that many sides
    number: int,
    kind: FactKind,
    content: Body,
    *,
    level: int = Level.FAMILY,
    sees: Sequence[bytes] = (),
    stamp: int | None = None,
    author: bytes = b"author",
) -> Held:
    identity = (
        OBJECT
        if kind == FactKind.ROOT and number == 0
        else facts.minted_id(author, b"rr", number)
    )
    fact = Fact(
        1, kind, identity, OBJECT, ObjectKind.MEMORY, number if stamp is None else stamp, level,
        tuple(sees), facts.encode_body(content),
    )  # fmt: skip
    return Held(identity, fact, content)


def root(text: str = "tea", *tags: str, level: int = Level.FAMILY) -> Held:
    return held(0, FactKind.ROOT, Memory(text, tags, 0), level=level)


@st.composite
def histories(draw: st.DrawFn) -> list[Held]:
    """Facts of one object by authors who had seen any part of what was there."""
    found = [
        root(draw(st.sampled_from("ab")), *draw(st.lists(st.sampled_from("xy"), max_size=2)))
    ]
    for number in range(1, draw(st.integers(1, 9))):
        seen = draw(st.sets(st.integers(0, number - 1)))
        kind, content = draw(
            st.sampled_from(
                [
                    (FactKind.TEXT, Words("a")),
                    (FactKind.TEXT, Words("b")),
                    (FactKind.ANSWER, Words("a")),
                    (FactKind.ANSWER, Words("c")),
                    (FactKind.TAG, Tagging("x")),
                    (FactKind.UNTAG, Tagging("x")),
                    (FactKind.LABEL, Labelling(Level.PRIVATE)),
                    (FactKind.LABEL, Labelling(Level.PUBLIC)),
                    (FactKind.ROOT, Memory("wide", ("y",), 0)),
                    (FactKind.RECEIPT, Receipt()),
                ]
            )
        )
        stamp = draw(st.integers(0, 3))
        found.append(
            held(
                number,
                kind,
                content,
                sees=[found[place].id for place in sorted(seen)],
                stamp=stamp,
            )
        )
    return found


def view(known: list[Held]) -> tuple[object, ...]:
    return (
        views.text_of(known),
        views.tags_of(known),
        views.level_of(known),
        views.reach_of(known),
        [text for _, text in views.sides_of(known)],
        views.is_forgotten(known),
        [one and one.order for one in (views.root_of(known), views.standing(known))],
    )


@given(histories(), st.randoms(use_true_random=False))
def test_what_is_shown_does_not_depend_on_the_order_of_arrival(
    known: list[Held], chance: object
) -> None:
    shuffled = list(known)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert view(shuffled) == view(known)


# ---- texts -----------------------------------------------------------------------------------


def test_an_edit_made_after_seeing_wins_and_the_earlier_text_is_history() -> None:
    known = [root("tea"), held(1, FactKind.TEXT, Words("coffee"), sees=[OBJECT])]
    assert views.text_of(known) == "coffee"
    assert [text for _, text in views.texts_of(known)] == ["coffee", "tea"]
    assert not views.sides_of(known)


def test_an_edit_made_after_seeing_wins_also_over_the_last_stamp_there_is() -> None:
    first = root("tea")
    greedy = held(9, FactKind.TEXT, Words("mine"), sees=[OBJECT], stamp=facts.STAMP_MAX)
    last = held(2, FactKind.TEXT, Words("ours"), sees=[greedy.id], stamp=facts.STAMP_MAX)
    for order in ([first, greedy, last], [last, greedy, first]):
        assert views.text_of(order) == "ours"
    circle = [
        held(3, FactKind.TEXT, Words("a"), sees=[held(4, FactKind.TEXT, Words("b")).id]),
        held(4, FactKind.TEXT, Words("b"), sees=[held(3, FactKind.TEXT, Words("a")).id]),
    ]
    assert views.text_of(circle) == "b"


def test_open_wishes_are_those_nobody_decided_and_no_later_one_replaced() -> None:
    one = held(1, FactKind.WISH, Wishing(FactKind.TEXT, "milk"), author=b"tablet")
    two = held(
        2, FactKind.WISH, Wishing(FactKind.TEXT, "coffee"), author=b"tablet", sees=[one.id]
    )
    away = held(3, FactKind.WISH, Wishing(FactKind.FORGET), author=b"tablet")
    no = held(4, FactKind.SETTLED, Settled(is_granted=False), sees=[away.id])
    facts_here = [root("tea"), no, two, away, one]
    assert views.open_wishes(facts_here) == [two]
    assert (views.text_of(facts_here), views.is_forgotten(facts_here)) == ("tea", False)
    assert not views.sides_of(facts_here)


def test_a_receipt_confirms_only_the_forget_it_saw() -> None:
    forget = held(1, FactKind.FORGET, Forgetting())
    right = held(2, FactKind.RECEIPT, Receipt(), author=b"tablet", sees=[forget.id])
    former = held(3, FactKind.RECEIPT, Receipt(), author=b"laptop")
    other = held(4, FactKind.RECEIPT, Receipt(), author=b"phone0", sees=[b"x" * 16])
    assert views.confirmed_by([forget, right, former, other]) == {b"tablet", b"laptop"}
    assert views.confirmed_by([right, former, other]) == frozenset()


def test_each_forget_is_confirmed_for_who_says_one_need_not_know_of_the_others() -> None:
    first = held(1, FactKind.FORGET, Forgetting())
    again = held(2, FactKind.FORGET, Forgetting())
    one = held(3, FactKind.RECEIPT, Receipt(), author=b"tablet", sees=[first.id])
    both = held(4, FactKind.RECEIPT, Receipt(), author=b"tablet", sees=[first.id, again.id])
    former = held(5, FactKind.RECEIPT, Receipt(), author=b"laptop")
    assert views.owes_receipt([first], b"tablet")
    assert not views.owes_receipt([first, one], b"tablet")
    assert views.owes_receipt([first, one, again], b"tablet")
    assert not views.owes_receipt([first, one, again, both], b"tablet")
    assert not views.owes_receipt([first, again, former], b"laptop")
    assert not views.owes_receipt([one], b"phone0")


def test_two_texts_that_did_not_see_each_other_are_a_contradiction_until_one_answers() -> None:
    one = held(1, FactKind.TEXT, Words("coffee"), sees=[OBJECT])
    other = held(2, FactKind.TEXT, Words("milk"), sees=[OBJECT])
    assert views.sides_of([root(), one, other])
    answer = held(3, FactKind.TEXT, Words("milk"), sees=[one.id, other.id])
    assert not views.sides_of([root(), one, other, answer])


def test_of_two_answers_the_later_stands_and_nobody_is_asked_again() -> None:
    one = held(1, FactKind.TEXT, Words("coffee"), sees=[OBJECT])
    other = held(2, FactKind.TEXT, Words("milk"), sees=[OBJECT])
    first = held(3, FactKind.ANSWER, Words("milk"), sees=[one.id, other.id])
    second = held(4, FactKind.ANSWER, Words("both"), sees=[one.id, other.id])
    known = [root(), one, other, first, second]
    assert not views.sides_of(known)
    assert views.text_of(known) == "both"


def test_a_text_that_saw_neither_side_asks_again_against_the_later_answer() -> None:
    one = held(1, FactKind.TEXT, Words("coffee"), sees=[OBJECT])
    other = held(2, FactKind.TEXT, Words("milk"), sees=[OBJECT])
    first = held(3, FactKind.ANSWER, Words("milk"), sees=[one.id, other.id])
    second = held(4, FactKind.ANSWER, Words("both"), sees=[one.id, other.id])
    late = held(5, FactKind.TEXT, Words("water"), sees=[OBJECT])
    sides = views.sides_of([root(), one, other, first, second, late])
    assert [text for _, text in sides] == ["both", "water"]


def test_the_same_text_written_twice_is_no_contradiction() -> None:
    known = [root()]
    known += [held(n, FactKind.TEXT, Words("coffee"), sees=[OBJECT]) for n in (1, 2)]
    assert not views.sides_of(known)


def test_of_two_bodies_under_one_id_every_device_shows_the_same_one() -> None:
    one, other = root("tea"), root("poison")
    assert views.text_of([one, other]) == views.text_of([other, one])
    first, second = views.root_of([one, other]), views.root_of([other, one])
    assert first is second


def test_without_any_text_there_is_none() -> None:
    assert views.text_of([held(1, FactKind.FORGET, Forgetting())]) is None
    assert views.standing([]) is None


# ---- tags ------------------------------------------------------------------------------------


def test_a_tag_stays_when_the_removal_had_not_seen_it_put_on_again() -> None:
    again = held(1, FactKind.TAG, Tagging("x"))
    gone = held(2, FactKind.UNTAG, Tagging("x"), sees=[OBJECT])
    assert views.tags_of([root("tea", "x"), gone]) == ()
    assert views.tags_of([root("tea", "x"), gone, again]) == ("x",)


def test_a_removal_takes_off_only_the_tag_it_names() -> None:
    gone = held(1, FactKind.UNTAG, Tagging("x"), sees=[OBJECT])
    assert views.tags_of([root("tea", "x", "y"), gone]) == ("y",)


# ---- levels ----------------------------------------------------------------------------------


def label(number: int, level: Level, *sees: bytes) -> Held:
    return held(number, FactKind.LABEL, Labelling(level), sees=sees)


def test_the_strictest_of_labels_that_did_not_see_each_other_stands() -> None:
    known = [root(), label(1, Level.PRIVATE, OBJECT), label(2, Level.PUBLIC, OBJECT)]
    assert views.level_of(known) == Level.PRIVATE


def test_two_clicks_do_not_beat_a_concurrent_private() -> None:
    narrow = label(1, Level.PRIVATE, OBJECT)
    first = label(2, Level.HERE, OBJECT)
    second = label(3, Level.PUBLIC, OBJECT, first.id)
    assert views.level_of([root(), narrow, first, second]) == Level.PRIVATE


def test_what_was_narrowed_can_be_widened_again_by_who_saw_it() -> None:
    narrow = label(1, Level.PRIVATE, OBJECT)
    wide = held(2, FactKind.ROOT, Memory("tea", (), 0), sees=[OBJECT, narrow.id])
    assert views.level_of([root(), narrow, wide]) == Level.FAMILY


@given(histories())
def test_reach_never_shrinks(known: list[Held]) -> None:
    reaches = [views.reach_of(known[:size]) for size in range(len(known) + 1)]
    assert reaches == sorted(reaches, reverse=True)


def test_a_stub_tells_how_far_its_object_had_gone_before_it_was_written() -> None:
    stub = held(1, FactKind.LABEL, Labelling(Level.HERE), level=Level.FAMILY)
    assert views.reach_of([stub]) == Level.FAMILY


# ---- forgetting ------------------------------------------------------------------------------


@given(histories(), st.integers(0, 20))
def test_one_forget_absorbs_all_whenever_it_comes(known: list[Held], place: int) -> None:
    forget = held(99, FactKind.FORGET, Forgetting())
    known.insert(min(place, len(known)), forget)
    assert views.is_forgotten(known)


# ---- mood ------------------------------------------------------------------------------------

unit = st.floats(-1, 1)
feelings = st.builds(
    Felt,
    device=st.sampled_from(["desk", "phone", "tablet"]),
    tick=st.integers(0, 48 * HOUR),
    id=st.binary(min_size=16, max_size=16),
    valence=unit,
    arousal=unit,
    confidence=st.floats(0, 1),
)


def felt(device: str, valence: float, hours: float = 0, confidence: float = 1.0) -> Felt:
    return Felt(device, int(hours * HOUR), device.encode(), valence, 0.0, confidence)


@given(st.lists(feelings, max_size=8, unique_by=lambda one: one.id), st.randoms())
def test_the_mood_is_the_same_in_any_order_and_told_twice(
    seen: list[Felt], chance: object
) -> None:
    shuffled = seen * 2
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    mood = mood_of(seen)
    assert mood_of(shuffled) == mood
    assert -1 <= mood.valence <= 1
    assert -1 <= mood.arousal <= 1
    assert list(mood.devices) == sorted(mood.devices)
    assert math.isclose(sum(mood.weights.values()), 1.0 if mood.devices else 0.0, abs_tol=1e-5)


@given(st.lists(feelings, min_size=1, max_size=6), st.integers(0, 30 * HOUR))
def test_the_mood_does_not_depend_on_when_it_is_asked(seen: list[Felt], later: int) -> None:
    later -= later % (1 << hlc.COUNTER_BITS)
    moved = [dataclasses.replace(one, tick=one.tick + later) for one in seen]
    assert mood_of(moved) == mood_of(seen)


def test_only_the_latest_of_each_device_counts() -> None:
    assert mood_of([felt("desk", -1), felt("desk", 0.5, hours=1)]).valence == 0.5


def test_an_observation_loses_half_its_weight_in_six_hours() -> None:
    mood = mood_of([felt("desk", 1.0), felt("phone", 0.0, hours=6)])
    assert mood.valence == pytest.approx(1 / 3, abs=1e-6)
    assert mood.weights == {"desk": pytest.approx(1 / 3, abs=1e-6),
                            "phone": pytest.approx(2 / 3, abs=1e-6)}  # fmt: skip


def test_nobody_sure_of_anything_is_no_mood() -> None:
    assert mood_of([felt("desk", 1.0, confidence=0.0)]) == views.NO_MOOD
    assert mood_of([]).label == "unknown"


@pytest.mark.parametrize(
    ("valence", "arousal", "word"),
    [(0, 0, "calm"), (0.9, 0.9, "excited"), (0.9, 0, "happy"), (0.9, -0.9, "content"),
     (-0.9, 0.9, "upset"), (-0.9, 0, "concerned"), (-0.9, -0.9, "sad")],
)  # fmt: skip
def test_a_mood_has_a_plain_word(valence: float, arousal: float, word: str) -> None:
    assert views.mood_label(valence, arousal) == word
