"""Who may say what is a function of the fact and the roster, and of nothing else."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mesh.model import fact as facts
from mesh.model.fact import Body, Fact, FactKind, Forgetting, Labelling, ObjectKind, Words
from mesh.model.hlc import TICK_MAX
from mesh.model.rights import Need, Rights, need
from mesh.storage.objects import Rules

OWNER, OTHER = b"owner0", b"other0"
OBJECT = facts.minted_id(OWNER, b"rr", 5)

kinds = st.sampled_from(sorted(FactKind))
untils = st.dictionaries(
    st.sampled_from([OWNER, OTHER, b"third0"]),
    st.tuples(st.integers(-1, 9) | st.just(TICK_MAX), st.integers(-1, 9) | st.just(TICK_MAX)),
)


def said(kind: int, author: bytes, tick: int, content: Body | None = None) -> Fact:
    body = facts.encode_body(content or Forgetting())
    identity = facts.minted_id(author, b"rr", tick)
    return Fact(1, kind, identity, OBJECT, ObjectKind.MEMORY, tick, 1, (), body)


def is_valid(fact: Fact, rights: Rights, target: bytes = OBJECT) -> bool:
    rules = Rules(b"me", lambda tag, tick: tick <= rights.of(tag)[0])
    return rules.is_valid(fact.id, fact, facts.author_of(target))


@given(kinds, st.integers(0, 20), untils)
def test_of_its_own_an_author_may_say_everything(
    kind: FactKind, tick: int, until: dict[bytes, tuple[int, int]]
) -> None:
    assert is_valid(said(kind, OWNER, tick), Rights(until))


@given(kinds, st.integers(0, 20), untils)
def test_of_anothers_only_who_was_full_then_and_everybody_may_wish(
    kind: FactKind, tick: int, until: dict[bytes, tuple[int, int]]
) -> None:
    is_open = kind in {FactKind.WISH, FactKind.RECEIPT}
    expected = is_open or tick <= until.get(OTHER, (-1, -1))[0]
    assert is_valid(said(kind, OTHER, tick), Rights(until)) == expected


def test_of_an_imported_line_everybody_may_give_the_root_and_only_full_ones_more() -> None:
    line = bytes([0x80]) + bytes(15)
    root = Fact(
        1, FactKind.ROOT, b"", b"", ObjectKind.TURN, 5, 1, (), facts.encode_body(Words(""))
    )
    assert need(line, root, None) is Need.NOTHING
    for kind, content in ((FactKind.LABEL, Labelling(2)), (FactKind.TEXT, Words("x"))):
        fact = said(kind, OTHER, 5, content)
        assert need(fact.id, fact, facts.author_of(line)) is Need.FULL
        assert need(line, fact, None) is Need.MORE_THAN_ANY


def test_what_a_later_version_says_is_kept() -> None:
    assert is_valid(said(99, OTHER, 5), Rights({}))


@given(untils, untils)
def test_fallen_and_risen_are_each_others_mirror_and_kept_as_they_are(
    one: dict[bytes, tuple[int, int]], two: dict[bytes, tuple[int, int]]
) -> None:
    before, after = Rights(one), Rights(two)
    assert after.fallen(before) == before.risen(after)
    assert not after.risen(after)
    again = Rights.unpacked(after.packed())
    assert not again.risen(after) | again.fallen(after)
    for tag in after.risen(before) - after.fallen(before):
        assert all(new >= old for new, old in zip(after.of(tag), before.of(tag), strict=True))
