from __future__ import annotations

from mesh.companion.pace import Pace
from tests.mesh.companion.diary import HandClock

SECOND = 1_000_000
Told = tuple[int, int, float | None]


def test_progress_is_told_ten_times_a_second_and_always_at_the_end() -> None:
    clock, told = HandClock(), list[Told]()
    pace = Pace(clock, 100, lambda *one: told.append(one))
    for done in range(1, 101):
        clock.turn(SECOND // 50)
        pace.tell(done)
    assert 15 <= len(told) <= 21
    assert told[-1][:2] == (100, 100)
    assert pace.seconds == 2.0


def test_the_time_left_is_told_once_it_can_be_known() -> None:
    clock, told = HandClock(), list[Told]()
    pace = Pace(clock, 100, lambda *one: told.append(one))
    clock.turn(SECOND // 4)
    pace.tell(1)
    clock.turn(SECOND)
    pace.tell(0)
    clock.turn(SECOND * 3 // 4)
    pace.tell(20)
    assert told == [(1, 100, None), (0, 100, None), (20, 100, 8.0)]


def test_nobody_needs_to_listen() -> None:
    Pace(HandClock(), 0, None).tell(0)
