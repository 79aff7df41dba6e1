"""The pictures: distinct, and a function of key, transcript and the joiner's number."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mesh.pairing.emoji import COUNT, PICTURES, pictures


def test_all_pictures_and_names_differ() -> None:
    assert len(PICTURES) == 64
    assert len({symbol for symbol, _ in PICTURES}) == 64
    assert len({name for _, name in PICTURES}) == 64
    assert all(name.isascii() and name.isalpha() for _, name in PICTURES)


def test_the_order_of_the_pictures_never_changes() -> None:
    shown = [name for _, name in pictures(bytes(32), bytes(32), bytes(32))]
    expected = "turtle, penguin, sailboat, mushroom, grapes, telephone, bread"
    assert ", ".join(shown) == expected


@given(st.lists(st.binary(min_size=32, max_size=32), min_size=3, max_size=3), st.integers(0, 2))
def test_another_key_transcript_or_number_gives_other_pictures(
    inputs: list[bytes], changed: int
) -> None:
    other = list(inputs)
    other[changed] = bytes([other[changed][0] ^ 1]) + other[changed][1:]
    assert pictures(*inputs) == pictures(*inputs)
    assert pictures(*inputs) != pictures(*other)
    assert len(pictures(*inputs)) == COUNT


def test_every_picture_is_shown_at_every_place() -> None:
    shown = [pictures(number.to_bytes(32), b"", b"") for number in range(1500)]
    for place in range(COUNT):
        assert len({seven[place] for seven in shown}) == 64
