from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mesh.model import hlc
from mesh.model.burst import BURST_MAX, HOUR_MS, is_in_burst

MINUTE = 60_000


def ticks(*milliseconds: int) -> list[int]:
    return sorted(hlc.tick_of(one) for one in milliseconds)


def test_a_few_forgettings_are_no_burst_and_one_more_is() -> None:
    few = ticks(*(number * MINUTE for number in range(BURST_MAX)))
    assert not any(is_in_burst(tick, few) for tick in few)
    many = ticks(*(number * MINUTE for number in range(BURST_MAX + 1)))
    assert all(is_in_burst(tick, many) for tick in many)


def test_slow_tidying_is_no_burst() -> None:
    slow = ticks(*(number * HOUR_MS // 8 for number in range(200)))
    assert not any(is_in_burst(tick, slow) for tick in slow)


@given(st.lists(st.integers(0, 4 * HOUR_MS), min_size=1, max_size=60))
def test_more_forgettings_never_make_a_burst_smaller(times: list[int]) -> None:
    known = ticks(*times)
    more = ticks(*times, times[0])
    for tick in known:
        assert is_in_burst(tick, more) or not is_in_burst(tick, known)
