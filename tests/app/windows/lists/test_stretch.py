from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from app.windows.lists.stretch import ROWS_MAX, Piece, Stretch

WHOLE = 3 * ROWS_MAX


@dataclass(frozen=True)
class Numbered:
    number: int

    @property
    def object_id(self) -> str:
        return f"id {self.number}"

    @property
    def place(self) -> str:
        return str(self.number)


def page(first: int, count: int) -> Piece[Numbered]:
    """What a list of WHOLE rows answers."""
    start, end = max(0, first), min(WHOLE, first + count)
    rows = [Numbered(number) for number in range(start, end)]
    above = str(start) if start > 0 else None
    below = str(end - 1) if end < WHOLE else None
    return Piece(rows, above, below)


def scroll(held: Stretch[Numbered], *, up: bool, count: int) -> None:
    if up and held.above is not None:
        held.add_above(page(int(held.above) - count, count))
        held.drop_bottom(held.surplus())
    elif not up and held.below is not None:
        held.add_below(page(int(held.below) + 1, count))
        held.drop_top(held.surplus())


@given(
    start=st.integers(0, WHOLE - 50),
    steps=st.lists(st.tuples(st.booleans(), st.integers(1, 90)), max_size=60),
)
def test_however_somebody_scrolls_there_is_no_gap_and_a_bound(
    start: int, steps: list[tuple[bool, int]]
) -> None:
    held: Stretch[Numbered] = Stretch()
    held.become(page(start, 50))
    for up, count in steps:
        scroll(held, up=up, count=count)
        numbers = [row.number for row in held.rows]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        assert len(numbers) <= ROWS_MAX
        assert (held.above is None) == (numbers[0] == 0)
        assert (held.below is None) == (numbers[-1] == WHOLE - 1)


def test_what_is_held_already_does_not_come_twice() -> None:
    held: Stretch[Numbered] = Stretch()
    held.become(page(100, 10))
    assert [row.number for row in held.add_below(page(105, 10))] == [110, 111, 112, 113, 114]
    assert [row.number for row in held.add_above(page(95, 10))] == [95, 96, 97, 98, 99]
    assert len(held.rows) == 20
