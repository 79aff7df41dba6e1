"""Whom a change of what is shared concerns, what it does there, and the way back."""

from __future__ import annotations

import pytest

from app.windows.sharing.change import (
    Change,
    Effect,
    concerned,
    effect,
    takes_from,
    values,
    way_back,
)
from mesh.model.device import Trust
from mesh.model.policy import FAMILY
from mesh.wishes import DevicePolicy, PolicyShown, PreviewShown, SetPolicy

MEMORY, WINDOW = "memory_access", "time_window_days"


def device(name: str, trust: Trust, *chosen: str, **values: str) -> DevicePolicy:
    known = {MEMORY: "on", WINDOW: "all" if trust is Trust.FULL else "7"}
    return DevicePolicy(
        device_id=name, name=name, trust=trust, chosen=chosen,
        values={} if trust is Trust.GUEST else {**known, **values},
    )  # fmt: skip


SHOWN = PolicyShown(
    family={MEMORY: "on", WINDOW: "7"},
    full={MEMORY: "on", WINDOW: "all"},
    limited={MEMORY: "on", WINDOW: "7"},
    devices=(
        device("desk", Trust.FULL),
        device("tablet", Trust.LIMITED),
        device("frame", Trust.LIMITED, MEMORY, memory_access="off"),
        device("visitor", Trust.GUEST),
    ),
)


def reached(change: Change, shown: PolicyShown = SHOWN) -> dict[str, str]:
    return {one.name: value for one, value in concerned(shown, change)}


@pytest.mark.parametrize(
    ("target", "key", "value", "expected"),
    [
        (FAMILY, MEMORY, "off", {"desk": "off", "tablet": "off"}),
        (FAMILY, MEMORY, "on", {}),
        (FAMILY, WINDOW, "30", {"tablet": "30", "frame": "30"}),
        (FAMILY, "private_tags", "diary", {}),
        ("limited", MEMORY, "off", {"tablet": "off"}),
        ("limited", WINDOW, "all", {"tablet": "all", "frame": "all"}),
        ("full", WINDOW, "30", {"desk": "30"}),
        ("frame", MEMORY, "default", {"frame": "on"}),
        ("frame", MEMORY, "on", {"frame": "on"}),
        ("visitor", MEMORY, "on", {}),
    ],
)
def test_a_change_concerns_those_for_whom_nothing_nearer_was_chosen(
    target: str, key: str, value: str, expected: dict[str, str]
) -> None:
    assert reached(Change(target, key, value)) == expected


def test_what_was_chosen_for_a_trust_level_hides_the_family_even_when_it_is_the_same() -> None:
    shown = PolicyShown(
        family=SHOWN.family, full=SHOWN.full, limited=SHOWN.limited, devices=SHOWN.devices,
        chosen={"limited": (MEMORY,)},
    )  # fmt: skip
    assert reached(Change(FAMILY, MEMORY, "off"), shown) == {"desk": "off"}


def test_the_wish_names_its_target() -> None:
    assert Change(FAMILY, MEMORY, "off").wish == SetPolicy(key=MEMORY, value="off")
    assert Change("limited", MEMORY, "off").wish == SetPolicy(
        key="limited.memory_access", value="off"
    )
    assert Change("frame", MEMORY, "on").wish == SetPolicy(
        key=MEMORY, value="on", device="frame"
    )


def test_the_way_back_takes_back_what_was_not_chosen_before() -> None:
    assert way_back(SHOWN, Change("tablet", MEMORY, "off")).value == "default"
    assert way_back(SHOWN, Change("frame", MEMORY, "on")).value == "off"
    assert values(SHOWN, "of nobody") == {}


def test_a_window_takes_nothing_from_a_device_and_a_kind_does() -> None:
    tablet, frame = SHOWN.devices[1:3]
    assert takes_from(tablet, MEMORY, "off")
    assert not takes_from(frame, MEMORY, "on")
    assert not takes_from(tablet, WINDOW, "1")


def test_an_effect_is_the_difference_of_two_previews() -> None:
    now = PreviewShown(
        device_id="tablet", would_send={"memories": 5, "moods": 3}, withheld={},
        would_withdraw={"conversations": 2},
    )  # fmt: skip
    then = PreviewShown(
        device_id="tablet", would_send={"moods": 4, "conversations": 1}, withheld={},
        would_withdraw={"conversations": 2, "memories": 3},
    )  # fmt: skip
    assert effect("Tablet", now, then) == Effect(
        name="Tablet",
        gets={"moods": 1, "conversations": 1},
        gives={"memories": 3},
        ends={"memories": 2},
    )
    assert effect("Tablet", now, now).is_nothing
