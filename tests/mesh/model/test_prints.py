"""Many facts are in order, and few of them are objects at once."""

from __future__ import annotations

import random
import tracemalloc

import pytest

from mesh.model.prints import KEY_SIZE, Prints

NUMBER_SIZE = 8
SIZE = KEY_SIZE + NUMBER_SIZE
MANY = 50_000


def entries(seed: int, *, is_in_order: bool, differ: int = MANY) -> list[bytes]:
    """Keys with numbers; stamps that differ so much only."""
    chance = random.Random(seed)  # noqa: S311 — nothing secret
    stamps = [chance.randrange(differ) for _ in range(MANY)]
    if is_in_order:
        stamps.sort()
    return [stamp.to_bytes(8, "big") + chance.randbytes(SIZE - 8) for stamp in stamps]


@pytest.mark.parametrize("is_in_order", [True, False])
@pytest.mark.parametrize("differ", [1, 3, MANY])
def test_any_number_of_facts_comes_into_order(is_in_order: bool, differ: int) -> None:
    some = entries(differ, is_in_order=is_in_order, differ=differ)
    prints = Prints(some)
    assert len(prints) == MANY
    ordered = [(prints.key(place), prints.number(place)) for place in range(MANY)]
    assert ordered == [(one[:KEY_SIZE], int.from_bytes(one[KEY_SIZE:])) for one in sorted(some)]


def test_the_same_fact_twice_stands_twice() -> None:
    one, other = bytes(SIZE), b"\x01" * SIZE
    prints = Prints([other, one] * MANY)
    assert prints.places(b"\x01", b"") == (MANY, 2 * MANY)


def test_putting_them_in_order_takes_little_more_memory_than_they_do() -> None:
    count = 4 * MANY
    chance = random.Random(1)  # noqa: S311 — nothing secret
    tracemalloc.start()
    try:
        prints = Prints(chance.randbytes(SIZE) for _ in range(count))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(prints) == count
    assert peak < 3 * SIZE * count
