"""What becomes of two pasts is counted as if both had been put together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh.errors import BadFrame
from mesh.model import views
from mesh.model.fact import Fact, FactKind, Memory, ObjectKind, Words, encode_body
from mesh.model.meeting import (
    KINDS,
    PART_SIZE,
    Counts,
    Inventory,
    Preview,
    Tally,
    counted,
)
from mesh.model.views import Held

ROOT = b"\x00" * 15 + b"\x01"


def _text(number: int, kind: FactKind, text: str, sees: tuple[bytes, ...]) -> Held:
    identity = number.to_bytes(16, "big")
    body = Memory(text, (), number) if kind is FactKind.ROOT else Words(text)
    about = b"" if kind is FactKind.ROOT else ROOT
    raw = Fact(1, kind, identity, about, ObjectKind.MEMORY, number, 1, sees, encode_body(body))
    return Held(identity, raw, body)


@st.composite
def edited(draw: st.DrawFn) -> list[Held]:
    """A memory and later texts of it, each written where some of those before it were known."""
    made = [_text(1, FactKind.ROOT, "a", ())]
    for number in range(2, draw(st.integers(1, 6)) + 2):
        seen = draw(st.sets(st.sampled_from([one.id for one in made])))
        kind = draw(st.sampled_from([FactKind.TEXT, FactKind.ANSWER]))
        text = draw(st.sampled_from("abc"))
        made.append(_text(number, kind, text, tuple(sorted(seen))))
    return made


def _known_with(made: list[Held], chosen: set[int]) -> list[Held]:
    """What a device has that has these facts: all that they have seen too."""
    by_id = {one.id: one for one in made}
    wanted = [made[0]] + [one for n, one in enumerate(made) if n in chosen]
    found: dict[bytes, Held] = {}
    while wanted:
        one = wanted.pop()
        found[one.id] = one
        wanted += [by_id[other] for other in one.fact.sees if other not in found]
    return list(found.values())


def _counted(here: Inventory, there: Inventory) -> Preview:
    tally = Tally(here)
    for part in there.parts():
        assert len(part) <= PART_SIZE
        tally.take(part)
    return tally.preview()


chosen = st.sets(st.integers(0, 8))


@given(edited(), chosen, chosen)
def test_a_contradiction_is_foretold_exactly_when_there_will_be_one(
    made: list[Held], left: set[int], right: set[int]
) -> None:
    one, other = _known_with(made, left), _known_with(made, right)
    here, there = Inventory(mark=b"m"), Inventory(mark=b"m")
    here.put(ObjectKind.MEMORY, ROOT, one)
    there.put(ObjectKind.MEMORY, ROOT, other)
    together = list({held.id: held for held in one + other}.values())
    expected = bool(views.sides_of(together))
    assert _counted(here, there).to_settle == expected
    assert _counted(there, here).to_settle == expected


@given(
    st.sets(st.binary(min_size=16, max_size=16)),
    st.sets(st.binary(min_size=16, max_size=16)),
    st.data(),
)
def test_things_are_counted_on_either_side_and_on_both(
    left: set[bytes], right: set[bytes], data: st.DataObject
) -> None:
    shared = data.draw(st.sets(st.sampled_from(sorted(left)))) if left else set()
    right = right | shared
    here, there = Inventory(mark=b"m"), Inventory(mark=b"m")
    for identity in left:
        here.put(ObjectKind.TURN, identity)
    for identity in right:
        there.put(ObjectKind.TURN, identity)
    both = len(left & right)
    found = _counted(here, there)
    assert (found.here, found.there, found.same) == (len(left), len(right), both)
    assert _counted(there, here).kinds == (
        {"messages": Counts(len(right), len(left), both)} if left or right else {}
    )


def test_much_is_cut_into_parts_at_the_end_of_an_entry() -> None:
    here, there = Inventory(), Inventory()
    for number in range(20_000):
        there.put(ObjectKind.TURN, number.to_bytes(16, "big"))
    assert len(there.parts()) > 1
    assert _counted(here, there).there == 20_000


@pytest.mark.parametrize("part", [b"\x02", b"\x02" + bytes(7), b"\x82" + bytes(31)])
def test_half_an_entry_is_refused(part: bytes) -> None:
    with pytest.raises(BadFrame):
        Tally(Inventory()).take(part)


@given(st.binary(max_size=200))
def test_any_bytes_end_in_a_count_or_in_our_own_error(junk: bytes) -> None:
    tally = Tally(Inventory())
    try:
        tally.take(junk)
    except BadFrame:
        return
    assert tally.preview().here == 0


def test_nothing_can_be_recognised_from_another_survey() -> None:
    lists = []
    for mark in (b"one", b"two"):
        made = Inventory(mark=mark)
        made.put(ObjectKind.TURN, ROOT)
        lists.append(made.parts())
    assert lists[0] != lists[1]


@given(st.lists(st.tuples(st.sampled_from(sorted(KINDS)), st.binary(min_size=16, max_size=16))))
def test_who_has_nothing_learns_as_much_from_counts(had: list[tuple[int, bytes]]) -> None:
    there, by_list, by_count = Inventory(), Tally(Inventory()), Tally(Inventory())
    for kind, identity in had:
        there.put(kind, identity)
    for part in there.parts():
        by_list.take(part)
    for part in counted({kind: there.count(kind) for kind in KINDS}):
        by_count.take(part)
    assert by_count.preview() == by_list.preview()
    assert by_count.preview().there == len(had)
