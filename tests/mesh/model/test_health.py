from __future__ import annotations

from mesh.model.device import Role, Trust
from mesh.model.health import CLOCKS_DIFFER_S, DeviceStanding, health_of

OFF = CLOCKS_DIFFER_S + 60


def standing(name: str, ahead_s: float = 0.0, *, connected: bool = True) -> DeviceStanding:
    return DeviceStanding(
        name, Role.PRIMARY, Trust.FULL, connected, connected, False, ("memory",), ahead_s
    )


def causes(*others: DeviceStanding) -> tuple[str, ...]:
    return health_of(others, (), paused=False, full_disk=False).causes


def test_a_clock_that_is_a_little_off_is_nobodys_business() -> None:
    assert causes(standing("a", CLOCKS_DIFFER_S - 1)) == ()


def test_of_two_clocks_that_differ_the_other_is_named() -> None:
    assert causes(standing("a", -OFF)) == ("clock:a",)
    assert causes(standing("a", -OFF), standing("b")) == ("clock:a",)


def test_when_most_others_agree_it_is_our_clock_that_is_wrong() -> None:
    assert causes(standing("a", OFF), standing("b", OFF + 9), standing("c")) == ("clock",)
    assert causes(standing("a", OFF), standing("b", -OFF)) == ("clock:a", "clock:b")


def test_a_wrong_clock_alone_takes_nothing_from_the_companion() -> None:
    found = health_of([standing("a", OFF)], (), paused=False, full_disk=False)
    assert (found.level, found.causes) == ("full", ("clock:a",))


def test_the_clock_of_a_device_that_is_away_is_forgotten() -> None:
    assert causes(standing("a", OFF, connected=False)) == ("away:a",)
